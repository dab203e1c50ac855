/* SPDX-License-Identifier: MIT
 * The C library's own malloc is reached by its other name; every other call is found by
 * dlsym(). */
#define _GNU_SOURCE
#undef _FILE_OFFSET_BITS /* each function by the name that it has here */
#undef _FORTIFY_SOURCE
#include "failing_calls.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char* const names[failing_call_count] = {
    "allocation", "mmap", "mprotect", "madvise", "open", "stat", "read", "write", "thread", "place",
};

struct failing_calls failing_calls;
long failing_counts[failing_call_count];
long failing_failures;
long failing_live_blocks;

static FILE* counts_file; /* in FAILING_LOG's place, while main() runs */
static int is_preloaded;
static int is_in_main;
static __thread int is_inside; /* of this file: what it calls itself does not count */

/* For the innermost calls on the stack a number, the same in every run: of places in files. */
static unsigned long place(void) {
    void* frames[9];
    const int count = backtrace(frames, 9);
    unsigned long number = 14695981039346656037UL;
    for (int i = 3; i < count; ++i) {
        Dl_info where;
        if (dladdr(frames[i], &where) == 0) continue;
        number =
            (number ^ (unsigned long)((char*)frames[i] - (char*)where.dli_fbase)) * 1099511628211UL;
    }
    return number;
}

static int strikes(enum failing_call call) {
    if (is_inside || (is_preloaded && !is_in_main)) return 0;
    const long number = __atomic_fetch_add(&failing_counts[call], 1, __ATOMIC_RELAXED);
    if (counts_file != NULL) {
        const int error = errno;
        is_inside = 1;
        fprintf(counts_file, "%s %lx\n", names[call], place());
        is_inside = 0;
        errno = error;
    }
    if (!failing_calls.is_armed || failing_calls.call != call) return 0;
    if (failing_calls.is_lasting ? number < failing_calls.at : number != failing_calls.at) return 0;
    __atomic_fetch_add(&failing_failures, 1, __ATOMIC_RELAXED);
    return 1;
}

/* The function that this file's one stands in front of. */
#define NEXT(name)                                \
    static __typeof__(name)* next = NULL;         \
    if (next == NULL) {                           \
        is_inside = 1;                            \
        *(void**)&next = dlsym(RTLD_NEXT, #name); \
        is_inside = 0;                            \
    }

/* ---- memory ---- */

extern void* __libc_malloc(size_t);
extern void* __libc_calloc(size_t, size_t);
extern void* __libc_realloc(void*, size_t);
extern void* __libc_memalign(size_t, size_t);
extern void __libc_free(void*);

static void* counted(void* block) {
    if (block != NULL && !is_inside) __atomic_fetch_add(&failing_live_blocks, 1, __ATOMIC_RELAXED);
    return block;
}
static int refused(void) {
    if (!strikes(failing_allocation)) return 0;
    errno = ENOMEM;
    return 1;
}

void* malloc(size_t size) {
    return refused() ? NULL : counted(__libc_malloc(size));
}
void* calloc(size_t count, size_t size) {
    return refused() ? NULL : counted(__libc_calloc(count, size));
}
void* realloc(void* block, size_t size) {
    if (refused()) return NULL;
    void* const result = __libc_realloc(block, size);
    if (block == NULL) counted(result);
    if (block != NULL && size == 0 && !is_inside)
        __atomic_fetch_sub(&failing_live_blocks, 1, __ATOMIC_RELAXED);
    return result;
}
void* memalign(size_t alignment, size_t size) {
    return refused() ? NULL : counted(__libc_memalign(alignment, size));
}
void* aligned_alloc(size_t alignment, size_t size) {
    return refused() ? NULL : counted(__libc_memalign(alignment, size));
}
int posix_memalign(void** block, size_t alignment, size_t size) {
    if (refused()) return ENOMEM;
    *block = counted(__libc_memalign(alignment, size));
    return *block == NULL ? ENOMEM : 0;
}
void free(void* block) {
    if (block != NULL && !is_inside) __atomic_fetch_sub(&failing_live_blocks, 1, __ATOMIC_RELAXED);
    __libc_free(block);
}

#define FAIL(call, code, result) \
    if (strikes(call)) {         \
        errno = code;            \
        return result;           \
    }

void* mmap(void* at, size_t size, int protection, int flags, int file, off_t offset) {
    NEXT(mmap)
    FAIL(failing_mmap, ENOMEM, MAP_FAILED)
    return next(at, size, protection, flags, file, offset);
}
void* mmap64(void* at, size_t size, int protection, int flags, int file, off64_t offset) {
    NEXT(mmap64)
    FAIL(failing_mmap, ENOMEM, MAP_FAILED)
    return next(at, size, protection, flags, file, offset);
}
int mprotect(void* at, size_t size, int protection) {
    NEXT(mprotect)
    FAIL(failing_mprotect, ENOMEM, -1)
    return next(at, size, protection);
}
int madvise(void* at, size_t size, int advice) {
    NEXT(madvise)
    FAIL(failing_madvise, EAGAIN, -1)
    return next(at, size, advice);
}

/* ---- files ---- */

int open(const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    NEXT(open)
    FAIL(failing_open, EMFILE, -1)
    return next(path, flags, mode);
}
int open64(const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    NEXT(open64)
    FAIL(failing_open, EMFILE, -1)
    return next(path, flags, mode);
}
int mkostemp(char* path, int flags) {
    NEXT(mkostemp)
    FAIL(failing_open, EMFILE, -1)
    return next(path, flags);
}
int mkostemp64(char* path, int flags) {
    NEXT(mkostemp64)
    FAIL(failing_open, EMFILE, -1)
    return next(path, flags);
}
int fstat(int file, struct stat* status) {
    NEXT(fstat)
    FAIL(failing_stat, EIO, -1)
    return next(file, status);
}
int fstat64(int file, struct stat64* status) {
    NEXT(fstat64)
    FAIL(failing_stat, EIO, -1)
    return next(file, status);
}
int stat(const char* path, struct stat* status) {
    NEXT(stat)
    FAIL(failing_stat, EIO, -1)
    return next(path, status);
}
int stat64(const char* path, struct stat64* status) {
    NEXT(stat64)
    FAIL(failing_stat, EIO, -1)
    return next(path, status);
}
ssize_t read(int file, void* target, size_t size) {
    NEXT(read)
    FAIL(failing_read, EIO, -1)
    return next(file, target, size);
}
ssize_t write(int file, const void* source, size_t size) {
    NEXT(write)
    FAIL(failing_write, ENOSPC, -1)
    return next(file, source, size);
}
int fsync(int file) {
    NEXT(fsync)
    FAIL(failing_place, EIO, -1)
    return next(file);
}
int linkat(int from, const char* path, int to, const char* name, int flags) {
    NEXT(linkat)
    FAIL(failing_place, ENOENT, -1)
    return next(from, path, to, name, flags);
}
int rename(const char* from, const char* to) {
    NEXT(rename)
    FAIL(failing_place, EACCES, -1)
    return next(from, to);
}
int close(int file) {
    NEXT(close)
    if (strikes(failing_place)) { /* as Linux does: closed all the same */
        next(file);
        errno = EIO;
        return -1;
    }
    return next(file);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                   void* argument) {
    NEXT(pthread_create)
    if (strikes(failing_thread)) return EAGAIN;
    return next(thread, attributes, run, argument);
}

/* ---- loaded before a program ---- */

static int (*real_main)(int, char**, char**);

static int counted_main(int argc, char** argv, char** environment) {
    is_in_main = 1;
    const int result = real_main(argc, argv, environment);
    is_in_main = 0;
    if (counts_file != NULL) {
        is_inside = 1;
        fclose(counts_file);
        counts_file = NULL;
        is_inside = 0;
    }
    return result;
}

static void listen_to_environment(void) {
    const char* const call = getenv("FAILING_CALL");
    const char* const at = getenv("FAILING_AT");
    const char* const log = getenv("FAILING_LOG");
    is_inside = 1;
    if (call != NULL && at != NULL) {
        for (int i = 0; i < failing_call_count; ++i)
            if (strcmp(names[i], call) == 0) failing_calls.call = (enum failing_call)i;
        failing_calls.at = atol(at);
        failing_calls.is_lasting = getenv("FAILING_LASTING") != NULL;
        failing_calls.is_armed = 1;
    }
    if (log != NULL) {
        void* frames[4];
        backtrace(frames, 4); /* loads what it needs */
        counts_file = fopen(log, "w");
    }
    is_inside = 0;
}

int __libc_start_main(int (*main_of_program)(int, char**, char**), int argc, char** argv,
                      void (*init)(void), void (*fini)(void), void (*ld_fini)(void),
                      void* stack_end) {
    __typeof__(__libc_start_main)* next = NULL;
    *(void**)&next = dlsym(RTLD_NEXT, "__libc_start_main");
    is_preloaded = 1;
    real_main = main_of_program;
    listen_to_environment();
    return next(counted_main, argc, argv, init, fini, ld_fini, stack_end);
}
