/* SPDX-License-Identifier: MIT */
/** @file
 * evmmem for C, Zig, Rust and Go: the memory of the EVM, a byte array per call frame that grows in
 * 32-byte words, is zero where nothing was written, and never shrinks while its frame lives.
 * memory.hpp says more. For 64-bit little-endian machines.
 *
 * Offsets and sizes are in bytes. Every operation that can fail returns an evmmem_error; one that
 * did left the memory as it was and wrote nothing. Size 0 touches nothing, wherever it points.
 * Words are 32 bytes, most significant first; a u256 is four 64-bit limbs, least significant first.
 * Pointers to views are valid until the next growth, frame change or reset. One memory is used by
 * one thread at a time; calls that take it as const may run concurrently. Memory pointers may not
 * be null, except in evmmem_destroy().
 */
#ifndef EVMMEM_H
#define EVMMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if UINTPTR_MAX != UINT64_MAX
#error "evmmem is for 64-bit machines"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define EVMMEM_API __attribute__((visibility("default")))
#else
#define EVMMEM_API
#endif

/** What an operation returns. */
typedef enum evmmem_error {
    EVMMEM_OK = 0,                    /**< it is done */
    EVMMEM_OUT_OF_MEMORY = 1,         /**< the host refused the storage */
    EVMMEM_INVALID_OFFSET = 2,        /**< a read reaches beyond the memory's current size */
    EVMMEM_INVALID_SIZE = 3,          /**< offset + size is not representable in 64 bits */
    EVMMEM_MEMORY_LIMIT_EXCEEDED = 4, /**< the memory's limit, or the call depth's */
} evmmem_error;

/** One sentence for users, without a full stop; for EVMMEM_OK "no error". */
EVMMEM_API const char* evmmem_error_message(evmmem_error error);

/** How the bytes are kept: in a reserved range of addresses, or in one buffer that realloc()
 * doubles. */
typedef enum evmmem_storage { EVMMEM_REGION = 0, EVMMEM_DOUBLING = 1 } evmmem_storage;

/** A memory; evmmem_create() makes it, evmmem_destroy() ends it. */
typedef struct evmmem_memory evmmem_memory;

/** A limit that is none. */
#define EVMMEM_UNLIMITED UINT64_MAX

/** An empty memory whose open frames may have `limit` bytes together; null when the host has no
 * storage. */
EVMMEM_API evmmem_memory* evmmem_create(evmmem_storage storage, uint64_t limit);
/** The same, but each frame may have `limit` bytes. */
EVMMEM_API evmmem_memory* evmmem_create_with_frame_limit(evmmem_storage storage, uint64_t limit);
/** An empty memory with room for `capacity` bytes; null when the host refuses it. */
EVMMEM_API evmmem_memory* evmmem_create_with_capacity(uint64_t capacity);
/** Ends a memory, and all views of it. Null is fine. */
EVMMEM_API void evmmem_destroy(evmmem_memory* memory);

/* ---- size and gas ------------------------------------------------------------------------- */

/** Bytes of the current frame, a multiple of 32: what MSIZE returns. */
EVMMEM_API uint64_t evmmem_size(const evmmem_memory* memory);
/** Bytes of storage that can be used without asking the host for more, all frames together. */
EVMMEM_API uint64_t evmmem_capacity(const evmmem_memory* memory);
/** The limit that it was created with, in bytes, rounded down to words; or EVMMEM_UNLIMITED. */
EVMMEM_API uint64_t evmmem_limit(const evmmem_memory* memory);
/** Words needed for `bytes`, rounded up. */
EVMMEM_API uint64_t evmmem_num_words(uint64_t bytes);
/** Total gas of `words` words, 3 w + w * w / 512, into *gas; false when that is more than 64 bits
 * hold. */
EVMMEM_API bool evmmem_memory_cost(uint64_t words, uint64_t* gas);

/** Grow to hold `size` bytes, rounded up to words, zero-filled; never shrink. */
EVMMEM_API evmmem_error evmmem_resize(evmmem_memory* memory, uint64_t size);
/** The same; the words that were added, or the gas of the expansion, go to the last argument. */
EVMMEM_API evmmem_error evmmem_ensure_capacity(evmmem_memory* memory, uint64_t size,
                                               uint64_t* new_words);
/** As evmmem_resize(); the gas of the expansion, 0 where nothing grows, goes to *gas. Also
 * EVMMEM_OUT_OF_MEMORY where that is more gas than 64 bits hold. */
EVMMEM_API evmmem_error evmmem_ensure_capacity_gas(evmmem_memory* memory, uint64_t size,
                                                   uint64_t* gas);

/* ---- reading: never grows ----------------------------------------------------------------- */

/** The byte at `offset` into *value. EVMMEM_INVALID_OFFSET beyond evmmem_size(), as of all reads. */
EVMMEM_API evmmem_error evmmem_get_byte(const evmmem_memory* memory, uint64_t offset,
                                        uint8_t* value);
/** The 32 bytes from `offset` on, as they lie. */
EVMMEM_API evmmem_error evmmem_get_word(const evmmem_memory* memory, uint64_t offset,
                                        uint8_t word[32]);
/** The same as a number: what MLOAD pushes. */
EVMMEM_API evmmem_error evmmem_get_u256(const evmmem_memory* memory, uint64_t offset,
                                        uint64_t limbs[4]);
/** A view of `size` bytes into *bytes. */
EVMMEM_API evmmem_error evmmem_get_slice(const evmmem_memory* memory, uint64_t offset,
                                         uint64_t size, const uint8_t** bytes);
/** A copy of `size` bytes into `target`, which lies outside this memory. */
EVMMEM_API evmmem_error evmmem_read(const evmmem_memory* memory, uint64_t offset, uint64_t size,
                                    uint8_t* target);

/* ---- writing: grows as the EVM would; what is written may be a view of the same memory ----- */

/** One byte: MSTORE8. */
EVMMEM_API evmmem_error evmmem_set_byte(evmmem_memory* memory, uint64_t offset, uint8_t value);
/** 32 bytes to `offset`, as they lie. */
EVMMEM_API evmmem_error evmmem_set_word(evmmem_memory* memory, uint64_t offset,
                                        const uint8_t word[32]);
/** A number as the 32 bytes from `offset` on: MSTORE. */
EVMMEM_API evmmem_error evmmem_set_u256(evmmem_memory* memory, uint64_t offset,
                                        const uint64_t limbs[4]);
/** `size` bytes of `data` to `offset`. */
EVMMEM_API evmmem_error evmmem_set_data(evmmem_memory* memory, uint64_t offset, const uint8_t* data,
                                        uint64_t size);
/** Writes `size` bytes of `data`, which has `data_size`, from `data_offset` on; zeros where it has
 * none. */
EVMMEM_API evmmem_error evmmem_set_data_bounded(evmmem_memory* memory, uint64_t offset,
                                                const uint8_t* data, uint64_t data_size,
                                                uint64_t data_offset, uint64_t size);
/** As if through a buffer; grows to hold both ranges. */
EVMMEM_API evmmem_error evmmem_copy(evmmem_memory* memory, uint64_t target, uint64_t source,
                                    uint64_t size);

/* ---- unsafe: offset + size must be inside evmmem_size(); this is not checked -------------- */

/** Where the `size` bytes from `offset` on lie, ready to be read and written. */
EVMMEM_API uint8_t* evmmem_get_ptr_unsafe(evmmem_memory* memory, uint64_t offset, uint64_t size);
/** Where the bytes from `offset` to evmmem_size() lie. Makes all of them ready to be read. */
EVMMEM_API const uint8_t* evmmem_get_const_ptr_unsafe(const evmmem_memory* memory, uint64_t offset);
/** `size` bytes of `data` to `offset`; they may be a view of the same memory. */
EVMMEM_API void evmmem_set_unsafe(evmmem_memory* memory, uint64_t offset, const uint8_t* data,
                                  uint64_t size);

/* ---- whole memory ------------------------------------------------------------------------- */

/** The current frame as lower-case hex into `text`, which has room for 2 * evmmem_size() characters;
 * no 0 follows them. */
EVMMEM_API void evmmem_to_hex(const evmmem_memory* memory, char* text);
/** The current frame into `snapshot`, which has room for evmmem_size() bytes. */
EVMMEM_API void evmmem_snapshot(const evmmem_memory* memory, uint8_t* snapshot);
/** Makes the current frame what the snapshot is, which may be a view of the same memory: the one
 * operation that may shrink the frame. */
EVMMEM_API evmmem_error evmmem_restore(evmmem_memory* memory, const uint8_t* snapshot,
                                       uint64_t size);

/* ---- frames ------------------------------------------------------------------------------- */

/** Frames open, the outermost included: 1 for a new memory. */
EVMMEM_API uint64_t evmmem_frame_count(const evmmem_memory* memory);
/** Opens an empty child frame. */
EVMMEM_API evmmem_error evmmem_enter_frame(evmmem_memory* memory);
/** Ends the current frame after copying `size` bytes from its `output` to `target` of its parent;
 * neither grows. EVMMEM_INVALID_OFFSET when one of them is too small, or when there is no parent.
 */
EVMMEM_API evmmem_error evmmem_leave_frame(evmmem_memory* memory, uint64_t output, uint64_t size,
                                           uint64_t target);
/** A view of an open frame, 0 the outermost: EVMMEM_INVALID_OFFSET when it has no such bytes. */
EVMMEM_API evmmem_error evmmem_frame_slice(const evmmem_memory* memory, uint64_t index,
                                           uint64_t offset, uint64_t size, const uint8_t** bytes);
/** Ends all frames: one empty frame remains. Storage is kept for the next transaction. */
EVMMEM_API void evmmem_reset(evmmem_memory* memory);

#ifdef __cplusplus
}
#endif

#endif
