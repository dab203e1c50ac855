// SPDX-License-Identifier: MIT
#include "commands.hpp"

namespace evmmem::app {

ExitCode run(const Invocation& invocation, Output& output) {
    return std::visit(
        [&](const auto& arguments) { return run(arguments, invocation.general, output); },
        invocation.command);
}

}  // namespace evmmem::app
