// SPDX-License-Identifier: MIT
// The checks, as a table: what each compares, and where the rule is written.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

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
    account_code,
    account_balance,
    account_address,
    depth_step,
    pc_continuity,
    summary_output,
    summary_gas,
    op_name,
    summary_fork,
};
inline constexpr std::size_t check_count = static_cast<std::size_t>(Check::summary_fork) + 1;

/// A set of checks; by value, one word.
class CheckSet {
public:
    constexpr CheckSet() = default;
    constexpr CheckSet(Check check) : bits_{bit(check)} {}  // NOLINT: a set of one
    static constexpr CheckSet all() {
        CheckSet set;
        set.bits_ = (std::uint64_t{1} << check_count) - 1;
        return set;
    }

    constexpr bool empty() const { return bits_ == 0; }
    constexpr bool contains(Check check) const { return (bits_ & bit(check)) != 0; }
    constexpr bool has_any_of(CheckSet other) const { return (bits_ & other.bits_) != 0; }
    constexpr CheckSet operator|(CheckSet other) const { return of_bits(bits_ | other.bits_); }
    /// Those that are in this set and not in the other.
    constexpr CheckSet without(CheckSet other) const { return of_bits(bits_ & ~other.bits_); }
    constexpr bool operator==(const CheckSet&) const = default;

private:
    static_assert(check_count < 64);
    static constexpr std::uint64_t bit(Check check) {
        return std::uint64_t{1} << static_cast<unsigned>(check);
    }
    static constexpr CheckSet of_bits(std::uint64_t bits) {
        CheckSet set;
        set.bits_ = bits;
        return set;
    }

    std::uint64_t bits_ = 0;
};

struct CheckInfo {
    Check check;
    std::string_view name;      ///< as reports print it: "memory.size"
    std::string_view sentence;  ///< what is compared
    std::string_view source;    ///< EIP, Yellow Paper
};

/// All checks, in the order of the enumeration.
std::span<const CheckInfo> checks();
const CheckInfo& info(Check check);

/// The family that a check belongs to, which stands before the dot of its name: "memory".
std::string_view family_of(std::string_view check_name);
/// The families, in the order of the checks.
std::vector<std::string_view> check_families();
/// The check of that name, or all checks of that family; none where it names neither.
CheckSet checks_named(std::string_view name);

/// How often a check was made, how often it disagreed, and how often the trace did not show enough.
struct CheckCount {
    std::uint64_t made = 0;
    std::uint64_t failed = 0;
    std::uint64_t impossible = 0;
};
using CheckCounts = std::array<CheckCount, check_count>;

}  // namespace evmmem::traces
