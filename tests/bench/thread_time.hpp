// SPDX-License-Identifier: MIT
// What a benchmark measures with: the CPU time of its own thread, and the median of what it took.
#pragma once

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace evmmem::bench {

/// Nanoseconds that this thread has run.
inline double thread_ns() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// The upper one of two that are in the middle. There must be a value.
inline double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

}  // namespace evmmem::bench
