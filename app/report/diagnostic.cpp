// SPDX-License-Identifier: MIT
#include "diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "traces/gap.hpp"

namespace evmmem::app {

std::string diagnostic(std::string_view file, const traces::TraceError& error) {
    std::string text = escaped(file);
    if (error.line > 0) text += fmt::format(":{}", error.line);
    if (error.line > 0 && error.column > 0) text += fmt::format(":{}", error.column);
    text += ": ";
    if (!error.field.empty()) text += escaped(error.field, 60) + ": ";
    text += escaped(error.message);
    if (error.line == 0 || error.excerpt.empty()) return text;

    // The two parts are escaped each for itself, so that the caret's column is that of the second.
    const std::string_view excerpt = error.excerpt;
    const auto place = std::min<std::size_t>(error.excerpt_place, excerpt.size());
    const std::string before = escaped(excerpt.substr(0, place));
    const std::string margin = fmt::format("{:>6} | ", error.line);
    text += fmt::format("\n{}{}{}", margin, before, escaped(excerpt.substr(place)));
    if (error.column > 0)
        text += fmt::format("\n{:>6} | {}^", "", std::string(columns(before), ' '));
    return text;
}

std::string limit_text(const traces::MemoryLimit& limit) {
    const std::string what =
        limit.is_hosts
            ? fmt::format("the host has no room for {} of memory", counted(limit.bytes, "byte"))
            : fmt::format("memory goes beyond the limit, --max-memory {} suffices",
                          rounded_up_bytes(limit.bytes));
    return fmt::format("line {}: {}; it is not followed from there", limit.line, what);
}

namespace {

std::string limit_text(const traces::WorkLimit& limit, std::string_view work,
                       std::string_view option, std::string_view missing) {
    return fmt::format("line {}: {} beyond the limit, {} {} suffices; {} {}", limit.line, work,
                       option, rounded_up_bytes(limit.suffices), counted(limit.times, "time"),
                       missing);
}

}  // namespace

bool has_reached_limit(const traces::ReplaySummary& summary) {
    return summary.memory_limit || summary.hash_limit || summary.copy_limit;
}

std::vector<std::string> gaps_of(const traces::ReplaySummary& summary, std::uint64_t errors,
                                 const traces::TraceError* fatal, bool was_interrupted) {
    const auto text_of = [&](traces::Gap gap) -> std::string {
        using enum traces::Gap;
        switch (gap) {
            case interrupted: return "interrupted: what follows was not replayed";
            case unread_lines:
                return counted(errors - (fatal != nullptr ? 1 : 0), "line") + " could not be read";
            case unread_rest: return fmt::format("line {}: {}", fatal->line, fatal->message);
            case missing_steps:
                return "steps are missing in " + counted(summary.gaps - errors, "place");
            case truncated: return "the trace ends before its outermost frame does";
            case unknown_instructions:
                return counted(summary.unknown_instructions, "step") +
                       " of an instruction that no fork has";
            case memory_limit: return limit_text(*summary.memory_limit);
            case hash_limit:
                return limit_text(*summary.hash_limit, "hashing goes", "--max-hash",
                                  "a hash was not made");
            case copy_limit:
                return limit_text(*summary.copy_limit, "copying goes", "--max-copy",
                                  "a copy was not followed");
            case no_step:
            case no_check: break;  // gap_of_nothing() says these
        }
        std::unreachable();
    };
    std::vector<std::string> texts;
    for (const traces::Gap gap :
         traces::gaps_of(summary, errors, fatal != nullptr, was_interrupted))
        texts.push_back(text_of(gap));
    return texts;
}

std::vector<std::string> gaps_of_unread(const traces::StepReader& reader) {
    std::vector<std::string> gaps;
    for (const auto& answer : reader.unread_answers())
        gaps.push_back(
            fmt::format("line {}: {} was not replayed: {}", answer.line, answer.which, answer.why));
    if (const auto more = reader.unread_answer_count() - gaps.size(); more > 0)
        gaps.push_back(counted(more, "more answer") + " without steps");
    return gaps;
}

ExitCode exit_code(traces::TraceError::Kind kind) {
    using enum traces::TraceError::Kind;
    switch (kind) {
        case malformed:
        case truncated: return ExitCode::incomplete;
        case not_a_trace: return ExitCode::not_a_trace;
        case io: return ExitCode::io;
        case limit: return ExitCode::limit;
    }
    std::unreachable();
}

}  // namespace evmmem::app
