// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace evmmem::app {

/// How `price` prints.
enum class PriceFormat : std::uint8_t { text, json, csv };

}  // namespace evmmem::app
