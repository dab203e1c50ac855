// SPDX-License-Identifier: MIT
#include "app/command_line/command_line.hpp"
#include "app/command_line/manual.hpp"
#include "commands.hpp"

namespace evmmem::app {

ExitCode run(const ManualArguments&, const GeneralOptions&, Output& output) {
    output.write(manual_page(describe_command_line()));
    return ExitCode::agrees;
}

}  // namespace evmmem::app
