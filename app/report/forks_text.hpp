// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "core/fork.hpp"

namespace evmmem::app {

/// "berlin to prague, amsterdam": neighbours are drawn together.
std::string forks_text(ForkSet forks);

}  // namespace evmmem::app
