// SPDX-License-Identifier: MIT
#include "app/command_line/command_line.hpp"
#include "app/command_line/completion.hpp"
#include "commands.hpp"

namespace evmmem::app {

ExitCode run(const CompletionArguments& arguments, const GeneralOptions&, Output& output) {
    output.write(completion_script(arguments.shell, describe_command_line()));
    return ExitCode::agrees;
}

}  // namespace evmmem::app
