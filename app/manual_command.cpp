// SPDX-License-Identifier: MIT
#include "command_line.hpp"
#include "commands.hpp"
#include "manual.hpp"

namespace evmmem::app {

ExitCode run(const ManualArguments&, const GeneralOptions&, Output& output) {
    output.write(manual_page(describe_command_line()));
    return ExitCode::agrees;
}

}  // namespace evmmem::app
