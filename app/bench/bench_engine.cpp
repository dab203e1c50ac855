// SPDX-License-Identifier: MIT
#include "bench_engine.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <sstream>

namespace evmmem::app {
namespace {

/// Collects the samples, and lets Google Benchmark's own reporter write its JSON.
class Collector : public benchmark::BenchmarkReporter {
public:
    Collector(EngineResult& result, std::map<std::string, std::size_t> places)
        : result_{result}, places_{std::move(places)} {
        json_.SetOutputStream(&text_);
        json_.SetErrorStream(&errors_);
    }

    bool ReportContext(const Context& context) override { return json_.ReportContext(context); }

    void ReportRuns(const std::vector<Run>& runs) override {
        json_.ReportRuns(runs);
        for (const Run& run : runs) {
            const auto place = places_.find(run.run_name.function_name);
            if (place == places_.end() || run.run_type != Run::RT_Iteration) continue;
            if (run.error_occurred) {
                result_.errors[place->second] = run.error_message;
            } else if (run.iterations > 0) {
                result_.samples[place->second].push_back(run.cpu_accumulated_time /
                                                         static_cast<double>(run.iterations));
            }
        }
    }

    void Finalize() override {
        json_.Finalize();
        result_.google_json = text_.str();
    }

private:
    EngineResult& result_;
    std::map<std::string, std::size_t> places_;  // by the benchmark's name
    benchmark::JSONReporter json_;
    std::ostringstream text_;
    std::ostringstream errors_;
};

/// Leaves Google Benchmark, which knows no other way to end between two benchmarks.
struct Stopped {};

/// How many runs take about a millisecond.
std::uint64_t runs_between_questions(double seconds_once) {
    constexpr double seconds_between = 1e-3;
    return 1 + static_cast<std::uint64_t>(seconds_between / std::max(seconds_once, 1e-9));
}

void initialize(const EngineOptions& options) {
    // Google Benchmark keeps a pointer to the program's name.
    static char program[] = "evmmem";
    std::vector<std::string> words = {
        "--benchmark_enable_random_interleaving=true",
        fmt::format("--benchmark_repetitions={}", options.repetitions),
        fmt::format("--benchmark_min_time={}", options.seconds),
        "--benchmark_report_aggregates_only=false",
    };
    std::vector<char*> argv = {program};
    for (std::string& word : words)
        argv.push_back(word.data());
    int argc = static_cast<int>(argv.size());
    benchmark::Initialize(&argc, argv.data());
}

}  // namespace

EngineResult time_backends(std::span<const BenchPair> pairs, const EngineOptions& options,
                           const std::function<void(std::string_view)>& starting,
                           const std::function<bool()>& goes_on) {
    EngineResult result;
    result.samples.resize(pairs.size());
    result.errors.resize(pairs.size());
    std::map<std::string, std::size_t> places;

    initialize(options);
    benchmark::ClearRegisteredBenchmarks();
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const BenchPair& pair = pairs[i];
        const std::string name = fmt::format("{}/{}", pair.subject->name, pair.backend->name);
        places.emplace(name, i);
        benchmark::RegisterBenchmark(name.c_str(), [&, name](benchmark::State& state) {
            starting(name);
            if (!goes_on()) throw Stopped{};
            // Made anew for each repetition, so that the luck of an address is not the whole
            // sample.
            auto run = BackendRun::make(*pair.backend, pair.subject->program);
            if (!run) return state.SkipWithError(run.error().c_str());
            std::chrono::duration<double> once{};
            for (int warmup = 0; warmup < 2; ++warmup) {
                const auto start = std::chrono::steady_clock::now();
                if (!run->run()) return state.SkipWithError("its memory could not grow");
                once = std::chrono::steady_clock::now() - start;
                if (!goes_on()) throw Stopped{};
            }
            const std::uint64_t stride = runs_between_questions(once.count());
            std::uint64_t until_question = stride;
            for (auto _ : state) {
                if (--until_question == 0) [[unlikely]] {
                    if (!goes_on()) throw Stopped{};
                    until_question = stride;
                }
                if (!run->run()) return state.SkipWithError("its memory could not grow");
                benchmark::ClobberMemory();
            }
            const auto& program = pair.subject->program;
            const auto runs = static_cast<double>(state.iterations());
            using benchmark::Counter;
            state.counters["ops_per_second"] =
                Counter(runs * static_cast<double>(program.ops().size()), Counter::kIsRate);
            state.counters["bytes_per_second"] =
                Counter(runs * static_cast<double>(program.bytes_moved()), Counter::kIsRate,
                        Counter::kIs1000);
        });
    }
    Collector collector{result, std::move(places)};
    try {
        benchmark::RunSpecifiedBenchmarks(&collector);
    } catch (const Stopped&) {
        result.is_stopped = true;
    }
    benchmark::ClearRegisteredBenchmarks();
    return result;
}

}  // namespace evmmem::app
