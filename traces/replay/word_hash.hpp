// SPDX-License-Identifier: MIT
// A hash of words from the stack (addresses, slots) for tables that are kept in memory only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/word.hpp"

namespace evmmem::traces {

/// Multiplies and folds, as wyhash does. A trace that makes words collide only slows its own
/// replay.
struct WordHash {
    std::uint64_t seed = 0x9e3779b97f4a7c15;

    std::size_t operator()(const Word& word) const {
        __extension__ using Wide = unsigned __int128;
        std::uint64_t hash = seed;
        for (const std::uint64_t limb : word.limbs) {
            const Wide product = Wide{hash ^ limb} * 0xa0761d6478bd642fULL;
            hash = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64) ^
                   limb;
        }
        return hash;
    }
};

}  // namespace evmmem::traces
