// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <sstream>

#include "app/backends/backend.hpp"
#include "app/bench/bench_once.hpp"
#include "app/commands/commands.hpp"
#include "app/host/interrupt.hpp"
#include "app/host/log.hpp"
#include "app/host/process.hpp"
#include "app/host/result_file.hpp"
#include "app/host/ticker.hpp"
#include "app/host/whole_file.hpp"
#include "app/text/escape.hpp"
#include "gate_report.hpp"
#include "gate_runner.hpp"
#include "gate_sources.hpp"
#include "gate_workers.hpp"

namespace evmmem::app {
namespace {

constexpr double instruction_tolerance = 0.01;
// What earlier comparisons left of their budgets a later one may use, up to so many budgets in all.
constexpr double budgets_max = 3;
// Samples of each subject in a stored run.
constexpr int stored_samples = 64;

/// The options of a child that do not choose its subject.
std::vector<std::string> child_words(const GateArguments& arguments, GateSide side,
                                     bool with_digest, std::uint64_t noise_seed) {
    std::vector<std::string> words = {"--seconds",
                                      fmt::format("{}", with_digest ? 0.0 : arguments.seconds)};
    if (with_digest) words.emplace_back("--digest");
    if (side == GateSide::head && arguments.slowdown != 0) {
        words.emplace_back("--slowdown");
        words.push_back(fmt::format("{}", arguments.slowdown));
    }
    if (arguments.is_counting) {
        words.emplace_back("--count");
        words.emplace_back("--noise-seed");
        words.push_back(fmt::format("{}", noise_seed));
    }
    return words;
}

/// Whether a program of that name is in PATH.
bool is_installed(std::string_view program) {
    const char* path = std::getenv("PATH");
    if (path == nullptr) return false;
    std::istringstream folders{path};
    for (std::string folder; std::getline(folders, folder, ':');)
        if (access(fmt::format("{}/{}", folder, program).c_str(), X_OK) == 0) return true;
    return false;
}

class Gate {
public:
    Gate(const GateArguments& arguments, const GeneralOptions& general)
        : arguments_{arguments}, ticker_{general}, random_{arguments.order_seed} {
        report_.environment = this_environment();
        report_.head = arguments.head;
        report_.base = arguments.baseline.empty() ? arguments.base : arguments.baseline;
        if (!arguments.backends.empty()) {
            report_.base = arguments.backends[0];
            report_.head = arguments.backends[1];
        }
        report_.tolerance = arguments.tolerance;
        report_.error = arguments.error;
        report_.seed = arguments.order_seed;
        report_.is_counting = arguments.witness == GateWitness::instructions;
        report_.is_stored = !arguments.baseline.empty();
    }

    GateReport run(const StoredRun* stored) {
        const auto subjects = gate_subjects(arguments_);
        look_for_workers(subjects);
        GateRules rules;
        rules.tolerance = arguments_.tolerance;
        rules.error = arguments_.error;
        rules.comparisons = static_cast<int>(subjects.size());
        for (const GateSubject& subject : subjects) {
            if (is_interrupted()) break;
            place_ = fmt::format("{} ({} of {})", subject.name, report_.comparisons.size() + 1,
                                 subjects.size());
            ticker_.show(place_);
            report_.comparisons.push_back(report_.is_counting ? count(subject)
                                                              : compare(subject, rules, stored));
        }
        ticker_.wipe();
        return std::move(report_);
    }

    /// Measures the head alone, to be the base of later gates.
    std::expected<StoredRun, std::string> measure_head() {
        StoredRun run;
        run.environment = this_environment();
        for (const GateSubject& subject : gate_subjects(arguments_)) {
            StoredRun::Subject stored{subject.name, {}};
            for (int i = 0; i < stored_samples && !is_interrupted(); ++i) {
                ticker_.show(fmt::format("{} {}/{}", subject.name, i + 1, stored_samples));
                auto sample = take(subject, GateSide::head, false);
                if (i == 0 && sample) {
                    const auto digested = take(subject, GateSide::head, true);
                    if (!digested) return std::unexpected{digested.error()};
                    sample->result_digest = digested->result_digest;
                }
                if (!sample)
                    return std::unexpected{fmt::format("{}: {}", subject.name, sample.error())};
                stored.samples.push_back(std::move(*sample));
            }
            run.subjects.push_back(std::move(stored));
        }
        ticker_.wipe();
        return run;
    }

private:
    std::expected<OnceSample, std::string> take(const GateSubject& subject, GateSide side,
                                                bool with_digest) {
        return sample_of(program_of(side), subject_of(arguments_, subject, side),
                         child_words(arguments_, side, with_digest, random_.next()));
    }

    GateComparison compare(const GateSubject& subject, const GateRules& rules,
                           const StoredRun* stored) {
        const StoredRun::Subject* base = nullptr;
        if (stored != nullptr) {
            for (const StoredRun::Subject& each : stored->subjects)
                if (each.name == subject.name) base = &each;
            const std::string why = base == nullptr
                                        ? "the stored run does not have it"
                                        : difference(stored->environment, report_.environment);
            if (!why.empty()) {
                GateComparison comparison;
                comparison.name = subject.name;
                comparison.reason = why;
                return comparison;
            }
        }
        const TakeSample take_sample_of =
            [&](GateSide side, bool with_digest) -> std::expected<OnceSample, std::string> {
            if (side == GateSide::head || base == nullptr) return take(subject, side, with_digest);
            if (with_digest) return base->samples.front();
            return base->samples[random_.below(base->samples.size())];
        };
        const TakePair take_pair = [&](bool is_base_first) {
            return measure_workers(
                {worker_command(subject, GateSide::base), worker_command(subject, GateSide::head)},
                {}, is_base_first, random_);
        };
        const auto start = std::chrono::steady_clock::now();
        const auto seconds_taken = [&] {
            return std::chrono::duration<double>{std::chrono::steady_clock::now() - start}.count();
        };
        const double seconds_max =
            std::min(arguments_.budget + seconds_saved_, budgets_max * arguments_.budget);
        const AskPatience ask = [&](const GateTrial& trial) {
            ticker_.show(progress(trial));
            if (is_interrupted()) return Patience::interrupted;
            // Counts take what they take: no clock decides about them.
            return !arguments_.is_counting && seconds_taken() > seconds_max ? Patience::out_of_time
                                                                            : Patience::goes_on;
        };
        GateComparison comparison = compare_sides(
            subject.name, take_sample_of,
            report_.has_workers ? take_pair : pairs_of(take_sample_of), rules, random_, ask);
        seconds_saved_ = std::max(0.0, seconds_saved_ + arguments_.budget - seconds_taken());
        if (comparison.is_open && arguments_.witness == GateWitness::both && base == nullptr) {
            ticker_.show(place_ + " under cachegrind, since time does not tell");
            call_second_witness(
                comparison, [&](GateSide side) { return instructions(subject, side); },
                arguments_.tolerance);
        }
        return comparison;
    }

    GateComparison count(const GateSubject& subject) {
        return compare_counts(
            subject.name,
            [&](GateSide side, bool with_digest) { return take(subject, side, with_digest); },
            [&](GateSide side) {
                ticker_.show(place_ + " under cachegrind");
                return instructions(subject, side);
            },
            arguments_.tolerance);
    }

    const std::string& program_of(GateSide side) const {
        return side == GateSide::base ? arguments_.base : arguments_.head;
    }

    std::expected<double, std::string> instructions(const GateSubject& subject, GateSide side) {
        return instructions_of(program_of(side), subject_of(arguments_, subject, side),
                               side == GateSide::head ? arguments_.slowdown : 0);
    }

    std::vector<std::string> worker_command(const GateSubject& subject, GateSide side) const {
        std::vector<std::string> words = {program_of(side), "bench", "--worker", "--processor",
                                          fmt::format("{}", current_processor())};
        const auto more = subject_of(arguments_, subject, side).words;
        words.insert(words.end(), more.begin(), more.end());
        if (side == GateSide::head && arguments_.slowdown != 0) {
            words.emplace_back("--slowdown");
            words.push_back(fmt::format("{}", arguments_.slowdown));
        }
        return words;
    }

    /// Workers are asked where both sides have them, and time is what is measured.
    void look_for_workers(const std::vector<GateSubject>& subjects) {
        if (report_.is_stored || report_.is_counting || arguments_.is_counting || subjects.empty())
            return;
        for (const GateSide side : {GateSide::base, GateSide::head})
            if (report_.why_no_workers.empty())
                report_.why_no_workers = why_no_worker(worker_command(subjects.front(), side));
        report_.has_workers = report_.why_no_workers.empty();
    }

    std::string progress(const GateTrial& trial) const {
        const auto pairs = trial.first_samples().size() + trial.fresh_samples().size();
        if (trial.is_confirming())
            return fmt::format("{} pair {}, slower; confirming", place_, pairs + 1);
        const Spread ratio = trial.ratio();
        if (ratio.high == 0) return fmt::format("{} pair {}", place_, pairs + 1);
        return fmt::format("{} pair {}, undecided: {:+.1f}% .. {:+.1f}%", place_, pairs + 1,
                           (ratio.low - 1) * 100, (ratio.high - 1) * 100);
    }

    const GateArguments& arguments_;
    Ticker ticker_;
    traces::PatternRandom random_;
    GateReport report_;
    std::string place_;         // of the comparison that runs, for the progress line
    double seconds_saved_ = 0;  // of the budgets of the comparisons before
};

std::expected<StoredRun, std::string> read_stored_run(const std::string& path) {
    const auto text = read_whole(path);
    if (!text) return std::unexpected{text.error()};
    return stored_run_from(*text);
}

/// The gate's own test: the same program on both sides must not fail, a planted slowdown must.
ExitCode self_test(GateArguments arguments, const GeneralOptions& general, Output& output) {
    arguments.base = arguments.head;
    arguments.baseline.clear();
    const GateVerdict same = Gate{arguments, general}.run(nullptr).verdict();
    arguments.slowdown = 0.10;
    const GateVerdict slower = Gate{arguments, general}.run(nullptr).verdict();
    const bool is_quiet = same != GateVerdict::fail;
    const bool is_alert = slower == GateVerdict::fail;
    output.write(
        fmt::format("the same program on both sides: {} ({})\n"
                    "a planted slowdown of 10%: {} ({})\n",
                    name(same), is_quiet ? "as it must be" : "a false alarm", name(slower),
                    is_alert ? "as it must be" : "it was missed"));
    if (!is_quiet || !is_alert) {
        // Missed because the machine is too noisy is not the same as a gate that is wrong.
        return !is_quiet || slower == GateVerdict::pass ? ExitCode::findings : ExitCode::incomplete;
    }
    return is_interrupted() ? ExitCode::interrupted : ExitCode::agrees;
}

/// A baseline may be replaced by the run that passed; what is measured may not.
bool may_write_results(const GateArguments& arguments) {
    std::vector<std::string> inputs = arguments.traces;
    inputs.insert(inputs.end(), {arguments.base, arguments.head});
    inputs.insert(inputs.end(), arguments.backends.begin(), arguments.backends.end());
    if (!may_write("--save", arguments.save, inputs)) return false;
    inputs.push_back(arguments.baseline);
    return std::ranges::all_of(arguments.reports, [&](const auto& report) {
        return may_write("--report", report.second, inputs);
    });
}

}  // namespace

ExitCode run(const GateArguments& given, const GeneralOptions& general, Output& output) {
    const Palette palette{wants_color(general.color, STDOUT_FILENO)};
    notice_interrupts();
    GateArguments arguments = given;
    if (!arguments.backends.empty()) {
        if (!arguments.base.empty() || !arguments.head.empty() || !arguments.baseline.empty() ||
            !arguments.save.empty() || arguments.is_self_test) {
            log_error(
                "--backend compares memories in this program: it goes with no --base, --head, "
                "--baseline, --save or --self-test");
            return ExitCode::usage;
        }
        for (const std::string& name : arguments.backends) {
            if (const Backend* builtin = builtin_backend(name)) {
                if (!builtin->is_baseline()) continue;
                log_error("{} is no memory, so its answers cannot be compared", name);
                return ExitCode::usage;
            }
            const auto path = plugin_path(name);
            if (path && access(path->c_str(), R_OK) == 0) continue;
            log_error("there is no backend '{}'; see 'evmmem bench --list'", escaped(name, 60));
            return path ? ExitCode::io : ExitCode::usage;
        }
        arguments.base = own_path();
    }
    if (arguments.head.empty()) arguments.head = own_path();
    if (arguments.patterns.empty() && arguments.traces.empty())
        for (const traces::Pattern& pattern : traces::patterns())
            arguments.patterns.push_back(&pattern);
    if (!arguments.has_order_seed) arguments.order_seed = std::random_device{}();
    if (arguments.with_instructions) arguments.witness = GateWitness::instructions;
    // Unasked, instructions are counted where they can be; the gate's own test counts operations.
    if (!arguments.has_witness && arguments.witness == GateWitness::both &&
        (arguments.is_counting || !is_installed("valgrind")))
        arguments.witness = GateWitness::time;
    if (arguments.witness == GateWitness::instructions && !arguments.has_tolerance)
        arguments.tolerance = instruction_tolerance;
    if (arguments.is_self_test) return self_test(arguments, general, output);
    if (!may_write_results(arguments)) return ExitCode::usage;

    if (arguments.base.empty() && arguments.baseline.empty()) {
        if (arguments.save.empty()) {
            log_error(
                "what is the base? --base EXECUTABLE, or --baseline FILE of an earlier --save\n"
                "try 'evmmem gate --help'");
            return ExitCode::usage;
        }
    } else {
        // A mistyped path must not become INCONCLUSIVE, which some let pass.
        for (const std::string& program : {arguments.base, arguments.head}) {
            if (!program.contains('/') || access(program.c_str(), X_OK) == 0) continue;
            log_error("{}: there is no such program", escaped(program));
            return ExitCode::io;
        }
        StoredRun stored;
        if (!arguments.baseline.empty()) {
            auto read = read_stored_run(arguments.baseline);
            if (!read) {
                log_error("{}: {}", escaped(arguments.baseline), read.error());
                return ExitCode::io;
            }
            stored = std::move(*read);
        }
        const GateReport report =
            Gate{arguments, general}.run(arguments.baseline.empty() ? nullptr : &stored);
        if (is_interrupted()) return ExitCode::interrupted;
        output.write(formatted(report, arguments.format, palette));
        for (const auto& [format, path] : arguments.reports) {
            const ExitCode written = write_result(path, formatted(report, format, Palette{false}));
            if (written != ExitCode::agrees) return written;
        }
        if (const ExitCode code = exit_code(report.verdict(), arguments.inconclusive_is);
            arguments.save.empty() || code != ExitCode::agrees)
            return code;
    }

    // --save: of a head that passed, or of a head alone.
    const auto measured = Gate{arguments, general}.measure_head();
    if (is_interrupted()) return ExitCode::interrupted;
    if (!measured) {
        log_error("{}", escaped(measured.error()));
        return ExitCode::io;
    }
    return write_result(arguments.save, to_json(*measured));
}

}  // namespace evmmem::app
