// SPDX-License-Identifier: MIT
// The memories that the program brings along, each compiled by itself and with the flags of a
// plug-in: together in one source, how much of each is inlined would hang on the others.
#pragma once

#include "core/evmmem_backend.h"

namespace evmmem::app {

const evmmem_backend& builtin_evmmem();
const evmmem_backend& builtin_doubling();
const evmmem_backend& builtin_checkpointed();
const evmmem_backend& builtin_appended();
const evmmem_backend& builtin_vector();

}  // namespace evmmem::app
