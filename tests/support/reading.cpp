// SPDX-License-Identifier: MIT
#include "reading.hpp"

#include <algorithm>
#include <utility>

namespace evmmem::test {
namespace {

using namespace evmmem::traces;

std::optional<Bytes> copied(const std::optional<std::span<const std::uint8_t>>& bytes) {
    if (!bytes) return std::nullopt;
    return Bytes(bytes->begin(), bytes->end());
}

std::string in_words(const TraceError& error) {
    return std::to_string(static_cast<int>(error.kind)) + " at " + std::to_string(error.line) +
           ":" + std::to_string(error.column) + ", " + error.field + ": " + error.message + ": " +
           error.excerpt + " @" + std::to_string(error.excerpt_place);
}

Reading read_all(std::expected<StepReader, TraceError> reader) {
    Reading reading;
    if (!reader) {
        reading.errors.push_back(reader.error());
        return reading;
    }
    Record record;
    for (;;) {
        const auto kind = reader->next(record);
        if (!kind) {
            reading.errors.push_back(kind.error());
            if (!kind.error().is_recoverable()) break;
        } else if (*kind == RecordKind::end) {
            break;
        } else if (*kind == RecordKind::step) {
            reading.steps.push_back(owned(record.step));
        } else {
            const Report& report = record.report;
            reading.reports.push_back({report.kind, report.line, copied(report.output),
                                       report.gas_used, std::string{report.error},
                                       std::string{report.fork}, report.halt, report.failed});
        }
    }
    reading.dialect = reader->dialect().name;
    reading.lines_skipped = reader->lines_skipped();
    reading.bytes_read = reader->bytes_read();
    return reading;
}

}  // namespace

OwnedStep owned(const Step& step) {
    OwnedStep copy;
    copy.line = step.line;
    copy.pc = step.pc;
    copy.gas = step.gas;
    copy.op = step.op;
    copy.depth = step.depth;
    copy.gas_cost = step.gas_cost;
    copy.memory_size = step.memory_size;
    copy.reservoir = step.reservoir;
    copy.state_gas = step.state_gas;
    copy.memory = copied(step.memory);
    copy.return_data = copied(step.return_data);
    copy.has_stack = step.has_stack;
    copy.stack_size = step.stack_size;
    copy.operands.assign(step.operands.begin(), step.operands.begin() + step.operand_count);
    if (step.stack_text.data() != nullptr) {
        copy.stack_text = step.stack_text;
        for (std::size_t i = 0; i < step.operand_count; ++i)
            copy.operand_places.push_back(
                static_cast<std::size_t>(step.operand_text[i] - step.stack_text.data()));
    }
    copy.op_name = step.op_name;
    copy.error = step.error;
    copy.halt = step.halt;
    copy.halts_meant = step.halts_meant;
    copy.failed = step.failed;
    copy.refund = step.refund;
    return copy;
}

std::string difference(const OwnedStep& a, const OwnedStep& b) {
    const std::pair<const char*, bool> parts[] = {
        {"line", a.line == b.line},
        {"pc", a.pc == b.pc},
        {"gas", a.gas == b.gas},
        {"op", a.op == b.op},
        {"depth", a.depth == b.depth},
        {"gas_cost", a.gas_cost == b.gas_cost},
        {"memory_size", a.memory_size == b.memory_size},
        {"reservoir", a.reservoir == b.reservoir},
        {"state_gas", a.state_gas == b.state_gas},
        {"memory", a.memory == b.memory},
        {"return_data", a.return_data == b.return_data},
        {"has_stack", a.has_stack == b.has_stack},
        {"stack_size", a.stack_size == b.stack_size},
        {"operands", a.operands == b.operands},
        {"stack_text", !a.stack_text || !b.stack_text ||
                           (a.stack_text == b.stack_text && a.operand_places == b.operand_places)},
        {"op_name", a.op_name == b.op_name},
        {"error", a.error == b.error},
        {"halt", a.halt == b.halt && a.halts_meant == b.halts_meant},
        {"failed", a.failed == b.failed},
        {"refund", a.refund == b.refund},
    };
    for (const auto& [name, is_equal] : parts)
        if (!is_equal) return std::string{"line "} + std::to_string(a.line) + ": " + name;
    return {};
}

std::string difference(const Reading& a, const Reading& b) {
    if (a.dialect != b.dialect) return "the dialects: " + a.dialect + ", " + b.dialect;
    for (std::size_t i = 0; i < std::min(a.steps.size(), b.steps.size()); ++i)
        if (const std::string steps = difference(a.steps[i], b.steps[i]); !steps.empty())
            return "step " + std::to_string(i) + ", " + steps;
    if (a.steps.size() != b.steps.size()) return "the numbers of steps";
    for (std::size_t i = 0; i < std::min(a.errors.size(), b.errors.size()); ++i)
        if (in_words(a.errors[i]) != in_words(b.errors[i]))
            return "the errors: " + in_words(a.errors[i]) + "; " + in_words(b.errors[i]);
    if (a.errors.size() != b.errors.size()) return "the numbers of errors";
    for (std::size_t i = 0; i < std::min(a.reports.size(), b.reports.size()); ++i) {
        const OwnedReport& one = a.reports[i];
        const OwnedReport& other = b.reports[i];
        if (one.kind != other.kind || one.line != other.line || one.output != other.output ||
            one.gas_used != other.gas_used || one.error != other.error || one.fork != other.fork ||
            one.failed != other.failed)
            return "the reports at line " + std::to_string(one.line);
    }
    if (a.reports.size() != b.reports.size()) return "the numbers of reports";
    if (a.lines_skipped != b.lines_skipped) return "the numbers of lines skipped";
    if (a.bytes_read != b.bytes_read)
        return "the bytes read: " + std::to_string(a.bytes_read) + ", " +
               std::to_string(b.bytes_read);
    return {};
}

Reading read(std::string_view text, const ReaderOptions& options) {
    return read_all(StepReader::over(text, options));
}

Reading read_file(const std::string& path, const ReaderOptions& options) {
    return read_all(StepReader::open(path, options));
}

}  // namespace evmmem::test
