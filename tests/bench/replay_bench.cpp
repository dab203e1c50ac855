// SPDX-License-Identifier: MIT
// Where the time of a replay goes, and what it is measured against. Every round runs all stages in
// rotating order, so that a change of the machine's speed meets all of them; figures are medians of
// thread CPU time, ratios are medians of the rounds' ratios.
//
// Stages, each with those before it in it: read() of the file, lines split, steps parsed, all of it
// replayed and checked. Beside them: `memcpy` of the bytes; `apply`, what the steps do to memory
// and nothing else; and the floor that counts, simdjson reading the same file and picking the same
// fields, once as a stream of documents and once line by line.
//
// Then the same steps as structLogs documents, with and without memory: what a document takes that
// lines do not.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench_trace.hpp"
#include "core/access_program.hpp"
#include "core/evmmem_backend.hpp"
#include "core/memory.hpp"
#include "document_stages.hpp"
#include "simdjson_extraction.hpp"
#include "stage_times.hpp"
#include "tests/support/generated.hpp"
#include "traces/generate/trace_generator.hpp"
#include "traces/input/line_reader.hpp"

namespace evmmem::bench {
namespace {

using namespace evmmem::traces;

struct Options {
    int rounds = 15;
    std::size_t bytes = 64 * 1024 * 1024;  ///< of each trace
};
Options options;

void copy_bytes(const Trace& trace) {
    static std::vector<char> block(TextWindow::block_size);
    for (std::string_view rest = trace.text(); !rest.empty();) {
        const std::size_t size = std::min(rest.size(), block.size());
        std::memcpy(block.data(), rest.data(), size);
        benchmark::ClobberMemory();
        rest.remove_prefix(size);
    }
}

void split(const Trace& trace) {
    auto source = ByteSource::open(trace.path());
    if (!source) std::abort();
    LineReader lines{TextWindow{std::move(*source)}, std::uint64_t{1} << 30};
    for (;;) {
        const auto line = lines.next();
        if (!line) std::abort();
        if (!*line) return;
        benchmark::DoNotOptimize((*line)->text.data());
    }
}

enum Stage : std::size_t {
    read_stage,
    memcpy_stage,
    split_stage,
    parse_stage,
    all_stage,
    apply_stage,
    simdjson_stream_stage,
    simdjson_lines_stage,
    stage_count
};
constexpr std::array<const char*, stage_count> stage_names{
    "read", "memcpy", "split", "parse", "all", "apply", "simdjson", "simdjson_lines"};

struct Result {
    std::string name;
    double bytes_per_step = 0;
    std::array<double, stage_count> ns{};  // a step
    double vs_simdjson = 0;                // simdjson's time over ours
    double vs_simdjson_lines = 0;
};
std::vector<Result> results;

void run(benchmark::State& state, const std::string& name, const TraceOptions& made_from) {
    const Trace trace{test::generated(made_from)};
    AccessProgram program{{.ops_max = std::size_t{1} << 24}};
    const ReplaySummary summary = replay(trace, "geth", &program);
    const Extraction extraction = extract_stream(trace.text());
    if (summary.findings != 0 || extraction != extract_lines(trace.text()) ||
        extraction.steps != summary.steps) {
        state.SkipWithError("the stages do not agree on the trace");
        return;
    }
    const AccessBuffers made_buffers{program};
    AccessBuffers buffers = made_buffers;
    Memory memory;

    const StageTimes<stage_count>::Stages stages{
        [&] { read_file(trace); },
        [&] { copy_bytes(trace); },
        [&] { split(trace); },
        [&] {
            parse(trace, [](RecordKind, const Record& record) {
                benchmark::DoNotOptimize(record.step.pc);
            });
        },
        [&] { benchmark::DoNotOptimize(replay(trace, "geth").steps); },
        [&] {
            evmmem_run begun = buffers.begin();
            memory.reset();
            if (!run_ops(memory, program.ops(), begun)) std::abort();
        },
        [&] { benchmark::DoNotOptimize(extract_stream(loaded(trace)).fold); },
        [&] { benchmark::DoNotOptimize(extract_lines(loaded(trace)).fold); },
    };
    const StageTimes<stage_count> times{state, stages, all_stage};

    const auto steps = static_cast<double>(summary.steps);
    Result result{.name = name};
    result.bytes_per_step = static_cast<double>(trace.text().size()) / steps;
    result.ns = times.ns_a_step(state, stage_names, steps);
    result.vs_simdjson = times.median_ratio(simdjson_stream_stage, all_stage);
    result.vs_simdjson_lines = times.median_ratio(simdjson_lines_stage, all_stage);
    state.counters["vs_simdjson"] = result.vs_simdjson;
    state.counters["bytes/s"] = 1e9 / result.ns[all_stage] * result.bytes_per_step;
    state.counters["steps/s"] = 1e9 / result.ns[all_stage];
    results.push_back(result);
}

void print_tables() {
    std::printf("\nns a step, thread CPU time\n| trace | bytes a step |");
    for (const char* name : stage_names)
        std::printf(" %s |", name);
    std::printf(" simdjson/all | simdjson_lines/all | all, GB/s |\n|---|--:|");
    for (std::size_t i = 0; i < stage_count + 3; ++i)
        std::printf("--:|");
    for (const Result& result : results) {
        std::printf("\n| %s | %.0f |", result.name.c_str(), result.bytes_per_step);
        for (const double ns : result.ns)
            std::printf(" %.4g |", ns);
        std::printf(" %.2fx | %.2fx | %.2f |", result.vs_simdjson, result.vs_simdjson_lines,
                    result.bytes_per_step / result.ns[all_stage]);
    }
    std::printf(
        "\n\nshare of a replay\n| trace | read | split | parse | apply | check |\n"
        "|---|--:|--:|--:|--:|--:|");
    for (const Result& result : results) {
        const auto& ns = result.ns;
        const double all = ns[all_stage];
        const std::array shares{ns[read_stage], ns[split_stage] - ns[read_stage],
                                ns[parse_stage] - ns[split_stage], ns[apply_stage],
                                all - ns[parse_stage] - ns[apply_stage]};
        std::printf("\n| %s |", result.name.c_str());
        for (const double share : shares)
            std::printf(" %.0f %% |", 100 * share / all);
    }
    std::printf("\n");
}

int run_all(int argc, char** argv) {
    std::vector<char*> kept;
    for (int i = 0; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--quick")
            options = {.rounds = 1, .bytes = 256 * 1024};
        else if (argument.starts_with("--rounds="))
            options.rounds = std::max(1, std::atoi(argv[i] + 9));
        else if (argument.starts_with("--megabytes="))
            options.bytes = std::max<std::size_t>(1, std::strtoul(argv[i] + 12, nullptr, 10)) << 20;
        else
            kept.push_back(argv[i]);
    }
    int count = static_cast<int>(kept.size());
    benchmark::Initialize(&count, kept.data());
    if (benchmark::ReportUnrecognizedArguments(count, kept.data())) return 2;

    const auto add = [](const std::string& name, const TraceOptions& made_from, auto run_stages) {
        benchmark::RegisterBenchmark(
            name.c_str(), [=](benchmark::State& state) { run_stages(state, name, made_from); })
            ->Iterations(options.rounds)
            ->UseManualTime()
            ->Unit(benchmark::kMillisecond);
    };
    constexpr std::uint64_t line_bytes = 350;  // about, without memory
    const std::uint64_t steps = options.bytes / line_bytes;
    const TraceOptions plain{.pattern = pattern_named("solidity"), .steps = steps};
    TraceOptions calls = plain;
    calls.with_calls = true;
    const auto with_memory = [](std::uint64_t size) {
        return TraceOptions{.pattern = pattern_named("random"),
                            .steps = options.bytes / (line_bytes + 2 * size) + 200,
                            .size = size,
                            .with_memory = true};
    };
    add("replay/solidity/plain", plain, run);
    add("replay/calls/plain", calls, run);
    for (const std::uint64_t size : {1024, 8192, 65536})
        add("replay/memory/" + std::to_string(size / 1024) + "K", with_memory(size), run);
    add("document/calls/plain", calls, run_document);
    for (const std::uint64_t size : {1024, 8192, 65536})
        add("document/memory/" + std::to_string(size / 1024) + "K", with_memory(size),
            run_document);
    benchmark::RunSpecifiedBenchmarks();
    print_tables();
    print_document_table();
    return 0;
}

}  // namespace
}  // namespace evmmem::bench

int main(int argc, char** argv) {
    return evmmem::bench::run_all(argc, argv);
}
