// SPDX-License-Identifier: MIT
#include "seen_names.hpp"

#include <cstring>

#include "traces/hashes.hpp"

namespace evmmem::app {

bool SeenNames::is_new(std::string_view name) {
    const Bytes32 hash =
        traces::sha256({reinterpret_cast<const std::uint8_t*>(name.data()), name.size()});
    Key key;
    std::memcpy(key.data(), hash.data(), sizeof key);
    return keys_.insert(key).second;
}

}  // namespace evmmem::app
