// SPDX-License-Identifier: MIT
#include "builtin.hpp"
#include "checkpointed_memory.hpp"
#include "core/evmmem_backend.hpp"

namespace evmmem::app {

const evmmem_backend& builtin_checkpointed() {
    static const evmmem_backend backend = make_backend<CheckpointedMemory>(
        "checkpointed", "One buffer for all frames, cut back to a checkpoint at the end of each.");
    return backend;
}

}  // namespace evmmem::app
