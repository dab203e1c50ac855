// SPDX-License-Identifier: MIT
#include "converter.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "core/opcode_table.hpp"
#include "traces/replay/replay_state.hpp"
#include "traces/replay/step_cost.hpp"

namespace evmmem::traces {
namespace {

/// Whether the line's claims of memory are of the moment before its instruction, or might as well be.
bool claims_before(const ReplayMoment& moment) {
    return moment.timings == MemoryTiming::before ||
           (moment.pending.info->exists && !moment.pending.info->touches_memory());
}

/// Why the step fails, if its frame is over after it; empty where that is not clear.
std::string likely_error(const PendingStep& step) {
    if (!step.info->exists || step.op == Opcode::INVALID)
        return "invalid opcode: " + op_name(step.op);
    if (step.has_stack && step.stack_size < step.info->pops)
        return fmt::format("stack underflow ({} <=> {})", step.stack_size, step.info->pops);
    return step.must_fail ? "out of gas" : "";
}

/// The gas that is left after the last step of an outermost frame; nothing where that is not clear.
std::optional<std::uint64_t> gas_left(const ReplayState& state, const PendingStep& last) {
    if (last.failed || last.must_fail || last.op == Opcode::INVALID) return 0;
    auto cost = exact_cost(state, last);
    if (!cost && last.info->gas.base == GasRule::Base::by_state) cost = last.gas_cost;
    if (!cost || *cost > last.gas) return std::nullopt;
    return last.gas - *cost;
}

}  // namespace

bool Converter::is_wanted(const ReplayMoment& moment) {
    const std::uint64_t number = moment.pending.number;
    if (number > options_.last_step) is_done_ = true;
    return number >= options_.first_step && number <= options_.last_step &&
           (!options_.only_memory_steps || moment.pending.info->touches_memory());
}

void Converter::on_transaction(std::uint64_t) {
    close_line(Next::other, 0);
    first_gas_.reset();
}

void Converter::on_step(const ReplayMoment& moment) {
    const PendingStep& pending = moment.pending;
    close_line(line_ && line_->frame == pending.frame ? Next::same_frame : Next::other,
               moment.step.gas);
    if (!first_gas_ && pending.depth == 1 && moment.frame.is_entry_seen)
        first_gas_ = moment.frame.gas_at_entry;
    if (!is_wanted(moment)) return;
    if (!is_transaction_open_) {
        is_transaction_open_ = true;
        ++counts_.transactions;
        writer_.begin_transaction();
    }

    const Step& step = moment.step;
    line_.emplace(std::move(spare_));
    OpenLine& open = *line_;
    open.number = pending.number;
    open.frame = pending.frame;
    open.gas = step.gas;
    open.is_call = pending.is_call_or_create();
    open.lacks_gas_cost = false;
    open.has_left = false;
    open.is_followed = true;
    open.is_error_unnamed = step.halt == HaltReason::unnamed;
    open.error.assign(step.halt == HaltReason::none ? std::string_view{} : step.error);
    open.likely_error = open.error.empty() ? likely_error(pending) : std::string{};

    WrittenStep line{.pc = step.pc,
                     .op = step.op,
                     .gas = step.gas,
                     .gas_cost = gas_cost_of(moment),
                     .depth = step.depth,
                     .memory_size = std::nullopt,
                     .memory = std::nullopt,
                     .stack = std::nullopt,
                     .top = std::span{step.operands}.first(step.operand_count),
                     .refund = step.refund,
                     .storage = step.storage_text};
    open.lacks_gas_cost = !line.gas_cost;
    if (step.stack_text.data() != nullptr)
        line.stack = WrittenStack{.text = step.stack_text, .count = step.stack_size};
    else
        ++counts_.stacks_unknown;
    take_memory(moment, line);
    take_return_data(moment, line);
    writer_.open(line);
    ++counts_.steps;
}

/// The state before the step: as the line shows it, or else as the replay knows it.
void Converter::take_memory(const ReplayMoment& moment, WrittenStep& line) {
    const Step& step = moment.step;
    const std::uint64_t size = moment.memory.size();
    if (claims_before(moment)) {
        line.memory_size = step.memory_size;
        const bool is_said = step.memory && (!step.memory->empty() || size == 0 ||
                                             step.memory_size.value_or(1) == 0);
        if (is_said) {
            line.memory = step.memory;
            if (!line.memory_size) line.memory_size = step.memory->size();
            return;
        }
    }
    if (!moment.frame.is_memory_size_known) {
        ++counts_.steps_unsized;
        ++counts_.steps_unknown;
        return;
    }
    if (!line.memory_size) line.memory_size = size;
    const auto bytes = moment.memory.get_slice(0, size);
    if (!bytes) return;
    if (moment.frame.memory_known.is_known(0, size))
        line.memory = *bytes;
    else
        fill_memory(moment, *bytes, line);
}

/// Of memory that is not all known: what the line shows of it at a later moment, where its own
/// instruction has not written.
void Converter::fill_memory(const ReplayMoment& moment, std::span<const std::uint8_t> bytes,
                            WrittenStep& line) {
    unknown_ = moment.frame.memory_known.unknown_ranges(0, bytes.size());
    memory_.assign(bytes.begin(), bytes.end());
    const auto& shown = moment.step.memory;
    const bool is_expanded = moment.timings == MemoryTiming::expanded;
    const bool is_after = moment.timings == MemoryTiming::after;
    const bool has_shown = shown && shown->size() >= bytes.size() && (is_expanded || is_after);
    const MemoryRange written = is_after ? moment.writes() : MemoryRange{};
    std::vector<KnownBytes::Range> left;
    for (const KnownBytes::Range& range : unknown_) {
        if (!has_shown) break;
        std::copy(shown->begin() + static_cast<std::ptrdiff_t>(range.begin),
                  shown->begin() + static_cast<std::ptrdiff_t>(range.end),
                  memory_.begin() + static_cast<std::ptrdiff_t>(range.begin));
        const std::uint64_t begin = std::max(range.begin, written.offset());
        const std::uint64_t end = std::min(range.end, written.end());
        if (begin < end) left.push_back({begin, end});
    }
    if (has_shown) unknown_ = std::move(left);
    if (unknown_.empty()) {
        line.memory = memory_;
        return;
    }
    ++counts_.steps_unknown;
    for (const KnownBytes::Range& range : unknown_) {
        counts_.bytes_unknown += range.end - range.begin;
        std::fill(memory_.begin() + static_cast<std::ptrdiff_t>(range.begin),
                  memory_.begin() + static_cast<std::ptrdiff_t>(range.end), std::uint8_t{0});
    }
    if (!options_.unknown_as_zero) return;
    line.memory = memory_;
    line.unknown = unknown_;
}

void Converter::take_return_data(const ReplayMoment& moment, WrittenStep& line) {
    line.with_return_data = true;
    if (moment.step.return_data)
        line.return_data = moment.step.return_data;
    else if (moment.frame.return_data.is_whole())
        line.return_data = moment.frame.return_data.bytes();
    else
        ++counts_.data_unknown;
}

/// As go-ethereum counts it; nothing where only what follows shows it, or nothing does.
std::optional<std::uint64_t> Converter::gas_cost_of(const ReplayMoment& moment) {
    const PendingStep& step = moment.pending;
    const GasCostStyle style = moment.state.dialect.gas_cost;
    const bool is_printed =
        step.gas_cost && style != GasCostStyle::unreliable && style != GasCostStyle::base;
    if (!step.is_call_or_create() || step.failed || step.must_fail) {
        // A difference to a later line is that of the caller's, where the step ends its frame.
        const bool is_of_caller = style == GasCostStyle::net && ends_frame(step.op);
        if (is_printed && !is_of_caller) return step.gas_cost;
        if (step.failed || step.must_fail) return std::nullopt;
        return exact_cost(moment.state, step);
    }
    if (is_printed && style == GasCostStyle::full && !step.has_value()) return step.gas_cost;
    call_costs_.begin(moment.state, step);
    if (!is_printed || style == GasCostStyle::net) return call_costs_.one();
    const bool may_be_full = style == GasCostStyle::full || style == GasCostStyle::calls_unknown;
    if (call_costs_.empty()) return may_be_full ? step.gas_cost : std::nullopt;
    // What no client would count is a claim like any other.
    if (call_costs_.contains(*step.gas_cost) || !call_costs_.keep_printed(step, *step.gas_cost))
        return step.gas_cost;
    if (const auto one = call_costs_.one()) return one;
    return style == GasCostStyle::full ? step.gas_cost : std::nullopt;
}

void Converter::add_gas_cost(std::optional<std::uint64_t> cost) {
    if (!cost || !line_->lacks_gas_cost) return;
    writer_.add_gas_cost(*cost);
    line_->lacks_gas_cost = false;
}

/// `gas_after` is what the next step has, where it is one of the same frame.
void Converter::close_line(Next next, std::uint64_t gas_after) {
    if (!line_) return;
    const bool goes_on = next == Next::same_frame && !line_->has_left && line_->is_followed;
    if (goes_on && line_->lacks_gas_cost) {
        if (line_->is_call) {
            call_costs_.keep_gas_after(gas_after);
            add_gas_cost(call_costs_.one());
        } else if (gas_after <= line_->gas) {
            add_gas_cost(line_->gas - gas_after);
        }
    }
    if (line_->lacks_gas_cost) ++counts_.costs_unknown;
    std::string_view error = line_->error;
    if (goes_on && line_->is_error_unnamed) error = {};
    if (error.empty() && line_->has_left && line_->is_followed) error = line_->likely_error;
    writer_.close(error);
    spare_ = std::move(*line_);
    line_.reset();
}

void Converter::on_repetition(const Step& step) {
    ++counts_.repeated;
    if (!line_ || step.halt == HaltReason::none) return;
    if (line_->error.empty()) line_->error.assign(step.error);
}

void Converter::on_frame_entered(const CallFrame& frame, const PendingStep* call) {
    if (!line_ || call == nullptr || call->number != line_->number || !line_->lacks_gas_cost)
        return;
    call_costs_.keep_callee_gas(frame.gas_at_entry);
    add_gas_cost(call_costs_.one());
}

void Converter::on_frame_left(const CallFrame& frame, const Memory&) {
    if (line_ && line_->frame == frame.id) line_->has_left = true;
}

void Converter::on_gap() {
    if (line_) line_->is_followed = false;
}

void Converter::on_transaction_over(const TransactionEnd& end) {
    const PendingStep& last = end.frame.last;
    const Report* const report = end.report;
    const bool is_last_written = line_ && line_->number == last.number;
    const bool ends = end.is_outermost && last.ends_its_frame();
    if (line_ && end.is_whole && (ends || report != nullptr)) line_->has_left = true;
    const bool has_failed = last.failed || last.must_fail || last.op == Opcode::INVALID ||
                            (last.op == Opcode::REVERT && end.is_outermost);
    close_line(Next::other, 0);
    if (!is_transaction_open_) return;
    is_transaction_open_ = false;
    if (!is_last_written && !options_.only_memory_steps) return writer_.end_transaction(nullptr);
    if (report == nullptr && !(end.is_whole && ends)) return writer_.end_transaction(nullptr);

    WrittenEnd written;
    const bool is_said_to_fail =
        report != nullptr && (report->failed.value_or(false) || !report->error.empty());
    written.has_failed = has_failed || is_said_to_fail;
    if (report != nullptr) {
        written.error = report->error;
        written.fork = report->fork;
        written.output = report->output;
        written.gas_used = report->gas_used;
        if (is_said_to_fail && !has_failed && written.error.empty()) written.error = "failed";
    }
    const bool returns = last.op == Opcode::RETURN || last.op == Opcode::REVERT;
    if (!written.output && end.is_whole && ends) {
        const MemoryRange range = last.effect.reads;
        const bool is_empty = has_failed && last.op != Opcode::REVERT;
        if (is_empty || !returns || (last.has_effect && range.empty()))
            written.output = std::span<const std::uint8_t>{};
        else if (last.has_effect && end.frame.memory_known.is_known(range.offset(), range.end()))
            if (const auto bytes = end.memory.get_slice(range.offset(), range.size()))
                written.output = *bytes;
    }
    const auto left =
        end.is_outermost && end.is_whole && first_gas_ ? gas_left(end.state, last) : std::nullopt;
    const auto used = left ? std::optional{*first_gas_ - *left} : std::nullopt;
    const SummaryGas counted = end.state.dialect.summary_gas;
    if (!written.gas_used) {
        written.gas_used = used;
    } else {
        written.is_gas_of_transaction =
            counted == SummaryGas::transaction ||
            (counted == SummaryGas::unknown &&
             (used ? *written.gas_used != *used : first_gas_ && *written.gas_used > *first_gas_));
    }
    writer_.end_transaction(&written);
}

void Converter::finish() {
    close_line(Next::other, 0);
    if (is_transaction_open_) writer_.end_transaction(nullptr);
    is_transaction_open_ = false;
}

}  // namespace evmmem::traces
