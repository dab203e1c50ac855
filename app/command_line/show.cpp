// SPDX-License-Identifier: MIT
#include "definitions.hpp"
#include "option_kinds.hpp"
#include "trace_options.hpp"

namespace evmmem::app {

void define_show(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<ShowArguments>();
    add_trace_file(app, arguments.file);
    auto* step = app.add_option("--step", arguments.step,
                                "the step to show, counted from 0 as findings count them")
                     ->type_name("N");
    app.add_option("--depth", arguments.depth,
                   "show the caller's memory at this depth, 1 is the outermost; of a history, only "
                   "frames of this depth")
        ->type_name("N");
    app.add_option("--around", arguments.around, "also list so many steps before and behind it")
        ->type_name("N")
        ->needs(step);
    auto* offset = app.add_option("--offset", arguments.offset,
                                  "bytes of memory: of a step, only the rows there")
                       ->type_name("OFFSET");
    app.add_option("--size", arguments.size, "how many bytes at --offset")
        ->type_name("BYTES")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40))
        ->default_str("32")
        ->needs(offset);
    auto* history = app.add_flag("--history", arguments.history,
                                 "every write to the bytes at --offset, with step and value")
                        ->needs(offset)
                        ->excludes(step);
    app.add_option("--frame", arguments.frame, "of a history, only this frame")
        ->type_name("N")
        ->needs(history);
    add_list_format(app, arguments.format);
    add_trace_options(app, arguments);
    app.callback([&arguments] {
        if (!arguments.step && !arguments.history)
            throw CLI::ValidationError{"--step N or --offset OFFSET --history", "one is needed"};
    });
}

}  // namespace evmmem::app
