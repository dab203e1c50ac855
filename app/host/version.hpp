// SPDX-License-Identifier: MIT
// The program's version, as meson.build states it.
#pragma once

#include <string_view>

namespace evmmem::app {

std::string_view version();

}  // namespace evmmem::app
