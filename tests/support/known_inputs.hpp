// SPDX-License-Identifier: MIT
// Data for calls: all of it known, or nothing but its size.
#pragma once

#include <cstdint>

#include "trace_line.hpp"
#include "traces/replay/known_data.hpp"

namespace evmmem::test {

inline traces::KnownData data_of(const Bytes& bytes) {
    traces::KnownData data;
    data.assign(bytes);
    return data;
}

inline traces::KnownData unknown_of(std::uint64_t size) {
    traces::KnownData data;
    data.forget();
    data.learn_size(size);
    return data;
}

}  // namespace evmmem::test
