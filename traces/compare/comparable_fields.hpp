// SPDX-License-Identifier: MIT
// Which fields mean the same in two dialects, so that different values are a difference: each client prints gasCost,
// refunds and memory in its own way, and some print what is not to be believed.
#pragma once

#include "core/opcode.hpp"
#include "trace_difference.hpp"
#include "traces/dialects/dialect.hpp"

namespace evmmem::traces {

class ComparableFields {
public:
    ComparableFields() = default;
    ComparableFields(const Dialect& a, const Dialect& b);

    /// Whether gasCost is the same for the instruction, where it goes on, or ends its frame by its own will.
    bool has_gas_cost(Opcode op) const;
    /// Whether it is also where both say that the step fails.
    bool has_failed_gas_cost() const { return is_same_ && has_sure_cost_; }
    /// Memory, and its size, are taken at the same moment.
    bool has_memory() const { return has_memory_; }
    bool has_memory_size() const { return has_memory_size_; }
    /// What the side prints of it can be believed.
    bool has_return_data(Side side) const { return has_return_data_[index(side)]; }
    bool has_refund() const { return has_refund_; }
    /// A step that fails says so on both sides, unless it is a REVERT or an instruction that none has.
    bool has_error(Opcode op) const;
    bool has_gas_used() const { return has_gas_used_; }
    /// So many items, or more, are printed cut to the top ones; of one side and the other. 0: never.
    std::uint32_t cut_at(Side side) const { return cut_at_[index(side)]; }

private:
    bool is_same_ = false;  ///< one dialect
    bool has_costs_ = false;
    bool are_calls_alike_ = false;
    bool are_ends_sure_ = false;
    bool mixes_up_forks_ = false;
    bool has_memory_ = false;
    bool has_memory_size_ = false;
    Both<bool> has_return_data_{};
    bool has_sure_cost_ = false;
    bool has_refund_ = false;
    bool has_error_ = false;
    bool has_gas_used_ = false;
    Both<std::uint32_t> cut_at_{};
};

}  // namespace evmmem::traces
