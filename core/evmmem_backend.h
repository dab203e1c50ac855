/* SPDX-License-Identifier: MIT */
/** @file
 * The plug-in interface of `evmmem bench`: what a memory implementation, in any language, offers so
 * that access programs can be run on it. A plug-in is a shared library that exports one function,
 * evmmem_backend_get, and whose run() walks a whole batch of operations, so that the hot loop is
 * the plug-in's own.
 *
 * The memory is the EVM's: a byte array per call frame, zero where nothing was written, growing in
 * 32-byte words. Every operation that touches bytes beyond the current frame's size first grows it,
 * reads included. Offsets and sizes are bounded: no program asks for more than it said it would,
 * and nothing wraps around. One instance is used by one thread at a time. evmmem_backend.hpp turns
 * a C++ class into a plug-in.
 */
#ifndef EVMMEM_BACKEND_H
#define EVMMEM_BACKEND_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The version of this interface; a plug-in of another version is refused. */
#define EVMMEM_BACKEND_VERSION 1u

/** What an operation does. */
enum evmmem_op_kind {
    /** MSTORE: the word whose limbs, least significant first, are source, size, ~source, ~size. */
    EVMMEM_STORE_WORD = 0,
    EVMMEM_LOAD_WORD = 1,  /**< MLOAD: into run->word, and fold it into run->checksum */
    EVMMEM_STORE_BYTE = 2, /**< MSTORE8: the low byte of source */
    EVMMEM_COPY = 3,       /**< MCOPY: size bytes from source to offset, as if through a buffer */
    /** CALLDATACOPY: size bytes of run->data from source on, to offset; zeros where data has none.
     */
    EVMMEM_WRITE = 4,
    EVMMEM_READ = 5,  /**< KECCAK256, LOG, RETURN: size bytes from offset, copied to run->output */
    EVMMEM_GROW = 6,  /**< to hold size bytes; the bytes are not touched */
    EVMMEM_ENTER = 7, /**< open a child frame: empty memory, until the matching EVMMEM_LEAVE */
    /** End the child: size bytes from source of the child go to offset of its parent. run->output
       may help. */
    EVMMEM_LEAVE = 8,
    EVMMEM_RESET = 9 /**< end all frames: one empty frame remains */
};

/** One operation; fields that its kind does not name are 0. A size in bytes is 0 only for
 * EVMMEM_LEAVE. */
typedef struct evmmem_op {
    uint64_t offset; /**< in bytes, of the current frame */
    uint64_t size;   /**< in bytes */
    /** Where its kind names one: an offset in bytes, or the number that is stored. */
    uint64_t source;
    uint32_t kind;     /**< an evmmem_op_kind */
    uint32_t reserved; /**< 0 */
} evmmem_op;

/** What a batch needs and what came of it. The host owns it and all that it points to. */
typedef struct evmmem_run {
    /* in */
    const uint8_t* data;  /**< what EVMMEM_WRITE copies from */
    uint64_t data_size;   /**< in bytes */
    uint8_t* output;      /**< as large as the largest EVMMEM_READ and EVMMEM_LEAVE */
    uint64_t output_size; /**< in bytes */
    /* in and out: carried from batch to batch */
    uint64_t checksum; /**< of the words loaded: evmmem_fold() of each */
    /* out, after the batch */
    uint64_t size;    /**< of the current frame, in bytes: a multiple of 32 */
    uint64_t word[4]; /**< the word that was loaded last, least significant limb first */
} evmmem_run;

/** The checksum after a load. Cheap on purpose: whole memories are compared before anything is
 * timed. */
static inline uint64_t evmmem_fold(uint64_t checksum, const uint64_t word[4]) {
    return ((checksum << 5) | (checksum >> 59)) ^ (word[0] + word[3]);
}

/** A memory implementation: what evmmem_backend_get() returns. */
typedef struct evmmem_backend {
    uint32_t version; /**< EVMMEM_BACKEND_VERSION of the header that the plug-in was built with */
    uint32_t struct_size;          /**< sizeof(evmmem_backend), or where a plug-in's ends */
    const char* name;              /**< lower case, no blanks: how reports name it */
    const char* description;       /**< one sentence */
    void* (*create)(void);         /**< a new memory, or NULL when there is no storage */
    void (*destroy)(void* memory); /**< ends what create() made */
    void (*reset)(void* memory);   /**< as EVMMEM_RESET */
    /** Runs the operations in order. Returns 0, or anything else when the memory could not grow. */
    int (*run)(void* memory, const evmmem_op* ops, size_t count, evmmem_run* run);
    /** What compiled it and for which processor, for reports: "g++ 12.2.0, x86-64". May be NULL, and
       missing altogether: a struct_size that ends before it is as good. */
    const char* build;
} evmmem_backend;

#if defined(_WIN32)
#define EVMMEM_BACKEND_EXPORT __declspec(dllexport)
#else
#define EVMMEM_BACKEND_EXPORT __attribute__((visibility("default")))
#endif

/** The one function that a plug-in exports. What it returns lives as long as the plug-in is loaded.
 */
EVMMEM_BACKEND_EXPORT const evmmem_backend* evmmem_backend_get(void);

#ifdef __cplusplus
}
#endif

#endif
