// SPDX-License-Identifier: MIT
#include "replaying.hpp"

#include <algorithm>

#include "core/hex.hpp"

namespace evmmem::test {
namespace {

using namespace evmmem::traces;

class Collector : public FindingSink {
public:
    void on_finding(const Finding& finding) override { findings.push_back(finding); }
    std::vector<Finding> findings;
};

std::optional<std::span<const std::uint8_t>> view(const std::optional<Bytes>& bytes) {
    if (!bytes) return std::nullopt;
    return *bytes;
}

/// `stack_text` is what the step's views of its stack point into.
Step step_of(const TraceLine& line, std::uint64_t number, std::string& stack_text) {
    Step step;
    step.line = number;
    step.pc = line.pc;
    step.op = line.op;
    step.depth = line.depth;
    step.gas = line.gas;
    step.gas_cost = line.gas_cost;
    step.memory_size = line.memory_size;
    step.memory = view(line.memory);
    step.has_stack = line.has_stack;
    step.stack_size = static_cast<std::uint32_t>(line.stack.size());
    step.operand_count = std::min<std::uint32_t>(step.stack_size, operands_max);
    for (std::size_t i = 0; i < step.operand_count; ++i)
        step.operands[i] = line.stack[line.stack.size() - 1 - i];
    if (line.has_stack && line.is_stack_whole) {
        std::vector<std::size_t> places;
        stack_text.clear();
        for (const Word& word : line.stack) {
            if (!stack_text.empty()) stack_text += ',';
            places.push_back(stack_text.size());
            stack_text += '"' + encode_hex_quantity(word) + '"';
        }
        step.stack_text = stack_text;
        for (std::size_t i = 0; i < step.operand_count; ++i)
            step.operand_text[i] = stack_text.data() + places[places.size() - 1 - i];
    }
    step.return_data = view(line.return_data);
    step.refund = line.refund;
    step.op_name = line.op_name;
    step.error = line.error;
    const auto [halt, meant] = traces::halt_of_step(line.error, step.op);
    step.halt = halt;
    step.halts_meant = meant;
    step.failed = traces::is_failure(halt, step.op);
    return step;
}

std::string in_words(Check check, std::uint64_t line, const std::string& claimed,
                     const std::string& computed) {
    return std::string{info(check).name} + " at line " + std::to_string(line) + ": claims " +
           claimed + ", computes " + computed;
}

}  // namespace

std::string Replayed::told() const {
    std::string text;
    for (const Finding& each : findings) {
        if (!text.empty()) text += "\n";
        if (each.severity == Severity::warning) text += "warning: ";
        text += in_words(each.check, each.line, each.claimed, each.computed);
    }
    return text;
}

std::string finding(Check check, std::size_t index, const std::string& claimed,
                    const std::string& computed) {
    return in_words(check, index + 1, claimed, computed);
}

Replayed replay(const std::vector<TraceLine>& lines, const Dialect& dialect,
                const ReplayOptions& options) {
    Collector collector;
    Replayer replayer{dialect, options, collector};
    std::string stack_text;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const TraceLine& line = lines[i];
        switch (line.kind) {
            case TraceLine::Kind::step: replayer.step(step_of(line, i + 1, stack_text)); break;
            case TraceLine::Kind::unreadable: replayer.gap(); break;
            case TraceLine::Kind::report: {
                Report report;
                report.kind = line.report_kind;
                report.line = i + 1;
                report.output = view(line.output);
                report.is_creation = line.is_creation;
                report.gas_used = line.gas_used;
                report.error = line.error;
                report.halt = halt_of_end(line.error);
                replayer.report(report);
                break;
            }
        }
    }
    const ReplaySummary summary = replayer.finish();
    return {std::move(collector.findings), summary};
}

Replayed replay(const TraceBuilder& trace, const ReplayOptions& options) {
    return replay(trace.lines(), trace.style().dialect(), options);
}

Replayed replay_json(const std::string& text, const std::string& dialect) {
    ReaderOptions reader_options;
    if (!dialect.empty()) reader_options.dialect = find_dialect(dialect);
    auto reader = StepReader::over(text, reader_options);
    if (!reader) return {};
    Collector collector;
    Replayer replayer{reader->dialect(), {}, collector};
    replayer.replay_all(*reader);
    const ReplaySummary summary = replayer.finish();
    return {std::move(collector.findings), summary};
}

}  // namespace evmmem::test
