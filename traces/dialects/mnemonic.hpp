// SPDX-License-Identifier: MIT
// Instructions by the names that clients have for them.
#pragma once

#include <optional>
#include <string_view>

#include "core/opcode_table.hpp"

namespace evmmem::traces {

/// The instruction that a client calls `text`, in whatever spelling; none when no client does.
std::optional<Opcode> opcode_from_text(std::string_view text);

/// Whether a client may print that name for the instruction; one that the EVM does not have may have
/// any but another's. No name is one, too.
bool may_be_called_otherwise(Opcode op, std::string_view name);
inline bool may_be_called(Opcode op, std::string_view name) {
    return name.empty() || name == info(op).name || may_be_called_otherwise(op, name);
}

/// What else the number of an instruction has stood for: "JUMPSUB of EIP-2315". Empty where it is
/// not known to have been anything but what Ethereum's forks have.
std::string_view other_meaning(Opcode op);

}  // namespace evmmem::traces
