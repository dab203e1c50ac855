// SPDX-License-Identifier: MIT
#include "processors.hpp"

#include <sched.h>

#include <algorithm>
#include <thread>

namespace evmmem::traces {

std::size_t processors() {
    ::cpu_set_t set;
    CPU_ZERO(&set);
    // It fails where the machine has more processors than the set has room for.
    if (::sched_getaffinity(0, sizeof set, &set) == 0)
        return static_cast<std::size_t>(std::max(1, CPU_COUNT(&set)));
    return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace evmmem::traces
