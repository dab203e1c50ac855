// SPDX-License-Identifier: MIT
// What came of comparing two traces, and how it is printed: for people, and as JSON.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "app/host/exit_code.hpp"
#include "app/host/palette.hpp"
#include "app/host/terminal.hpp"
#include "traces/compare/trace_difference.hpp"
#include "traces/replay_summary.hpp"

namespace evmmem::app {

enum class DiffVerdict : std::uint8_t {
    same,  ///< all that both show was compared, and is alike
    different,
    incomplete  ///< alike, as far as they could be read and compared
};

std::string_view name(DiffVerdict verdict);

struct DiffReport {
    struct Trace {
        std::string file;     ///< as the user named it: foreign text
        std::string dialect;  ///< its name
        traces::ReplaySummary summary;
        std::vector<std::string> gaps;  ///< why it is not whole; sentences without a full stop
    };
    std::array<Trace, 2> traces;
    DiffVerdict verdict = DiffVerdict::incomplete;
    ExitCode code = ExitCode::incomplete;

    std::deque<traces::TraceDifference> differences;  ///< the first ones
    std::uint64_t difference_count = 0;               ///< all
    std::array<std::uint64_t, traces::TraceDifference::kind_count> by_kind{};

    std::uint64_t transactions = 0;  ///< compared with each other
    traces::ComparedCounts compared{};
    traces::ComparedFields ignored;
    std::uint64_t stops_left_out = 0;
};

/// Lines, the last with a newline; none is longer than `columns` but those with the files' names.
std::string diff_text(const DiffReport& report, std::size_t columns, const Palette& palette);
/// One object, with a newline: the keys that app/schema/README.md documents.
std::string diff_json(const DiffReport& report);

}  // namespace evmmem::app
