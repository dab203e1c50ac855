// SPDX-License-Identifier: MIT
// What SLOAD and TLOAD give, against what is known of the slot; and what a store's price and refund
// show of what the slot held before.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "traces/replay/replay_state.hpp"
#include "traces/step.hpp"

namespace evmmem::traces {

/// What a load should give.
struct LoadRule {
    bool is_known = false;           ///< there is something to compare with
    bool holds = false;              ///< and it is what the load gives
    std::optional<Word> expected{};  ///< nothing: any value but one
    std::string reason{};            ///< where it does not hold
};

/// The SLOAD or TLOAD gave `claimed`: judges that, and learns it.
LoadRule judge_load(ReplayState& state, const CallFrame& frame, const PendingStep& step,
                    const Word& claimed);

/// The line shows slots beside its stack. Of an SSTORE that does not fail it must be the value that is
/// stored; what it is of an SLOAD is compared with what is known of the slot, and by judge_load() with the
/// result. `own` is the line's step, after it was performed.
void check_shown_storage(ReplayState& state, const Step& line, PendingStep& own);

/// The SSTORE was followed by a step of its frame that has `gas_after` left: learns from the price
/// what its slot held before.
void learn_from_price(ReplayState& state, const PendingStep& step, std::uint64_t gas_after);

/// Whether a slot may have held `original` when the transaction began and `current` before a store, in
/// one fork.
using MayHaveHeld = std::function<bool(const Word& original, const Word& current, Fork fork)>;

/// Keeps, of what the slot of the SSTORE may have held, what `may` in some fork that is left.
void narrow_slot(ReplayState& state, const PendingStep& store, const MayHaveHeld& may);

}  // namespace evmmem::traces
