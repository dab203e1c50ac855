// SPDX-License-Identifier: MIT
// The exit codes of every command, and which of two is the worse. Scripts rely on the numbers; the
// README quotes them.
#pragma once

#include <cstdint>
#include <string_view>

namespace evmmem::app {

enum class ExitCode : std::uint8_t {
    agrees = 0,
    findings = 1,      ///< or a regression
    usage = 2,         ///< the command line was wrong
    incomplete = 3,    ///< or inconclusive: not all of the input could be checked
    not_a_trace = 10,  ///< or malformed from the start
    io = 11,           ///< an input could not be read, or an output not be written
    limit = 12,        ///< a limit was reached; the message names the option that raises it
    bug = 70,          ///< of evmmem's own
    interrupted = 130,
};

/// How bad an outcome is. A finding is worse than not having seen everything: it is certain.
constexpr int badness(ExitCode code) {
    switch (code) {
        case ExitCode::agrees: return 0;
        case ExitCode::incomplete: return 1;
        case ExitCode::findings: return 2;
        case ExitCode::not_a_trace: return 3;
        case ExitCode::limit: return 4;
        case ExitCode::io: return 5;
        case ExitCode::usage: return 6;
        case ExitCode::bug: return 7;
        case ExitCode::interrupted: return 8;
    }
    return 7;
}

/// All of them, the least bad first.
inline constexpr ExitCode exit_codes[] = {
    ExitCode::agrees,      ExitCode::incomplete, ExitCode::findings,
    ExitCode::not_a_trace, ExitCode::limit,      ExitCode::io,
    ExitCode::usage,       ExitCode::bug,        ExitCode::interrupted,
};

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

constexpr int to_int(ExitCode code) {
    return static_cast<int>(code);
}

}  // namespace evmmem::app
