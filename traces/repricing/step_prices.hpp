// SPDX-License-Identifier: MIT
// What one step costs under other rules than those it was traced under. What a trace does not say (was the
// account warm, was the slot zero?) its own price mostly shows: of the ways in which state and fork may decide
// the price, those are left that come to what the step did cost. Only where all of them come to the same under
// the other rules is the price known.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "changed_rules.hpp"
#include "core/gas_schedule.hpp"
#include "core/opcode_table.hpp"
#include "traces/replay/precompiles.hpp"
#include "traces/replay/replay_state.hpp"

namespace evmmem::traces {

/// Gas more, or less if negative; it stops at more than exists.
constexpr std::int64_t gas_most = std::int64_t{1} << 62;
constexpr std::int64_t capped_gas(std::uint64_t gas) {
    return gas > static_cast<std::uint64_t>(gas_most) ? gas_most : static_cast<std::int64_t>(gas);
}
constexpr std::int64_t capped_sum(std::int64_t a, std::int64_t b) {
    if (b > 0 && a > gas_most - b) return gas_most;
    if (b < 0 && a < -gas_most - b) return -gas_most;
    return a + b;
}
/// How much less `after` is than `before`.
constexpr std::int64_t difference(std::uint64_t before, std::uint64_t after) {
    return capped_sum(capped_gas(before), -capped_gas(after));
}

/// One way in which a step's price can have come about.
struct PriceWay {
    Fork fork{};
    PricedState state;
    std::uint64_t cost = 0;      ///< without memory, what operands scale, and state gas
    std::int64_t state_gas = 0;  ///< that was taken, too, or given back if negative
};
using PriceWays = std::vector<PriceWay>;

/// The ways in which a step that is no call and no create came to cost `paid`, in the forks that are left.
PriceWays ways_to_pay(const ReplayState& state, const PendingStep& step, std::int64_t paid);
/// All ways in which a call or create may cost something; that one of them could be paid is not said.
PriceWays ways_of_call(const ReplayState& state, const PendingStep& call);

/// Gas left before a call hands on, if it paid so; nothing when it could not.
std::optional<std::uint64_t> available_before(const PendingStep& call, const PriceWay& way);
/// What it hands on then, under its own rules.
std::optional<std::uint64_t> handed_on_by(const PendingStep& call, const PriceWay& way);

/// The prices of one set of rules, beside those of memory. What a trace is does not matter to it, so that one serves
/// for many.
class StepPrices {
public:
    explicit StepPrices(const RuleSet& rules);

    const ChangedRules& rules() const { return rules_; }

    /// Less gas that an instruction costs whatever its operands and the state are; 0 for one whose price state,
    /// its operand or a call decides.
    std::int64_t plain_gain(Opcode op) const { return plain_[static_cast<std::uint8_t>(op)]; }
    /// Whether a price that state, an exponent or a call decides may be another than in one of the forks; of a
    /// call also what it hands on.
    bool may_change(Opcode op, ForkSet forks) const {
        return !(changed_[static_cast<std::uint8_t>(op)] & forks).empty();
    }
    /// Whether it may cost less than in one of the forks, memory aside.
    bool may_be_cheaper(Opcode op, ForkSet forks) const {
        return !(cheaper_[static_cast<std::uint8_t>(op)] & forks).empty();
    }
    /// Whether there is no such instruction any more.
    bool is_gone(Opcode op) const { return gone_[static_cast<std::uint8_t>(op)]; }
    /// Whether there is one that some of these forks have not.
    bool is_new(Opcode op, ForkSet forks) const;
    /// Whether anything of the instruction's price, memory aside, may be another than in some fork.
    bool is_touched(Opcode op) const;

    /// Less gas for what an operand scales.
    std::int64_t scaled_gain(const PendingStep& step) const;
    /// Less gas for the way in which it was paid; nothing where that cannot be told, for the state gas.
    std::optional<std::int64_t> gain(const PendingStep& step, const PriceWay& way) const;
    /// The same, where all ways come to the same; `likely` is that of the first way that comes to anything.
    struct Gain {
        std::int64_t likely = 0;
        bool is_certain = false;
    };
    Gain gain(const PendingStep& step, const PriceWays& ways) const;

    /// Whether calls to that precompile have the same terms as in the fork.
    bool has_same_terms(Callee callee, Fork fork) const {
        return same_terms_[static_cast<std::size_t>(callee)].contains(fork);
    }

private:
    void compare(const OpcodeInfo& row);
    void compare_by_fork(const OpcodeInfo& row, Fork fork);

    ChangedRules rules_;
    // By the opcode's byte.
    OpcodeTable rows_;  ///< with the prices that do not depend on the fork
    std::array<std::int64_t, 256> plain_{};
    std::array<ForkSet, 256> changed_{};
    std::array<ForkSet, 256> cheaper_{};
    std::array<bool, 256> gone_{};
    std::array<bool, 256> rescaled_{};
    std::array<ForkSet, static_cast<std::size_t>(Callee::p256_verify) + 1> same_terms_{};
};

}  // namespace evmmem::traces
