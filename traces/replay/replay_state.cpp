// SPDX-License-Identifier: MIT
#include "replay_state.hpp"

#include <algorithm>
#include <utility>

#include "core/hex.hpp"

namespace evmmem::traces {

std::string hex(std::uint64_t value) {
    return encode_hex_quantity(value);
}

void ReplayState::failed(Check check, PendingStep& step, std::string claimed, std::string computed,
                         std::string detail, Severity severity,
                         std::optional<Finding::Bytes> bytes) {
    CheckCount& counted = count(check);
    ++counted.made;
    ++counted.failed;
    if (check == Check::gas_continuity || check == Check::gas_call || check == Check::out_of_gas)
        is_gas_in_doubt = true;
    if (step.is_reported) return;
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

void ReplayState::enter_memory_frame() {
    parents_bytes += memory.size();
    // `place` lets no frame be deeper than a memory's; what is left is a host without memory.
    if (!memory.enter_frame()) reach_limit(parents_bytes, true);
    if (options.program) options.program->enter_frame();
}

void ReplayState::leave_memory_frame() {
    if (memory.frame_count() > 1) memory.leave_frame();
    parents_bytes -= memory.size();
    if (options.program) options.program->leave_frame();
}

bool ReplayState::grow_memory_to(std::uint64_t size) {
    if (size <= memory.size()) return true;
    const bool is_allowed = may_hold(parents_bytes, size, size - memory.size());
    if (is_allowed && memory.resize(size)) return true;
    if (is_allowed) reach_limit(parents_bytes + size, true);
    return false;
}

void ReplayState::keep(KnownData& target, const CallFrame& frame, MemoryRange range) {
    const std::uint64_t size = std::min(range.size(), KnownData::copied_max);
    if (may_hold(parents_bytes + memory.size(), size, size)) {
        target.assign(memory, frame.memory_known, range);
    } else {
        target.forget();
        target.learn_size(range.size());
    }
}

void ReplayState::keep(KnownData& target, const KnownData& data) {
    const std::uint64_t size = data.bytes().size();
    if (may_hold(parents_bytes + memory.size(), size, size))
        target = data;
    else
        target.forget();
}

void ReplayState::keep(KnownData& target, std::span<const std::uint8_t> bytes) {
    if (may_hold(parents_bytes + memory.size(), bytes.size(), bytes.size())) {
        target.assign(bytes);
    } else {
        target.forget();
        target.learn_size(bytes.size());
    }
}

/// Whether `size` bytes may be held beside `others` of memory, and beside the data of all frames.
/// Those are counted only when more than a little is `added`: then counting is the smaller part.
bool ReplayState::may_hold(std::uint64_t others, std::uint64_t size, std::uint64_t added) {
    constexpr std::uint64_t a_little = std::uint64_t{64} << 10;
    if (added > a_little) others += frames.data_bytes();
    if (size <= options.memory_max && others <= options.memory_max - size) return true;
    reach_limit(size > ~others ? ~std::uint64_t{0} : others + size, false);
    return false;
}

void ReplayState::reach_limit(std::uint64_t bytes, bool is_hosts) {
    if (!summary.memory_limit) summary.memory_limit = {line, 0, is_hosts};
    summary.memory_limit->bytes = std::max(summary.memory_limit->bytes, bytes);
}

std::uint64_t ReplayState::storage_of(const Word& address) {
    const auto found = storage_by_address_.find(address);
    if (found != storage_by_address_.end()) return found->second;
    const std::uint64_t storage = new_storage();
    // Beyond that an account's storage is another one each time, so that nothing in it is warm.
    constexpr std::size_t accounts_max = std::size_t{1} << 20;
    if (storage_by_address_.size() < accounts_max) storage_by_address_.emplace(address, storage);
    return storage;
}

void ReplayState::begin_transaction() {
    ++summary.transactions;
    accessed.clear();
    deployed.clear();
    storage_by_address_.clear();
    frames.clear();
    memory.reset();
    parents_bytes = 0;
    is_gas_in_doubt = false;
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
    count(Check::gas_cost).impossible += gas_cost_trust.doubts.size();
    gas_cost_trust.doubts.clear();
    gas_cost_trust.lose();
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
