// SPDX-License-Identifier: MIT
// Every item of every stack: what an instruction does not touch stays, and what it pushes follows
// from its operands, from the code, or from what the transaction and the call have shown before. The
// claim of a line that is wrong is adopted: what follows from it is no second finding.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "computed_result.hpp"
#include "traces/replay/replay_state.hpp"
#include "traces/replay/shadow_stack.hpp"
#include "traces/replay/step_placement.hpp"
#include "traces/replay/word_hash.hpp"

namespace evmmem::traces {

/// Checks stack.untouched, stack.result and stack.environment.
class StackChecks {
public:
    explicit StackChecks(ReplayState& state) : state_{state} {}

    /// What conclude() checks: where none of it is wanted, it need not be called.
    static CheckSet checks() {
        return CheckSet{Check::stack_untouched} | Check::stack_result | Check::stack_environment |
               Check::account_code | Check::account_balance | Check::storage_value;
    }

    /// The line `next` shows what came of its frame's last step, and the stack before its own. The
    /// frames are those of the line already, and `last` of its frame is still the step before.
    void conclude(const Placement& placement, const Step& next);

    /// Whether the line that was concluded last contradicts the one before it in some item.
    bool has_doubt() const {
        return is_distrusted_ || (!contexts_.empty() && !context().otherwise.empty());
    }
    /// How many operands of that line's step, from the top, are in no doubt so. What a PUSH gives is in
    /// none: code is seldom all that is wrong.
    std::uint32_t sure_operands(const Step& step) const;
    /// Whether such a PUSH gave one of its operands: then a finding about it would be a second one.
    bool has_wrong_immediate(const Step& step) const;

private:
    /// What an item would be if its line's claim were a slip that the line before contradicts.
    struct Otherwise {
        std::uint32_t item = 0;    ///< from the bottom
        std::optional<Word> word;  ///< nothing: any
        /// A PUSH put it there: it is what the program goes on with, whatever its code is.
        bool is_immediate = false;
    };
    static constexpr std::size_t otherwise_max = 16;

    /// What a frame's instructions give. Several frames may share one of `facts_`.
    struct Context {
        std::uint64_t code = 0;  ///< a number that stands for the code that runs
        std::size_t address = 0;
        std::size_t caller = 0;
        std::size_t value = 0;
        std::size_t facts_before = 0;  ///< how many there were when the frame was entered
        std::vector<Otherwise> otherwise;
    };

    enum class Verdict : std::uint8_t { none, holds, differs, impossible };

    void begin_transaction();
    void begin_anew(std::size_t frames);
    void push_frame();
    void enter_call(const PendingStep& call, const CallFrame& callee);
    void return_to(std::size_t depth, PendingStep& call, const Step& next, bool is_sure);
    void follow(const Step& step, std::size_t same);

    std::size_t check(PendingStep& step, const Step& next);
    bool is_same_height(const PendingStep& step, const Step& next) const;
    Verdict judge(ResultRule rule, const PendingStep& step, const Step& next);
    Verdict judge_copy(const PendingStep& step, const Step& next);
    Verdict judge_exchange(const PendingStep& step, const Step& next);
    Verdict judge_deep(const PendingStep& step, const Step& next);
    Verdict judge_immediate(const PendingStep& step, const Word& claimed);
    Verdict judge_by_argument(const PendingStep& step, const Word& claimed);
    Verdict judge_account(const PendingStep& step, const Word& claimed);
    Verdict judge_frame_fact(const PendingStep& step, const Word& claimed);
    Verdict judge_storage(const PendingStep& step, const Word& claimed);
    Verdict judge_fact(std::optional<Word>& fact, const PendingStep& step, const Word& claimed);
    void explain(ResultRule rule, Verdict verdict, PendingStep& step, const Step& next);
    bool explain_items(ResultRule rule, PendingStep& step, const Step& next,
                       std::vector<Otherwise>& wrong);
    void explain_result(ResultRule rule, Verdict verdict, PendingStep& step, const Step& next,
                        std::vector<Otherwise>& wrong);
    bool holds_otherwise(const PendingStep& step, const Word& claimed) const;
    const Otherwise* otherwise(std::uint32_t item) const;

    Context& context() { return contexts_.back(); }
    const Context& context() const { return contexts_.back(); }
    std::size_t new_fact(std::optional<Word> fact = std::nullopt);
    std::uint64_t code_at(const Word& address);

    ReplayState& state_;
    ShadowStacks stacks_;
    std::vector<Context> contexts_;
    std::vector<std::optional<Word>> facts_;
    std::uint64_t codes_ = 0;  ///< numbered so far
    std::unordered_map<Word, std::uint64_t, WordHash> code_by_address_;

    /// What the transaction's instructions gave, by opcode from ADDRESS on.
    std::array<std::optional<Word>, 32> constants_;
    struct ByArgument {
        Opcode op{};
        Word argument;
        Word value;
    };
    std::vector<ByArgument> by_argument_;

    /// What PUSHes gave: each place in a code has one row of the table, the last one to use it
    /// has it to itself.
    struct Immediate {
        std::uint64_t place = 0;  ///< 0: none
        Word value;
    };
    std::vector<Immediate> immediates_;

    bool is_base_in_doubt_ = false;  ///< items may be decimal numbers
    bool is_distrusted_ = false;     ///< so much of the line is wrong that the next proves nothing
    // Of the result that differs:
    std::optional<Word> expected_;
    std::string reason_;
    // Kept for their storage.
    std::vector<std::optional<Word>> before_;
    std::vector<std::optional<Word>> after_;
};

}  // namespace evmmem::traces
