// SPDX-License-Identifier: MIT
#include "version.hpp"

namespace evmmem::app {

std::string_view version() {
    return EVMMEM_VERSION;
}

}  // namespace evmmem::app
