// SPDX-License-Identifier: MIT
// Where a jump may lead to in code that is known: a JUMPDEST that is not the data of a PUSH. The
// data is found once for each code, by one pass over it. Source: Yellow Paper 9.4.3.
#pragma once

#include <optional>
#include <vector>

#include "core/word.hpp"
#include "known_data.hpp"

namespace evmmem::traces {

class JumpTargets {
public:
    /// The code is another one.
    void forget() { is_data_known_ = false; }
    /// Whether a jump to `target` goes on; nothing where the code is not known well enough.
    std::optional<bool> contains(const KnownData& code, const Word& target);

private:
    std::vector<bool> is_data_;  // of each byte of the code, whether a PUSH takes it
    bool is_data_known_ = false;
};

}  // namespace evmmem::traces
