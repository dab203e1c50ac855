// SPDX-License-Identifier: MIT
#include "builtin.hpp"
#include "core/evmmem_backend.hpp"
#include "doubling_memory.hpp"

namespace evmmem::app {

const evmmem_backend& builtin_doubling() {
    static const evmmem_backend backend = make_backend<DoublingMemory>(
        "doubling", "A buffer per depth that doubles by realloc, zeroed as it grows.");
    return backend;
}

}  // namespace evmmem::app
