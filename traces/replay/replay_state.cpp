// SPDX-License-Identifier: MIT
#include "replay_state.hpp"

#include <algorithm>
#include <utility>

#include "core/hex.hpp"
#include "core/memory_cost.hpp"
#include "core/opcode_table.hpp"
#include "traces/dialects/mnemonic.hpp"

namespace evmmem::traces {

std::string hex(std::uint64_t value) {
    return encode_hex_quantity(value);
}

Severity ReplayState::severity_of(const PendingStep& step) const {
    if (forks != ForkSet{Fork::amsterdam}) return Severity::finding;
    // RETURN pays for the code that it deploys; new instructions have immediates to be settled.
    const bool is_unsettled = is_price_unsettled(step) || step.op == Opcode::RETURN ||
                              step.info->since == Fork::amsterdam;
    return is_unsettled ? Severity::warning : Severity::finding;
}

void ReplayState::failed(Check check, PendingStep& step, std::string claimed, std::string computed,
                         std::string detail, Severity severity,
                         std::optional<Finding::Bytes> bytes) {
    if (check == Check::gas_continuity || check == Check::gas_call || check == Check::out_of_gas)
        is_gas_in_doubt = true;
    if (!options.checks.contains(check)) return;
    CheckCount& counted = count(check);
    ++counted.made;
    ++counted.failed;
    if (step.is_reported) return;
    if (claimed == computed) computed = "another";
    detail += hint(check, step.op);
    if (severity == Severity::finding) {
        step.is_reported = true;
    } else {
        const std::pair kind{check, step.op};
        if (std::ranges::find(warned_, kind) != warned_.end()) return;
        warned_.push_back(kind);
    }
    ++(severity == Severity::finding ? summary.findings : summary.warnings);
    if (bytes) bytes->frame = frames.is_empty() ? step.frame : frames.current().id;
    sink.on_finding(
        {.check = check,
         .severity = severity,
         .line = step.line,
         .step = step.number,
         .pc = step.pc,
         .op = step.op,
         .op_name = op_name(step.op),
         .depth = step.depth,
         .frame = step.frame,
         .transaction = transaction(),
         .operands = {step.operands.begin(), step.operands.begin() + step.operand_count},
         .claimed = std::move(claimed),
         .computed = std::move(computed),
         .detail = std::move(detail),
         .bytes = bytes,
         .blame = {},
         .blame_rest = {}});
}

std::string also_meant(Opcode op) {
    const std::string_view meaning = other_meaning(op);
    if (meaning.empty()) return {};
    return "; " + hex(static_cast<std::uint8_t>(op)) + " was also " + std::string{meaning} +
           ": a chain or client that has it is not Ethereum's, and cannot be replayed";
}

std::string ReplayState::hint(Check check, Opcode op) const {
    const bool is_absent = !info(op).exists || (forks & options.rules.having(op)).empty();
    const bool is_of_instruction = check == Check::stack_height || check == Check::failure_reason ||
                                   check == Check::op_name ||
                                   (check == Check::gas_continuity && is_absent);
    std::string text = is_of_instruction ? also_meant(op) : std::string{};
    if (is_stack_perhaps_decimal)
        text +=
            "; the stack is printed without 0x, perhaps in decimal, and is read as hex: have "
            "its items printed with 0x";
    return text;
}

void ReplayState::enter_memory_frame() {
    parents_bytes += memory.size();
    sizes_.enter_frame();
    touched_.enter_frame();
    // `place` lets no frame be deeper than a memory's; what is left is a host without memory.
    if (!memory.enter_frame()) reach_limit(parents_bytes, true);
    if (options.program) options.program->enter_frame();
}

void ReplayState::leave_memory_frame() {
    if (memory.frame_count() > 1) memory.leave_frame();
    sizes_.leave_frame();
    touched_.leave_frame();
    parents_bytes -= memory.size();
    if (options.rules.price_memory())
        while (pricing_.calls() > frames.size())
            pricing_.leave();
    if (options.program) options.program->leave_frame();
}

void ReplayState::price_memory(const CallFrame& frame, PendingStep& step) {
    constexpr std::uint64_t any_gas = ~std::uint64_t{0};
    while (pricing_.calls() < frames.size()) {
        const CallFrame& open = frames.at(pricing_.calls());
        pricing_.enter(open.is_entry_seen ? open.gas_at_entry : any_gas);
    }
    pricing_.resize(memory.size());
    const auto [gas, halt] = pricing_.touch(step.effect);
    step.memory_halt = halt;
    step.must_fail = step.must_fail || halt != MemoryHalt::none;
    const bool is_clear =
        options.rules.price_pages() ? frame.are_pages_known : frame.is_memory_size_known;
    step.expansion.reset();
    if ((is_clear || step.effect.end() == 0) && !step.must_fail) step.expansion = gas;
}

std::optional<std::uint64_t> ReplayState::growth_cost(std::uint64_t bytes,
                                                      std::uint64_t end) const {
    const std::uint64_t before = bytes / word_size;
    const std::uint64_t after = std::max(before, num_words(end));
    if (!options.rules.price_memory()) return expansion_cost(before, after);
    const RulesView rules = options.rules.everywhere();
    const auto cost = memory_cost(after, rules);
    if (!cost) return std::nullopt;
    return *cost - *memory_cost(before, rules);
}

std::uint64_t ReplayState::sizes_max() const {
    constexpr std::uint64_t most = ~std::uint64_t{0} / untouched_share;
    return std::min(options.memory_max, most) * untouched_share;
}

bool ReplayState::grow_memory_to(std::uint64_t size) {
    sizes_.want(size);
    if (size <= memory.size()) return true;
    if (sizes_.held_with(size) > sizes_max()) {
        reach_limit(sizes_.wanted() / untouched_share + 1, false);
        return false;
    }
    if (!memory.resize(size)) {
        reach_limit(parents_bytes + size, true);
        return false;
    }
    sizes_.hold(size);
    return true;
}

/// More than this is added before it is worth counting what all frames hold.
constexpr std::uint64_t a_little = std::uint64_t{64} << 10;

bool ReplayState::may_touch_more(std::uint64_t end) {
    const bool is_much = end - touched_.held() > a_little;
    touched_.want(end);
    const std::uint64_t wanted = touched_.wanted() + (is_much ? frames.wanted_data_bytes() : 0);
    const std::uint64_t held = touched_.held_with(end) + (is_much ? frames.data_bytes() : 0);
    if (held > options.memory_max) {
        reach_limit(wanted, false);
        return false;
    }
    if (summary.memory_limit) reach_limit(wanted, summary.memory_limit->is_hosts);
    touched_.hold(end);
    return true;
}

/// Whether `size` bytes more may be copied and held beside memory and the data of all frames.
bool ReplayState::may_keep(KnownData& target, std::uint64_t size) {
    target.forget();
    if (size > a_little) {
        const std::uint64_t held = touched_.held_with(0) + frames.data_bytes();
        const std::uint64_t wanted = touched_.wanted() + frames.wanted_data_bytes() + size;
        if (size > options.memory_max || held > options.memory_max - size) {
            reach_limit(wanted, false);
            target.refuse(size);
            return false;
        }
        if (summary.memory_limit) reach_limit(wanted, summary.memory_limit->is_hosts);
    }
    return may_copy(size);
}

void ReplayState::keep(KnownData& target, const CallFrame& frame, MemoryRange range) {
    const std::uint64_t size = std::min(range.size(), KnownData::copied_max);
    const std::uint64_t end = range.first(size).end();
    if (memory.size() < range.end()) touched_.want(end);  // what a limit has refused
    const bool is_held = memory.size() >= range.end() && may_touch(end);
    const bool may_be_kept = may_keep(target, size);
    if (may_be_kept && is_held)
        target.assign(memory, frame.memory_known, range);
    else if (may_be_kept)
        target.refuse(size);
    target.learn_size(range.size());
}

void ReplayState::keep(KnownData& target, const KnownData& data) {
    if (may_keep(target, data.bytes().size()))
        target = data;
    else if (data.size())
        target.learn_size(*data.size());
}

void ReplayState::keep(KnownData& target, std::span<const std::uint8_t> bytes) {
    if (may_keep(target, bytes.size()))
        target.assign(bytes);
    else
        target.learn_size(bytes.size());
}

void ReplayState::learn(KnownData& data, std::uint64_t offset,
                        std::span<const std::uint8_t> bytes) {
    const std::uint64_t copied = data.copied_to_learn();
    constexpr std::uint64_t learned_of_max = std::uint64_t{1} << 20;
    if (copied > 0 && (copied > learned_of_max || !may_copy(copied))) return;
    data.learn(offset, bytes);
}

void ReplayState::reach_limit(std::uint64_t bytes, bool is_hosts) {
    if (!summary.memory_limit) summary.memory_limit = {line, 0, is_hosts};
    summary.memory_limit->bytes = std::max(summary.memory_limit->bytes, bytes);
}

std::optional<Bytes32> ReplayState::hash(HashFunction function, const CallFrame& frame,
                                         MemoryRange range) {
    if (memory.size() < range.end() || !frame.memory_known.is_known(range.offset(), range.end())) {
        if (summary.memory_limit) {  // a limit that suffices would let it be read
            touched_.want(range.end());
            reach_limit(touched_.wanted() + frames.wanted_data_bytes(),
                        summary.memory_limit->is_hosts);
        }
        return std::nullopt;
    }
    const bool is_large = range.size() >= MemoryHashes::large_min;
    if (is_large) {
        if (const auto* kept = hashes.find(function, frame.id, range)) {
            if (!*kept) hashing.refuse(line);
            return *kept;
        }
    }
    const bool may_hash = may_touch(range.end()) && hashing.take(range.size(), steps, line);
    std::optional<Bytes32> result;
    if (may_hash) {
        const auto bytes = memory.get_slice(range.offset(), range.size());
        if (bytes) result = traces::hash(function, *bytes, options.is_cancelled);
        summary.was_cancelled = summary.was_cancelled || (bytes && !result);
    }
    if (is_large && (result || !may_hash)) hashes.keep(function, frame.id, range, result);
    return result;
}

bool ReplayState::may_copy(std::uint64_t size) {
    constexpr std::uint64_t much = std::uint64_t{1} << 16;
    if (size > much && options.is_cancelled != nullptr && options.is_cancelled()) {
        summary.was_cancelled = true;
        return false;
    }
    return copying.take(size, steps, line);
}

JournalMarks ReplayState::marks() {
    return {accessed.mark(), storage.mark(), deployed.mark(), accounts.mark()};
}

void ReplayState::take_back(const JournalMarks& marks) {
    accessed.rollback(marks.accessed);
    storage.rollback(marks.storage);
    deployed.rollback(marks.deployed);
    accounts.rollback(marks.accounts);
}

void ReplayState::forget_accounts(const JournalMarks& marks) {
    deployed.rollback(marks.deployed);
    learned_codes.clear();
    accounts.forget();
}

void ReplayState::clear_journals() {
    accessed.clear();
    storage.clear();
    storage_access = {};
    deployed.clear();
    learned_codes.clear();
    accounts.clear();
}

StorageOwner ReplayState::storage_of(const Word& address) {
    const auto found = storage_by_address_.find(address);
    if (found != storage_by_address_.end()) return found->second;
    // Beyond that nothing is known of an account's storage.
    constexpr std::size_t accounts_max = std::size_t{1} << 20;
    if (storage_by_address_.size() >= accounts_max) return {.is_named = true};
    const StorageOwner owner{.id = new_storage(), .is_named = true};
    storage_by_address_.emplace(address, owner);
    return owner;
}

void ReplayState::name_storage(std::uint64_t id, const Word& address) {
    StorageOwner owner{.id = id, .is_named = true};
    for (std::size_t i = 0; i < frames.size(); ++i) {
        CallFrame& frame = frames.at(i);
        if (frame.storage != id) continue;
        frame.address = address;
        owner.is_created = frame.is_account_created;
    }
    const auto [found, is_first] = storage_by_address_.try_emplace(address, owner);
    if (!is_first && found->second.id != id) {  // it ran under two numbers
        storage.forget();
        found->second = owner;
    }
    storage.name(id);
}

void ReplayState::deploy_storage(std::uint64_t id, const Word& address) {
    storage_by_address_[address] = {.id = id, .is_named = true, .is_created = true};
}

void ReplayState::keep_forks(const PendingStep& step, ForkSet left) {
    ForkSet struck;
    forks.for_each([&](Fork fork) {
        if (!left.contains(fork)) struck |= fork;
    });
    const StepReference striking = reference(step);
    if (!fork_strikes_.empty() && fork_strikes_.back().step == striking)
        fork_strikes_.back().forks |= struck;
    else
        fork_strikes_.push_back({struck, striking});
    forks = left;
}

std::optional<std::uint64_t> ReplayState::slipped(std::uint64_t size) const {
    const std::int64_t bytes = memory_slip * static_cast<std::int64_t>(word_size);
    if (bytes == 0 || size > options.memory_max) return std::nullopt;
    const std::int64_t sum = static_cast<std::int64_t>(size) + bytes;
    if (sum < 0) return std::nullopt;
    return static_cast<std::uint64_t>(sum);
}

const ForkStrike* ReplayState::strike_of(ForkSet some) const {
    const auto found = std::ranges::find_if(
        fork_strikes_, [&](const ForkStrike& strike) { return !(strike.forks & some).empty(); });
    return found != fork_strikes_.end() ? &*found : nullptr;
}

void ReplayState::conclude_forks() {
    std::vector<ForkRun>& runs = summary.fork_runs;
    if (!runs.empty() && runs.back().forks == forks)
        runs.back().count = transaction() + 1 - runs.back().first;
    else
        runs.push_back({transaction(), 1, forks, std::move(fork_strikes_)});
    summary.forks = runs.size() == 1 ? forks : summary.forks & forks;
    fork_strikes_.clear();
    forks = options.forks;
}

void ReplayState::leave_out_unchosen() {
    summary.chosen = options.checks;
    for (const CheckInfo& row : checks())
        if (!options.checks.contains(row.check)) count(row.check) = {};
}

void ReplayState::begin_transaction() {
    if (summary.transactions != 0) conclude_forks();
    ++summary.transactions;
    clear_journals();
    empty(storage_by_address_);
    frames.clear();
    pricing_.begin();
    memory.reset();
    parents_bytes = 0;
    sizes_.clear();
    touched_.clear();
    prints_callee_ends = false;
    is_gas_in_doubt = false;
    of_access_list.reset();
}

void ReplayState::agree_on_gas_cost() {
    gas_cost_trust.agree();
    if (!gas_cost_trust.doubts.empty() && gas_cost_trust.is_earned()) report_gas_cost_doubts();
}

void ReplayState::disagree_on_gas_cost(PendingStep& step, std::uint64_t expected) {
    if (gas_cost_trust.is_earned()) {
        fail_gas_cost(step, expected);
        return;
    }
    gas_cost_trust.doubts.push_back({step, expected});
    if (gas_cost_trust.doubts.size() < GasCostTrust::doubts_max) return;
    gas_cost_trust.lose();
    if (dialect.gas_cost == GasCostStyle::unreliable) {  // as it is known to be
        count(Check::gas_cost).impossible += gas_cost_trust.doubts.size();
        gas_cost_trust.doubts.clear();
        return;
    }
    std::string seen;
    for (const auto& [doubted, right] : gas_cost_trust.doubts)
        seen += (seen.empty() ? "" : ", ") + std::string{doubted.info->name} + " on line " +
                std::to_string(doubted.line) + " prints " + std::to_string(*doubted.gas_cost) +
                " and costs " + std::to_string(right);
    auto& [first, right] = gas_cost_trust.doubts.front();
    failed(Check::gas_cost, first, hex(*first.gas_cost), hex(right),
           "gasCost is wrong from the start: " + seen +
               "; this client's gasCost is not compared from here on",
           Severity::warning);
    count(Check::gas_cost).impossible += gas_cost_trust.doubts.size() - 1;
    gas_cost_trust.doubts.clear();
}

void ReplayState::report_gas_cost_doubts() {
    for (auto& [step, expected] : gas_cost_trust.doubts)
        fail_gas_cost(step, expected);
    gas_cost_trust.doubts.clear();
}

void ReplayState::fail_gas_cost(PendingStep& step, std::uint64_t expected) {
    const std::string_view or_more = *step.gas_cost == Step::gas_cost_max ? " or more" : "";
    failed(Check::gas_cost, step, hex(*step.gas_cost).append(or_more), hex(expected),
           "gasCost of " + std::string{step.info->name} + " is " +
               std::to_string(*step.gas_cost).append(or_more) +
               ", and by its operands and the gas of the steps it is " + std::to_string(expected),
           severity_of(step));
}

}  // namespace evmmem::traces
