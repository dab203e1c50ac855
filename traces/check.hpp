// SPDX-License-Identifier: MIT
// The checks, as a table: what each compares, and where the rule is written.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace evmmem::traces {

enum class Check : std::uint8_t {
    memory_size,
    memory_content,
    memory_load,
    memory_msize,
    memory_hash,
    return_data_size,
    return_data_bounds,
    return_data_content,
    call_data_size,
    call_data_load,
    code_size,
    code_content,
    gas_continuity,
    gas_cost,
    gas_call,
    call_result,
    out_of_gas,
    gas_refund,
    failure_reason,
    stack_height,
    stack_untouched,
    stack_result,
    stack_environment,
    storage_value,
    depth_step,
    pc_continuity,
    summary_output,
    summary_gas,
    op_name,
    summary_fork,
};
inline constexpr std::size_t check_count = static_cast<std::size_t>(Check::summary_fork) + 1;

struct CheckInfo {
    Check check;
    std::string_view name;      ///< as reports print it: "memory.size"
    std::string_view sentence;  ///< what is compared
    std::string_view source;    ///< EIP, Yellow Paper
};

/// All checks, in the order of the enumeration.
std::span<const CheckInfo> checks();
const CheckInfo& info(Check check);

/// How often a check was made, how often it disagreed, and how often the trace did not show enough.
struct CheckCount {
    std::uint64_t made = 0;
    std::uint64_t failed = 0;
    std::uint64_t impossible = 0;
};
using CheckCounts = std::array<CheckCount, check_count>;

}  // namespace evmmem::traces
