// SPDX-License-Identifier: MIT
#include "builtin.hpp"
#include "core/evmmem_backend.hpp"
#include "vector_memory.hpp"

namespace evmmem::app {

const evmmem_backend& builtin_vector() {
    static const evmmem_backend backend = make_backend<VectorMemory>(
        "std-vector", "A std::vector per frame, made and freed with it.");
    return backend;
}

}  // namespace evmmem::app
