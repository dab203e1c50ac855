// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "definitions.hpp"
#include "option_kinds.hpp"
#include "trace_options.hpp"

namespace evmmem::app {

void define_stats(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<StatsArguments>();
    add_trace_file(app, arguments.file);
    app.add_option("--top", arguments.top, "rows of each list")
        ->type_name("N")
        ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{100'000}))
        ->default_str(fmt::format("{}", arguments.top));
    add_list_format(app, arguments.format);
    add_report(app, arguments.report);
    add_trace_options(app, arguments);
    add_trace_rules(app, arguments);
}

}  // namespace evmmem::app
