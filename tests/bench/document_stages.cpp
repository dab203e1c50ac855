// SPDX-License-Identifier: MIT
#include "document_stages.hpp"

#include <array>
#include <cstdio>
#include <functional>
#include <vector>

#include "bench_trace.hpp"
#include "simdjson_extraction.hpp"
#include "stage_times.hpp"
#include "tests/support/as_document.hpp"
#include "tests/support/generated.hpp"

namespace evmmem::bench {
namespace {

using namespace evmmem::traces;

enum Stage : std::size_t {
    read_stage,
    parse_stage,
    all_stage,
    lines_stage,  ///< all of the same steps as lines
    simdjson_stage,
    stage_count
};
constexpr std::array<const char*, stage_count> stage_names{"read", "parse", "all", "lines",
                                                           "simdjson"};

struct Result {
    std::string name;
    double bytes_per_step = 0;
    std::array<double, stage_count> ns{};  // a step
    double vs_lines = 0;                   // ours over that of lines
    double vs_simdjson = 0;                // simdjson's over ours
};
std::vector<Result> results;

}  // namespace

void run_document(benchmark::State& state, const std::string& name, const TraceOptions& made_from) {
    const std::string lines_text = test::generated(made_from);
    const Trace lines{lines_text};
    const Trace document{test::as_document(lines_text)};
    const ReplaySummary summary = replay(document, "structlogs");
    const Extraction extraction = extract_document(document.text());
    if (summary.findings != 0 || summary.steps != replay(lines, "geth").steps ||
        extraction.steps != summary.steps) {
        state.SkipWithError("the stages do not agree on the trace");
        return;
    }
    const StageTimes<stage_count>::Stages stages{
        [&] { read_file(document); },
        [&] {
            parse(document, [](RecordKind, const Record& record) {
                benchmark::DoNotOptimize(record.step.pc);
            });
        },
        [&] { benchmark::DoNotOptimize(replay(document, "structlogs").steps); },
        [&] { benchmark::DoNotOptimize(replay(lines, "geth").steps); },
        [&] { benchmark::DoNotOptimize(extract_document(loaded(document)).fold); },
    };
    const StageTimes<stage_count> times{state, stages, all_stage};

    const auto steps = static_cast<double>(summary.steps);
    Result result{.name = name};
    result.bytes_per_step = static_cast<double>(document.text().size()) / steps;
    result.ns = times.ns_a_step(state, stage_names, steps);
    result.vs_lines = times.median_ratio(all_stage, lines_stage);
    result.vs_simdjson = times.median_ratio(simdjson_stage, all_stage);
    state.counters["vs_lines"] = result.vs_lines;
    state.counters["vs_simdjson"] = result.vs_simdjson;
    results.push_back(result);
}

void print_document_table() {
    if (results.empty()) return;
    std::printf("\ndocuments: ns a step, thread CPU time\n| trace | bytes a step |");
    for (const char* name : stage_names)
        std::printf(" %s |", name);
    std::printf(" all/lines | simdjson/all | all, GB/s |\n|---|--:|");
    for (std::size_t i = 0; i < stage_count + 3; ++i)
        std::printf("--:|");
    for (const Result& result : results) {
        std::printf("\n| %s | %.0f |", result.name.c_str(), result.bytes_per_step);
        for (const double ns : result.ns)
            std::printf(" %.4g |", ns);
        std::printf(" %.2fx | %.2fx | %.2f |", result.vs_lines, result.vs_simdjson,
                    result.bytes_per_step / result.ns[all_stage]);
    }
    std::printf("\n");
}

}  // namespace evmmem::bench
