// SPDX-License-Identifier: MIT
#include "gate_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "app/text/text_table.hpp"

namespace evmmem::app {
namespace {

std::string change(double ratio) {
    return fmt::format("{:+.1f}%", (ratio - 1) * 100);
}

std::string interval(const GateComparison& each) {
    if (each.ratio.low == 0 && each.ratio.high == 0) return "";
    return fmt::format("{} .. {}", change(each.ratio.low), change(each.ratio.high));
}

std::vector<std::string> gate_headings() {
    return {"comparison", "verdict", "head/base", "interval", "pairs", "memcpy"};
}

std::vector<std::string> cells(const GateReport& report, const GateComparison& each) {
    const bool has_ratio = each.pairs > 0 || report.is_counting;
    return {escaped(each.name),
            std::string{name(each.verdict)},
            has_ratio ? change(each.ratio.median) : "",
            interval(each),
            each.pairs > 0 ? fmt::format("{}", each.pairs) : "",
            each.pairs > 0 ? change(each.control.median) : ""};
}

std::vector<std::string> notes(const GateReport& report) {
    std::vector<std::string> notes;
    for (const GateComparison& each : report.comparisons)
        if (!each.reason.empty()) notes.push_back(escaped(each.name) + ": " + escaped(each.reason));
    if (!report.why_no_workers.empty())
        notes.push_back(escaped(report.why_no_workers) +
                        ": measured by a process for each sample, which tells less");
    if (report.is_stored)
        notes.emplace_back(
            "the base was measured some other time: weaker than two executables measured in turn");
    return notes;
}

/// One sentence for the whole.
std::string conclusion(const GateReport& report) {
    const auto count = [&](GateVerdict verdict) {
        return std::ranges::count(report.comparisons, verdict, &GateComparison::verdict);
    };
    return fmt::format(
        "{}: {} passed, {} failed, {} inconclusive; tolerance {:g}%, false alarms at most {:g}%",
        name(report.verdict()), count(GateVerdict::pass), count(GateVerdict::fail),
        count(GateVerdict::inconclusive), report.tolerance * 100, report.error * 100);
}

/// What an annotation says of one comparison.
std::string annotation(const GateReport& report, const GateComparison& each) {
    std::string text = fmt::format("{} {}", each.name, name(each.verdict));
    if (each.pairs > 0)
        text += fmt::format(": head takes {} of base's time ({}, {} pairs)",
                            change(each.ratio.median), interval(each), each.pairs);
    else if (report.is_counting)
        text += fmt::format(": head takes {} instructions", change(each.ratio.median));
    if (!each.reason.empty()) text += "; " + each.reason;
    return text;
}

/// What workflow commands cannot hold. Source: GitHub's toolkit, command.ts.
std::string command_escaped(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        switch (c) {
            case '%': safe += "%25"; break;
            case '\r': safe += "%0D"; break;
            case '\n': safe += "%0A"; break;
            default: safe += c;
        }
    }
    return safe;
}

}  // namespace

GateVerdict GateReport::verdict() const {
    // Nothing compared is nothing shown.
    if (comparisons.empty()) return GateVerdict::inconclusive;
    GateVerdict worst = GateVerdict::pass;
    for (const GateComparison& each : comparisons)
        worst = worse(worst, each.verdict);
    return worst;
}

ExitCode exit_code(GateVerdict verdict, InconclusiveIs inconclusive) {
    switch (verdict) {
        case GateVerdict::pass: return ExitCode::agrees;
        case GateVerdict::fail: return ExitCode::findings;
        case GateVerdict::inconclusive:
            switch (inconclusive) {
                case InconclusiveIs::itself: return ExitCode::incomplete;
                case InconclusiveIs::pass: return ExitCode::agrees;
                case InconclusiveIs::fail: return ExitCode::findings;
            }
    }
    return ExitCode::bug;
}

std::string gate_text(const GateReport& report, const Palette& palette) {
    using enum TextTable::Align;
    TextTable table{{left, left, right, right, right, right}};
    table.add_row(gate_headings());
    for (const GateComparison& each : report.comparisons)
        table.add_row(cells(report, each));
    const auto paint = [&](GateVerdict verdict, const std::string& line) {
        switch (verdict) {
            case GateVerdict::pass: return line;
            case GateVerdict::inconclusive: return palette.doubtful(line);
            case GateVerdict::fail: return palette.bad(line);
        }
        return line;
    };
    const auto lines = table.lines();
    std::string text = palette.strong(lines[0]) + "\n";
    for (std::size_t i = 1; i < lines.size(); ++i)
        text += paint(report.comparisons[i - 1].verdict, lines[i]) + "\n";
    text += "\n";
    for (const std::string& note : notes(report))
        text += palette.doubtful("note: " + note) + "\n";
    const std::string last = conclusion(report);
    text += (report.verdict() == GateVerdict::pass ? palette.good(last)
                                                   : paint(report.verdict(), last)) +
            "\n";
    return text;
}

std::string gate_markdown(const GateReport& report) {
    std::string text =
        fmt::format("### evmmem gate: {}\n\n| {} |\n| --- | --- | --: | --: | --: | --: |\n",
                    name(report.verdict()), fmt::join(gate_headings(), " | "));
    for (const GateComparison& each : report.comparisons)
        text += fmt::format("| {} |\n", fmt::join(cells(report, each), " | "));
    text += "\n";
    for (const std::string& note : notes(report))
        text += fmt::format("- {}\n", note);
    text += fmt::format("- {}\n", conclusion(report));
    return text + fmt::format("- {}; {}; {}\n", report.environment.program,
                              report.environment.compiler, report.environment.cpu);
}

std::string gate_annotations(const GateReport& report) {
    std::string text;
    for (const GateComparison& each : report.comparisons) {
        if (each.verdict == GateVerdict::pass) continue;
        text += fmt::format("::{} title=evmmem gate::{}\n",
                            each.verdict == GateVerdict::fail ? "error" : "warning",
                            command_escaped(annotation(report, each)));
    }
    if (text.empty())
        text = fmt::format("::notice title=evmmem gate::{}\n", command_escaped(conclusion(report)));
    return text;
}

std::string formatted(const GateReport& report, GateFormat format, const Palette& palette) {
    switch (format) {
        case GateFormat::text: return gate_text(report, palette);
        case GateFormat::json: return gate_json(report);
        case GateFormat::gbench: return gate_gbench(report);
        case GateFormat::junit: return gate_junit(report);
        case GateFormat::markdown: return gate_markdown(report);
        case GateFormat::annotations: return gate_annotations(report);
    }
    return {};
}

}  // namespace evmmem::app
