/* SPDX-License-Identifier: MIT
 * A program of someone else's: a frame's worth of memory by what is installed, in C. */
#include <evmmem/core/evmmem.h>
#include <stdio.h>

int main(void) {
    evmmem_memory* memory = evmmem_create(EVMMEM_REGION, EVMMEM_UNLIMITED);
    if (memory == NULL) return 1;
    const uint64_t stored[4] = {42, 0, 0, 0};
    uint64_t loaded[4] = {0, 0, 0, 0};
    uint64_t gas = 0;
    if (evmmem_ensure_capacity_gas(memory, 64, &gas) != EVMMEM_OK) return 2;
    if (evmmem_set_u256(memory, 32, stored) != EVMMEM_OK) return 3;
    if (evmmem_enter_frame(memory) != EVMMEM_OK) return 4;
    if (evmmem_leave_frame(memory, 0, 0, 0) != EVMMEM_OK) return 5;
    if (evmmem_get_u256(memory, 32, loaded) != EVMMEM_OK) return 6;
    printf("gas %llu, word %llu, size %llu\n", (unsigned long long)gas,
           (unsigned long long)loaded[0], (unsigned long long)evmmem_size(memory));
    evmmem_destroy(memory);
    return 0;
}
