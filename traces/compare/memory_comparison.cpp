// SPDX-License-Identifier: MIT
#include "memory_comparison.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "core/hex.hpp"

namespace evmmem::traces {
namespace {

constexpr std::size_t block_bytes = 4096;
constexpr std::uint64_t alike_between_max = 31;

void add(std::vector<ByteRange>& ranges, std::uint64_t begin, std::uint64_t end) {
    const bool goes_on =
        !ranges.empty() && begin >= ranges.back().begin &&
        (begin <= ranges.back().end + alike_between_max || ranges.size() >= differing_ranges_max);
    if (goes_on)
        ranges.back().end = std::max(ranges.back().end, end);
    else
        ranges.push_back({begin, end});
}

std::vector<ByteRange> known_in(const CallFrame& frame, std::vector<ByteRange> ranges) {
    if (frame.memory_known.all_known() || ranges.empty()) return ranges;
    for (const ByteRange& unknown :
         frame.memory_known.unknown_ranges(ranges.front().begin, ranges.back().end))
        ranges = without(std::move(ranges), unknown);
    return ranges;
}

/// `read` gives one side's bytes, the memory the other's. Returns how many bytes were compared.
template <typename Read>
std::uint64_t compare_blocks(const std::vector<ByteRange>& known, Read read, const Memory& memory,
                             std::vector<ByteRange>& ranges) {
    std::uint64_t compared = 0;
    std::array<std::uint8_t, block_bytes> of_a;
    std::array<std::uint8_t, block_bytes> of_b;
    for (const ByteRange& piece : known) {
        for (std::uint64_t at = piece.begin; at < piece.end; at += block_bytes) {
            const std::size_t size = std::min<std::uint64_t>(block_bytes, piece.end - at);
            const std::span<std::uint8_t> a{of_a.data(), size};
            const std::span<std::uint8_t> b{of_b.data(), size};
            // Both are inside what there is.
            if (!read(at, a) || !memory.read(at, b)) return compared;
            add_differing_ranges(a, b, at, ranges);
            compared += size;
        }
    }
    return compared;
}

}  // namespace

void add_differing_ranges(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b,
                          std::uint64_t offset, std::vector<ByteRange>& ranges) {
    const std::size_t size = std::min(a.size(), b.size());
    for (std::size_t block = 0; block < size; block += block_bytes) {
        const std::size_t end = std::min(size, block + block_bytes);
        if (std::memcmp(a.data() + block, b.data() + block, end - block) == 0) continue;
        for (std::size_t at = block; at < end; ++at)
            if (a[at] != b[at]) add(ranges, offset + at, offset + at + 1);
    }
}

std::uint64_t add_differing_ranges(Both<const Memory*> memories, Both<const CallFrame*> frames,
                                   ByteRange range, std::vector<ByteRange>& ranges) {
    range.end = std::min({range.end, memories[0]->size(), memories[1]->size()});
    if (range.begin >= range.end) return 0;
    const auto known = known_in(*frames[1], known_in(*frames[0], {range}));
    return compare_blocks(
        known,
        [&](std::uint64_t at, std::span<std::uint8_t> target) {
            return memories[0]->read(at, target).has_value();
        },
        *memories[1], ranges);
}

std::uint64_t add_differing_ranges(std::span<const std::uint8_t> printed, const Memory& memory,
                                   const CallFrame& frame, ByteRange range,
                                   std::vector<ByteRange>& ranges) {
    range.end = std::min<std::uint64_t>({range.end, printed.size(), memory.size()});
    if (range.begin >= range.end) return 0;
    return compare_blocks(
        known_in(frame, {range}),
        [&](std::uint64_t at, std::span<std::uint8_t> target) {
            std::ranges::copy(printed.subspan(at, target.size()), target.begin());
            return true;
        },
        memory, ranges);
}

std::vector<ByteRange> without(std::vector<ByteRange> ranges, ByteRange cut) {
    if (cut.begin >= cut.end) return ranges;
    std::vector<ByteRange> left;
    for (const ByteRange& range : ranges) {
        const std::uint64_t before = std::min(range.end, cut.begin);
        const std::uint64_t after = std::max(range.begin, cut.end);
        if (range.begin < before) left.push_back({range.begin, before});
        if (after < range.end) left.push_back({after, range.end});
    }
    return left;
}

std::string bytes_text(std::span<const std::uint8_t> bytes) {
    const bool is_cut = bytes.size() > shown_bytes_max;
    return "0x" + encode_hex(bytes.first(std::min(bytes.size(), shown_bytes_max))) +
           (is_cut ? "..." : "");
}

std::string bytes_text(const Memory& memory, ByteRange range) {
    std::vector<std::uint8_t> bytes(
        std::min<std::uint64_t>(range.end - range.begin, shown_bytes_max + 1));
    if (!memory.read(range.begin, bytes)) return {};
    return bytes_text(bytes);
}

FirstDifference first_difference(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
    const auto [in_a, in_b] = std::ranges::mismatch(a, b);
    const auto at = static_cast<std::size_t>(in_a - a.begin());
    return {at, {bytes_text(a.subspan(at)), bytes_text(b.subspan(at))}};
}

}  // namespace evmmem::traces
