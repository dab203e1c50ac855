// SPDX-License-Identifier: MIT
// How the program ends where it cannot go on: with a message that needs no memory, and with the
// exit code that says why.
#pragma once

namespace evmmem::app {

/// Says that there is no memory left. Returns the exit code.
int out_of_memory();

/// For std::set_terminate(): exceptions that cannot be caught, such as those of threads, of
/// destructors that allocate, or thrown while another is reported.
[[noreturn]] void end_at_once();

/// For json.hpp.
[[noreturn]] void json_is_broken();

}  // namespace evmmem::app
