// SPDX-License-Identifier: MIT
#include "jump_targets.hpp"

#include "core/opcode_table.hpp"

namespace evmmem::traces {

std::optional<bool> JumpTargets::contains(const KnownData& code, const Word& target) {
    const auto pc = target.to_u64();
    if (!pc) return false;  // no code is that long
    const auto size = code.size();
    if (size && *pc >= *size) return false;
    if (*pc >= code.bytes().size() || !code.is_known(*pc, 1)) return std::nullopt;
    if (static_cast<Opcode>(code.bytes()[*pc]) != Opcode::JUMPDEST) return false;
    if (!code.is_whole()) return std::nullopt;
    if (!is_data_known_) {
        const std::span<const std::uint8_t> bytes = code.bytes();
        is_data_.assign(bytes.size(), false);
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            const auto op = static_cast<Opcode>(bytes[at]);
            if (!is_push(op)) continue;
            for (std::size_t left = info(op).immediate_bytes; left > 0 && at + 1 < bytes.size();
                 --left)
                is_data_[++at] = true;
        }
        is_data_known_ = true;
    }
    return !is_data_[*pc];
}

}  // namespace evmmem::traces
