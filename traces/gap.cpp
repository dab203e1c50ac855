// SPDX-License-Identifier: MIT
#include "gap.hpp"

namespace evmmem::traces {

std::vector<Gap> gaps_of(const ReplaySummary& summary, std::uint64_t errors, bool is_ended_by_error,
                         bool was_interrupted) {
    std::vector<Gap> gaps;
    const auto note = [&gaps](bool is_there, Gap gap) {
        if (is_there) gaps.push_back(gap);
    };
    note(was_interrupted || summary.was_cancelled, Gap::interrupted);
    note(errors > (is_ended_by_error ? 1 : 0), Gap::unread_lines);
    note(is_ended_by_error, Gap::unread_rest);
    note(summary.gaps > errors, Gap::missing_steps);
    note(summary.is_truncated && !was_interrupted, Gap::truncated);
    note(summary.unknown_instructions > 0, Gap::unknown_instructions);
    note(summary.memory_limit.has_value(), Gap::memory_limit);
    note(summary.hash_limit.has_value(), Gap::hash_limit);
    note(summary.copy_limit.has_value(), Gap::copy_limit);
    return gaps;
}

std::optional<Gap> gap_of_nothing(const ReplaySummary& summary, bool has_read_an_end) {
    if (summary.steps == 0 && !has_read_an_end) return Gap::no_step;
    if (summary.steps > 0 && checks_made(summary) == 0) return Gap::no_check;
    return std::nullopt;
}

std::uint64_t checks_made(const ReplaySummary& summary) {
    std::uint64_t made = 0;
    for (const CheckCount& count : summary.checks)
        made += count.made;
    return made;
}

}  // namespace evmmem::traces
