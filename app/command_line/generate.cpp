// SPDX-License-Identifier: MIT
#include "definitions.hpp"
#include "option_kinds.hpp"
#include "trace_options.hpp"
#include "workload_options.hpp"

namespace evmmem::app {

void define_generate(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<GenerateArguments>();
    traces::TraceOptions& trace = arguments.trace;
    app.add_option("--steps", trace.steps, "exactly so many")
        ->type_name("N")
        ->default_str("100000")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40).description(""));
    std::vector<std::pair<std::string, const traces::Pattern*>> patterns;
    for (const traces::Pattern& pattern : traces::patterns())
        patterns.emplace_back(pattern.name, &pattern);
    trace.pattern = traces::pattern_named("solidity");
    add_choice(app, "--pattern", trace.pattern, patterns, "how memory is used")
        ->default_str("solidity");
    app.add_option_function<std::string>(
           "--size", [&trace](const std::string& text) { trace.size = pattern_size(text); },
           "bytes of memory that the pattern plays in")
        ->type_name("SIZE")
        ->default_str("4K");
    app.add_option("--seed", trace.seed, "one seed is one trace, everywhere")
        ->type_name("N")
        ->default_str("1");
    app.add_flag("--memory", trace.with_memory, "every line shows the whole memory");
    app.add_flag("--calls", trace.with_calls, "more calls, with return data");
    add_output_file(app, arguments.file);
}

}  // namespace evmmem::app
