// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>

#include "app/host/environment.hpp"

namespace evmmem::test {

/// A machine that figures may be of, with this processor.
inline app::Environment some_environment(std::string cpu) {
    return {.program = "evmmem 1.2.3",
            .compiler = "cc 1",
            .flags = "-O3",
            .cpu = std::move(cpu),
            .cpus = 2,
            .page_bytes = 4096,
            .huge_pages = "madvise",
            .system = "Linux 6",
            .c_library = "glibc 2"};
}

}  // namespace evmmem::test
