// SPDX-License-Identifier: MIT
#include "finding.hpp"

#include <algorithm>

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

}  // namespace evmmem::traces
