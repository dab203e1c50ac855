// SPDX-License-Identifier: MIT
// What an instruction shows of an account: its code, against what the transaction deployed and what
// other instructions showed of it; its balance, against the value that has moved since it was shown.
// Sources: Yellow Paper 7, 8 and H.2; EIP-161, EIP-684, EIP-1052, EIP-6780, EIP-7702.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "traces/replay/replay_state.hpp"

namespace evmmem::traces {

/// What is known of a result that is claimed.
struct Judgement {
    enum class Verdict : std::uint8_t { holds, differs, impossible };
    Verdict verdict = Verdict::impossible;
    /// Of a result that differs; nothing: `reason` says it.
    std::optional<Word> expected = std::nullopt;
    std::string reason = {};
};

/// Judges what EXTCODESIZE, EXTCODEHASH, BALANCE or SELFBALANCE gives, and learns it where nothing
/// is known. The step is the last of `frame`.
Judgement judge_account(ReplayState& state, const CallFrame& frame, const PendingStep& step,
                        const Word& claimed);

/// The trace shows these bytes of memory from `offset` on, which the frame does not know yet: where they
/// are of a code that EXTCODECOPY has copied there, learns it, and checks account.code where all of it is
/// known now. `step` has shown them, or came before the line that does.
void learn_copied_code(ReplayState& state, const CallFrame& frame, PendingStep& step,
                       std::uint64_t offset, std::span<const std::uint8_t> shown_bytes);

/// The step is a KECCAK256 of bytes that are not known, and gives `hash`: where they are all of a code that
/// EXTCODECOPY has copied there, that is its hash. Returns whether memory.hash was checked so.
bool learn_copied_hash(ReplayState& state, const CallFrame& frame, PendingStep& step,
                       const Word& hash);

/// What the step hands over, if it is a call or a create; nothing where that is not shown.
std::optional<Word> value_of(const PendingStep& step);

/// "CALL sends 0x5, and the account has 0x4: it must be refused": for messages.
std::string explain_poverty(const ReplayState& state, const CallFrame& frame,
                            const PendingStep& step);

/// Whether the frame's account can pay that much; nothing where its balance is not known.
std::optional<bool> can_pay(const ReplayState& state, const CallFrame& frame, const Word& value);

/// A call or a create of `caller`, which is not refused, hands its value to the account at `to`;
/// nothing: which account that is is not known.
void move_value(ReplayState& state, const CallFrame& caller, const PendingStep& step,
                const std::optional<Word>& to);

/// The frame ended with a SELFDESTRUCT that was executed.
void destroy_account(ReplayState& state, const CallFrame& frame);

}  // namespace evmmem::traces
