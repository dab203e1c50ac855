// SPDX-License-Identifier: MIT
// Call frames: down to a depth, a store that grows each frame to its size on the way, and up again.
#include <string>

#include "interleaved.hpp"
#include "machines.hpp"

namespace evmmem::bench {
namespace {

auto frames_body(std::uint64_t depth, std::uint64_t size, std::uint64_t repetitions) {
    return [depth, size, repetitions](auto& machine) {
        Word stack[2]{0, Word{1, 2, 3, 4}};
        std::uint64_t seen = 0;
        for (std::uint64_t r = 0; r < repetitions; ++r) {
            for (std::uint64_t d = 0; d < depth; ++d) {
                machine.enter();
                stack[0] = size - word_size;
                clobber(stack);
                machine.mstore(stack[0], stack[1]);
            }
            seen = fold(seen, machine.size());
            for (std::uint64_t d = 0; d < depth; ++d)
                machine.leave();
        }
        return seen;
    };
}

/// A contract that calls others: a frame with a Solidity prelude, a child that returns a word,
/// again and again.
auto calls_body() {
    return [](auto& machine) {
        Word stack[2]{0x40, Word{0x80}};
        std::uint64_t seen = 0;
        for (std::uint64_t r = 0; r < 16; ++r) {
            machine.enter();
            stack[0] = 0x40;
            stack[1] = 0x80;
            clobber(stack);
            machine.mstore(stack[0], stack[1]);
            stack[0] = 0x80;
            stack[1] = r;
            clobber(stack);
            machine.mstore(stack[0], stack[1]);
            machine.mload(stack[0], stack[1]);
            seen = fold(seen, stack[1]);
            machine.leave();
        }
        return seen;
    };
}

}  // namespace

void add_all() {
    for (const std::uint64_t depth : {1, 8, 64, 1024})
        for (const std::uint64_t size : {64, 512, 4096}) {
            const std::uint64_t repetitions = depth < 64 ? 64 / depth : 1;
            add("frames/depth" + std::to_string(depth) + "/" + std::to_string(size),
                [depth, size, repetitions] {
                    Workload workload =
                        reused_workload(static_cast<double>(depth * repetitions), depth * size,
                                        frames_body(depth, size, repetitions));
                    workload.vs_best_min = 1;
                    return workload;
                });
        }
    add("frames/calls", [] {
        Workload workload = reused_workload(16, 4096, calls_body());
        workload.vs_best_min = 1;
        return workload;
    });
}

}  // namespace evmmem::bench
