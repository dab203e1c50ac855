/* SPDX-License-Identifier: MIT
 * Calls of the system that count themselves and fail on request. Linked into a
 * program, or loaded before one (LD_PRELOAD) and controlled by its environment:
 *
 * - FAILING_CALL: the name of the calls to fail, see failing_call_names
 * - FAILING_AT: which of them, from 0; without it all are counted and none fails
 * - FAILING_LASTING: set: that one and all after it
 * - FAILING_LOG: a file for the counts, a line for each call: its name, and a number for its place
 *
 * Only calls during main() count: before it no program has a chance.
 */
#ifndef FAILING_CALLS_H
#define FAILING_CALLS_H

#ifdef __cplusplus
extern "C" {
#endif

enum failing_call {
    failing_allocation,
    failing_mmap,
    failing_mprotect,
    failing_madvise,
    failing_open,
    failing_stat,
    failing_read,
    failing_write,
    failing_thread,
    failing_place, /* what puts a file in its place: fsync, linkat, rename, close */
    failing_call_count
};

/* Which call fails; of this program only. */
struct failing_calls {
    int is_armed;
    int is_lasting;
    enum failing_call call;
    long at;
};
extern struct failing_calls failing_calls;

/* Calls of one kind so far, armed or not, and how many of them were made to fail. */
extern long failing_counts[failing_call_count];
extern long failing_failures;
/* Blocks that were allocated and not freed. */
extern long failing_live_blocks;

#ifdef __cplusplus
}
#endif

#endif
