// SPDX-License-Identifier: MIT
#include "compared_trace.hpp"

#include <algorithm>
#include <utility>

namespace evmmem::traces {
namespace {

/// Findings that are kept in case it turns out that the traces part where they were made.
constexpr std::size_t late_findings_max = 1024;
/// Transactions whose names are kept.
constexpr std::size_t transactions_max = 4096;

/// Words about words say nothing of who is right.
bool is_about_the_machine(const Finding& finding) {
    return finding.check != Check::op_name && finding.check != Check::summary_fork;
}

/// A copy that needs nothing of the reader any more.
Step without_views(const Step& step) {
    Step copy = step;
    copy.stack_text = {};
    copy.operand_text = {};
    copy.memory.reset();
    copy.return_data.reset();
    copy.op_name = {};
    copy.error = {};
    copy.storage_text = {};
    return copy;
}

}  // namespace

ComparedTrace::ComparedTrace(Options options)
    : options_{std::move(options)},
      transactions_{transactions_max,
                    [this](const TransactionResult& result) { note_end(result); }} {}

void ComparedTrace::begin(StepReader reader) {
    reader_.emplace(std::move(reader));
    ReplayOptions replay = options_.replay;
    replay.observer = this;
    replay.transactions = &transactions_;
    replayer_.emplace(reader_->dialect(), std::move(replay), static_cast<FindingSink&>(*this));
}

// Reads to the next step that is none's second line. False at the end.
bool ComparedTrace::read() {
    has_failed_read_ = false;
    while (!is_over_) {
        if (options_.goes_on && !options_.goes_on(*reader_)) {
            was_stopped_ = true;
            break;
        }
        has_read_ = false;
        shown_otherwise_.clear();
        record_.report.line = 0;
        const auto more = replayer_->replay_next(*reader_, record_);
        // An interrupt ends a reading that waits for more.
        if (!more && options_.goes_on && !options_.goes_on(*reader_)) {
            was_stopped_ = true;
            break;
        }
        if (!more) {
            ++errors_;
            is_missing_ = true;
            if (options_.on_error) options_.on_error(more.error());
            replayer_->gap();
            if (more.error().is_recoverable()) continue;
            fatal_ = more.error();
            break;
        }
        if (!*more) break;
        if (has_read_) {
            read_facts_.is_after_gap = is_missing_ || has_gap_ || reader_->leaves_steps_out();
            is_missing_ = has_gap_ = false;
            last_words_ = {};
            return true;
        }
        if (record_.report.line != 0)
            note_report(record_.report);
        else  // the replay took the line for no step of its own: it is the second of one that fails
            has_failed_read_ = has_failed_read_ || record_.step.failed;
    }
    finish();
    return false;
}

void ComparedTrace::finish() {
    is_over_ = true;
    if (!summary_) summary_ = replayer_->finish();
}

void ComparedTrace::read_rest() {
    while (!options_.goes_on || options_.goes_on(*reader_)) {
        const auto kind = reader_->next(record_);
        const bool is_over = kind ? *kind == RecordKind::end : !kind.error().is_recoverable();
        if (is_over) return;
    }
}

void ComparedTrace::on_effect(const ReplayMoment& moment) {
    has_read_ = true;
    has_judged_failure_ = false;
    const PendingStep& step = moment.pending;
    const bool is_performed = step.has_effect && !step.failed && !step.must_fail;
    read_facts_.reference = reference(step);
    read_facts_.transaction = moment.transaction;
    read_facts_.memory_size = step.size_before;
    read_facts_.failed = step.failed;
    read_facts_.reads = is_performed ? step.effect.reads : MemoryRange{};
    read_facts_.writes = is_performed ? step.effect.writes : MemoryRange{};
    memory_ = &moment.memory;
    frame_ = &moment.frame;
}

// A transaction is over, or something more is known of it.
void ComparedTrace::note_end(const TransactionResult& result) {
    const auto [end, is_new] = ends_.try_emplace(result.number);
    if (!is_new) return;
    // The words on its end may be what is read now: they are the reader's until the next call.
    if (record_.report.line != 0) note_report(record_.report);
    end->second = std::exchange(last_words_, {});
    end->second.is_whole = result.is_whole;
}

void ComparedTrace::note_report(const Report& report) {
    if (report.kind != Report::Kind::output && report.kind != Report::Kind::summary) return;
    if (report.output) last_words_.output.emplace(report.output->begin(), report.output->end());
    if (report.gas_used) last_words_.gas_used = report.gas_used;
}

const ComparedEnd& ComparedTrace::end_of(std::uint64_t transaction) {
    return ends_[transaction];
}

void ComparedTrace::forget_ends_before(std::uint64_t transaction) {
    ends_.erase(ends_.begin(), ends_.lower_bound(transaction));
}

// ---- the step at hand -------------------------------------------------------------------------------

bool ComparedTrace::advance() {
    if (is_at_end_) return false;
    if (!ahead_.empty()) {
        ahead_.pop_front();
        if (!ahead_.empty()) {
            step_ = &ahead_.front().step;
            facts_ = &ahead_.front().facts;
            has_failed_since_ = ahead_.front().has_failed_since;
            return true;
        }
    }
    // Where the end was met looking ahead, has_failed_read_ is still about the last step.
    is_at_end_ = is_over_ || !read();
    has_failed_since_ = has_failed_read_;
    is_live_ = !is_at_end_;
    step_ = &record_.step;
    facts_ = &read_facts_;
    return !is_at_end_;
}

const ComparedTrace::Kept* ComparedTrace::look_ahead(std::size_t n) {
    if (is_at_end_) return nullptr;
    if (ahead_.empty()) {
        ahead_.push_back({without_views(*step_), *facts_, has_failed_since_});
        is_live_ = false;
        step_ = &ahead_.front().step;
        facts_ = &ahead_.front().facts;
    }
    const std::uint64_t transaction = facts_->transaction;
    while (ahead_.size() <= n && ahead_.back().facts.transaction == transaction && !is_over_ &&
           read())
        ahead_.push_back({without_views(record_.step), read_facts_, has_failed_read_});
    if (n >= ahead_.size() || ahead_[n].facts.transaction != transaction) return nullptr;
    return &ahead_[n];
}

// ---- findings ---------------------------------------------------------------------------------------

void ComparedTrace::on_finding(const Finding& finding) {
    if (finding.bytes && finding.bytes->buffer == Finding::Buffer::memory)
        shown_otherwise_.push_back(
            {finding.bytes->offset, finding.bytes->offset + finding.bytes->size});
    if (finding.check == Check::pc_continuity || finding.check == Check::depth_step)
        has_gap_ = false;
    if (finding.check == Check::failure_reason) has_judged_failure_ = true;
    if (!is_about_the_machine(finding)) return;
    const auto [first, last] = collected_.equal_range(finding.step);
    for (auto found = first; found != last; ++found)
        if (found->second->size() < findings_max) found->second->push_back(finding);
    if (late_findings_.size() == late_findings_max) late_findings_.pop_front();
    late_findings_.push_back(finding);
}

void ComparedTrace::collect(std::uint64_t step, std::vector<Finding>& findings) {
    collected_.emplace(step, &findings);
    for (const Finding& finding : late_findings_)
        if (finding.step == step && findings.size() < findings_max) findings.push_back(finding);
}

}  // namespace evmmem::traces
