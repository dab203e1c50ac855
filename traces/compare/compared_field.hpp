// SPDX-License-Identifier: MIT
// What two traces are compared in: the fields of a step and of a transaction's end, by the names that
// EIP-3155 gives them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace evmmem::traces {

enum class ComparedField : std::uint8_t {
    pc,
    op,
    depth,
    gas,
    gas_cost,
    stack,
    memory,
    memory_size,
    return_data,
    refund,
    error,
    output,    ///< of a transaction
    gas_used,  ///< of a transaction
};
inline constexpr std::size_t compared_field_count =
    static_cast<std::size_t>(ComparedField::gas_used) + 1;

/// "gasCost"; as reports print it and `--ignore` takes it.
std::string_view name(ComparedField field);

/// Those that may be left out of a comparison: all but what says which step it is.
std::span<const ComparedField> fields_of_values();
/// One of these; nothing where none is called so.
std::optional<ComparedField> find_field_of_values(std::string_view name);

/// A set of fields; by value, one word.
class ComparedFields {
public:
    constexpr ComparedFields() = default;
    constexpr bool contains(ComparedField field) const { return (bits_ & bit(field)) != 0; }
    constexpr void add(ComparedField field) { bits_ |= bit(field); }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr bool operator==(const ComparedFields&) const = default;

private:
    static constexpr std::uint32_t bit(ComparedField field) {
        return std::uint32_t{1} << static_cast<unsigned>(field);
    }
    std::uint32_t bits_ = 0;
};

/// How often each was compared: at how many steps, or ends of transactions.
using ComparedCounts = std::array<std::uint64_t, compared_field_count>;

}  // namespace evmmem::traces
