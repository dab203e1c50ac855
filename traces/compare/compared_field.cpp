// SPDX-License-Identifier: MIT
#include "compared_field.hpp"

#include <algorithm>

namespace evmmem::traces {
namespace {

constexpr std::array<std::string_view, compared_field_count> names{
    "pc",      "op",         "depth",  "gas",   "gasCost", "stack",  "memory",
    "memSize", "returnData", "refund", "error", "output",  "gasUsed"};

constexpr ComparedField of_values[] = {
    ComparedField::gas,      ComparedField::gas_cost,    ComparedField::stack,
    ComparedField::memory,   ComparedField::memory_size, ComparedField::return_data,
    ComparedField::refund,   ComparedField::error,       ComparedField::output,
    ComparedField::gas_used,
};

}  // namespace

std::string_view name(ComparedField field) {
    return names[static_cast<std::size_t>(field)];
}

std::span<const ComparedField> fields_of_values() {
    return of_values;
}

std::optional<ComparedField> find_field_of_values(std::string_view wanted) {
    const auto* const found =
        std::ranges::find_if(of_values, [&](ComparedField field) { return name(field) == wanted; });
    if (found == std::end(of_values)) return std::nullopt;
    return *found;
}

}  // namespace evmmem::traces
