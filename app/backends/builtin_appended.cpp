// SPDX-License-Identifier: MIT
#include "appended_memory.hpp"
#include "builtin.hpp"
#include "core/evmmem_backend.hpp"

namespace evmmem::app {

const evmmem_backend& builtin_appended() {
    static const evmmem_backend backend = make_backend<AppendedMemory>(
        "appended",
        "A buffer per call from a pool, grown by appending zeros; large ones are dropped.");
    return backend;
}

}  // namespace evmmem::app
