// SPDX-License-Identifier: MIT
// The names that came before, so that a file that is named twice is one file all the same. There may
// be millions of them: kept are 16 bytes of each, by which no two differ.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_set>

namespace evmmem::app {

class SeenNames {
public:
    /// Whether the name was not asked about before.
    bool is_new(std::string_view name);

private:
    using Key = std::array<std::uint64_t, 2>;
    struct Hash {
        std::size_t operator()(const Key& key) const { return key[0]; }
    };

    std::unordered_set<Key, Hash> keys_;  ///< the first bytes of the names' SHA-256
};

}  // namespace evmmem::app
