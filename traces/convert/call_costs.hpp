// SPDX-License-Identifier: MIT
// What the gasCost of a call or a create can be as go-ethereum counts it: the overhead and the gas handed
// on without the stipend; of a create the overhead alone. The rules leave several ways to spend; what the
// trace shows later leaves fewer.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "traces/replay/replay_state.hpp"

namespace evmmem::traces {

class CallCosts {
public:
    /// All that the forks that are left allow the call or create `step`; none where too little is known.
    void begin(const ReplayState& state, const PendingStep& step);

    bool empty() const { return ways_.empty(); }
    /// Whether one of them is `cost`.
    bool contains(std::uint64_t cost) const;
    /// Keeps what fits, if anything does: a gasCost as any client counts it, ..
    bool keep_printed(const PendingStep& step, std::uint64_t cost);
    /// .. the gas that the callee starts with, ..
    void keep_callee_gas(std::uint64_t gas);
    /// .. the gas after a call that no callee printed lines for.
    void keep_gas_after(std::uint64_t gas);

    /// The cost, where only one is left.
    std::optional<std::uint64_t> one() const;

private:
    struct Way {
        std::uint64_t cost = 0;
        std::uint64_t given_least = 0;  ///< what the callee starts with, the stipend included
        std::uint64_t given = 0;
        std::uint64_t after_most = 0;  ///< the gas afterwards if the callee uses nothing
        std::uint64_t state_gas = 0;   ///< that may be taken, too (EIP-8037)

        bool operator==(const Way&) const = default;
    };
    template <typename Fits>
    bool keep(Fits fits);

    std::vector<Way> ways_;
};

}  // namespace evmmem::traces
