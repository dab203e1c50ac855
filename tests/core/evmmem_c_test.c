/* SPDX-License-Identifier: MIT
 * The C interface as C sees it: compiled as C11, every function called. Prints what failed; exits
 * with the number of failures. */
#include "core/evmmem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            ++failures;                                                     \
        }                                                                   \
    } while (0)

static void test_words(evmmem_memory* memory) {
    uint64_t words = 0;
    uint64_t gas = 0;
    CHECK(evmmem_size(memory) == 0);
    CHECK(evmmem_ensure_capacity(memory, 33, &words) == EVMMEM_OK);
    CHECK(words == 2);
    CHECK(evmmem_ensure_capacity_gas(memory, 1024, &gas) == EVMMEM_OK);
    CHECK(gas == 3 * 30 + 2);
    CHECK(evmmem_size(memory) == 1024);

    const uint64_t limbs[4] = {0x04, 0, 0, 0x0100000000000000};
    uint64_t loaded[4] = {9, 9, 9, 9};
    uint8_t word[32];
    uint8_t byte = 9;
    CHECK(evmmem_set_u256(memory, 1, limbs) == EVMMEM_OK);
    CHECK(evmmem_get_u256(memory, 1, loaded) == EVMMEM_OK);
    CHECK(memcmp(limbs, loaded, sizeof limbs) == 0);
    CHECK(evmmem_get_word(memory, 1, word) == EVMMEM_OK);
    CHECK(word[0] == 1 && word[31] == 4);
    CHECK(evmmem_set_word(memory, 64, word) == EVMMEM_OK);
    CHECK(evmmem_get_byte(memory, 95, &byte) == EVMMEM_OK);
    CHECK(byte == 4);
    CHECK(evmmem_set_byte(memory, 95, 7) == EVMMEM_OK);
    CHECK(evmmem_get_byte(memory, 95, &byte) == EVMMEM_OK && byte == 7);
}

static void test_data(evmmem_memory* memory) {
    const uint8_t data[5] = {1, 2, 3, 4, 5};
    const uint8_t* view = NULL;
    uint8_t bytes[8];
    CHECK(evmmem_set_data(memory, 100, data, sizeof data) == EVMMEM_OK);
    CHECK(evmmem_get_slice(memory, 100, 5, &view) == EVMMEM_OK);
    CHECK(memcmp(view, data, 5) == 0);
    CHECK(evmmem_set_data_bounded(memory, 200, data, sizeof data, 3, 4) == EVMMEM_OK);
    CHECK(evmmem_read(memory, 200, 4, bytes) == EVMMEM_OK);
    CHECK(bytes[0] == 4 && bytes[1] == 5 && bytes[2] == 0 && bytes[3] == 0);
    CHECK(evmmem_copy(memory, 101, 100, 4) == EVMMEM_OK);
    CHECK(evmmem_read(memory, 100, 5, bytes) == EVMMEM_OK);
    CHECK(bytes[0] == 1 && bytes[1] == 1 && bytes[4] == 4);
    /* What is written may be the memory's own, also where it moves. */
    CHECK(evmmem_get_slice(memory, 100, 5, &view) == EVMMEM_OK);
    CHECK(evmmem_set_data(memory, 600 << 10, view, 5) == EVMMEM_OK);
    CHECK(evmmem_read(memory, 600 << 10, 5, bytes) == EVMMEM_OK &&
          memcmp(bytes, "\1\1\2\3\4", 5) == 0);
    CHECK(evmmem_get_slice(memory, 100, 5, &view) == EVMMEM_OK);
    CHECK(evmmem_set_data_bounded(memory, 900 << 10, view, 5, 3, 3) == EVMMEM_OK);
    CHECK(evmmem_read(memory, 900 << 10, 3, bytes) == EVMMEM_OK && memcmp(bytes, "\3\4\0", 3) == 0);
    evmmem_set_unsafe(memory, 0, data, sizeof data);
    CHECK(evmmem_get_ptr_unsafe(memory, 0, 5)[4] == 5);
    CHECK(evmmem_get_const_ptr_unsafe(memory, 4)[0] == 5);
}

static void test_errors(evmmem_memory* memory) {
    const uint64_t size = evmmem_size(memory);
    const uint8_t* view = NULL;
    uint8_t byte = 0;
    uint64_t gas = 0;
    CHECK(evmmem_get_byte(memory, size, &byte) == EVMMEM_INVALID_OFFSET);
    CHECK(evmmem_get_slice(memory, size, 1, &view) == EVMMEM_INVALID_OFFSET);
    CHECK(evmmem_get_slice(memory, UINT64_MAX, 0, &view) == EVMMEM_OK);
    CHECK(evmmem_resize(memory, UINT64_MAX) == EVMMEM_INVALID_SIZE);
    CHECK(evmmem_resize(memory, evmmem_limit(memory) + 1) == EVMMEM_MEMORY_LIMIT_EXCEEDED);
    CHECK(evmmem_size(memory) == size);
    CHECK(strcmp(evmmem_error_message(EVMMEM_OK), "no error") == 0);
    CHECK(strcmp(evmmem_error_message(EVMMEM_INVALID_OFFSET),
                 "the range reaches beyond the end of memory") == 0);
    const char* const unknown = evmmem_error_message((evmmem_error)99);
    CHECK(strcmp(unknown, "unknown error") == 0);
    for (int error = EVMMEM_OK; error <= EVMMEM_MEMORY_LIMIT_EXCEEDED; ++error)
        CHECK(strcmp(evmmem_error_message((evmmem_error)error), unknown) != 0);
    CHECK(evmmem_num_words(33) == 2);
    CHECK(evmmem_memory_cost(1024, &gas) && gas == 5120);
    CHECK(!evmmem_memory_cost(UINT64_MAX, &gas));
}

static void test_frames(evmmem_memory* memory) {
    const uint64_t size = evmmem_size(memory);
    const uint8_t data[3] = {7, 8, 9};
    const uint8_t* view = NULL;
    uint8_t bytes[3];
    CHECK(evmmem_leave_frame(memory, 0, 0, 0) == EVMMEM_INVALID_OFFSET);
    CHECK(evmmem_enter_frame(memory) == EVMMEM_OK);
    CHECK(evmmem_frame_count(memory) == 2);
    CHECK(evmmem_size(memory) == 0);
    CHECK(evmmem_set_data(memory, 5000, data, 3) == EVMMEM_OK);
    CHECK(evmmem_frame_slice(memory, 0, 0, size, &view) == EVMMEM_OK);
    CHECK(evmmem_frame_slice(memory, 2, 0, 0, &view) == EVMMEM_INVALID_OFFSET);
    CHECK(evmmem_leave_frame(memory, 5000, 3, size) == EVMMEM_INVALID_OFFSET);
    CHECK(evmmem_leave_frame(memory, 5000, 3, 10) == EVMMEM_OK);
    CHECK(evmmem_frame_count(memory) == 1);
    CHECK(evmmem_size(memory) == size);
    CHECK(evmmem_read(memory, 10, 3, bytes) == EVMMEM_OK);
    CHECK(memcmp(bytes, data, 3) == 0);
}

static void test_snapshot(evmmem_memory* memory) {
    const uint64_t size = evmmem_size(memory);
    uint8_t* snapshot = malloc(size);
    char* text = malloc(2 * size);
    uint8_t byte = 0;
    CHECK(evmmem_get_byte(memory, 10, &byte) == EVMMEM_OK);
    evmmem_snapshot(memory, snapshot);
    CHECK(snapshot[10] == byte);
    evmmem_to_hex(memory, text);
    CHECK(memcmp(text + 20, "070809", 6) == 0);
    evmmem_reset(memory);
    CHECK(evmmem_size(memory) == 0);
    CHECK(evmmem_restore(memory, snapshot, size) == EVMMEM_OK);
    const uint8_t* view = NULL;
    CHECK(evmmem_get_slice(memory, 10, 64, &view) == EVMMEM_OK);
    CHECK(evmmem_restore(memory, view, 64) == EVMMEM_OK);
    CHECK(evmmem_get_slice(memory, 0, 64, &view) == EVMMEM_OK &&
          memcmp(view, snapshot + 10, 64) == 0);
    CHECK(evmmem_restore(memory, snapshot, size) == EVMMEM_OK);
    CHECK(evmmem_restore(memory, snapshot, 33) == EVMMEM_INVALID_SIZE);
    CHECK(evmmem_size(memory) == size);
    free(snapshot);
    free(text);
}

int main(void) {
    const evmmem_storage storages[2] = {EVMMEM_REGION, EVMMEM_DOUBLING};
    for (int i = 0; i < 2; ++i) {
        evmmem_memory* memory = evmmem_create(storages[i], 1 << 20);
        if (memory == NULL) return 1;
        CHECK(evmmem_limit(memory) == 1 << 20);
        test_words(memory);
        test_data(memory);
        test_errors(memory);
        test_frames(memory);
        test_snapshot(memory);
        evmmem_destroy(memory);
    }
    evmmem_memory* large = evmmem_create_with_capacity(100000);
    CHECK(large != NULL && evmmem_capacity(large) >= 100000);
    CHECK(large != NULL && evmmem_limit(large) == EVMMEM_UNLIMITED);
    evmmem_destroy(large);
    for (int i = 0; i < 2; ++i) {
        evmmem_memory* together = evmmem_create(storages[i], 64);
        evmmem_memory* each = evmmem_create_with_frame_limit(storages[i], 64);
        if (together == NULL || each == NULL) return 1;
        CHECK(evmmem_resize(together, 64) == EVMMEM_OK && evmmem_resize(each, 64) == EVMMEM_OK);
        CHECK(evmmem_enter_frame(together) == EVMMEM_OK && evmmem_enter_frame(each) == EVMMEM_OK);
        CHECK(evmmem_resize(together, 1) == EVMMEM_MEMORY_LIMIT_EXCEEDED);
        CHECK(evmmem_resize(each, 64) == EVMMEM_OK);
        CHECK(evmmem_resize(each, 65) == EVMMEM_MEMORY_LIMIT_EXCEEDED);
        evmmem_destroy(together);
        evmmem_destroy(each);
    }
    CHECK(evmmem_create_with_capacity(UINT64_MAX) == NULL);
    evmmem_destroy(NULL);
    return failures;
}
