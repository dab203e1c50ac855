/* SPDX-License-Identifier: MIT
 * The table of functions that evmmem bench asks for; a Go program cannot hold one itself.
 */
#include "_cgo_export.h"

static int run(void* memory, const evmmem_op* ops, size_t count, evmmem_run* result) {
    return geth_run(memory, (evmmem_op*)ops, count, result);
}

const evmmem_backend* evmmem_backend_get(void) {
    static const evmmem_backend backend = {
        EVMMEM_BACKEND_VERSION,
        sizeof(evmmem_backend),
        "geth",
        "go-ethereum's vm.Memory, from its Go module.",
        geth_create,
        geth_destroy,
        geth_reset,
        run,
    };
    return &backend;
}
