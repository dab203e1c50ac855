// SPDX-License-Identifier: MIT
// What can go wrong in a memory, as values. An operation that returns one left the memory as it
// was.
#pragma once

#include <string_view>

namespace evmmem {

/// Why an operation on a memory failed.
enum class MemoryError {
    out_of_memory,          ///< the host refused the storage
    invalid_offset,         ///< a read reaches beyond the memory's current size
    invalid_size,           ///< offset + size is not representable in 64 bits
    memory_limit_exceeded,  ///< the operation would grow the memory beyond its configured limit
};

/// One sentence for users, without a full stop.
std::string_view message(MemoryError error);

}  // namespace evmmem
