// SPDX-License-Identifier: MIT
#include <charconv>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

#include "definitions.hpp"
#include "option_kinds.hpp"
#include "trace_options.hpp"

namespace evmmem::app {
namespace {

/// "A..B", both in; "A.." to the end, "..B" from the beginning.
std::expected<std::pair<std::uint64_t, std::uint64_t>, std::string> read_steps(
    const std::string& argument) {
    const auto refused = [&] {
        return std::unexpected{refusal(argument, "no range of steps such as 120..180", {})};
    };
    const std::size_t dots = argument.find("..");
    if (dots == std::string::npos || argument.size() == 2) return refused();
    std::pair<std::uint64_t, std::uint64_t> steps{0, ~std::uint64_t{0}};
    const auto read = [](std::string_view text, std::uint64_t& target) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), target);
        return text.empty() || (error == std::errc{} && end == text.data() + text.size());
    };
    const std::string_view text = argument;
    if (!read(text.substr(0, dots), steps.first) || !read(text.substr(dots + 2), steps.second) ||
        steps.first > steps.second)
        return refused();
    return steps;
}

}  // namespace

void define_convert(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<ConvertArguments>();
    add_trace_file(app, arguments.file);
    add_choice<traces::WrittenForm>(
        app, "--to", arguments.form,
        {{"eip-3155", traces::WrittenForm::eip3155},
         {"structlogs", traces::WrittenForm::struct_logs},
         {"canonical", traces::WrittenForm::canonical}},
        "the form: EIP-3155 lines, the result of debug_traceTransaction, or "
        "the lines that goevmlab compares; state roots, names and state gas are in none of them")
        ->default_str("eip-3155");
    app.add_flag("--unknown-as-zero", arguments.convert.unknown_as_zero,
                 "write zeros for bytes of memory that are not known, and the field \"unknown\", "
                 "which says where; otherwise such a line has no memory");
    add_choice<bool>(app, "--only", arguments.convert.only_memory_steps, {{"memory-steps", true}},
                     "only the steps whose instruction touches memory");
    app.add_option_function<std::string>(
           "--steps",
           [&arguments](const std::string& text) {
               const auto steps = read_steps(text);
               if (!steps) throw CLI::ValidationError{"--steps", steps.error()};
               std::tie(arguments.convert.first_step, arguments.convert.last_step) = *steps;
           },
           "only these, both ends in, counted from 0 as findings count them")
        ->type_name("A..B");
    add_output_file(app, arguments.output);
    add_trace_options(app, arguments);
    add_trace_rules(app, arguments);
}

}  // namespace evmmem::app
