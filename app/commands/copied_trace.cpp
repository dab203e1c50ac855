// SPDX-License-Identifier: MIT
#include "copied_trace.hpp"

#include <algorithm>
#include <string_view>

#include "app/host/interrupt.hpp"
#include "app/host/log.hpp"
#include "app/report/converted_text.hpp"

namespace evmmem::app {

std::optional<MadeTrace> without_copy(const Watched& watched, bool is_closed) {
    if (watched.code == ExitCode::interrupted || is_interrupted() || is_closed)
        return MadeTrace{is_interrupted() ? ExitCode::interrupted : watched.code, false};
    if (watched.summary.steps == 0 && watched.code != ExitCode::agrees)
        return MadeTrace{watched.code, false};
    return std::nullopt;
}

std::vector<std::string> gaps_to_say(const Watched& watched) {
    std::vector<std::string> gaps = watched.gaps;
    std::erase_if(gaps, [&](const std::string& gap) {
        return std::ranges::find(watched.gaps_said, gap) != watched.gaps_said.end();
    });
    return gaps;
}

ExitCode code_of_copy(ExitCode code, const std::string& file, const Watched& watched) {
    if (watched.summary.findings == 0) return code;
    log_warning("{}", copied_findings_text(
                          file, watched.summary.findings,
                          watched.may_be_misjudged ? watched.dialect->name : std::string_view{}));
    return worse(code, watched.may_be_misjudged ? ExitCode::incomplete : ExitCode::findings);
}

}  // namespace evmmem::app
