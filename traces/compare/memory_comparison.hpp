// SPDX-License-Identifier: MIT
// Which bytes of two memories differ: of two that are printed, and of two that replays know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/known_bytes.hpp"
#include "core/memory.hpp"
#include "trace_difference.hpp"
#include "traces/replay/call_frames.hpp"

namespace evmmem::traces {

using ByteRange = KnownBytes::Range;
inline ByteRange bytes_of(MemoryRange range) {
    return {range.offset(), range.end()};
}
inline bool overlap(ByteRange a, ByteRange b) {
    return a.begin < b.end && b.begin < a.end;
}

/// So many ranges are told apart; the last one ends with the last byte that differs.
inline constexpr std::size_t differing_ranges_max = 16;

/// Of bytes that both have, from `offset` on, the runs that differ are added; up to 31 alike between two of them belong to
/// the run.
void add_differing_ranges(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b,
                          std::uint64_t offset, std::vector<ByteRange>& ranges);

/// The same of a range of the current frames' memory, as far as both are so large and both replays know the bytes. Returns
/// how many bytes were compared.
std::uint64_t add_differing_ranges(Both<const Memory*> memories, Both<const CallFrame*> frames,
                                   ByteRange range, std::vector<ByteRange>& ranges);

/// The same of bytes that one side prints, from offset 0 on, and the memory of the other.
std::uint64_t add_differing_ranges(std::span<const std::uint8_t> printed, const Memory& memory,
                                   const CallFrame& frame, ByteRange range,
                                   std::vector<ByteRange>& ranges);

/// What is left of a range without another.
std::vector<ByteRange> without(std::vector<ByteRange> ranges, ByteRange cut);

/// Up to `shown_bytes_max` bytes as "0x..", and "..." where there are more.
inline constexpr std::size_t shown_bytes_max = 64;
std::string bytes_text(std::span<const std::uint8_t> bytes);
/// The bytes of the current frame's memory.
std::string bytes_text(const Memory& memory, ByteRange range);

/// The bytes of two buffers from the first that differs on.
struct FirstDifference {
    std::uint64_t at;
    Both<std::string> values;
};
FirstDifference first_difference(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b);

}  // namespace evmmem::traces
