// SPDX-License-Identifier: MIT
// DUPN, SWAPN and EXCHANGE, which name items of the stack by the byte after them in the code. The
// byte is known where the code is; else any that they allow may be it. Source: EIP-8024, which is
// not final.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/opcode.hpp"
#include "core/word.hpp"
#include "traces/replay/call_frames.hpp"

namespace evmmem::traces {

/// Two items that change places, or of DUPN twice the one that is copied; 0 is the top.
struct DeepItems {
    std::uint32_t upper = 0;
    std::uint32_t lower = 0;
};

constexpr bool names_deep_items(Opcode op) {
    return is_between(op, Opcode::DUPN, Opcode::EXCHANGE);
}

/// The items that the instruction names by this byte; nothing where the byte is invalid.
std::optional<DeepItems> deep_items(Opcode op, std::uint8_t immediate);

/// Whether some byte names these.
bool may_name(Opcode op, DeepItems items);

/// The byte after the step's instruction, where the frame's code is known there.
std::optional<std::uint8_t> immediate_of(const CallFrame& frame, const PendingStep& step);

/// Whether the stack, bottom first, may be `after` when it was `before`; of an invalid byte, and of a
/// stack that is too short, true.
bool may_become(Opcode op, std::optional<std::uint8_t> immediate,
                std::span<const std::optional<Word>> before,
                std::span<const std::optional<Word>> after);

}  // namespace evmmem::traces
