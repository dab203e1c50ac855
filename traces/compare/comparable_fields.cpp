// SPDX-License-Identifier: MIT
#include "comparable_fields.hpp"

#include <algorithm>
#include <string_view>

#include "core/opcode_table.hpp"

namespace evmmem::traces {
namespace {

/// All that an ordinary instruction costs.
bool is_whole_cost(GasCostStyle style) {
    return style == GasCostStyle::full || style == GasCostStyle::full_create ||
           style == GasCostStyle::own || style == GasCostStyle::calls_unknown;
}

/// Prints the transaction's refund as it was before the step. The others count by frame, or have a step's own refund
/// on its line already.
bool counts_refund_as_geth(const Dialect& dialect) {
    constexpr std::string_view names[] = {
        "geth",   "geth-1.9",        "geth-1.10",           "eels",
        "erigon", "geth-structlogs", "geth-1.17-structlogs"};
    return std::ranges::find(names, dialect.name) != std::end(names);
}

bool is_one_moment(MemoryTimings timings) {
    return timings == MemoryTiming::before || timings == MemoryTiming::expanded ||
           timings == MemoryTiming::after;
}

}  // namespace

ComparableFields::ComparableFields(const Dialect& a, const Dialect& b)
    : is_same_{a.name == b.name},
      has_costs_{(is_whole_cost(a.gas_cost) && is_whole_cost(b.gas_cost)) ||
                 (a.gas_cost == GasCostStyle::base && b.gas_cost == GasCostStyle::base)},
      are_calls_alike_{is_same_ && a.gas_cost != GasCostStyle::calls_unknown},
      are_ends_sure_{is_same_ || (a.has_sure_gas_cost && b.has_sure_gas_cost)},
      mixes_up_forks_{a.mixes_up_forks != b.mixes_up_forks},
      has_return_data_{a.has_return_data, b.has_return_data},
      has_sure_cost_{a.has_sure_gas_cost && b.has_sure_gas_cost},
      has_refund_{is_same_ || (counts_refund_as_geth(a) && counts_refund_as_geth(b))},
      has_error_{a.has_errors && b.has_errors},
      has_gas_used_{is_same_ || (a.summary_gas == SummaryGas::execution &&
                                 b.summary_gas == SummaryGas::execution)},
      cut_at_{a.stack_items_max, b.stack_items_max} {
    const bool is_one = is_one_moment(a.timings) && a.timings == b.timings;
    has_memory_ = is_one && a.has_memory && b.has_memory;
    has_memory_size_ = is_one && a.has_memory_size && b.has_memory_size;
}

bool ComparableFields::has_gas_cost(Opcode op) const {
    if (!has_costs_) return false;
    if (is_call(op) || is_create(op)) return are_calls_alike_;
    if (ends_frame(op)) return are_ends_sure_;
    return !mixes_up_forks_ || (op != Opcode::SSTORE && op != Opcode::EXP);
}

bool ComparableFields::has_error(Opcode op) const {
    return has_error_ && op != Opcode::REVERT && op != Opcode::INVALID && info(op).exists;
}

}  // namespace evmmem::traces
