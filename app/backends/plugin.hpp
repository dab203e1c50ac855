// SPDX-License-Identifier: MIT
// Loads a shared library that offers core/evmmem_backend.h, and says clearly why not when it does
// not.
#pragma once

#include <expected>
#include <string>

#include "backend.hpp"

namespace evmmem::app {

/// The error is one sentence for the user: what is wrong with the library, and what was expected.
std::expected<Backend, std::string> load_plugin(const std::string& path);

}  // namespace evmmem::app
