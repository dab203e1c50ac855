// SPDX-License-Identifier: MIT
#include "command_line.hpp"
#include "commands.hpp"
#include "completion.hpp"

namespace evmmem::app {

ExitCode run(const CompletionArguments& arguments, const GeneralOptions&, Output& output) {
    output.write(completion_script(arguments.shell, describe_command_line()));
    return ExitCode::agrees;
}

}  // namespace evmmem::app
