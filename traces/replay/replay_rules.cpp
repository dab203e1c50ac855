// SPDX-License-Identifier: MIT
#include "replay_rules.hpp"

#include <algorithm>

#include "core/gas_schedule.hpp"
#include "core/memory_pricing.hpp"

namespace evmmem::traces {
namespace {

constexpr Opcode endings[] = {Opcode::STOP, Opcode::RETURN, Opcode::REVERT};

bool is_mainnets(const Rules& rules) {
    return std::ranges::all_of(memory_rules(), [&](Rule rule) {
        return rule == Rule::call_keeps_memory || rules[rule] == fork_rules.front()[rule];
    });
}

}  // namespace

ReplayRules::Tables::Tables(const RuleSet& set)
    : forks{set.fork ? ForkSet{*set.fork} : ForkSet::all()}, name{set.is_plain() ? "" : set.name} {
    ForkSet::all().for_each([&](Fork fork) {
        const Rules& rules = by_fork[static_cast<std::size_t>(fork)] = set.on(fork);
        for (const OpcodeInfo& row : opcode_rows())
            if (rules.has(row.opcode)) having[static_cast<std::uint8_t>(row.opcode)] |= fork;
        state_gas.byte = std::max(state_gas.byte, rules[Rule::state_byte_gas]);
        state_gas.account = std::max(state_gas.account, account_state_gas(rules));
        state_gas.slot =
            std::max(state_gas.slot, evmmem::state_gas(rules[Rule::state_slot_bytes], rules));
    });
    const Rules& any = by_fork.back();
    rows = opcode_table_by(any);
    stack_items_max = static_cast<std::uint32_t>(any[Rule::stack_items_max]);
    frame_depth_max = static_cast<std::uint32_t>(1 + any[Rule::call_depth_max]);
    call_stipend = any[Rule::call_stipend];
    price_memory = !is_mainnets(any);
    price_pages = any[Rule::memory_model] == static_cast<std::uint64_t>(MemoryModel::paged);
    ends_are_free = std::ranges::all_of(
        endings, [&](Opcode op) { return rows[static_cast<std::uint8_t>(op)].gas.constant == 0; });
}

const std::shared_ptr<const ReplayRules::Tables>& ReplayRules::own() {
    static const auto tables = std::make_shared<const Tables>(RuleSet{});
    return tables;
}

ReplayRules::ReplayRules() : shared_{own()}, tables_{shared_.get()} {}

ReplayRules::ReplayRules(const RuleSet& set)
    : shared_{set.is_plain() ? own() : std::make_shared<const Tables>(set)},
      tables_{shared_.get()} {}

std::string in_words(const ReplayRules& rules) {
    return rules.are_own() ? "Ethereum's rules" : "the rules " + rules.name();
}

}  // namespace evmmem::traces
