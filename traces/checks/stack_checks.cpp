// SPDX-License-Identifier: MIT
#include "stack_checks.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

#include "account_checks.hpp"
#include "core/hex.hpp"
#include "deep_items.hpp"
#include "storage_checks.hpp"

namespace evmmem::traces {
namespace {

constexpr std::size_t accounts_max = 4096;
constexpr std::size_t arguments_max = 256;

Check check_of(ResultRule rule, Opcode op) {
    switch (rule) {
        case ResultRule::account:
            return op == Opcode::EXTCODESIZE || op == Opcode::EXTCODEHASH ? Check::account_code
                                                                          : Check::account_balance;
        case ResultRule::transaction:
        case ResultRule::by_argument:
        case ResultRule::frame: return Check::stack_environment;
        case ResultRule::storage: return Check::storage_value;
        default: return Check::stack_result;
    }
}

bool is_address(Opcode op) {
    return op == Opcode::ADDRESS || op == Opcode::CALLER || op == Opcode::ORIGIN ||
           op == Opcode::COINBASE;
}

/// Whether the item that begins here is a number in base 16 for certain: it says so, or has all
/// digits of a word.
bool is_surely_hex(std::string_view text, const char* item) {
    const auto left = static_cast<std::size_t>(text.data() + text.size() - item);
    if (left >= 3 && item[1] == '0' && (item[2] == 'x' || item[2] == 'X')) return true;
    return left >= 66 && item[65] == '"';
}

/// The quoted item that begins at `at`, its quotes included; empty where none does.
std::string_view item_at(std::string_view text, std::size_t at) {
    if (at >= text.size() || text[at] != '"') return {};
    const std::size_t end = text.find('"', at + 1);
    return end == std::string_view::npos ? std::string_view{} : text.substr(at, end + 1 - at);
}

/// Whether the top item on a call's line may be the gas that it passes on, and not what its code asked
/// for: old go-ethereum put the one in the place of the other when it computed the cost, before the
/// line was printed.
bool shows_gas_passed_on(const Dialect& dialect, const Step& line) {
    constexpr std::uint64_t overhead_max = 50'000;  // EIP-150: 700 + 9000 + 25000, and memory
    if (!is_call(line.op)) return false;
    if (!dialect.timings.contains(MemoryTiming::expanded) && !dialect.replaces_call_gas)
        return false;
    if (!line.gas_cost) return dialect.replaces_call_gas;  // nothing says how much
    const std::uint64_t gas = line.operand(0).clamped_to(*line.gas_cost);
    return gas < *line.gas_cost && *line.gas_cost - gas <= overhead_max;
}

std::string named(const PendingStep& step) {
    return std::string{step.info->name};
}

std::string operands_in_words(const PendingStep& step) {
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(step.info->pops, step.operand_count); ++i)
        text.append(i == 0 ? " of " : " and ").append(encode_hex_quantity(step.operand(i)));
    return text;
}

std::string items_in_words(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " item differs" : " items differ");
}

}  // namespace

void StackChecks::conclude(const Placement& placement, const Step& next) {
    if (next.operand_count != 0 && next.stack_text.data() != nullptr &&
        !is_surely_hex(next.stack_text, next.operand_text[0]))
        state_.is_stack_perhaps_decimal = is_base_in_doubt_ = true;
    switch (placement.kind) {
        case Placement::Kind::repetition: return;
        case Placement::Kind::gap:
            begin_anew(state_.frames.size());
            follow(next, 0);
            return;
        case Placement::Kind::transaction:
            begin_transaction();
            push_frame();
            follow(next, 0);
            return;
        case Placement::Kind::callee:
            enter_call(state_.frames.parent().last, state_.frames.current());
            follow(next, 0);
            return;
        case Placement::Kind::caller:
        case Placement::Kind::same_frame: break;
    }
    assert(contexts_.size() >= state_.frames.size());
    CallFrame& frame = state_.frames.current();
    const bool is_sure = placement.slip == Placement::Slip::none && !state_.is_line_missing;
    if (placement.kind == Placement::Kind::caller)
        return_to(state_.frames.size(), frame.last, next, is_sure);
    std::size_t same = 0;
    is_distrusted_ = false;
    if (is_sure) {
        same = check(frame.last, next);
    } else {
        context().otherwise.clear();
        if (frame.last.is_call_or_create()) code_by_address_.clear();
    }
    follow(next, same);
}

std::uint32_t StackChecks::sure_operands(const Step& step) const {
    if (is_distrusted_) return 0;
    std::uint32_t sure = operands_max;
    for (const Otherwise& other : context().otherwise)
        if (!other.is_immediate) sure = std::min(sure, step.stack_size - 1 - other.item);
    return sure;
}

bool StackChecks::has_wrong_immediate(const Step& step) const {
    return std::ranges::any_of(context().otherwise, [&](const Otherwise& other) {
        return other.is_immediate && step.stack_size - 1 - other.item < state_.info(step.op).pops;
    });
}

/// The frame's stack is as the line claims, whatever was expected.
void StackChecks::follow(const Step& step, std::size_t same) {
    stacks_.follow(step, is_distrusted_ ? std::nullopt : touched_items(state_.info(step.op)), same);
}

// ---- frames ------------------------------------------------------------------------------------

void StackChecks::begin_transaction() {
    stacks_.clear();
    contexts_.clear();
    facts_.clear();
    code_by_address_.clear();
    constants_.fill(std::nullopt);
    by_argument_.clear();
    is_distrusted_ = false;
}

/// Steps are missing: what was learned may be another transaction's.
void StackChecks::begin_anew(std::size_t frames) {
    begin_transaction();
    for (std::size_t i = 0; i < frames; ++i)
        push_frame();
}

/// A frame of which nothing is known.
void StackChecks::push_frame() {
    stacks_.push();
    Context& frame = contexts_.emplace_back();
    frame.facts_before = facts_.size();
    frame.code = ++codes_;
    frame.address = new_fact();
    frame.caller = new_fact();
    frame.value = new_fact();
}

void StackChecks::enter_call(const PendingStep& call, const CallFrame& callee) {
    is_distrusted_ = false;
    const Context caller = context();
    push_frame();
    Context& frame = context();
    if (!caller.otherwise.empty() || is_base_in_doubt_) return;
    if (is_create(call.op)) {
        frame.caller = caller.address;
        if (call.has_operand(0)) facts_[frame.value] = call.operand(0);
        if (callee.address) facts_[frame.address] = *callee.address;
        return;
    }
    if (!call.has_operand(1)) return;
    const Word to = address_of(call.operand(1));
    frame.code = code_at(to);
    switch (call.op) {
        case Opcode::DELEGATECALL:
            frame.address = caller.address;
            frame.caller = caller.caller;
            frame.value = caller.value;
            return;
        case Opcode::CALLCODE: frame.address = caller.address; break;
        default: facts_[frame.address] = to; break;
    }
    frame.caller = caller.address;
    if (call.op == Opcode::STATICCALL)
        facts_[frame.value] = Word{0};
    else if (call.has_operand(2))
        facts_[frame.value] = call.operand(2);
}

/// The frames deeper than `depth` are over. What a create gives is the address that its init code
/// ran at.
void StackChecks::return_to(std::size_t depth, PendingStep& call, const Step& next, bool is_sure) {
    std::optional<Word> address;
    while (contexts_.size() > depth) {
        const Context& ended = contexts_.back();
        address = facts_[ended.address];
        facts_.resize(ended.facts_before);
        contexts_.pop_back();
        stacks_.pop();
    }
    if (!is_create(call.op) || !next.has_operand(0) || next.operand(0).is_zero()) return;
    const Word& result = next.operand(0);
    if (!address || !is_sure) return;
    if (*address == result) {
        state_.passed(Check::stack_environment);
        return;
    }
    const auto [claimed, computed] = shown(result, *address);
    state_.failed(Check::stack_environment, call, claimed, computed,
                  named(call) + " gives " + claimed + ", but its init code ran at " + computed);
}

std::size_t StackChecks::new_fact(std::optional<Word> fact) {
    facts_.push_back(fact);
    return facts_.size() - 1;
}

/// The number of the code at an address. A create gives the address another one.
std::uint64_t StackChecks::code_at(const Word& address) {
    if (const auto found = code_by_address_.find(address); found != code_by_address_.end())
        return found->second;
    const std::uint64_t code = ++codes_;
    if (code_by_address_.size() < accounts_max) code_by_address_.emplace(address, code);
    return code;
}

// ---- one step ----------------------------------------------------------------------------------

bool StackChecks::is_same_height(const PendingStep& step, const Step& next) const {
    if (!step.has_stack || !next.has_stack || !step.info->exists) return false;
    if (state_.dialect.stack_items_max != 0) return true;
    return step.stack_size >= step.info->pops &&
           next.stack_size == step.stack_size - step.info->pops + step.info->pushes;
}

/// Returns how much of the text of the frame's stack begins that of `next`, too.
std::size_t StackChecks::check(PendingStep& step, const Step& next) {
    if (step.failed || step.must_fail) return 0;
    const ResultRule rule = result_rule(step.op);
    const bool has_result = rule != ResultRule::none && rule != ResultRule::elsewhere;
    const ShadowStack& shadow = stacks_.current();
    if (!is_same_height(step, next)) {
        state_.impossible(Check::stack_untouched);
        if (has_result) state_.impossible(check_of(rule, step.op));
        context().otherwise.clear();
        return 0;
    }
    const bool tells = shadow.tells_staying && next.stack_text.data() != nullptr;
    const bool stays = !tells || stacks_.stays_in(next.stack_text);
    if (is_create(step.op) && next.has_operand(0))
        code_by_address_.erase(address_of(next.operand(0)));
    const Verdict verdict = has_result ? judge(rule, step, next) : Verdict::none;
    if (stays && verdict != Verdict::differs) {
        if (!tells)
            state_.impossible(Check::stack_untouched);
        else if (shadow.staying_items != 0)
            state_.passed(Check::stack_untouched);
        if (verdict == Verdict::holds)
            state_.passed(check_of(rule, step.op));
        else if (verdict == Verdict::impossible)
            state_.impossible(check_of(rule, step.op));
        context().otherwise.clear();
    } else {
        explain(rule, verdict, step, next);
    }
    // Another check has found the result wrong, and the next line may have the right one.
    const bool is_wrong =
        step.is_result_wrong || (rule == ResultRule::elsewhere && step.is_reported);
    if (is_wrong && next.stack_size != 0)
        context().otherwise.push_back(
            {next.stack_size - 1, std::nullopt, rule == ResultRule::immediate});
    return tells && stays ? shadow.staying_size : 0;
}

StackChecks::Verdict StackChecks::judge(ResultRule rule, const PendingStep& step,
                                        const Step& next) {
    if (is_base_in_doubt_ || next.operand_count == 0) return Verdict::impossible;
    const Word& claimed = next.operand(0);
    const auto compared = [&](const Word& expected) {
        if (claimed == expected) return Verdict::holds;
        expected_ = expected;
        reason_.clear();
        return Verdict::differs;
    };
    switch (rule) {
        case ResultRule::none:
        case ResultRule::elsewhere: return Verdict::none;
        case ResultRule::account: return judge_account(step, claimed);
        case ResultRule::operands: {
            if (step.operand_count < step.info->pops) return Verdict::impossible;
            const auto expected =
                computed_result(step.op, std::span{step.operands}.first(step.operand_count));
            assert(expected);
            return compared(*expected);
        }
        case ResultRule::storage: return judge_storage(step, claimed);
        case ResultRule::copy: return judge_copy(step, next);
        case ResultRule::exchange: return judge_exchange(step, next);
        case ResultRule::deep: return judge_deep(step, next);
        case ResultRule::immediate: return judge_immediate(step, claimed);
        case ResultRule::pc:
            if (step.pc_otherwise && claimed == Word{*step.pc_otherwise}) return Verdict::holds;
            return compared(step.pc);
        case ResultRule::gas:
            // Where the next line's gas is wrong and the result is not, gas.continuity says so.
            if (step.gas >= step.info->gas.constant &&
                claimed == Word{step.gas - step.info->gas.constant})
                return Verdict::holds;
            return compared(next.gas);
        case ResultRule::transaction:
            return judge_fact(constants_[static_cast<std::size_t>(step.op) -
                                         static_cast<std::size_t>(Opcode::ADDRESS)],
                              step, claimed);
        case ResultRule::by_argument: return judge_by_argument(step, claimed);
        case ResultRule::frame: return judge_frame_fact(step, claimed);
    }
    return Verdict::impossible;
}

StackChecks::Verdict StackChecks::judge_copy(const PendingStep& step, const Step& next) {
    const std::uint32_t depth = step.info->pops;
    const Word& claimed = next.operand(0);
    if (depth <= step.operand_count) {
        if (claimed == step.operand(depth - 1)) return Verdict::holds;
        expected_ = step.operand(depth - 1);
        reason_.clear();
        return Verdict::differs;
    }
    // Deeper than the operands: the texts are compared. Below the copy the new text is the old one.
    if (next.stack_text.data() == nullptr || next.operand_count < operands_max)
        return Verdict::impossible;
    const std::string_view text = next.stack_text;
    auto at = static_cast<std::size_t>(next.operand_text[operands_max - 1] - text.data());
    std::optional<std::string_view> item;
    for (std::size_t i = operands_max - 1; i < depth; ++i) {
        item = item_before(text, at);
        if (!item) return Verdict::impossible;
        at = static_cast<std::size_t>(item->data() - text.data());
    }
    const std::string_view top =
        item_at(text, static_cast<std::size_t>(next.operand_text[0] - text.data()));
    return *item == top ? Verdict::holds : Verdict::differs;
}

StackChecks::Verdict StackChecks::judge_exchange(const PendingStep& step, const Step& next) {
    const std::uint32_t depth = step.info->pops;
    if (depth <= step.operand_count && depth <= next.operand_count) {
        const bool is_fine =
            next.operand(0) == step.operand(depth - 1) &&
            next.operand(depth - 1) == step.operand(0) &&
            std::equal(next.operands.begin() + 1, next.operands.begin() + depth - 1,
                       step.operands.begin() + 1);
        if (is_fine) return Verdict::holds;
        expected_ = step.operand(depth - 1);
        reason_.clear();
        return Verdict::differs;
    }
    const ShadowStack& shadow = stacks_.current();
    if (!shadow.tells_staying || next.stack_text.data() == nullptr) return Verdict::impossible;
    // lowest, middle, top become top, middle, lowest.
    const std::string_view old = stacks_.text();
    const std::string_view text = next.stack_text;
    const std::string_view lowest = item_at(old, old.find('"', shadow.staying_size));
    const std::string_view top = item_at(old, shadow.top);
    if (lowest.empty() || top.empty()) return Verdict::impossible;
    const auto begin = static_cast<std::size_t>(lowest.data() - old.data());
    const std::string_view middle =
        old.substr(begin + lowest.size(), shadow.top - begin - lowest.size());
    const bool is_fine = text.size() >= begin + top.size() + middle.size() + lowest.size() &&
                         text.substr(begin, top.size()) == top &&
                         text.substr(begin + top.size(), middle.size()) == middle &&
                         text.substr(begin + top.size() + middle.size(), lowest.size()) == lowest;
    return is_fine ? Verdict::holds : Verdict::differs;
}

StackChecks::Verdict StackChecks::judge_deep(const PendingStep& step, const Step& next) {
    if (!stacks_.current().is_known || next.stack_text.data() == nullptr)
        return Verdict::impossible;
    read_items(stacks_.text(), before_);
    read_items(next.stack_text, after_);
    const bool are_read = before_.size() == step.stack_size && after_.size() == next.stack_size &&
                          std::ranges::all_of(before_, &std::optional<Word>::has_value) &&
                          std::ranges::all_of(after_, &std::optional<Word>::has_value);
    if (!are_read) return Verdict::impossible;
    const auto immediate = immediate_of(state_.frames.current(), step);
    if (may_become(step.op, immediate, before_, after_)) return Verdict::holds;
    expected_.reset();
    reason_ = "items that the byte after it can name";
    return Verdict::differs;
}

StackChecks::Verdict StackChecks::judge_immediate(const PendingStep& step, const Word& claimed) {
    const unsigned size = step.info->immediate_bytes;
    if (size == 0) {
        if (claimed.is_zero()) return Verdict::holds;
        expected_ = Word{0};
        reason_ = "PUSH0 pushes zero";
        return Verdict::differs;
    }
    if (size < word_size) {
        const std::size_t limb = size / 8;
        bool is_too_large = claimed.limbs[limb] >> (size % 8 * 8) != 0;
        for (std::size_t i = limb + 1; i < 4; ++i)
            is_too_large |= claimed.limbs[i] != 0;
        if (is_too_large) {
            expected_.reset();
            reason_ = "less than 2^" + std::to_string(8 * size);
            return Verdict::differs;
        }
    }
    constexpr std::uint64_t pc_max = (std::uint64_t{1} << 24) - 1;
    if (step.pc_otherwise || step.pc > pc_max) return Verdict::impossible;
    constexpr unsigned table_bits = 12;
    if (immediates_.empty()) immediates_.resize(std::size_t{1} << table_bits);
    const std::uint64_t place = context().code << 24 | step.pc;
    Immediate& seen = immediates_[place * 0x9e3779b97f4a7c15 >> (64 - table_bits)];
    if (seen.place == place) {
        if (seen.value == claimed) return Verdict::holds;
        expected_ = seen.value;
        reason_ = "the same place of the same code pushed another value before";
        seen.place = 0;
        return Verdict::differs;
    }
    seen = {place, claimed};
    return Verdict::impossible;
}

StackChecks::Verdict StackChecks::judge_by_argument(const PendingStep& step, const Word& claimed) {
    if (!step.has_operand(0)) return Verdict::impossible;
    const Word& argument = step.operand(0);
    const auto& number = constants_[static_cast<std::size_t>(Opcode::NUMBER) -
                                    static_cast<std::size_t>(Opcode::ADDRESS)];
    if (step.op == Opcode::BLOCKHASH && number && number->fits_u64()) {
        const std::uint64_t now = number->limbs[0];
        const std::uint64_t block = argument.clamped_to(~std::uint64_t{0});
        const std::uint64_t hashes = state_.options.rules.everywhere()[Rule::block_hashes];
        if (block >= now || now - block > hashes) {
            if (claimed.is_zero()) return Verdict::holds;
            expected_ = Word{0};
            reason_ = "the block is none of the " + std::to_string(hashes) + " before " +
                      std::to_string(now);
            return Verdict::differs;
        }
    }
    const auto found = std::ranges::find_if(by_argument_, [&](const ByArgument& each) {
        return each.op == step.op && each.argument == argument;
    });
    if (found == by_argument_.end()) {
        if (by_argument_.size() < arguments_max)
            by_argument_.push_back({step.op, argument, claimed});
        return Verdict::impossible;
    }
    if (found->value == claimed) return Verdict::holds;
    expected_ = found->value;
    reason_ = "it gave another value for that operand before, in the same transaction";
    by_argument_.erase(found);
    return Verdict::differs;
}

StackChecks::Verdict StackChecks::judge_account(const PendingStep& step, const Word& claimed) {
    Judgement judgement = traces::judge_account(state_, state_.frames.current(), step, claimed);
    switch (judgement.verdict) {
        case Judgement::Verdict::holds: return Verdict::holds;
        case Judgement::Verdict::impossible: return Verdict::impossible;
        case Judgement::Verdict::differs: break;
    }
    expected_ = judgement.expected;
    reason_ = std::move(judgement.reason);
    return Verdict::differs;
}

/// What the call has given its frame. An address that is learned is that of all frames that share
/// it.
StackChecks::Verdict StackChecks::judge_frame_fact(const PendingStep& step, const Word& claimed) {
    const std::size_t fact = step.op == Opcode::ADDRESS  ? context().address
                             : step.op == Opcode::CALLER ? context().caller
                                                         : context().value;
    const bool is_new = !facts_[fact];
    const Verdict verdict = judge_fact(facts_[fact], step, claimed);
    if (!is_new || verdict != Verdict::impossible || step.op == Opcode::CALLVALUE) return verdict;
    for (std::size_t i = state_.frames.size(); i-- > 0;) {
        const CallFrame& frame = state_.frames.at(i);
        if (contexts_[i].address == fact) {
            if (frame.address) break;
            state_.name_storage(frame.storage, address_of(claimed));
        }
        if (contexts_[i].facts_before <= fact) break;  // whose fact it is: its callers share none
    }
    return verdict;
}

StackChecks::Verdict StackChecks::judge_storage(const PendingStep& step, const Word& claimed) {
    LoadRule rule = judge_load(state_, state_.frames.current(), step, claimed);
    if (!rule.is_known) return Verdict::impossible;
    if (rule.holds) return Verdict::holds;
    expected_ = rule.expected;
    reason_ = std::move(rule.reason);
    return Verdict::differs;
}

/// A value that is constant once it is known. One that differs is unknown again: a later line may
/// show which of the two is right.
StackChecks::Verdict StackChecks::judge_fact(std::optional<Word>& fact, const PendingStep& step,
                                             const Word& claimed) {
    if (is_address(step.op) && claimed != address_of(claimed)) {
        expected_.reset();
        reason_ = "less than 2^160";
        return Verdict::differs;
    }
    if (!fact) {
        fact = claimed;
        return Verdict::impossible;
    }
    if (*fact == claimed) return Verdict::holds;
    expected_ = *std::exchange(fact, std::nullopt);
    reason_ = result_rule(step.op) == ResultRule::transaction
                  ? "it is constant in a transaction"
                  : "it follows from the call, and is constant in a frame";
    return Verdict::differs;
}

// ---- what is wrong -----------------------------------------------------------------------------

const StackChecks::Otherwise* StackChecks::otherwise(std::uint32_t item) const {
    const auto found = std::ranges::find(context().otherwise, item, &Otherwise::item);
    return found != context().otherwise.end() ? &*found : nullptr;
}

/// Whether the result is right for the operands that the line before would have expected.
bool StackChecks::holds_otherwise(const PendingStep& step, const Word& claimed) const {
    if (context().otherwise.empty()) return false;
    auto operands = step.operands;
    for (std::uint32_t i = 0; i < step.operand_count; ++i) {
        const Otherwise* const other = otherwise(step.stack_size - 1 - i);
        if (other != nullptr && !other->word) return true;
        if (other != nullptr) operands[i] = *other->word;
    }
    const auto computed = computed_result(step.op, std::span{operands}.first(step.operand_count));
    return computed && *computed == claimed;
}

/// Says what is wrong where a look at the texts, or at the result, found that something may be.
void StackChecks::explain(ResultRule rule, Verdict verdict, PendingStep& step, const Step& next) {
    std::vector<Otherwise> wrong;
    const bool are_items_told = explain_items(rule, step, next, wrong);
    const bool moves = rule == ResultRule::copy || rule == ResultRule::exchange;
    if (verdict != Verdict::none && !(moves && are_items_told))
        explain_result(rule, verdict, step, next, wrong);
    is_distrusted_ = wrong.size() > otherwise_max;
    if (is_distrusted_) wrong.clear();
    context().otherwise = std::move(wrong);
}

void StackChecks::explain_result(ResultRule rule, Verdict verdict, PendingStep& step,
                                 const Step& next, std::vector<Otherwise>& wrong) {
    const Check check = check_of(rule, step.op);
    if (verdict == Verdict::impossible) {
        state_.impossible(check);
        return;
    }
    const Word& claimed = next.operand(0);
    if (verdict == Verdict::differs && shows_gas_passed_on(state_.dialect, next)) {
        state_.impossible(check);
        return;
    }
    if (verdict == Verdict::holds ||
        (rule == ResultRule::operands && holds_otherwise(step, claimed))) {
        state_.passed(check);
        return;
    }
    const bool shows_operands = rule == ResultRule::operands || rule == ResultRule::by_argument ||
                                rule == ResultRule::storage;
    const auto [claimed_text, computed_text] =
        expected_ ? shown(claimed, *expected_) : std::pair{encode_hex_quantity(claimed), reason_};
    std::string detail = named(step) + (shows_operands ? operands_in_words(step) : "") + " gives " +
                         encode_hex_quantity(claimed) + ", and should give " +
                         (expected_ ? encode_hex_quantity(*expected_) : reason_);
    if (expected_ && !reason_.empty()) detail += ": " + reason_;
    if (rule != ResultRule::deep) {
        state_.failed(check, step, claimed_text, computed_text, std::move(detail));
        wrong.push_back({next.stack_size - 1, expected_, rule == ResultRule::immediate});
        return;
    }
    state_.failed(check, step, claimed_text, computed_text,
                  named(step) + " changes other items than the byte after it can name",
                  state_.severity_of(step));
    for (std::uint32_t i = 0; i < after_.size() && wrong.size() <= otherwise_max; ++i)
        if (i >= before_.size() || before_[i] != after_[i])
            wrong.push_back({i, std::nullopt, false});
}

/// Compares the items that stay, and those that a DUP or SWAP moves, one by one. False where the
/// trace does not print them.
bool StackChecks::explain_items(ResultRule rule, PendingStep& step, const Step& next,
                                std::vector<Otherwise>& wrong) {
    const ShadowStack& shadow = stacks_.current();
    bool is_told = shadow.tells_staying && next.stack_text.data() != nullptr && !is_base_in_doubt_;
    if (is_told) {
        read_items(stacks_.text(), before_);
        read_items(next.stack_text, after_);
        is_told = before_.size() == step.stack_size && after_.size() == next.stack_size;
    }
    if (!is_told) {
        state_.impossible(Check::stack_untouched);
        return false;
    }
    const std::uint32_t depth = step.info->pops;
    const std::size_t old_top = before_.size() - 1;
    const std::size_t new_top = after_.size() - 1;
    // Where the item that should be here was before.
    const auto source = [&](std::size_t item) {
        const bool is_moved = (rule == ResultRule::copy && item == new_top) ||
                              (rule == ResultRule::exchange && item == new_top);
        if (is_moved) return old_top + 1 - depth;
        if (rule == ResultRule::exchange && item == old_top + 1 - depth) return old_top;
        return item;
    };
    struct Difference {
        std::size_t count = 0;
        std::size_t first = 0;
    };
    Difference untouched;
    Difference moved;
    const bool moves = rule == ResultRule::copy || rule == ResultRule::exchange;
    for (std::size_t item = 0; item < (moves ? after_.size() : shadow.staying_items); ++item) {
        const std::size_t from = source(item);
        if (!before_[from] || !after_[item] || *before_[from] == *after_[item]) continue;
        if (item == new_top && shows_gas_passed_on(state_.dialect, next)) continue;
        const Otherwise* const other = otherwise(static_cast<std::uint32_t>(from));
        if (other != nullptr && (!other->word || *other->word == *after_[item])) continue;
        Difference& difference = item < shadow.staying_items ? untouched : moved;
        if (difference.count++ == 0) difference.first = item;
        if (wrong.size() <= otherwise_max)
            wrong.push_back({static_cast<std::uint32_t>(item), before_[from], false});
    }
    const auto report = [&](Check check, const Difference& difference, std::string_view rule_text) {
        if (difference.count == 0) {
            state_.passed(check);
            return;
        }
        const std::size_t item = difference.first;
        const auto [claimed, computed] = shown(*after_[item], *before_[source(item)]);
        state_.failed(check, step, claimed, computed,
                      "item " + std::to_string(new_top - item) + " from the top is " +
                          encode_hex_quantity(*after_[item]) + " after " + named(step) + ", " +
                          std::string{rule_text} + " " +
                          encode_hex_quantity(*before_[source(item)]) + "; " +
                          items_in_words(difference.count));
    };
    if (shadow.staying_items != 0)
        report(Check::stack_untouched, untouched, "which leaves it alone: it was");
    if (moves) report(Check::stack_result, moved, "which should put there");
    return true;
}

}  // namespace evmmem::traces
