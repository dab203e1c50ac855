// SPDX-License-Identifier: MIT
// The hard forks of Ethereum in order, and sets of them. A trace rarely names its fork; the gas of
// its steps shows which forks are possible, and that is a ForkSet.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace evmmem {

/// The hard forks, oldest first.
enum class Fork : std::uint8_t {
    frontier,
    homestead,
    tangerine_whistle,
    spurious_dragon,
    byzantium,
    constantinople,
    petersburg,
    istanbul,
    berlin,
    london,
    paris,
    shanghai,
    cancun,
    prague,
    osaka,
    amsterdam,
};

/// The oldest.
inline constexpr Fork first_fork = Fork::frontier;
/// The newest that is known.
inline constexpr Fork last_fork = Fork::amsterdam;
/// How many there are.
inline constexpr int fork_count = static_cast<int>(last_fork) + 1;

/// The name as state tests and client options spell it, in lower case: "frontier",
/// "tangerine_whistle".
std::string_view name(Fork fork);
/// The fork of that name; letter case, '-', '_' and blanks do not matter, and the usual synonyms
/// are known ("EIP150", "Merge", "Pectra"). Nothing when there is none.
std::optional<Fork> fork_from_name(std::string_view name);

/// A set of forks; by value, one word.
class ForkSet {
public:
    /// No fork.
    constexpr ForkSet() = default;
    /// That fork alone.
    constexpr ForkSet(Fork fork) : bits_{1U << static_cast<int>(fork)} {}  // NOLINT: a set of one
    /// All forks.
    static constexpr ForkSet all() { return from(first_fork); }
    /// `first` and all that came after it.
    static constexpr ForkSet from(Fork first) { return between(first, last_fork); }
    /// Both ends included; empty when `last` comes before `first`.
    static constexpr ForkSet between(Fork first, Fork last) {
        ForkSet set;
        for (int i = static_cast<int>(first); i <= static_cast<int>(last); ++i)
            set.bits_ |= 1U << i;
        return set;
    }

    /// Whether there is none.
    constexpr bool empty() const { return bits_ == 0; }
    /// Whether `fork` is one of them.
    constexpr bool contains(Fork fork) const { return (bits_ >> static_cast<int>(fork) & 1U) != 0; }
    /// Whether `other` has all of them.
    constexpr bool is_within(ForkSet other) const { return (bits_ & ~other.bits_) == 0; }
    /// Those that both have.
    constexpr ForkSet operator&(ForkSet other) const { return of_bits(bits_ & other.bits_); }
    /// Those that one of the two has.
    constexpr ForkSet operator|(ForkSet other) const { return of_bits(bits_ | other.bits_); }
    /// Takes those of `other` in.
    constexpr ForkSet& operator|=(ForkSet other) { return *this = *this | other; }
    /// Keeps those that `other` has, too.
    constexpr ForkSet& operator&=(ForkSet other) { return *this = *this & other; }
    constexpr bool operator==(const ForkSet&) const = default;

    /// Calls `visit` with each fork, oldest first.
    template <typename Visit>
    constexpr void for_each(Visit visit) const {
        for (int i = 0; i < fork_count; ++i)
            if ((bits_ >> i & 1U) != 0) visit(static_cast<Fork>(i));
    }

    /// Whether `holds` is true of one of them; asks no more once it is, the oldest first.
    template <typename Holds>
    constexpr bool any_of(Holds holds) const {
        for (int i = 0; i < fork_count; ++i)
            if ((bits_ >> i & 1U) != 0 && holds(static_cast<Fork>(i))) return true;
        return false;
    }

private:
    static constexpr ForkSet of_bits(std::uint32_t bits) {
        ForkSet set;
        set.bits_ = bits;
        return set;
    }
    std::uint32_t bits_ = 0;
};

}  // namespace evmmem
