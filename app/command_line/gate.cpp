// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "app/text/escape.hpp"
#include "definitions.hpp"
#include "option_kinds.hpp"
#include "workload_options.hpp"

namespace evmmem::app {
namespace {

const std::vector<std::pair<std::string, GateFormat>>& gate_formats() {
    static const std::vector<std::pair<std::string, GateFormat>> formats = {
        {"text", GateFormat::text},         {"json", GateFormat::json},
        {"gbench", GateFormat::gbench},     {"junit", GateFormat::junit},
        {"markdown", GateFormat::markdown}, {"annotations", GateFormat::annotations}};
    return formats;
}

void add_reports(CLI::App& app, std::vector<std::pair<GateFormat, std::string>>& target) {
    app.add_option_function<std::vector<std::string>>(
           "--report",
           [&target](const std::vector<std::string>& texts) {
               for (const std::string& text : texts) {
                   const auto equals = text.find('=');
                   const auto found = std::ranges::find(gate_formats(), text.substr(0, equals),
                                                        &std::pair<std::string, GateFormat>::first);
                   if (equals == std::string::npos || found == gate_formats().end())
                       throw CLI::ValidationError{
                           "--report", fmt::format("'{}' is no FORMAT=FILE", escaped(text, 60))};
                   target.emplace_back(found->second, text.substr(equals + 1));
               }
           },
           "write a report in another format, too; may be repeated")
        ->type_name("FORMAT=FILE");
}

}  // namespace

void define_gate(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<GateArguments>();
    app.add_option("--base", arguments.base, "the evmmem executable to compare with")
        ->type_name("PROGRAM");
    app.add_option("--head", arguments.head, "the evmmem executable that is judged")
        ->type_name("PROGRAM")
        ->default_str("this one");
    app.add_option("--backend", arguments.backends,
                   "instead of programs: two memories to compare, the base first, as NAME or "
                   "./FILE.so")
        ->type_name("BASE,HEAD")
        ->delimiter(',')
        ->expected(2);
    app.add_option("--baseline", arguments.baseline,
                   "instead of --base: a run that --save stored on this machine; weaker")
        ->type_name("FILE");
    app.add_option("--save", arguments.save,
                   "store the head's samples, if it passed, for a later --baseline")
        ->type_name("FILE");
    add_patterns(app, arguments.patterns);
    add_sizes(app, arguments.sizes);
    app.add_option("--seed", arguments.seed, "of the patterns")->type_name("N")->default_str("1");
    app.add_option("--trace", arguments.traces, "gate the replay of this trace: speed and verdict")
        ->type_name("FILE");
    add_percent(app, "--tolerance", arguments.tolerance,
                "how much slower is no regression; with --instructions 1")
        ->default_str("3")
        ->each([&arguments](const std::string&) { arguments.has_tolerance = true; });
    add_percent(app, "--error", arguments.error,
                "probability of a false alarm, all comparisons together, at most")
        ->default_str("1");
    add_choice<InconclusiveIs>(app, "--inconclusive", arguments.inconclusive_is,
                               {{"itself", InconclusiveIs::itself},
                                {"pass", InconclusiveIs::pass},
                                {"fail", InconclusiveIs::fail}},
                               "what INCONCLUSIVE counts as; itself is exit code 3")
        ->default_str("itself");
    add_choice<GateWitness>(app, "--witness", arguments.witness,
                            {{"time", GateWitness::time},
                             {"instructions", GateWitness::instructions},
                             {"both", GateWitness::both}},
                            "what is measured; both counts instructions where time does not tell")
        ->default_str("both with valgrind, else time")
        ->each([&arguments](const std::string&) { arguments.has_witness = true; });
    app.add_flag("--instructions", arguments.with_instructions,
                 "count instructions under cachegrind instead of time: --witness instructions");
    app.add_option("--budget", arguments.budget,
                   "time that measuring one comparison may take; then it is INCONCLUSIVE")
        ->type_name("SECONDS")
        ->default_str("8")
        ->check(CLI::Range(0.0, 86400.0).description(""));
    app.add_option("--seconds", arguments.seconds,
                   "CPU time of each sample where a side has no workers, or the base is stored")
        ->type_name("S")
        ->default_str("0.02")
        ->check(CLI::Range(0.0, 60.0).description(""));
    app.add_flag("--self-test", arguments.is_self_test,
                 "compare the head with itself, plainly and with a planted slowdown of 10 %");
    add_choice<GateFormat>(app, "--format", arguments.format, gate_formats(), "how to print it")
        ->default_str("text");
    add_reports(app, arguments.reports);

    // For the gate's own test, and for experiments with it.
    app.add_option("--slowdown", arguments.slowdown)->check(CLI::Range(0.0, 10.0))->group("");
    app.add_flag("--count", arguments.is_counting)->group("");
    app.add_option("--order-seed", arguments.order_seed)
        ->each([&arguments](const std::string&) { arguments.has_order_seed = true; })
        ->group("");
}

}  // namespace evmmem::app
