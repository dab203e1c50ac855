// SPDX-License-Identifier: MIT
#include "definitions.hpp"
#include "option_kinds.hpp"
#include "workload_options.hpp"

namespace evmmem::app {

void define_bench(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<BenchArguments>();
    add_patterns(app, arguments.patterns);
    add_sizes(app, arguments.sizes);
    add_count(app, "--seed", arguments.seed, "N",
              "of the patterns; one seed is one program, everywhere")
        ->default_str("1");
    app.add_option("--ops", arguments.ops, "about how many operations a pattern's program has")
        ->type_name("N")
        ->default_str("4096")
        ->check(CLI::Range(1, 1 << 24).description(""));
    app.add_option("--trace", arguments.traces, "take a program from a trace, of any dialect")
        ->type_name("FILE");
    app.add_option("--backend", arguments.backends,
                   "memory implementations: built-in ones, peers, or plug-ins as ./FILE.so")
        ->type_name("NAME")
        ->delimiter(',');
    add_choice<std::string>(
        app, "--preset", arguments.preset, {{"spec", "spec"}},
        "a fixed set of benchmarks with targets; exit code 1 when one is missed");
    app.add_option("--repetitions", arguments.repetitions, "samples of each benchmark")
        ->type_name("N")
        ->default_str("9")
        ->check(CLI::Range(1, 1000).description(""));
    app.add_option("--seconds", arguments.seconds, "CPU time of each repetition, at least")
        ->type_name("S")
        ->default_str("0.01")
        ->check(CLI::Range(0.0, 60.0).description(""));
    add_choice<BenchFormat>(app, "--format", arguments.format,
                            {{"text", BenchFormat::text},
                             {"json", BenchFormat::json},
                             {"csv", BenchFormat::csv},
                             {"markdown", BenchFormat::markdown},
                             {"gbench", BenchFormat::gbench}},
                            "how to print it")
        ->default_str("text");
    app.add_option("--plot", arguments.plot, "draw the ratios to memcpy as an SVG picture")
        ->type_name("FILE");
    app.add_option("--compare", arguments.compare,
                   "set the figures beside those of an earlier --format json")
        ->type_name("OLD.json");
    app.add_option("--plugin-timeout", arguments.plugin_timeout,
                   "seconds after which a plug-in that does not come back is taken to hang")
        ->type_name("S")
        ->default_str("60")
        ->check(CLI::Range(1, 86400).description(""));
    app.add_flag("--list", arguments.is_list, "list patterns, presets and backends, and exit");

    // What gate asks of its children. Without a group they are in no help.
    app.add_flag("--once", arguments.is_once)->group("");
    app.add_flag("--digest", arguments.with_digest)->group("");
    app.add_option("--slowdown", arguments.slowdown)->check(CLI::Range(0.0, 10.0))->group("");
    app.add_option("--runs", arguments.fixed_runs)->group("");
    app.add_flag("--worker", arguments.is_worker)->group("");
    app.add_option("--processor", arguments.processor)->group("");
    app.add_flag("--count", arguments.is_counting)->group("");
    app.add_option("--noise-seed", arguments.noise_seed)->group("");
}

}  // namespace evmmem::app
