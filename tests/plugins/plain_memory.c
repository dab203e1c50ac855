/* SPDX-License-Identifier: MIT
 * A plug-in for `evmmem bench` in C: a buffer per call depth that doubles, as short as it can be
 * and still right. Build: cc -O2 -shared -fPIC -I<evmmem> plain_memory.c -o plain_memory.so Run:
 * evmmem bench --backend evmmem,./plain_memory.so
 */
#include <stdlib.h>
#include <string.h>

#include "core/evmmem_backend.h"

enum { frames_max = 1025 };

struct frame {
    uint8_t* bytes;
    uint64_t size; /* whole words, all of them zero where nothing was written */
    uint64_t capacity;
};

struct memory {
    struct frame frames[frames_max]; /* buffers are kept when a frame ends */
    size_t depth;
};

static struct frame* current(struct memory* memory) {
    return &memory->frames[memory->depth];
}

/* The bytes of the current frame from `offset` on, after growing it to hold `size` of them. */
static uint8_t* touch(struct memory* memory, uint64_t offset, uint64_t size) {
    struct frame* frame = current(memory);
    const uint64_t needed = (offset + size + 31) / 32 * 32;
    if (needed > frame->size) {
        if (needed > frame->capacity) {
            uint64_t capacity = frame->capacity != 0 ? frame->capacity : 4096;
            while (capacity < needed)
                capacity *= 2;
            uint8_t* bytes = realloc(frame->bytes, capacity);
            if (bytes == NULL) return NULL;
            frame->bytes = bytes;
            frame->capacity = capacity;
        }
        memset(frame->bytes + frame->size, 0, needed - frame->size);
        frame->size = needed;
    }
    return frame->bytes + offset;
}

static void store_word(uint8_t* target, const uint64_t limbs[4]) {
    for (int i = 0; i < 32; ++i)
        target[31 - i] = (uint8_t)(limbs[i / 8] >> (i % 8 * 8));
}

static void load_word(const uint8_t* source, uint64_t limbs[4]) {
    memset(limbs, 0, 32);
    for (int i = 0; i < 32; ++i)
        limbs[i / 8] |= (uint64_t)source[31 - i] << (i % 8 * 8);
}

static void reset(void* self) {
    struct memory* memory = self;
    for (; memory->depth > 0; --memory->depth)
        current(memory)->size = 0;
    current(memory)->size = 0;
}

static int run_one(struct memory* memory, const evmmem_op* op, evmmem_run* run) {
    uint8_t* bytes = NULL;
    switch (op->kind) {
        case EVMMEM_STORE_WORD: {
            const uint64_t word[4] = {op->source, op->size, ~op->source, ~op->size};
            if ((bytes = touch(memory, op->offset, 32)) == NULL) return 1;
            store_word(bytes, word);
            break;
        }
        case EVMMEM_LOAD_WORD:
            if ((bytes = touch(memory, op->offset, 32)) == NULL) return 1;
            load_word(bytes, run->word);
            run->checksum = evmmem_fold(run->checksum, run->word);
            break;
        case EVMMEM_STORE_BYTE:
            if ((bytes = touch(memory, op->offset, 1)) == NULL) return 1;
            *bytes = (uint8_t)op->source;
            break;
        case EVMMEM_COPY:
            if (touch(memory, op->source, op->size) == NULL) return 1;
            if ((bytes = touch(memory, op->offset, op->size)) == NULL) return 1;
            memmove(bytes, current(memory)->bytes + op->source, op->size);
            break;
        case EVMMEM_WRITE: {
            const uint64_t left = op->source < run->data_size ? run->data_size - op->source : 0;
            const uint64_t copied = op->size < left ? op->size : left;
            if ((bytes = touch(memory, op->offset, op->size)) == NULL) return 1;
            if (copied != 0) memcpy(bytes, run->data + op->source, copied);
            memset(bytes + copied, 0, op->size - copied);
            break;
        }
        case EVMMEM_READ:
            if ((bytes = touch(memory, op->offset, op->size)) == NULL) return 1;
            memcpy(run->output, bytes, op->size);
            break;
        case EVMMEM_GROW:
            if (touch(memory, 0, op->size) == NULL) return 1;
            break;
        case EVMMEM_ENTER:
            if (memory->depth + 1 == frames_max) return 1;
            ++memory->depth;
            break;
        case EVMMEM_LEAVE:
            if (op->size != 0) {
                if ((bytes = touch(memory, op->source, op->size)) == NULL) return 1;
                memcpy(run->output, bytes, op->size);
            }
            current(memory)->size = 0;
            --memory->depth;
            if (op->size != 0) {
                if ((bytes = touch(memory, op->offset, op->size)) == NULL) return 1;
                memcpy(bytes, run->output, op->size);
            }
            break;
        case EVMMEM_RESET: reset(memory); break;
        default: return 1;
    }
    return 0;
}

static int run(void* self, const evmmem_op* ops, size_t count, evmmem_run* run) {
    struct memory* memory = self;
    for (size_t i = 0; i < count; ++i)
        if (run_one(memory, &ops[i], run) != 0) return 1;
    run->size = current(memory)->size;
    return 0;
}

static void* create(void) {
    return calloc(1, sizeof(struct memory));
}

static void destroy(void* self) {
    struct memory* memory = self;
    for (size_t i = 0; i < frames_max; ++i)
        free(memory->frames[i].bytes);
    free(memory);
}

const evmmem_backend* evmmem_backend_get(void) {
    static const evmmem_backend backend = {
        EVMMEM_BACKEND_VERSION,
        sizeof(evmmem_backend),
        "plain-c",
        "An example in C: a buffer per depth that doubles.",
        create,
        destroy,
        reset,
        run,
    };
    return &backend;
}
