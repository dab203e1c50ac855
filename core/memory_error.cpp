// SPDX-License-Identifier: MIT
#include "memory_error.hpp"

#include <utility>

namespace evmmem {

std::string_view message(MemoryError error) {
    switch (error) {
        case MemoryError::out_of_memory: return "the host has no memory left";
        case MemoryError::invalid_offset: return "the range reaches beyond the end of memory";
        case MemoryError::invalid_size: return "offset and size do not fit 64 bits";
        case MemoryError::memory_limit_exceeded: return "the memory limit would be exceeded";
    }
    std::unreachable();
}

}  // namespace evmmem
