// SPDX-License-Identifier: MIT
// The options of each command, one file for each; the table of commands in command_line.cpp names
// them. Every function makes the invocation one of its command, and binds the options to it.
#pragma once

#include "options.hpp"

namespace CLI {
class App;
}

namespace evmmem::app {

void define_replay(CLI::App& app, Invocation& invocation);
void define_merge(CLI::App& app, Invocation& invocation);
void define_show(CLI::App& app, Invocation& invocation);
void define_stats(CLI::App& app, Invocation& invocation);
void define_diff(CLI::App& app, Invocation& invocation);
void define_price(CLI::App& app, Invocation& invocation);
void define_convert(CLI::App& app, Invocation& invocation);
void define_fill(CLI::App& app, Invocation& invocation);
void define_minimize(CLI::App& app, Invocation& invocation);
void define_bench(CLI::App& app, Invocation& invocation);
void define_generate(CLI::App& app, Invocation& invocation);
void define_gate(CLI::App& app, Invocation& invocation);

// Those that only print what evmmem knows.
void define_dialects(CLI::App& app, Invocation& invocation);
void define_checks(CLI::App& app, Invocation& invocation);
void define_opcodes(CLI::App& app, Invocation& invocation);
void define_rules(CLI::App& app, Invocation& invocation);
void define_completion(CLI::App& app, Invocation& invocation);
void define_manual(CLI::App& app, Invocation& invocation);

}  // namespace evmmem::app
