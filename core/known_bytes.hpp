// SPDX-License-Identifier: MIT
// Which bytes a replay can vouch for. Most traces do not show what CALLDATACOPY or EXTCODECOPY
// copied; such bytes are unknown until the trace reveals them. Kept as ranges of unknown bytes,
// usually none, and never more than a few: beyond them neighbours are taken together, and the known
// bytes between them are no longer vouched for. So no trace can make the set large, or slow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace evmmem {

/// A set of unknown bytes over 64-bit offsets; everything else is known. Ranges are [begin, end).
class KnownBytes {
public:
    /// Runs of unknown bytes that are kept; where there would be more, neighbours are taken together.
    static constexpr std::size_t ranges_max = 1024;

    /// Bytes from `begin` on, before `end`.
    struct Range {
        std::uint64_t begin;  ///< the first
        std::uint64_t end;    ///< one after the last
        constexpr bool operator==(const Range&) const = default;
    };

    /// Whether no byte is unknown.
    bool all_known() const { return unknown_.empty(); }
    /// Whether every byte of [begin, end) is known; an empty range is.
    bool is_known(std::uint64_t begin, std::uint64_t end) const {
        return unknown_.empty() || unknown_in(begin, end) == 0;
    }
    /// How many bytes of [begin, end) are unknown.
    std::uint64_t unknown_in(std::uint64_t begin, std::uint64_t end) const;
    /// The first run of unknown bytes in [begin, end); empty and at `end` when there is none.
    Range first_unknown(std::uint64_t begin, std::uint64_t end) const;

    /// All runs of unknown bytes in [begin, end), in order.
    std::vector<Range> unknown_ranges(std::uint64_t begin, std::uint64_t end) const;

    /// The bytes of [begin, end) are known from now on.
    void mark_known(std::uint64_t begin, std::uint64_t end);
    /// The bytes of [begin, end) are unknown from now on.
    void mark_unknown(std::uint64_t begin, std::uint64_t end);
    /// No byte is unknown from now on.
    void mark_all_known() { unknown_.clear(); }

    /// Bytes of `source` at [source_offset, +size) were copied here to `target_offset`: takes over
    /// what is known of them. `source` may be this set, and the ranges may overlap.
    void copy_from(const KnownBytes& source, std::uint64_t source_offset,
                   std::uint64_t target_offset, std::uint64_t size);

private:
    /// Takes neighbours together if there are too many.
    void bound();

    std::vector<Range> unknown_;  // sorted, disjoint, none empty, none touching its neighbour
};

}  // namespace evmmem
