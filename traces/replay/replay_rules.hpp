// SPDX-License-Identifier: MIT
// The rules that a replay follows: each fork's own, or what a set of rules has in their place. All that asks what
// something costs, or whether it exists, asks here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/fork.hpp"
#include "core/opcode_table.hpp"
#include "core/rule_set.hpp"
#include "core/rules.hpp"

namespace evmmem::traces {

/// What state gas can be in any fork, for what is asked of no fork (EIP-8037).
struct StateGasTerms {
    std::uint64_t byte = 0;
    std::uint64_t account = 0;
    std::uint64_t slot = 0;
};

/// By value: a pointer, and a share in what it points to.
class ReplayRules {
public:
    /// The forks' own.
    ReplayRules();
    /// Those of the set on top of each fork. A set that is plain is the forks' own, whatever it is called.
    explicit ReplayRules(const RuleSet& set);

    /// In a fork.
    RulesView of(Fork fork) const { return tables_->by_fork[static_cast<std::size_t>(fork)]; }
    /// For numbers that no fork changes.
    RulesView everywhere() const { return of(last_fork); }
    /// The instruction's row, with the prices that do not depend on the fork.
    const OpcodeInfo& info(Opcode op) const { return tables_->rows[static_cast<std::uint8_t>(op)]; }
    /// The forks that have the instruction.
    ForkSet having(Opcode op) const { return tables_->having[static_cast<std::uint8_t>(op)]; }

    std::uint32_t stack_items_max() const { return tables_->stack_items_max; }
    /// The deepest frame's depth, counted from 1. A call from there is refused. Source: Yellow Paper 8.
    std::uint32_t frame_depth_max() const { return tables_->frame_depth_max; }
    std::uint64_t call_stipend() const { return tables_->call_stipend; }
    const StateGasTerms& state_gas() const { return tables_->state_gas; }
    /// Whether memory is priced otherwise than by mainnet's formula: MemoryPricing is asked.
    bool price_memory() const { return tables_->price_memory; }
    /// Whether that is by pages, so that touching memory has a price even where it does not grow.
    bool price_pages() const { return tables_->price_pages; }
    /// Whether what ends a frame costs nothing by itself, as the shortcut of plain steps supposes.
    bool ends_are_free() const { return tables_->ends_are_free; }

    /// The forks that the trace may be of, by the set; all where it names none.
    ForkSet forks() const { return tables_->forks; }
    /// What the rules are called; empty: the forks' own.
    const std::string& name() const { return tables_->name; }
    bool are_own() const { return tables_->name.empty(); }

private:
    struct Tables {
        explicit Tables(const RuleSet& set);

        std::array<Rules, fork_count> by_fork{};
        OpcodeTable rows;
        std::array<ForkSet, 256> having{};
        std::uint32_t stack_items_max = 0;
        std::uint32_t frame_depth_max = 0;
        std::uint64_t call_stipend = 0;
        StateGasTerms state_gas;
        bool price_memory = false;
        bool price_pages = false;
        bool ends_are_free = true;
        ForkSet forks;
        std::string name;
    };
    static const std::shared_ptr<const Tables>& own();

    std::shared_ptr<const Tables> shared_;
    const Tables* tables_;
};

/// What the rules are called in a sentence: "the rules monad-nine", "Ethereum's rules".
std::string in_words(const ReplayRules& rules);

}  // namespace evmmem::traces
