// SPDX-License-Identifier: MIT
// Alterations of a built trace that more than one test makes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "trace_builder.hpp"

namespace evmmem::test {

/// Every line from `first` on has `less` gas left.
inline void shift_gas(TraceBuilder& trace, std::size_t first, std::uint64_t less) {
    for (std::size_t i = first; i < trace.lines().size(); ++i)
        trace.line(i).gas -= less;
}

}  // namespace evmmem::test
