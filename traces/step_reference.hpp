// SPDX-License-Identifier: MIT
// Names a step of a trace: enough to find it in the file and to say what it did.
#pragma once

#include <cstdint>

#include "core/opcode.hpp"

namespace evmmem::traces {

struct StepReference {
    std::uint64_t line = 0;  ///< in the file, from 1
    std::uint64_t step = 0;  ///< over the whole file, from 0
    std::uint64_t pc = 0;
    std::uint64_t frame = 0;  ///< counted as entered, over the whole file, from 0
    Opcode op{};
    std::uint32_t depth = 1;

    bool operator==(const StepReference&) const = default;
};

}  // namespace evmmem::traces
