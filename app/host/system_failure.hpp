// SPDX-License-Identifier: MIT
// What a call of the system that failed leaves behind.
#pragma once

#include <cstring>
#include <expected>
#include <string>

namespace evmmem::app {

/// What an errno means.
inline std::unexpected<std::string> system_failure(int code) {
    return std::unexpected{std::string{std::strerror(code)}};
}

}  // namespace evmmem::app
