// SPDX-License-Identifier: MIT
// What the operands of an instruction are called, the top of the stack first, and where they stand:
// for people who look at a step and wonder which number is the offset.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/opcode.hpp"

namespace evmmem::app {

/// The column where values stand, after their labels.
inline constexpr std::size_t value_column = 12;

/// The name of operand n; empty where there is no better one than its number.
std::string_view operand_name(Opcode op, std::size_t n);

}  // namespace evmmem::app
