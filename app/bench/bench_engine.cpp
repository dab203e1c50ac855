// SPDX-License-Identifier: MIT
#include "bench_engine.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

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
                           const std::function<bool(std::string_view)>& starting) {
    EngineResult result;
    result.samples.resize(pairs.size());
    result.errors.resize(pairs.size());
    std::map<std::string, std::size_t> places;
    bool is_stopped = false;

    initialize(options);
    benchmark::ClearRegisteredBenchmarks();
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const BenchPair& pair = pairs[i];
        const std::string name = fmt::format("{}/{}", pair.subject->name, pair.backend->name);
        places.emplace(name, i);
        benchmark::RegisterBenchmark(name.c_str(), [&, name](benchmark::State& state) {
            is_stopped = is_stopped || !starting(name);
            if (is_stopped) return state.SkipWithError("interrupted");
            // Made anew for each repetition, so that the luck of an address is not the whole
            // sample.
            auto run = BackendRun::make(*pair.backend, pair.subject->program);
            if (!run) return state.SkipWithError(run.error().c_str());
            for (int warmup = 0; warmup < 2; ++warmup)
                if (!run->run()) return state.SkipWithError("its memory could not grow");
            for (auto _ : state) {
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
    benchmark::RunSpecifiedBenchmarks(&collector);
    benchmark::ClearRegisteredBenchmarks();
    return result;
}

}  // namespace evmmem::app
