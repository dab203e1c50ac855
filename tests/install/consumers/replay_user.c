/* SPDX-License-Identifier: MIT
 * A program of someone else's: a client's tracer that audits itself, by what is installed, in C. It runs MSTORE and MLOAD, and
 * loads a wrong word. */
#include <evmmem/traces/evmmem_replay.h>
#include <stdio.h>

static void on_finding(void* context, const evmmem_finding* finding) {
    ++*(int*)context;
    printf("%s at step %llu: %s, not %s\n", finding->check, (unsigned long long)finding->step,
           finding->claimed, finding->computed);
}

int main(void) {
    /* PUSH1 42, PUSH0, MSTORE, PUSH0, MLOAD, STOP */
    static const uint8_t ops[] = {0x60, 0x5f, 0x52, 0x5f, 0x51, 0x00};
    static const uint64_t costs[] = {3, 2, 6, 2, 3, 0};
    static const uint64_t pcs[] = {0, 2, 3, 4, 5, 6};
    static const uint64_t stacks[][2][4] = {{{0}}, {{42}}, {{42}, {0}}, {{0}}, {{0}}, {{43}}};
    static const uint32_t heights[] = {0, 1, 2, 0, 1, 1};

    int count = 0;
    evmmem_replay_options options = {.struct_size = sizeof options,
                                     .fork = "cancun",
                                     .on_finding = on_finding,
                                     .context = &count};
    evmmem_replay* replay = NULL;
    if (evmmem_replay_create(&options, &replay) != EVMMEM_REPLAY_OK) return 1;
    uint64_t gas = 1000;
    for (int i = 0; i < 6; ++i) {
        evmmem_step step = {
            .struct_size = sizeof step,
            .shows = EVMMEM_SHOWS_GAS_COST | EVMMEM_SHOWS_STACK | EVMMEM_SHOWS_MEMORY_SIZE,
            .pc = pcs[i],
            .gas = gas,
            .gas_cost = costs[i],
            .depth = 1,
            .op = ops[i],
            .stack_size = heights[i],
            .stack = stacks[i],
            .memory_size = i < 3 ? 0 : 32};
        if (evmmem_replay_step(replay, &step) != EVMMEM_REPLAY_OK) return 2;
        gas -= costs[i];
    }
    evmmem_transaction_end end = {.struct_size = sizeof end, .has_gas_used = true, .gas_used = 16};
    if (evmmem_replay_end_transaction(replay, &end) != EVMMEM_REPLAY_OK) return 3;
    evmmem_replay_result result = {.struct_size = sizeof result};
    if (evmmem_replay_finish(replay, &result) != EVMMEM_REPLAY_OK) return 4;
    printf("%llu steps, verdict %d, %d handed out\n", (unsigned long long)result.steps,
           (int)result.verdict, count);
    evmmem_replay_destroy(replay);
    return 0;
}
