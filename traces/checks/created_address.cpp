// SPDX-License-Identifier: MIT
#include "created_address.hpp"

#include "core/hex.hpp"
#include "traces/hashes.hpp"

namespace evmmem::traces {

std::optional<Word> create2_address_of(ReplayState& state, const PendingStep& step,
                                       const CallFrame& creator) {
    if (step.op != Opcode::CREATE2 || !creator.address || !step.has_effect) return std::nullopt;
    const auto hash = state.hash(HashFunction::keccak256, creator, step.effect.reads);
    if (!hash) return std::nullopt;
    return Word::from_big_endian(create2_address_of(*creator.address, step.operand(3), *hash));
}

void check_create2_address(ReplayState& state, const std::optional<Word>& address,
                           PendingStep& step, const Word& result) {
    if (step.op != Opcode::CREATE2) return;
    if (!address) {
        state.impossible(Check::memory_hash);
    } else if (*address == result) {
        state.passed(Check::memory_hash);
    } else {
        state.failed(Check::memory_hash, step, encode_hex_quantity(result),
                     encode_hex_quantity(*address),
                     "CREATE2's address is not the hash of creator, salt and init code in memory");
    }
}

}  // namespace evmmem::traces
