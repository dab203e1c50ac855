// SPDX-License-Identifier: MIT
// Says what traces would have cost if memory had been priced otherwise.
#include <unistd.h>

#include "app/host/interrupt.hpp"
#include "app/host/log.hpp"
#include "app/host/terminal.hpp"
#include "app/report/price_text.hpp"
#include "commands.hpp"
#include "trace_watch.hpp"
#include "traces/observers/memory_repricing.hpp"

namespace evmmem::app {
namespace {

/// The rules that were asked for: Osaka's, with other numbers for memory.
Rules rules_of(const PriceArguments& arguments) {
    Rules rules = fork_rules[static_cast<std::size_t>(Fork::osaka)];
    arguments.preset->apply(rules);
    for (const auto& [key, number] : arguments.settings)
        key.set(rules, number);
    return rules;
}

std::string rules_name(const PriceArguments& arguments) {
    return std::string{arguments.preset->name} + (arguments.settings.empty() ? "" : ", changed");
}

}  // namespace

ExitCode run(const PriceArguments& arguments, const GeneralOptions& general, Output& output) {
    const Rules rules = rules_of(arguments);
    if (const std::string_view wrong = contradiction(rules); !wrong.empty()) {
        log_error("--set: {}", wrong);
        return ExitCode::usage;
    }
    notice_interrupts();
    const Palette palette{wants_color(general.color, STDOUT_FILENO)};
    const std::size_t columns = text_columns(STDOUT_FILENO);
    ExitCode code = ExitCode::agrees;
    PriceTotals totals;
    for (const std::string& file : arguments.files) {
        traces::MemoryRepricing repricing{rules};
        const Watched watched = watch(file, arguments, general, repricing, [] { return false; });
        code = worse(code, watched.code);
        if (watched.summary.is_truncated || watched.summary.gaps > 0)
            code = worse(code, ExitCode::incomplete);
        if (watched.summary.steps == 0 && watched.code != ExitCode::agrees) continue;
        repricing.finish();
        const PricedTrace trace{.file = file,
                                .rules = rules_name(arguments),
                                .transactions = repricing.transactions(),
                                .findings = watched.summary.findings,
                                .gaps = watched.gaps};
        totals.add(trace);
        output.write(arguments.format == ListFormat::json ? price_json(trace)
                                                          : price_text(trace, columns, palette));
        if (watched.code == ExitCode::interrupted) break;
    }
    if (arguments.format == ListFormat::text && totals.transactions > 1)
        output.write("\n" + price_totals_text(totals, columns, palette));
    return code;
}

}  // namespace evmmem::app
