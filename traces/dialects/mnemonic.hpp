// SPDX-License-Identifier: MIT
// Instructions by the names that clients have for them.
#pragma once

#include <optional>
#include <string_view>

#include "core/opcode.hpp"

namespace evmmem::traces {

/// The instruction that a client calls `text`, in whatever spelling; nothing when nobody does.
std::optional<Opcode> opcode_from_text(std::string_view text);

}  // namespace evmmem::traces
