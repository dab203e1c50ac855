// SPDX-License-Identifier: MIT
// What Solidity's code does all day: move the free-memory pointer, and a mix made up after ordinary
// contracts (12 MSTORE, 6 MLOAD, 4 reads of 64 bytes to be hashed, a copy of returned data, a
// return; 4 growth steps). Values are computed limb by limb before they are stored, as arithmetic
// leaves them.
#include "interleaved.hpp"
#include "machines.hpp"

namespace evmmem::bench {
namespace {

/// An EVM ADD: four dependent 64-bit additions, each limb stored on its own.
[[gnu::always_inline]] inline void add_to(const Word& word, std::uint64_t value, Word& sum) {
    for (std::size_t i = 0; i < 4; ++i) {
        std::uint64_t limb;
        const bool carry = __builtin_add_overflow(word.limbs[i], value, &limb);
        asm volatile("" : "+r"(limb));
        sum.limbs[i] = limb;
        value = carry ? 1 : 0;
    }
}

constexpr std::uint64_t bumps = 256;

/// MLOAD 0x40, ADD, MSTORE 0x40.
auto free_pointer_body() {
    return [](auto& machine) {
        Word stack[2]{0x40, Word{0x80}};
        machine.mstore(stack[0], stack[1]);
        for (std::uint64_t i = 0; i < bumps; ++i) {
            clobber(stack);
            machine.mload(stack[0], stack[1]);
            clobber(stack);
            add_to(stack[1], 0x20, stack[1]);
            clobber(stack);
            machine.mstore(stack[0], stack[1]);
        }
        return fold(0, stack[1]);
    };
}

/// 64 bytes folded as eight 8-byte reads: what a hash does first.
template <typename Machine>
[[gnu::always_inline]] inline std::uint64_t hash_input(Machine& machine, std::uint64_t offset) {
    const std::uint8_t* bytes = machine.bytes(offset, 64);
    std::uint64_t seen = 0;
    for (std::uint64_t i = 0; i < 8; ++i) {
        std::uint64_t eight;
        std::memcpy(&eight, bytes + 8 * i, 8);
        asm volatile("" : "+r"(eight));
        seen = fold(seen, eight);
    }
    return seen;
}

auto solidity_body() {
    return [](auto& machine) {
        static constexpr std::uint8_t returned[32] = {1, 2, 3, 4, 5, 6, 7, 8};
        Word stack[3]{};
        Word operand{0, 0, 0, 0x80};
        std::uint64_t seen = 0;
        const auto mstore = [&](std::uint64_t offset, std::uint64_t value) {
            clobber(operand);
            stack[0].limbs[0] = offset;
            add_to(operand, value, stack[1]);
            clobber(stack);
            machine.mstore(stack[0], stack[1]);
        };
        const auto mload = [&](std::uint64_t offset) {
            stack[0].limbs[0] = offset;
            clobber(stack);
            machine.mload(stack[0], stack[1]);
            clobber(stack);
        };
        mstore(0x40, 0x80);  // grows to 96 bytes
        for (std::uint64_t i = 0; i < 4; ++i) {
            mstore(0x00, 5 + i);
            mstore(0x20, 7);
            seen = fold(seen, hash_input(machine, 0));
            mload(0x40);
            if (i < 3) mstore(0x80 + 32 * i, 1);  // grows by a word each time
        }
        stack[0].limbs[0] = 0x80;
        stack[1] = 0;
        stack[2].limbs[0] = 32;
        clobber(stack);
        machine.calldatacopy(stack[0], stack[1], stack[2], returned);
        mload(0x80);
        mload(0x40);
        seen = fold(seen, stack[1]);
        const std::uint8_t* out = machine.bytes(0x80, 32);
        return fold(seen, out[0]);
    };
}

}  // namespace

void add_all() {
    add("contracts/free-pointer", [] {
        Workload workload = reused_workload(bumps, 4096, free_pointer_body());
        workload.vs_best_min = 0;
        return workload;
    });
    add("contracts/free-pointer-vs-vector-swap", [] {
        Workload workload = reused_workload(bumps, 4096, free_pointer_body());
        std::erase_if(workload.contenders, [](const Contender& c) {
            return c.role == Contender::Role::rival && c.name != DoublingMachine::name;
        });
        workload.vs_best_min = 1.4;
        return workload;
    });
    add("contracts/solidity-mix", [] { return reused_workload(1, 4096, solidity_body()); });
    add("contracts/solidity-mix-vs-vector-swap", [] {
        Workload workload = reused_workload(1, 4096, solidity_body());
        std::erase_if(workload.contenders, [](const Contender& c) {
            return c.role == Contender::Role::rival && c.name != DoublingMachine::name;
        });
        workload.vs_best_min = 1.4;
        return workload;
    });
}

}  // namespace evmmem::bench
