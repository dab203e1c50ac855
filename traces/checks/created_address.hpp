// SPDX-License-Identifier: MIT
// The address that a create gives: CREATE2's is the hash of creator, salt and init code, CREATE's that
// of creator and nonce, which each create that is not refused raises by one.
// Sources: Yellow Paper 7; EIP-161, EIP-1014, EIP-2681.
#pragma once

#include <cstdint>
#include <optional>

#include "traces/replay/replay_state.hpp"

namespace evmmem::traces {

/// The address of the account that the step makes, if it makes one now; nothing where it is no
/// create, or where creator, nonce or init code is not known. `creator` is the current frame of
/// memory.
std::optional<Word> created_address_of(ReplayState& state, const PendingStep& step,
                                       const CallFrame& creator);

/// Whether the creator's nonce may be one that cannot rise, 2^64-1 (EIP-2681), so that the create is
/// refused. Accounts with such a nonce are made for tests: unless the trace says so (`is_said`), one
/// that has created twice has none, nor one that makes again what it has just failed to make.
/// `made_at` is created_address_of() the step.
bool may_nonce_refuse(ReplayState& state, const PendingStep& step, const CallFrame& creator,
                      const std::optional<Word>& made_at, bool is_said);

/// The create is not refused: what its frame made last.
void remember_create(ReplayState& state, const PendingStep& step, CallFrame& creator,
                     const std::optional<Word>& made_at);

/// Checks memory.hash of a CREATE2 that gave `result`, against what created_address_of() said of it.
void check_create2_address(ReplayState& state, const std::optional<Word>& address,
                           PendingStep& step, const Word& result);

/// Checks account.address of a CREATE that gave `result`; `creates` is how often its creator had
/// created before. Learns the creator's nonce where it is not known.
void check_create_address(ReplayState& state, const CallFrame& creator, std::uint64_t creates,
                          PendingStep& step, const Word& result);

}  // namespace evmmem::traces
