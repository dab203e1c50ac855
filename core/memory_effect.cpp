// SPDX-License-Identifier: MIT
#include "memory_effect.hpp"

#include <cassert>
#include <limits>

#include "memory_cost.hpp"

namespace evmmem {
namespace {

MemoryRange range_of(const MemoryOperands& cells, std::span<const Word> operands,
                     bool& is_unaddressable) {
    if (!cells.exists()) return {};
    const Word& offset = operands[static_cast<std::size_t>(cells.offset)];
    const Word size = cells.size == MemoryOperands::none
                          ? Word{cells.fixed_size}
                          : operands[static_cast<std::size_t>(cells.size)];
    const auto range = MemoryRange::from(offset, size);
    if (!range) is_unaddressable = true;
    return range.value_or(MemoryRange{});
}

}  // namespace

MemoryEffect effect_of(const OpcodeInfo& info, std::span<const Word> operands) {
    assert(!info.touches_memory() || operands.size() >= info.pops);
    MemoryEffect effect;
    effect.reads = range_of(info.reads, operands, effect.is_unaddressable);
    effect.writes = range_of(info.writes, operands, effect.is_unaddressable);
    return effect;
}

namespace {

[[gnu::noinline, gnu::cold]] std::optional<std::uint64_t> scaled_cost_of_much(const GasRule& rule,
                                                                              std::uint64_t size) {
    __extension__ using Wide = unsigned __int128;
    const Wide cost = Wide{rule.per_word} * num_words(size) + Wide{rule.per_byte} * size;
    if (cost > std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
    return static_cast<std::uint64_t>(cost);
}

}  // namespace

std::optional<std::uint64_t> scaled_cost(const GasRule& rule, std::span<const Word> operands) {
    if (rule.scaled_by == MemoryOperands::none) return 0;
    const auto size = operands[static_cast<std::size_t>(rule.scaled_by)].to_u64();
    // Rates have 32 bits, so that up to here nothing wraps. Beyond it forks' own are 8 gas a byte at most,
    // and no gas pays even for the memory.
    constexpr std::uint64_t much = std::uint64_t{1} << 31;
    if (!size || *size > std::uint64_t{1} << 60) return std::nullopt;
    if (*size <= much) return rule.per_word * num_words(*size) + rule.per_byte * *size;
    return scaled_cost_of_much(rule, *size);
}

}  // namespace evmmem
