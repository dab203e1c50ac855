// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>

#include "app/backends/backend_check.hpp"
#include "app/backends/plugin.hpp"
#include "app/commands/commands.hpp"
#include "app/host/hang_watch.hpp"
#include "app/host/interrupt.hpp"
#include "app/host/log.hpp"
#include "app/host/result_file.hpp"
#include "app/host/terminal.hpp"
#include "app/host/ticker.hpp"
#include "app/host/whole_file.hpp"
#include "app/text/escape.hpp"
#include "bench_compare.hpp"
#include "bench_engine.hpp"
#include "bench_list.hpp"
#include "bench_once.hpp"
#include "bench_preset.hpp"
#include "bench_report.hpp"
#include "bench_source.hpp"
#include "bench_worker.hpp"

namespace evmmem::app {
namespace {

/// A backend that was asked for, or what its plug-in said of each program.
struct Contender {
    Backend backend;
    std::vector<BackendVerdict> verdicts;  // of a plug-in; one a program
};

std::expected<std::deque<BenchCase>, SourceError> cases_of(const BenchArguments& arguments) {
    std::deque<BenchCase> cases;
    if (!arguments.preset.empty()) {
        for (const Target& target : spec_targets())
            cases.push_back({std::string{target.name}, target.program()});
        return cases;
    }
    for (const std::uint64_t size : arguments.sizes)
        for (const traces::Pattern* pattern : arguments.patterns)
            cases.push_back(pattern_case(
                *pattern, {.size = size, .seed = arguments.seed, .ops = arguments.ops}));
    for (const std::string& file : arguments.traces) {
        auto subject = trace_case(file);
        if (!subject) return std::unexpected{subject.error()};
        cases.push_back(std::move(*subject));
    }
    return cases;
}

/// The backends by name; plug-ins are judged before they are loaded into this process.
std::expected<std::vector<Contender>, SourceError> contenders_of(
    const BenchArguments& arguments, const std::vector<AccessProgram>& programs, Ticker& ticker) {
    std::vector<Contender> contenders;
    std::vector<std::pair<std::size_t, std::string>> plugins;
    for (const std::string& name : arguments.backends) {
        if (const Backend* builtin = builtin_backend(name)) {
            contenders.push_back({*builtin, {}});
        } else if (const auto path = plugin_path(name)) {
            ticker.show("checking " + *path);
            plugins.emplace_back(contenders.size(), *path);
            contenders.push_back(
                {{},
                 check_plugin(*path, programs, std::chrono::seconds{arguments.plugin_timeout})});
        } else {
            return std::unexpected{SourceError{
                ExitCode::usage,
                fmt::format(
                    "there is no backend '{}'; see 'evmmem bench --list', and scripts/peers for "
                    "revm and geth",
                    escaped(name, 60))}};
        }
    }
    for (const auto& [place, path] : plugins) {
        auto loaded = load_plugin(path);
        if (!loaded) return std::unexpected{SourceError{ExitCode::io, escaped(loaded.error())}};
        contenders[place].backend = std::move(*loaded);
    }
    // Two of one name would be mixed up in every report.
    std::map<std::string, int> seen;
    for (Contender& contender : contenders)
        if (const int count = ++seen[contender.backend.name]; count > 1)
            contender.backend.name += fmt::format("-{}", count);
    return contenders;
}

const std::vector<double>* baseline_samples(const std::vector<BenchRow>& rows) {
    for (const BenchRow& row : rows)
        if (row.backend == baseline_name && !row.samples.empty()) return &row.samples;
    return nullptr;
}

/// Checks every pair, times those that are right, and says what came of it.
struct Measured {
    BenchReport report;
    std::string google_json;
};

/// Nothing that runs in this process can end a plug-in that hangs in the middle of a sample.
[[noreturn]] void end_hanging(std::string_view benchmark, std::uint64_t seconds) {
    log_error("{} hangs: it did not come back for {} s; --plugin-timeout gives it more",
              escaped(benchmark), seconds);
    _exit(to_int(ExitCode::findings));
}

EngineResult time_pairs(const BenchArguments& arguments, std::span<const BenchPair> pairs,
                        Ticker& ticker) {
    std::mutex mutex;
    std::string running;
    std::optional<HangWatch> watch;
    if (std::ranges::any_of(pairs, [](const BenchPair& pair) { return pair.backend->is_plugin(); }))
        watch.emplace(std::chrono::seconds{arguments.plugin_timeout}, [&] {
            const std::lock_guard lock{mutex};
            end_hanging(running, arguments.plugin_timeout);
        });
    return time_backends(
        pairs, {.repetitions = arguments.repetitions, .seconds = arguments.seconds},
        [&](std::string_view name) {
            ticker.show(name);
            const std::lock_guard lock{mutex};
            running = name;
        },
        [&] {
            if (watch) watch->alive();
            return !is_interrupted();
        });
}

Measured measure(const BenchArguments& arguments, const std::deque<BenchCase>& cases,
                 const std::vector<Contender>& contenders, Ticker& ticker) {
    Measured measured;
    BenchReport& report = measured.report;
    report.environment = this_environment();
    report.seed = arguments.seed;
    report.repetitions = arguments.repetitions;
    for (const bool is_plugin : {false, true})
        for (const Contender& contender : contenders)
            if (contender.backend.is_plugin() == is_plugin)
                report.builds.push_back({contender.backend.name, contender.backend.build});

    std::vector<BenchPair> pairs;
    std::vector<std::pair<std::size_t, std::size_t>> places;  // of each pair: subject, row
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const BenchCase& each = cases[i];
        report.subjects.push_back({.name = each.name,
                                   .ops = each.program.ops().size(),
                                   .bytes = each.program.bytes_moved(),
                                   .digest = each.program.digest(),
                                   .is_cut = each.program.is_full(),
                                   .rows = {}});
        for (const Contender& contender : contenders) {
            if (is_interrupted()) return measured;
            ticker.show(fmt::format("checking {}/{}", each.name, contender.backend.name));
            const BackendVerdict verdict =
                contender.backend.is_plugin()
                    ? contender.verdicts[i]
                    : check_backend(contender.backend, each.program, is_interrupted);
            if (verdict) {
                pairs.push_back({&each, &contender.backend});
                places.emplace_back(i, report.subjects[i].rows.size());
            }
            report.subjects[i].rows.push_back({.backend = contender.backend.name,
                                               .wrong = verdict ? "" : verdict.error(),
                                               .samples = {},
                                               .ratio = {}});
        }
    }

    EngineResult timed = time_pairs(arguments, pairs, ticker);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        BenchRow& row = report.subjects[places[i].first].rows[places[i].second];
        row.samples = std::move(timed.samples[i]);
        if (row.samples.empty())
            row.wrong = timed.errors[i].empty() ? "nothing was measured" : timed.errors[i];
    }
    for (BenchSubject& subject : report.subjects)  // growth alone moves nothing to compare with
        if (const auto* base = baseline_samples(subject.rows); base && subject.bytes != 0)
            for (BenchRow& row : subject.rows)
                if (!row.samples.empty()) row.ratio = ratio_spread(row.samples, *base);
    measured.google_json = std::move(timed.google_json);
    return measured;
}

/// The targets' figures of the first backend that is not the baseline.
std::vector<TargetResult> target_results(const BenchReport& report) {
    std::vector<TargetResult> results;
    for (std::size_t i = 0; i < spec_targets().size(); ++i)
        for (const BenchRow& row : report.subjects[i].rows)
            if (row.backend != baseline_name) {
                results.push_back(judge_target(spec_targets()[i], report.subjects[i], row));
                break;
            }
    return results;
}

std::string formatted(const BenchArguments& arguments, const Measured& measured,
                      std::span<const TargetResult> targets, const Palette& palette) {
    const BenchReport& report = measured.report;
    const bool is_preset = !arguments.preset.empty();
    switch (arguments.format) {
        case BenchFormat::text:
            return (is_preset ? preset_text(targets, palette) + "\n" : "") +
                   bench_text(report, palette, text_columns(STDOUT_FILENO));
        case BenchFormat::json:
            return is_preset ? preset_json(targets, report.environment) : bench_json(report);
        case BenchFormat::csv: return is_preset ? preset_csv(targets) : bench_csv(report);
        case BenchFormat::markdown:
            return is_preset ? preset_markdown(targets) : bench_markdown(report);
        case BenchFormat::gbench: return measured.google_json;
    }
    return {};
}

std::string formatted(const BenchArguments& arguments, const BenchComparison& comparison,
                      const Palette& palette) {
    switch (arguments.format) {
        case BenchFormat::json: return comparison_json(comparison);
        case BenchFormat::markdown: return comparison_markdown(comparison);
        default: return comparison_text(comparison, palette, text_columns(STDOUT_FILENO));
    }
}

}  // namespace

ExitCode run(const BenchArguments& given, const GeneralOptions& general, Output& output) {
    const Palette palette{wants_color(general.color, STDOUT_FILENO)};
    if (given.is_list) {
        const auto format = given.format == BenchFormat::json ? ListFormat::json : ListFormat::text;
        output.write(bench_list(format, palette, text_columns(STDOUT_FILENO)));
        return ExitCode::agrees;
    }

    if (given.is_once) {
        const auto sample = take_sample(given);
        if (!sample) {
            log_error("{}", escaped(sample.error()));
            return ExitCode::io;
        }
        output.write(to_json(*sample));
        return ExitCode::agrees;
    }

    if (given.is_worker) {
        const auto served = serve_worker(given, std::cin, [&](const std::string& line) {
            output.write(line + "\n");
            output.flush();
        });
        if (served) return ExitCode::agrees;
        log_error("{}", escaped(served.error()));
        return ExitCode::io;
    }

    BenchArguments arguments = given;
    if (arguments.patterns.empty() && arguments.traces.empty())
        for (const traces::Pattern& pattern : traces::patterns())
            arguments.patterns.push_back(&pattern);
    if (arguments.backends.empty()) {
        if (!arguments.preset.empty())
            arguments.backends = {"evmmem", std::string{baseline_name}};
        else
            for (const Backend& backend : builtin_backends())
                arguments.backends.push_back(backend.name);
    }
    // Every figure is related to it.
    if (std::ranges::find(arguments.backends, baseline_name) == arguments.backends.end())
        arguments.backends.emplace_back(baseline_name);

    if (!arguments.compare.empty() &&
        (!arguments.preset.empty() || arguments.format == BenchFormat::csv ||
         arguments.format == BenchFormat::gbench)) {
        log_error("--compare prints text, json or markdown, and goes with no --preset");
        return ExitCode::usage;
    }
    std::optional<OldBench> old;
    if (!arguments.compare.empty()) {
        // Read now, so that what is wrong with it is said before the measuring.
        const auto text = read_whole(arguments.compare);
        auto read = text ? old_bench_from(*text) : std::unexpected{text.error()};
        if (!read) {
            log_error("{}: {}", escaped(arguments.compare), read.error());
            return ExitCode::io;
        }
        old = std::move(*read);
    }
    if (!may_write("--plot", arguments.plot, arguments.traces) ||
        !may_write("--plot", arguments.plot, std::span{&arguments.compare, 1}) ||
        !may_write("--plot", arguments.plot, arguments.backends))
        return ExitCode::usage;
    notice_interrupts();
    Ticker ticker{general};
    const auto cases = cases_of(arguments);
    if (!cases) {
        log_error("{}", cases.error().message);
        return cases.error().code;
    }
    std::vector<AccessProgram> programs;
    for (const BenchCase& each : *cases)
        programs.push_back(each.program);
    const auto contenders = contenders_of(arguments, programs, ticker);
    if (!contenders) {
        ticker.wipe();
        log_error("{}", contenders.error().message);
        return contenders.error().code;
    }

    const Measured measured = measure(arguments, *cases, *contenders, ticker);
    ticker.wipe();
    if (is_interrupted()) return ExitCode::interrupted;
    const auto targets =
        arguments.preset.empty() ? std::vector<TargetResult>{} : target_results(measured.report);
    output.write(
        old ? formatted(arguments, compare_benches(std::move(*old), measured.report), palette)
            : formatted(arguments, measured, targets, palette));
    if (!arguments.plot.empty()) {
        const ExitCode written = write_result(arguments.plot, bench_svg(measured.report));
        if (written != ExitCode::agrees) return written;
    }
    ExitCode code = measured.report.has_wrong() ? ExitCode::findings : ExitCode::agrees;
    if (!arguments.preset.empty()) code = worse(code, judge_preset(targets));
    return code;
}

}  // namespace evmmem::app
