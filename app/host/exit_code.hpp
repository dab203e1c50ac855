// SPDX-License-Identifier: MIT
// The exit codes of every command, and which of two is the worse. Scripts rely on the numbers; the
// README quotes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace evmmem::app {

enum class ExitCode : std::uint8_t {
    agrees = 0,
    findings = 1,      ///< or a regression
    usage = 2,         ///< the command line was wrong
    incomplete = 3,    ///< or inconclusive: not all of the input could be checked
    not_a_trace = 10,  ///< or malformed, or cut off, before its first step
    io = 11,           ///< an input could not be read, or an output not be written
    limit = 12,        ///< a limit was reached; the message names the option that raises it
    bug = 70,          ///< of evmmem's own
    interrupted = 130,
};

/// All of them, the least bad first. A finding is certain, so it is worse than anything that kept
/// an input from being checked: no unreadable file hides it, and no limit.
inline constexpr ExitCode exit_codes[] = {
    ExitCode::agrees, ExitCode::incomplete, ExitCode::not_a_trace,
    ExitCode::limit,  ExitCode::io,         ExitCode::findings,
    ExitCode::usage,  ExitCode::bug,        ExitCode::interrupted,
};

/// The code of that number; nothing where there is none.
constexpr std::optional<ExitCode> exit_code_of(int number) {
    for (const ExitCode code : exit_codes)
        if (static_cast<int>(code) == number) return code;
    return std::nullopt;
}

/// How bad an outcome is: its place in the list.
constexpr int badness(ExitCode code) {
    int place = 0;
    while (exit_codes[place] != code && exit_codes[place] != ExitCode::interrupted)
        ++place;
    return place;
}

/// For people: what a code means.
constexpr std::string_view meaning(ExitCode code) {
    switch (code) {
        case ExitCode::agrees: return "everything was checked, and all of it agrees";
        case ExitCode::findings: return "a check failed, or a benchmark is slower than it was";
        case ExitCode::usage: return "the command line is wrong";
        case ExitCode::incomplete: return "nothing failed, but not everything could be checked";
        case ExitCode::not_a_trace: return "an input is not a trace";
        case ExitCode::io: return "an input could not be read, or an output not be written";
        case ExitCode::limit:
            return "a limit was reached; the message names the option that raises it";
        case ExitCode::bug: return "a bug of evmmem";
        case ExitCode::interrupted: return "interrupted";
    }
    return "a bug of evmmem";
}

constexpr ExitCode worse(ExitCode a, ExitCode b) {
    return badness(a) < badness(b) ? b : a;
}

/// The code of an input of which no step could be used: what lacks so much is no trace, however its
/// text was cut. A verdict of "unreadable" never comes with `incomplete`.
constexpr ExitCode without_trace(ExitCode code) {
    return code == ExitCode::incomplete ? ExitCode::not_a_trace : code;
}

constexpr int to_int(ExitCode code) {
    return static_cast<int>(code);
}

}  // namespace evmmem::app
