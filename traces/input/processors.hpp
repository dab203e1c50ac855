// SPDX-License-Identifier: MIT
// How many threads can run at a time.
#pragma once

#include <cstddef>

namespace evmmem::traces {

/// Processors that this process may run on, at least 1: those that the system has left it, by
/// taskset or in a container, and not all that the machine has.
std::size_t processors();

}  // namespace evmmem::traces
