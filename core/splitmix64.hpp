// SPDX-License-Identifier: MIT
// splitmix64: random numbers that are the same everywhere. Source: Steele, Lea, Flood, OOPSLA 2014.
#pragma once

#include <cstdint>

namespace evmmem {

/// The next number; `state` moves on. Every state is a good one to begin with.
constexpr std::uint64_t splitmix64(std::uint64_t& state) {
    std::uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

}  // namespace evmmem
