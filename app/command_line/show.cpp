// SPDX-License-Identifier: MIT
#include <cstdint>
#include <string>

#include "core/memory_range.hpp"
#include "definitions.hpp"
#include "option_kinds.hpp"
#include "trace_options.hpp"

namespace evmmem::app {
namespace {

template <typename Target>
CLI::Option* add_number(CLI::App& app, const std::string& names, Target& target,
                        const std::string& description) {
    return add_read(app, names, target, read_number, description)->type_name("N");
}

}  // namespace

void define_show(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<ShowArguments>();
    add_trace_file(app, arguments.file);
    auto* step = add_number(app, "--step", arguments.step,
                            "the step to show, counted from 0 as findings count them");
    app.add_option("--depth", arguments.depth,
                   "show the caller's memory at this depth, 1 is the outermost; of a history, only "
                   "frames of this depth")
        ->type_name("N");
    add_number(app, "--around", arguments.around, "also list so many steps before and after it")
        ->needs(step);
    auto* offset = add_number(app, "--offset", arguments.offset,
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
    add_number(app, "--frame", arguments.frame, "of a history, only this frame")->needs(history);
    add_list_format(app, arguments.format);
    add_trace_options(app, arguments);
    add_trace_rules(app, arguments);
    app.callback([&arguments] {
        if (!arguments.step && !arguments.history)
            throw CLI::ValidationError{"--step N or --offset OFFSET --history", "one is needed"};
        if (arguments.offset && !MemoryRange::from(*arguments.offset, arguments.size))
            throw CLI::ValidationError{"--offset", "no memory reaches as far as that"};
    });
}

}  // namespace evmmem::app
