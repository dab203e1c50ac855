// SPDX-License-Identifier: MIT
#include "diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"

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
            : fmt::format("memory grows beyond the limit, --max-memory {} raises it",
                          rounded_up_bytes(limit.bytes));
    return fmt::format("line {}: {}; it is not followed from there", limit.line, what);
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

ExitCode exit_code_of_part(traces::TraceError::Kind kind) {
    const ExitCode code = exit_code(kind);
    return code == ExitCode::incomplete ? ExitCode::not_a_trace : code;
}

}  // namespace evmmem::app
