/* SPDX-License-Identifier: MIT
 * Plug-ins that are wrong, each in one way, for the tests of what bench says to them. WRONG picks
 * the way.
 */
#define _POSIX_C_SOURCE 200809L
#include <unistd.h>
#define evmmem_backend_get right_get
#include "plain_memory.c"
#undef evmmem_backend_get

#define NO_ENTRY 1
#define WRONG_VERSION 2
#define WRONG_SIZE 3
#define WRONG_NAME 4
#define WITHOUT_RUN 5
#define WRONG_LOAD 6
#define STALE_MEMORY 7
#define CRASH 8
#define CANNOT_GROW 9
#define RETURNS_NOTHING 10
#define EXITS 11
#define HANGS 12
#define HANGS_WHEN_LOADED 13
#define OLDER 14

#if WRONG == WRONG_LOAD
static int wrong_run(void* self, const evmmem_op* ops, size_t count, evmmem_run* result) {
    if (run(self, ops, count, result) != 0) return 1;
    result->word[2] ^= 1; /* where the checksum does not look */
    return 0;
}
#elif WRONG == STALE_MEMORY
/* A memory that forgets to zero: what an earlier frame left shows through at growth. */
static int wrong_run(void* self, const evmmem_op* ops, size_t count, evmmem_run* result) {
    struct memory* memory = self;
    for (size_t i = 0; i < count; ++i) {
        const struct frame* frame = current(memory);
        const uint64_t size = frame->size;
        const uint8_t stale = size + 32 <= frame->capacity ? frame->bytes[size] : 0;
        if (run_one(memory, &ops[i], result) != 0) return 1;
        if (ops[i].kind == EVMMEM_GROW && frame == current(memory) && frame->size > size)
            frame->bytes[size] = stale;
    }
    result->size = current(memory)->size;
    return 0;
}
#elif WRONG == CRASH
static int wrong_run(void* self, const evmmem_op* ops, size_t count, evmmem_run* result) {
    (void)self, (void)ops, (void)count, (void)result;
    abort();
}
#elif WRONG == CANNOT_GROW
static int wrong_run(void* self, const evmmem_op* ops, size_t count, evmmem_run* result) {
    (void)self, (void)ops, (void)count, (void)result;
    return 1;
}
#elif WRONG == EXITS
static int wrong_run(void* self, const evmmem_op* ops, size_t count, evmmem_run* result) {
    (void)self, (void)ops, (void)count, (void)result;
    _Exit(0);
}
#elif WRONG == HANGS
static int wrong_run(void* self, const evmmem_op* ops, size_t count, evmmem_run* result) {
    (void)self, (void)ops, (void)count, (void)result;
    for (;;)
        pause();
}
#elif WRONG == HANGS_WHEN_LOADED || WRONG == OLDER
#define wrong_run run
#endif

#if WRONG != NO_ENTRY
const evmmem_backend* evmmem_backend_get(void) {
    static evmmem_backend backend;
    backend = *right_get();
    backend.name = "wrong";
#if WRONG == WRONG_VERSION
    backend.version = 7;
#elif WRONG == WRONG_SIZE
    backend.struct_size = 8;
#elif WRONG == WRONG_NAME
    backend.name = "\x1b[31mred";
#elif WRONG == WITHOUT_RUN
    backend.run = NULL;
#elif WRONG == RETURNS_NOTHING
    return NULL;
#elif WRONG == HANGS_WHEN_LOADED
    for (;;)
        pause();
#elif WRONG == OLDER
    /* As of before there was a word about its build. */
    backend.struct_size = (uint32_t)offsetof(evmmem_backend, build);
    backend.build = (const char*)1;
#else
    backend.run = wrong_run;
#endif
    return &backend;
}
#endif
