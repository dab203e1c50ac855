// SPDX-License-Identifier: MIT
// The ranges that instructions touch, written out from the Yellow Paper's appendix H.2 and the
// EIPs.
#include "core/memory_effect.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace evmmem;

namespace {

MemoryEffect effect(Opcode op, const std::vector<Word>& operands) {
    return effect_of(info(op), operands);
}
MemoryRange range(std::uint64_t offset, std::uint64_t size) {
    return *MemoryRange::from(offset, size);
}

}  // namespace

TEST_CASE("each instruction reads and writes the ranges that its operands name") {
    struct Case {
        Opcode op;
        MemoryRange reads, writes;
    };
    // Every operand is 16 times its index, and 1: top first.
    const std::vector<Word> operands{1, 17, 33, 49, 65, 81, 97};
    const MemoryRange none;
    const Case cases[] = {
        {Opcode::KECCAK256, range(1, 17), none},
        {Opcode::CALLDATACOPY, none, range(1, 33)},
        {Opcode::CODECOPY, none, range(1, 33)},
        {Opcode::EXTCODECOPY, none, range(17, 49)},
        {Opcode::RETURNDATACOPY, none, range(1, 33)},
        {Opcode::MLOAD, range(1, 32), none},
        {Opcode::MSTORE, none, range(1, 32)},
        {Opcode::MSTORE8, none, range(1, 1)},
        {Opcode::MCOPY, range(17, 33), range(1, 33)},
        {Opcode::LOG0, range(1, 17), none},
        {Opcode::LOG4, range(1, 17), none},
        {Opcode::CREATE, range(17, 33), none},
        {Opcode::CREATE2, range(17, 33), none},
        {Opcode::CALL, range(49, 65), range(81, 97)},
        {Opcode::CALLCODE, range(49, 65), range(81, 97)},
        {Opcode::DELEGATECALL, range(33, 49), range(65, 81)},
        {Opcode::STATICCALL, range(33, 49), range(65, 81)},
        {Opcode::RETURN, range(1, 17), none},
        {Opcode::REVERT, range(1, 17), none},
        {Opcode::MSIZE, none, none},
        {Opcode::SSTORE, none, none},
        {Opcode::CALLDATALOAD, none, none},
        {Opcode::SELFDESTRUCT, none, none},
    };
    for (const Case& each : cases) {
        CAPTURE(info(each.op).name);
        const MemoryEffect found = effect(each.op, operands);
        CHECK(found.reads == each.reads);
        CHECK(found.writes == each.writes);
        CHECK_FALSE(found.is_unaddressable);
        CHECK(found.end() == std::max(each.reads.end(), each.writes.end()));
    }
}

TEST_CASE("size 0 touches nothing, wherever it points") {
    for (const Word& offset : {Word{0}, Word{~std::uint64_t{0}}, Word::max()}) {
        CHECK(effect(Opcode::RETURN, {offset, 0}).end() == 0);
        CHECK_FALSE(effect(Opcode::RETURN, {offset, 0}).is_unaddressable);
        CHECK(effect(Opcode::MCOPY, {offset, offset, 0}).end() == 0);
        CHECK_FALSE(effect(Opcode::CALL, {0, 0, 0, offset, 0, offset, 0}).is_unaddressable);
    }
}

TEST_CASE("a range beyond 64 bits cannot be paid for") {
    const Word last{~std::uint64_t{0}};
    CHECK(effect(Opcode::MLOAD, {last}).is_unaddressable);
    CHECK(effect(Opcode::MSTORE8, {Word::max(), 0}).is_unaddressable);
    CHECK(effect(Opcode::RETURN, {1, last}).is_unaddressable);
    CHECK(effect(Opcode::RETURN, {0, Word::max()}).is_unaddressable);
    CHECK(effect(Opcode::MCOPY, {0, Word::max(), 1}).is_unaddressable);
    CHECK_FALSE(effect(Opcode::MSTORE8, {std::uint64_t{1} << 63, 0}).is_unaddressable);
}

TEST_CASE("what an operand scales is charged per begun word, or per byte") {
    struct Case {
        Opcode op;
        std::vector<Word> operands;
        std::uint64_t gas;
    };
    const Case cases[] = {
        {Opcode::KECCAK256, {0, 0}, 0},         {Opcode::KECCAK256, {0, 1}, 6},
        {Opcode::KECCAK256, {0, 32}, 6},        {Opcode::KECCAK256, {0, 33}, 12},
        {Opcode::CALLDATACOPY, {0, 0, 64}, 6},  {Opcode::MCOPY, {0, 0, 65}, 9},
        {Opcode::EXTCODECOPY, {9, 9, 9, 1}, 3}, {static_cast<Opcode>(0xa2), {0, 33, 1, 2}, 264},
        {Opcode::MSTORE, {0, 99}, 0},           {Opcode::CREATE, {0, 0, 99}, 0},
    };
    for (const Case& each : cases) {
        CAPTURE(info(each.op).name);
        CHECK(scaled_cost(info(each.op).gas, each.operands) == each.gas);
    }
    CHECK_FALSE(scaled_cost(info(Opcode::LOG0).gas, std::vector<Word>{0, Word::max()}));
    CHECK_FALSE(scaled_cost(info(Opcode::MCOPY).gas,
                            std::vector<Word>{0, 0, (std::uint64_t{1} << 60) + 1}));
}
