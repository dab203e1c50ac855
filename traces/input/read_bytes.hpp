// SPDX-License-Identifier: MIT
// The one shape in which bytes are asked for, whoever has them: a file, an archive, a decoder.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <new>

#include "traces/trace_error.hpp"

namespace evmmem::traces {

/// Writes up to `size` bytes to its target and says how many; 0 at the end.
using ReadBytes =
    std::function<std::expected<std::size_t, TraceError>(char* target, std::size_t size)>;

/// What `read(target, size)` gives, on a thread that no exception may leave: where memory runs out,
/// that is a limit.
template <typename Read>
std::expected<std::size_t, TraceError> read_on_thread(const Read& read, char* target,
                                                      std::size_t size) {
    try {
        return read(target, size);
    } catch (const std::bad_alloc&) {
        // Short enough to need none.
        return std::unexpected{TraceError::of(TraceError::Kind::limit, "no memory left")};
    }
}

}  // namespace evmmem::traces
