// SPDX-License-Identifier: MIT
// The access patterns that matter, as access programs made from a seed: what bench and gate run
// when no trace is given. One pattern, one size, one seed, one program, on every machine: all
// arithmetic is on integers.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/access_program.hpp"

namespace evmmem::traces {

struct PatternOptions {
    std::uint64_t size = 65536;  ///< bytes of memory that the pattern plays in
    std::uint64_t seed = 1;
    std::size_t ops = 4096;  ///< about how many operations the program has
};

/// PatternOptions::size is brought between these, in bytes.
inline constexpr std::uint64_t pattern_size_min = 1024;
inline constexpr std::uint64_t pattern_size_max = std::uint64_t{1} << 30;

/// Random numbers that are the same everywhere: splitmix64.
class PatternRandom {
public:
    explicit PatternRandom(std::uint64_t seed) : state_{seed} {}
    std::uint64_t next();
    /// From 0 to bound - 1; `bound` is at least 1.
    std::uint64_t below(std::uint64_t bound);
    /// From `low` to `high`, both included, each doubling of the size as likely as the next.
    std::uint64_t scaled(std::uint64_t low, std::uint64_t high);

private:
    std::uint64_t state_;
};

struct Pattern {
    std::string_view name;
    std::string_view description;  ///< one sentence
    /// Appends one round of the pattern to a program whose only frame may hold what earlier rounds
    /// left.
    void (*append_round)(AccessProgram&, std::uint64_t size, PatternRandom&);
};

/// All of them, in the order that reports list them.
std::span<const Pattern> patterns();
/// Nothing when there is none of that name.
const Pattern* pattern_named(std::string_view name);
/// Rounds of the pattern until there are enough operations, or until they move so many bytes that
/// more would only be slower to run.
AccessProgram generate(const Pattern& pattern, const PatternOptions& options);

}  // namespace evmmem::traces
