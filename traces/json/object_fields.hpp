// SPDX-License-Identifier: MIT
// The fields of one JSON object that matter, as raw JSON text, picked in one walk in whatever order
// they come. What the texts mean is eip3155's business. simdjson does the walk; it is the referee
// of what JSON is, and everything that it refuses is refused.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <memory>
#include <string_view>
#include <vector>

#include "core/opcode_table.hpp"
#include "traces/trace_error.hpp"

namespace evmmem::traces {

/// The fields of steps, numbers first, then those of the other lines that clients print.
enum class Field : std::uint8_t {
    pc,
    op,
    gas,
    gasCost,
    memSize,
    depth,
    refund,
    reservoir,
    stateGas,
    opName,
    error,
    stack,
    memory,
    returnData,
    storage,
    output,
    gasUsed,
    failed,
    fork,
    from,
    type,
    input,
    action,
    pass,
    test,
    stateRoot,
    postLogsHash,
    returnValue,
    returned,
    d,
    g,
    v,
};
inline constexpr Field last_number_field = Field::stateGas;
inline constexpr Field last_step_field = Field::storage;
inline constexpr std::size_t field_count = static_cast<std::size_t>(Field::v) + 1;

/// The field's own bit, in masks of fields.
constexpr std::uint32_t bit(Field field) {
    return 1U << static_cast<unsigned>(field);
}

/// The field's JSON key.
std::string_view key(Field field);

/// Views into the object's text.
struct ObjectFields {
    std::uint32_t present = 0;  ///< a bit() for each Field
    /// JSON text of the value; of an array only "[", and of an object only "{" but for `storage`.
    std::array<std::string_view, field_count> raw{};

    std::uint32_t stack_size = 0;  ///< items of `stack`
    /// JSON text of its last items, last first.
    std::array<std::string_view, operands_max> stack_top{};
    std::vector<std::string_view> memory_words;  ///< of `memory`, where it is an array

    bool has(Field field) const { return (present & bit(field)) != 0; }
    std::string_view operator[](Field field) const { return raw[static_cast<std::size_t>(field)]; }
    void clear() {
        present = 0;
        stack_size = 0;
        memory_words.clear();
    }
};
static_assert(field_count <= 32, "ObjectFields::present has 32 bits");

/// Picks fields with simdjson. One per thread; keeps its buffers.
class FieldPicker {
public:
    FieldPicker();
    FieldPicker(FieldPicker&&) noexcept;
    FieldPicker& operator=(FieldPicker&&) noexcept;
    ~FieldPicker();

    /// Picks the fields of `object`, a whole JSON object and nothing else, followed by
    /// TextWindow::padding readable bytes. Errors: malformed, with column and excerpt but without a
    /// line.
    std::expected<void, TraceError> pick(std::string_view object, ObjectFields& fields);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// A malformed `text` where `place`, a part of it, begins; the excerpt is cut from around there.
TraceError malformed(std::string_view text, std::string_view place, std::string message);

}  // namespace evmmem::traces
