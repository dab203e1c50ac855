// SPDX-License-Identifier: MIT
// A step that a client hands over as a struct, as the replay takes it: as if its line had been read.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "evmmem_replay.h"
#include "step.hpp"

namespace evmmem::traces {

/// Turns one step after the other into a Step. A stack is kept as the text that a line would have for it, since the replay
/// compares texts; of it only what changed since the step before is written anew.
class GivenStep {
public:
    /// Whether it can be taken: its pointers are there, and its numbers within bounds.
    static bool is_valid(const evmmem_step& given);

    /// The step, which is valid, as that of line `line`; until the next call, and as long as what the struct points to.
    /// Without `with_stack_text` only the top of its stack is told.
    const Step& read(const evmmem_step& given, std::uint64_t line, bool with_stack_text);

private:
    using Limbs = std::array<std::uint64_t, 4>;
    void write_stack(const evmmem_step& given);

    Step step_;
    std::vector<Limbs> words_;  ///< that `text_` is of
    std::vector<char> text_;    ///< each word with all its digits, and a comma after it
};

}  // namespace evmmem::traces
