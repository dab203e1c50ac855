// SPDX-License-Identifier: MIT
// The commands: each does what its arguments say, writes results to `output`, everything else to
// the log, and returns the program's exit code. One file for each.
#pragma once

#include "app/command_line/options.hpp"
#include "app/host/exit_code.hpp"
#include "app/host/output.hpp"

namespace evmmem::app {

/// Runs the command that was asked for.
ExitCode run(const Invocation& invocation, Output& output);

ExitCode run(const ReplayArguments& arguments, const GeneralOptions& general, Output& output);
ExitCode run(const MergeArguments& arguments, const GeneralOptions& general, Output& output);
ExitCode run(const ShowArguments& arguments, const GeneralOptions& general, Output& output);
ExitCode run(const StatsArguments& arguments, const GeneralOptions& general, Output& output);
ExitCode run(const DiffArguments& arguments, const GeneralOptions& general, Output& output);
ExitCode run(const PriceArguments& arguments, const GeneralOptions& general, Output& output);
ExitCode run(const ConvertArguments& arguments, const GeneralOptions& general, Output& output);
ExitCode run(const FillArguments& arguments, const GeneralOptions& general, Output& output);
ExitCode run(const MinimizeArguments& arguments, const GeneralOptions& general, Output& output);
ExitCode run(const DialectsArguments& arguments, const GeneralOptions& general, Output& output);
ExitCode run(const ChecksArguments& arguments, const GeneralOptions& general, Output& output);
ExitCode run(const CompletionArguments& arguments, const GeneralOptions& general, Output& output);
ExitCode run(const ManualArguments& arguments, const GeneralOptions& general, Output& output);
ExitCode run(const OpcodesArguments& arguments, const GeneralOptions& general, Output& output);
ExitCode run(const RulesArguments& arguments, const GeneralOptions& general, Output& output);
ExitCode run(const BenchArguments& arguments, const GeneralOptions& general, Output& output);
ExitCode run(const GenerateArguments& arguments, const GeneralOptions& general, Output& output);
ExitCode run(const GateArguments& arguments, const GeneralOptions& general, Output& output);

}  // namespace evmmem::app
