// SPDX-License-Identifier: MIT
// How much work something was, in units that no clock and no machine changes: pieces of code that
// were run through, and bytes that were copied, set, compared or allocated. For programs linked
// with `counted_traces`, whose code is compiled to count; in others everything is 0.
#pragma once

#include <cstdint>

namespace evmmem::test {

struct Work {
    std::uint64_t code = 0;       ///< basic blocks run through
    std::uint64_t bytes = 0;      ///< copied, set, searched or compared by the C library
    std::uint64_t allocated = 0;  ///< bytes asked for, given back or not

    Work operator-(const Work& earlier) const {
        return {code - earlier.code, bytes - earlier.bytes, allocated - earlier.allocated};
    }
};

/// All the work of this thread so far.
Work work_so_far();

}  // namespace evmmem::test
