// SPDX-License-Identifier: MIT
// A second reader of EIP-3155 lines, slow and obvious, on another JSON library: what it finds in a
// good line is what the readers of the program must find.
#pragma once

#include <optional>
#include <string_view>

#include "reading.hpp"

namespace evmmem::test {

/// The step on a good line of JSON text, as a client with no quirks means it; nothing where the
/// line is no step. Memory and return data are given where the line has any bytes of them.
std::optional<OwnedStep> read_plainly(std::string_view line);

}  // namespace evmmem::test
