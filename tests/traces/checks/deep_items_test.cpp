// SPDX-License-Identifier: MIT
// DUPN, SWAPN and EXCHANGE: what their bytes name, and what they do to a stack. Source: EIP-8024.
#include "traces/checks/deep_items.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "tests/support/replaying.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

namespace {

using Stack = std::vector<std::optional<Word>>;

Stack tall() {
    Stack stack;
    for (std::uint64_t i = 0; i < 300; ++i)
        stack.emplace_back(Word{1000 + i});
    return stack;
}

void check_names(Opcode op, std::uint8_t byte, std::uint32_t upper, std::uint32_t lower) {
    CAPTURE(int{byte});
    const auto items = deep_items(op, byte);
    REQUIRE(items);
    CHECK(items->upper == upper);
    CHECK(items->lower == lower);
    CHECK(may_name(op, *items));
}

}  // namespace

TEST_CASE("the byte after DUPN, SWAPN and EXCHANGE names items, or is invalid") {
    check_names(Opcode::DUPN, 0x00, 144, 144);
    check_names(Opcode::DUPN, 0x80, 16, 16);
    check_names(Opcode::DUPN, 0x5a, 234, 234);
    check_names(Opcode::SWAPN, 0x80, 0, 17);
    check_names(Opcode::EXCHANGE, 0x8e, 1, 2);
    check_names(Opcode::EXCHANGE, 0x9d, 2, 3);
    check_names(Opcode::EXCHANGE, 0x8f, 1, 29);
    for (int byte = 0; byte < 256; ++byte) {
        const auto immediate = static_cast<std::uint8_t>(byte);
        CAPTURE(byte);
        CHECK(deep_items(Opcode::DUPN, immediate).has_value() == (byte <= 90 || byte >= 128));
        CHECK(deep_items(Opcode::SWAPN, immediate).has_value() == (byte <= 90 || byte >= 128));
        CHECK(deep_items(Opcode::EXCHANGE, immediate).has_value() == (byte <= 81 || byte >= 128));
        for (const Opcode op : {Opcode::DUPN, Opcode::SWAPN, Opcode::EXCHANGE})
            if (const auto items = deep_items(op, immediate)) CHECK(may_name(op, *items));
    }
}

TEST_CASE("a stack changes in the items that are named, and in no others") {
    const Stack before = tall();
    Stack copied = before;
    copied.push_back(before[before.size() - 20]);
    CHECK(may_become(Opcode::DUPN, std::nullopt, before, copied));
    CHECK(may_become(Opcode::DUPN, 0x83, before, copied));
    CHECK_FALSE(may_become(Opcode::DUPN, 0x84, before, copied));
    copied.back() = before.back();
    CHECK_FALSE(may_become(Opcode::DUPN, std::nullopt, before, copied));

    Stack swapped = before;
    std::swap(swapped.back(), swapped[before.size() - 1 - 20]);
    CHECK(may_become(Opcode::SWAPN, std::nullopt, before, swapped));
    CHECK(may_become(Opcode::SWAPN, 0x83, before, swapped));
    CHECK_FALSE(may_become(Opcode::SWAPN, 0x84, before, swapped));
    CHECK_FALSE(may_become(Opcode::EXCHANGE, std::nullopt, before, swapped));
    swapped[5] = Word{1};
    CHECK_FALSE(may_become(Opcode::SWAPN, std::nullopt, before, swapped));

    Stack exchanged = before;
    std::swap(exchanged[before.size() - 1 - 2], exchanged[before.size() - 1 - 3]);
    CHECK(may_become(Opcode::EXCHANGE, std::nullopt, before, exchanged));
    CHECK(may_become(Opcode::EXCHANGE, 0x9d, before, exchanged));
    CHECK_FALSE(may_become(Opcode::EXCHANGE, 0x8e, before, exchanged));
    CHECK_FALSE(may_become(Opcode::SWAPN, std::nullopt, before, exchanged));
}

TEST_CASE("a DUPN that gives no item that it can name is warned of: its rules may change") {
    for (const bool is_right : {false, true}) {
        CAPTURE(is_right);
        TraceBuilder trace;
        for (std::uint64_t i = 0; i < 20; ++i)
            trace.push(100 + i);
        trace.op(Opcode::DUPN, {}, {is_right ? 101U : 119U}, 3);
        const std::size_t line = trace.last();
        trace.at(trace.line(line).pc + 2).pop().stop();
        const Replayed replayed = replay(trace);
        CHECK(replayed.findings.size() == (is_right ? 0 : 1));
        CHECK(replayed.summary.findings == 0);
        CHECK(replayed.summary.warnings == (is_right ? 0 : 1));
        CHECK(replayed.count(Check::stack_result).made == 1);
    }
}
