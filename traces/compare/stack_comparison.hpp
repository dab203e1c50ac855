// SPDX-License-Identifier: MIT
// Which items of two printed stacks differ, however the clients spell them.
#pragma once

#include <cstdint>
#include <vector>

#include "traces/step.hpp"

namespace evmmem::traces {

struct DifferingItem {
    std::uint32_t from_top = 0;     ///< 0 is the top
    std::uint32_t from_bottom = 0;  ///< the same, as the higher of both stacks counts it
};

/// Adds what differs, the lowest first; compares from the top, as many items as both show. Where an item is no hex number,
/// or the text is not there any more, that is the operands. Returns how many were compared.
std::uint32_t compare_items(const StepStack& a, const StepStack& b,
                            std::vector<DifferingItem>& differing);

/// The item as both can be read: "0x2a"; where that cannot be, as the client spells it.
std::string item_text(const StepStack& stack, std::uint32_t from_top);

}  // namespace evmmem::traces
