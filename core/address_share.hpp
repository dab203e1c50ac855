// SPDX-License-Identifier: MIT
// How many addresses a region may reserve. Addresses cost nothing but are not endless: a process
// may be limited (RLIMIT_AS) or run on a processor with few address bits, and the host program
// needs most of them itself. So all regions of a process together take a quarter at most, each
// takes a quarter of what is then left of that quarter, and there are never more than
// `regions_max`: the system limits the mappings of a process, too (65,530 on Linux).
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace evmmem {

/// Bytes of the largest region: all that 10 billion gas can buy in 1024 frames.
inline constexpr std::uint64_t region_bytes_max = std::uint64_t{4} << 30;
/// Bytes of the smallest that is worth a mapping: one frame that cost 30 million gas.
inline constexpr std::uint64_t region_bytes_min = std::uint64_t{4} << 20;
/// Regions of a process at most; each is two mappings.
inline constexpr std::size_t regions_max = 1024;

/// Bytes that the next region may reserve: a power of two, or 0 when there is to be no further
/// region. `left` bytes of addresses are free in the process, regions have reserved `reserved`
/// already.
constexpr std::uint64_t address_share(std::uint64_t left, std::uint64_t reserved) {
    const std::uint64_t quarter = left / 4 + reserved / 4;
    if (quarter <= reserved) return 0;
    const std::uint64_t share =
        std::min(std::bit_floor((quarter - reserved) / 4), region_bytes_max);
    return share < region_bytes_min ? 0 : share;
}

/// The share of this process as it is now. 0 also when RLIMIT_AS is set and the system does not say
/// how much of it is used.
std::uint64_t address_share_now();

/// A region of `bytes` is about to be mapped. False when there are too many already, and nothing
/// has changed.
bool count_region(std::uint64_t bytes);
/// It was unmapped again.
void uncount_region(std::uint64_t bytes);

}  // namespace evmmem
