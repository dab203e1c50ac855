// SPDX-License-Identifier: MIT
#include "builtin.hpp"
#include "core/evmmem_backend.hpp"
#include "core/memory.hpp"

namespace evmmem::app {

const evmmem_backend& builtin_evmmem() {
    static const evmmem_backend backend =
        make_backend<Memory>("evmmem", "evmmem's own memory: one region, frames packed in it.");
    return backend;
}

}  // namespace evmmem::app
