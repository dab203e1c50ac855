// SPDX-License-Identifier: MIT
// What an instruction shows of an account: its code, against what the transaction deployed and what
// other instructions showed of it; its balance, against the value that has moved since it was shown.
// Sources: Yellow Paper 7, 8 and H.2; EIP-161, EIP-684, EIP-1052, EIP-6780, EIP-7702.
#pragma once

#include <optional>
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

/// The step before the line at hand was an EXTCODECOPY, and memory, which still holds what it
/// copied, is as the line shows it: learns the code, and checks account.code where all of it is
/// known.
void learn_copied_code(ReplayState& state, const CallFrame& frame, PendingStep& step);

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
