// SPDX-License-Identifier: MIT
#include "deep_items.hpp"

#include <algorithm>

namespace evmmem::traces {
namespace {

constexpr std::uint32_t single_min = 17;
constexpr std::uint32_t single_max = 235;
constexpr std::uint32_t pair_sum_max = 30;

std::optional<Word> item(std::span<const std::optional<Word>> stack, std::uint32_t from_top) {
    return stack[stack.size() - 1 - from_top];
}

/// Whether the stacks differ in these items only, which have changed places.
bool are_exchanged(DeepItems items, std::span<const std::optional<Word>> before,
                   std::span<const std::optional<Word>> after) {
    for (std::uint32_t i = 0; i < before.size(); ++i) {
        const std::uint32_t from = i == items.upper   ? items.lower
                                   : i == items.lower ? items.upper
                                                      : i;
        if (item(after, i) != item(before, from)) return false;
    }
    return true;
}

}  // namespace

std::optional<DeepItems> deep_items(Opcode op, std::uint8_t immediate) {
    if (op == Opcode::EXCHANGE) {
        if (immediate > 81 && immediate < 128) return std::nullopt;
        const unsigned k = immediate ^ 143U;
        const unsigned q = k / 16;
        const unsigned r = k % 16;
        return q < r ? DeepItems{q + 1, r + 1} : DeepItems{r + 1, 29 - q};
    }
    if (immediate > 90 && immediate < 128) return std::nullopt;
    const std::uint32_t n = (immediate + 145U) % 256;
    return op == Opcode::DUPN ? DeepItems{n - 1, n - 1} : DeepItems{0, n};
}

bool may_name(Opcode op, DeepItems items) {
    const auto is_single = [](std::uint32_t n) { return single_min <= n && n <= single_max; };
    switch (op) {
        case Opcode::DUPN: return items.upper == items.lower && is_single(items.lower + 1);
        case Opcode::SWAPN: return items.upper == 0 && is_single(items.lower);
        default:
            return 1 <= items.upper && items.upper < items.lower &&
                   items.upper + items.lower <= pair_sum_max;
    }
}

std::optional<std::uint8_t> immediate_of(const CallFrame& frame, const PendingStep& step) {
    const auto bytes = frame.code.bytes();
    if (!frame.code.is_known(step.pc + 1, 1)) return std::nullopt;
    return step.pc + 1 < bytes.size() ? bytes[step.pc + 1] : std::uint8_t{0};
}

bool may_become(Opcode op, std::optional<std::uint8_t> immediate,
                std::span<const std::optional<Word>> before,
                std::span<const std::optional<Word>> after) {
    if (immediate) {
        const auto items = deep_items(op, *immediate);
        if (!items || items->lower >= before.size()) return true;
        if (op == Opcode::DUPN) return item(after, 0) == item(before, items->lower);
        return are_exchanged(*items, before, after);
    }
    if (op == Opcode::DUPN) {
        for (std::uint32_t i = single_min - 1; i < std::min<std::size_t>(single_max, before.size());
             ++i)
            if (item(before, i) == item(after, 0)) return true;
        return false;
    }
    std::optional<std::uint32_t> upper;
    std::uint32_t lower = 0;
    for (std::uint32_t i = 0; i < before.size(); ++i) {
        if (item(before, i) == item(after, i)) continue;
        if (!upper) upper = i;
        lower = i;
    }
    if (!upper) return true;  // they were alike
    const DeepItems items{*upper, lower};
    return may_name(op, items) && are_exchanged(items, before, after);
}

}  // namespace evmmem::traces
