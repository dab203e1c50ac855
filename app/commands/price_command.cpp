// SPDX-License-Identifier: MIT
// Says what traces would have cost under other rules.
#include <fmt/format.h>
#include <unistd.h>

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/host/interrupt.hpp"
#include "app/host/log.hpp"
#include "app/host/result_file.hpp"
#include "app/host/terminal.hpp"
#include "app/inputs/input_list.hpp"
#include "app/report/diagnostic.hpp"
#include "app/report/price_formats.hpp"
#include "app/report/price_report.hpp"
#include "app/report/price_sweep.hpp"
#include "app/text/escape.hpp"
#include "commands.hpp"
#include "trace_watch.hpp"
#include "traces/repricing/repricing.hpp"

namespace evmmem::app {
namespace {

/// All rules that are priced by: those to compare with, if any, then each point of the sweep.
struct PricedRules {
    std::vector<traces::StepPrices> rules;
    std::optional<std::size_t> before;
    std::vector<RuleKey> keys;  ///< that are swept over
    std::vector<PricePoint> points;

    std::size_t first() const { return before ? 1 : 0; }
};

std::expected<PricedRules, std::string> priced_rules(const PriceArguments& arguments) {
    PricedRules priced;
    std::uint64_t points = 1;
    for (const RuleSweep& sweep : arguments.sweeps) {
        priced.keys.push_back(sweep.key);
        points *= sweep.numbers.size();
        if (points > sweep_points_max)
            return std::unexpected{
                fmt::format("--sweep: the grid has more than {} points", sweep_points_max)};
    }
    priced.rules.reserve(points + 1);
    if (arguments.against) {
        priced.before = 0;
        priced.rules.emplace_back(*arguments.against);
    }
    RuleSet rules = arguments.rules;
    for (const auto& [key, number] : arguments.settings)
        rules.set(key, number, "--set");
    for (std::uint64_t i = 0; i < points; ++i) {
        PricePoint point;
        RuleSet here = rules;
        std::uint64_t rest = points;
        for (const RuleSweep& sweep : arguments.sweeps) {
            rest /= sweep.numbers.size();
            point.numbers.push_back(sweep.numbers[i / rest % sweep.numbers.size()]);
            here.set(sweep.key, point.numbers.back(), "--sweep");
        }
        if (const std::string_view wrong = evmmem::contradiction(here); !wrong.empty())
            return std::unexpected{
                fmt::format("{}: {}", arguments.sweeps.empty() ? "--set" : "--sweep", wrong)};
        priced.rules.emplace_back(here);
        priced.points.push_back(std::move(point));
    }
    return priced;
}

/// Options that do not go together, in words; empty: all do.
std::string_view contradiction(const PriceArguments& arguments) {
    const bool is_sweep = !arguments.sweeps.empty();
    const bool has_breakdown = arguments.by != PriceBreakdownBy::transaction;
    if (is_sweep && !arguments.plot.empty())
        return "--plot is of one set of rules, and --sweep of several";
    if (is_sweep && has_breakdown) return "--by is of one set of rules, and --sweep of several";
    if (has_breakdown && arguments.format == PriceFormat::csv)
        return "--by: csv lists transactions, and nothing else";
    return {};
}

/// Prices traces, one after another.
class Pricing {
public:
    Pricing(const PriceArguments& arguments, const GeneralOptions& general, PricedRules& rules,
            Output& output)
        : arguments_{arguments},
          general_{general},
          rules_{rules},
          output_{output},
          palette_{wants_color(general.color, STDOUT_FILENO)},
          columns_{text_columns(STDOUT_FILENO)},
          subject_{.rules = arguments.rules.name + (arguments.settings.empty() ? "" : ", changed"),
                   .against = arguments.against ? arguments.against->name : "",
                   .before = rules.before,
                   .after = rules.first()},
          breakdown_{subject_, arguments.top} {
        if (!is_sweep())
            reporter_ = price_reporter(arguments.format, subject_, columns_, palette_, output);
    }

    /// Whether to go on.
    bool price(const std::string& file) {
        traces::Repricing repricing{
            rules_.rules,
            {.by_instruction = arguments_.by == PriceBreakdownBy::instruction,
             .frames = arguments_.by == PriceBreakdownBy::frame ? arguments_.top : 0,
             .compares_first = rules_.before.has_value()},
            [&](const traces::PricedTransaction& transaction) { take(file, transaction); }};
        const Watched watched =
            watch(file, arguments_, general_, repricing, [&] { return output_.is_closed(); });
        code_ = worse(code_, watched.code);
        if (watched.summary.is_truncated || watched.summary.gaps > 0)
            code_ = worse(code_, ExitCode::incomplete);
        if (watched.summary.steps == 0 && watched.code != ExitCode::agrees) return true;
        repricing.finish(watched.summary.findings);
        if (reporter_) {
            PricedTraceEnd end{
                .findings = watched.summary.findings, .gaps = watched.gaps, .not_priced = {}};
            for (const RuleKey key : not_priced(watched.summary))
                end.not_priced.push_back(key.text());
            reporter_->trace_is_over(file, end);
        }
        return watched.code != ExitCode::interrupted && !output_.is_closed();
    }

    ExitCode finish() {
        const PriceTotals& totals = rules_.points.front().totals;
        if (reporter_)
            reporter_->finish(totals, breakdown_);
        else
            output_.write(price_sweep(arguments_.format, subject_, rules_.keys, rules_.points,
                                      columns_, palette_));
        if (!arguments_.plot.empty() && !is_interrupted())
            code_ = worse(code_, write_result(arguments_.plot, price_svg(subject_, totals)));
        return code_;
    }
    void has_gone_wrong(ExitCode code) { code_ = worse(code_, code); }

private:
    bool is_sweep() const { return !arguments_.sweeps.empty(); }

    void take(const std::string& file, const traces::PricedTransaction& transaction) {
        for (std::size_t i = 0; i < rules_.points.size(); ++i) {
            const PriceRow row = price_row(transaction, rules_.before, rules_.first() + i);
            rules_.points[i].totals.add(file, row, arguments_.top);
            if (!reporter_) continue;
            reporter_->transaction(file, row);
            if (row.has_change()) breakdown_.add(file, transaction);
        }
    }

    std::vector<RuleKey> not_priced(const traces::ReplaySummary& summary) const {
        ForkSet forks;
        for (const traces::ForkRun& run : summary.fork_runs)
            forks |= run.forks;
        const traces::ChangedRules& rules = rules_.rules.back().rules();
        if (!rules_.before) return rules.not_priced(forks);
        return rules.not_priced(ForkSet::all(), &rules_.rules.front().rules());
    }

    const PriceArguments& arguments_;
    const GeneralOptions& general_;
    PricedRules& rules_;
    Output& output_;
    Palette palette_;
    std::size_t columns_;
    PriceSubject subject_;
    PriceBreakdown breakdown_;
    std::unique_ptr<PriceReporter> reporter_;  ///< of a sweep none
    ExitCode code_ = ExitCode::agrees;
};

}  // namespace

ExitCode run(const PriceArguments& arguments, const GeneralOptions& general, Output& output) {
    auto rules = priced_rules(arguments);
    if (!rules) {
        log_error("{}", rules.error());
        return ExitCode::usage;
    }
    if (const std::string_view wrong = contradiction(arguments); !wrong.empty()) {
        log_error("{}", wrong);
        return ExitCode::usage;
    }
    if (!may_write("--plot", arguments.plot, arguments.files)) return ExitCode::usage;
    notice_interrupts();
    Pricing pricing{arguments, general, *rules, output};
    const std::string no_list;
    InputList inputs{arguments.files, no_list};
    while (const auto input = inputs.next()) {
        if (input->kind == Input::Kind::failed) {
            log_error("{}: {}", escaped(input->name), escaped(input->error->message));
            pricing.has_gone_wrong(exit_code(input->error->kind));
        }
        // In a folder, what is named as a trace.
        const bool is_chosen = input->kind == Input::Kind::file &&
                               (!input->group || is_named_as_trace(input->name, false));
        if (is_chosen && !pricing.price(input->name)) break;
    }
    return pricing.finish();
}

}  // namespace evmmem::app
