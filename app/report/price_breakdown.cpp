// SPDX-License-Identifier: MIT
#include "price_breakdown.hpp"

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "traces/observers/keep_most.hpp"

namespace evmmem::app {

void PriceBreakdown::add(const std::string& file, const traces::PricedTransaction& transaction) {
    const auto of = [&](const auto& by_rules, std::size_t i) { return by_rules[i]; };
    if (!transaction.instructions.empty()) {
        instructions_.resize(transaction.instructions.size());
        for (std::size_t i = 0; i < instructions_.size(); ++i) {
            const traces::InstructionGas& row = transaction.instructions[i];
            instructions_[i].op = static_cast<Opcode>(i);
            instructions_[i].steps += row.steps;
            instructions_[i].before +=
                row.before - (subject_.before ? of(row.gains, *subject_.before) : 0);
            instructions_[i].after += row.before - of(row.gains, subject_.after);
        }
    }
    const auto change = [](const Frame& each) {
        return std::max(each.before, each.after) - std::min(each.before, each.after);
    };
    for (const traces::FrameGas& each : transaction.frames) {
        traces::keep_most(
            frames_,
            Frame{.file = file,
                  .transaction = transaction.number,
                  .call = each.call,
                  .frame = each.frame,
                  .depth = each.depth,
                  .before = subject_.before ? each.after[*subject_.before] : each.before,
                  .after = each.after[subject_.after]},
            change, frames_max_);
    }
}

std::vector<PriceBreakdown::Instruction> PriceBreakdown::instructions() const {
    std::vector<Instruction> rows;
    for (const Instruction& row : instructions_)
        if (row.steps != 0) rows.push_back(row);
    const auto change = [](const Instruction& each) { return std::abs(each.after - each.before); };
    std::ranges::sort(rows, [&](const Instruction& a, const Instruction& b) {
        return std::tuple{change(b), b.before, a.op} < std::tuple{change(a), a.before, b.op};
    });
    return rows;
}

}  // namespace evmmem::app
