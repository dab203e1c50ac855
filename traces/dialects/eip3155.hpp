// SPDX-License-Identifier: MIT
// One EIP-3155 line (or structLogs element) to a Step, or to a Report where the object is no step.
// Each client's quirk is unbent here, beside the field it bends, so that the replay sees like Steps
// from all.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dialect.hpp"
#include "traces/input/byte_buffer.hpp"
#include "traces/json/json_number.hpp"
#include "traces/json/line_layout.hpp"
#include "traces/json/lines_ahead.hpp"
#include "traces/json/object_fields.hpp"
#include "traces/record.hpp"
#include "traces/trace_error.hpp"

namespace evmmem::traces {

enum class ObjectKind : std::uint8_t {
    step,
    report,
    other,  ///< nothing that is asked for
};

/// Gives fields their meaning. What it fills views the object's text and the interpreter's own
/// buffers, and is valid until the next object.
class Eip3155 {
public:
    /// `dialect` must outlive it, and may change between objects.
    explicit Eip3155(const Dialect& dialect) : dialect_{&dialect} {}

    void read_few_operands() { layouts_.read_few_operands(); }
    /// What was seen of the trace before: whether it prints memory, and return data, at all.
    void expect(bool memory, bool return_data) {
        prints_memory_ = memory;
        prints_return_data_ = return_data;
    }
    /// Whether every line has an error, "{}", which then says nothing.
    void expect_empty_errors(bool expected) { prints_empty_errors_ = expected; }
    bool prints_memory() const { return prints_memory_; }
    bool prints_return_data() const { return prints_return_data_; }

    /// Fills `step` from `object` without a JSON parser, if an object of that layout was
    /// interpreted before. False: ask the parser. TextWindow::padding bytes before and after it
    /// must be readable.
    bool read_directly(std::string_view object, Step& step);
    /// The same of the object at the beginning of `text`, and says how much of it the object is.
    /// As LineLayouts::read_beginning().
    LineLayouts::Beginning read_beginning(std::string_view text, Step& step);
    /// The same of the line at the beginning of `text`, and says how many bytes stand before its
    /// newline; 0 where it was not read. The zeros may come later than right after `text`.
    std::size_t read_line(std::string_view text, Step& step);
    /// The same of a line or an element that was read before, and whose is_read is set.
    bool read_directly(const LineAhead& line, Step& step);
    LineLayouts& layouts() { return layouts_; }

    /// `fields` are those of `object`. Fills `record.step` or `record.report`, without a line
    /// number. Errors: malformed or limit, with column, field and excerpt but without a line.
    std::expected<ObjectKind, TraceError> interpret(std::string_view object,
                                                    const ObjectFields& fields, Record& record);

    /// The output, gas and failure that the object around a structLogs array reports. Errors: as
    /// interpret(), but the column is that in the field's own text.
    std::expected<void, TraceError> interpret_summary(const ObjectFields& fields, Report& report);

private:
    /// What a line says of memory and return data, decoded but not yet believed.
    struct Claims {
        LineValues::Bytes memory_form = LineValues::Bytes::absent;
        std::span<const std::uint8_t> memory;
        bool has_return_data = false;
        std::span<const std::uint8_t> return_data;
        // The line has the field, and null for it: what is in it is not said, not even that it is empty.
        bool is_memory_null = false;
        bool is_return_data_null = false;
    };
    void settle(const Claims& claims, Step& step);
    bool settle_values(const LineValues& values, Step& step);
    bool read_step(std::string_view object, const ObjectFields& fields, Step& step);
    bool read_required(std::string_view object, Field field, std::uint64_t max,
                       const ObjectFields& fields, std::uint64_t& target);
    bool read_optional(std::string_view object, Field field, const ObjectFields& fields,
                       std::optional<std::uint64_t>& target,
                       std::optional<std::uint64_t> too_large = {});
    bool read_opcode(std::string_view object, const ObjectFields& fields, Step& step);
    bool read_gas_cost(std::string_view object, const ObjectFields& fields, Step& step);
    bool read_refund(std::string_view object, const ObjectFields& fields, Step& step);
    bool read_stack(std::string_view object, const ObjectFields& fields, Step& step);
    bool read_memory(std::string_view object, const ObjectFields& fields, Claims& claims);
    bool read_return_data(std::string_view object, const ObjectFields& fields, Claims& claims);
    bool read_report(std::string_view object, const ObjectFields& fields, Report& report);
    bool read_output(std::string_view object, Field field, const ObjectFields& fields,
                     Report& report);
    bool read_gas_used(std::string_view object, Field field, const ObjectFields& fields,
                       Report& report);
    void read_error(const ObjectFields& fields, Report& report);
    std::string_view read_text(std::string_view raw, std::string& storage);
    bool fail(std::string_view object, Field field, std::string_view place, std::string message);
    bool fail_number(std::string_view object, Field field, std::string_view place,
                     JsonNumber::Kind found);
    bool lacks_memory(std::string_view object, Field field, std::string_view place);

    const Dialect* dialect_;
    bool prints_memory_ = false;        ///< an absent memory field means an empty memory
    bool prints_return_data_ = false;   ///< "0x" means no return data, not that none is printed
    bool prints_empty_errors_ = false;  ///< "error":{} on every line
    LineLayouts layouts_;
    LineValues values_;
    ByteBuffer memory_;
    ByteBuffer return_data_;
    ByteBuffer output_;
    std::string op_name_;  ///< where the text had escapes in it
    std::string error_text_;
    std::string fork_;
    TraceError error_;
};

}  // namespace evmmem::traces
