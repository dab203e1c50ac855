// SPDX-License-Identifier: MIT
#include "interleaved.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "thread_time.hpp"

namespace evmmem::bench {
namespace {

/// How long a contender runs in each round, in nanoseconds: long against the clock's 200, short
/// against the machine's moods.
constexpr double round_ns = 100'000;

struct Options {
    int rounds = 31;
    bool is_quick = false;
    bool is_checked = false;
};

/// A line of the closing table.
struct Result {
    std::string name;
    std::vector<std::pair<std::string, double>> ns;  // a unit, by contender
    std::optional<double> vs_best;
    std::optional<double> vs_floor;
    std::string verdict;  // of the promises; empty when there are none
    bool is_kept = true;
};

Options options;
std::vector<std::pair<std::string, std::function<Workload()>>> added;
std::vector<Result> results;
bool has_failed = false;

double time_runs(const Contender& contender, std::uint64_t runs) {
    std::uint64_t answers = 0;
    const double begin = thread_ns();
    for (std::uint64_t i = 0; i < runs; ++i)
        answers += contender.run();
    const double end = thread_ns();
    benchmark::DoNotOptimize(answers);
    return (end - begin) / static_cast<double>(runs);
}

std::uint64_t runs_a_round(const Contender& contender) {
    if (options.is_quick) return 1;
    const double once = std::max(time_runs(contender, 1), 1.0);
    const double estimate = std::max(time_runs(contender, once > round_ns ? 1 : 16), 1.0);
    return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(round_ns / estimate), 1, 1'000'000);
}

std::string formatted(const char* format, double a, double b) {
    char text[64];
    std::snprintf(text, sizeof text, format, a, b);
    return text;
}

/// Whether what is promised was kept, in words.
void judge(const Workload& workload, double ours_ns, Result& result) {
    const auto promise = [&result](bool is_kept, const std::string& text) {
        if (!result.verdict.empty()) result.verdict += ", ";
        result.verdict += (is_kept ? "kept: " : "BROKEN: ") + text;
        result.is_kept = result.is_kept && is_kept;
    };
    if (workload.vs_best_min != 0 && result.vs_best)
        promise(*result.vs_best >= workload.vs_best_min,
                formatted("%.2fx >= %.2fx", *result.vs_best, workload.vs_best_min));
    if (workload.ns_max != 0)
        promise(ours_ns <= workload.ns_max,
                formatted("%.3g ns <= %.3g ns", ours_ns, workload.ns_max));
    if (workload.vs_floor_max != 0 && result.vs_floor)
        promise(*result.vs_floor <= workload.vs_floor_max,
                formatted("%.2f of the floor <= %.2f", *result.vs_floor, workload.vs_floor_max));
}

void run_workload(benchmark::State& state, const std::function<Workload()>& make) {
    const Workload workload = make();
    const auto& contenders = workload.contenders;
    for (const Contender& contender : contenders)
        for (int i = 0; i < 2; ++i)  // a second run meets what the first one left
            if (contender.role != Contender::Role::floor && contender.run() != workload.expected) {
                has_failed = true;
                state.SkipWithError((contender.name + " gives a wrong answer").c_str());
                return;
            }

    std::vector<std::uint64_t> runs;
    for (const Contender& contender : contenders)
        runs.push_back(runs_a_round(contender));
    std::vector<std::vector<double>> times(contenders.size());
    std::size_t round = 0;
    for (auto _ : state) {
        for (std::size_t i = 0; i < contenders.size(); ++i) {
            const std::size_t turn = (i + round) % contenders.size();
            times[turn].push_back(time_runs(contenders[turn], runs[turn]));
        }
        ++round;
        state.SetIterationTime(times.front().back() * 1e-9);
    }

    // contenders.front() is ours.
    Result result;
    result.name = workload.name;
    for (std::size_t i = 0; i < contenders.size(); ++i) {
        const double ns = median(times[i]) / workload.units;
        state.counters[contenders[i].name] = ns;
        result.ns.emplace_back(contenders[i].name, ns);
        if (contenders[i].role == Contender::Role::ours) continue;
        std::vector<double> ratios;
        for (std::size_t r = 0; r < round; ++r)
            ratios.push_back(times[i][r] / times[0][r]);
        const double ratio = median(ratios);
        if (contenders[i].role == Contender::Role::floor)
            result.vs_floor = 1 / ratio;
        else
            result.vs_best = std::min(result.vs_best.value_or(ratio), ratio);
    }
    if (result.vs_best) state.counters["vs_best"] = *result.vs_best;
    judge(workload, result.ns.front().second, result);
    if (!result.is_kept && options.is_checked) has_failed = true;
    results.push_back(std::move(result));
}

void print_table() {
    std::vector<std::string> columns;
    for (const Result& result : results)
        for (const auto& [name, ns] : result.ns)
            if (std::ranges::find(columns, name) == columns.end()) columns.push_back(name);
    std::printf("\n| workload, ns a unit |");
    for (const std::string& column : columns)
        std::printf(" %s |", column.c_str());
    std::printf(" vs best | of floor | promised |\n|---|");
    for (std::size_t i = 0; i < columns.size() + 2; ++i)
        std::printf("--:|");
    std::printf("---|\n");
    for (const Result& result : results) {
        std::printf("| %s |", result.name.c_str());
        for (const std::string& column : columns) {
            const auto found =
                std::ranges::find(result.ns, column, [](const auto& p) { return p.first; });
            if (found == result.ns.end())
                std::printf(" |");
            else
                std::printf(" %.4g |", found->second);
        }
        if (result.vs_best)
            std::printf(" %.2fx |", *result.vs_best);
        else
            std::printf(" |");
        if (result.vs_floor)
            std::printf(" %.2f |", *result.vs_floor);
        else
            std::printf(" |");
        std::printf(" %s |\n", result.verdict.c_str());
    }
}

}  // namespace

void add(const std::string& name, std::function<Workload()> make) {
    added.emplace_back(name, std::move(make));
}

namespace {

int run(int argc, char** argv) {
    std::vector<char*> kept;
    for (int i = 0; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--quick")
            options.is_quick = true;
        else if (argument == "--check")
            options.is_checked = true;
        else if (argument.starts_with("--rounds="))
            options.rounds = std::atoi(argv[i] + 9);
        else
            kept.push_back(argv[i]);
    }
    if (options.is_quick) options.rounds = 1;
    int count = static_cast<int>(kept.size());
    benchmark::Initialize(&count, kept.data());
    if (benchmark::ReportUnrecognizedArguments(count, kept.data())) return 2;
    for (const auto& [name, make] : added)
        benchmark::RegisterBenchmark(name.c_str(),
                                     [workload_name = name, made = make](benchmark::State& state) {
                                         run_workload(state, [&] {
                                             Workload workload = made();
                                             workload.name = workload_name;
                                             return workload;
                                         });
                                     })
            ->UseManualTime()
            ->Iterations(options.rounds);
    benchmark::RunSpecifiedBenchmarks();
    if (!options.is_quick) print_table();
    return has_failed ? 1 : 0;
}

}  // namespace
}  // namespace evmmem::bench

int main(int argc, char** argv) {
    evmmem::bench::add_all();
    return evmmem::bench::run(argc, argv);
}
