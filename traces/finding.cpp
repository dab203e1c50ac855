// SPDX-License-Identifier: MIT
#include "finding.hpp"

#include <algorithm>

#include "core/hex.hpp"
#include "core/word.hpp"

namespace evmmem::traces {

std::optional<Finding::Bytes> differing_bytes(std::span<const std::uint8_t> claimed,
                                              std::span<const std::uint8_t> computed,
                                              std::uint64_t offset, Finding::Buffer buffer) {
    const auto at = std::ranges::mismatch(claimed, computed).in2;
    const auto first = static_cast<std::uint64_t>(at - computed.begin());
    std::uint64_t last = computed.size();
    while (last > first && last <= claimed.size() && claimed[last - 1] == computed[last - 1])
        --last;
    if (first == last) return std::nullopt;
    return Finding::Bytes{offset + first, last - first, buffer};
}

std::pair<std::string, std::string> shown(std::span<const std::uint8_t> claimed,
                                          std::span<const std::uint8_t> computed) {
    const auto at = std::ranges::mismatch(claimed, computed).in1;
    const auto difference = static_cast<std::size_t>(at - claimed.begin());
    const std::size_t first = std::max(claimed.size(), computed.size()) <= shown_max
                                  ? 0
                                  : difference / word_size * word_size;
    const auto part = [&](std::span<const std::uint8_t> bytes) {
        const std::size_t size = std::min(bytes.size() - first, shown_max);
        return "0x" + encode_hex(bytes.subspan(first, size));
    };
    return {part(claimed), part(computed)};
}

std::pair<std::string, std::string> shown(const Word& claimed, const Word& computed) {
    if (claimed.fits_u64() && computed.fits_u64())
        return {encode_hex_quantity(claimed), encode_hex_quantity(computed)};
    return {"0x" + encode_hex(claimed.to_big_endian()),
            "0x" + encode_hex(computed.to_big_endian())};
}

}  // namespace evmmem::traces
