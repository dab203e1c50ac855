// SPDX-License-Identifier: MIT
// A hash of words from the stack (addresses, slots) for tables that are kept in memory only. The
// words are a stranger's choice, so the hash is another one in each process: no trace can be made
// whose words collide. Nothing that is printed may depend on the order of such a table.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/word.hpp"

namespace evmmem::traces {

/// Multiplies and folds, as wyhash does, by a number that cannot be known.
struct WordHash {
    std::uint64_t seed;
    std::uint64_t multiplier;  ///< odd

    /// This process's.
    WordHash();
    constexpr WordHash(std::uint64_t seed_, std::uint64_t multiplier_)
        : seed{seed_}, multiplier{multiplier_} {}

    std::size_t operator()(const Word& word) const { return hash(word, seed); }
    /// Of a word with a number beside it.
    std::size_t operator()(const Word& word, std::uint64_t number) const {
        return hash(word, fold(seed ^ number));
    }

private:
    std::uint64_t fold(std::uint64_t value) const {
        __extension__ using Wide = unsigned __int128;
        const Wide product = Wide{value} * multiplier;
        return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    }
    std::size_t hash(const Word& word, std::uint64_t start) const {
        std::uint64_t hash = start;
        for (const std::uint64_t limb : word.limbs)
            hash = fold(hash ^ limb) ^ limb;
        return fold(hash);
    }
};

/// Empties a table in time that what it holds has paid for: clear() takes as long as the largest
/// that the table ever was.
template <typename Table>
void empty(Table& table) {
    constexpr std::size_t buckets_kept_max = 256;
    if (table.bucket_count() > buckets_kept_max)
        table = Table{};
    else
        table.clear();
}

}  // namespace evmmem::traces
