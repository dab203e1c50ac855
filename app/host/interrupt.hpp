// SPDX-License-Identifier: MIT
// Ctrl-C: the first one asks the running command to stop and to report what it has; the second one
// ends the program at once.
#pragma once

namespace evmmem::app {

/// From now on interrupts are noticed instead of ending the program.
void notice_interrupts();

bool is_interrupted();

}  // namespace evmmem::app
