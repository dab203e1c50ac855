// SPDX-License-Identifier: MIT
#include "core/memory_error.hpp"

#include <doctest/doctest.h>

namespace evmmem {

TEST_CASE("every memory error has its sentence") {
    CHECK(message(MemoryError::out_of_memory) == "the host has no memory left");
    CHECK(message(MemoryError::invalid_offset) == "the range reaches beyond the end of memory");
    CHECK(message(MemoryError::invalid_size) == "offset and size do not fit 64 bits");
    CHECK(message(MemoryError::memory_limit_exceeded) == "the memory limit would be exceeded");
}

}  // namespace evmmem
