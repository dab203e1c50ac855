// SPDX-License-Identifier: MIT
#include "memory_checks.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <string>

#include "account_checks.hpp"
#include "core/hex.hpp"

namespace evmmem::traces {
namespace {

/// Offset of the first known byte that differs in [begin, end), or `end`.
std::uint64_t first_difference(std::span<const std::uint8_t> claimed,
                               std::span<const std::uint8_t> computed, const KnownBytes& known,
                               std::uint64_t begin, std::uint64_t end) {
    while (begin < end) {
        const auto unknown = known.first_unknown(begin, end);
        const std::size_t len = unknown.begin - begin;
        if (std::memcmp(claimed.data() + begin, computed.data() + begin, len) != 0) {
            const auto* at = claimed.data() + begin;
            return begin + static_cast<std::uint64_t>(
                               std::mismatch(at, at + len, computed.data() + begin).first - at);
        }
        begin = unknown.end;
    }
    return end;
}

/// The word around `offset`, as hex: enough context to recognise a value.
std::string word_around(std::span<const std::uint8_t> bytes, std::uint64_t offset) {
    const std::uint64_t begin = offset / word_size * word_size;
    const std::uint64_t size = std::min<std::uint64_t>(word_size, bytes.size() - begin);
    return "0x" + encode_hex(bytes.subspan(begin, size));
}

}  // namespace

bool claims_hold(ReplayState& state, MemoryClaimHistory& history, const CallFrame& frame,
                 const Step& step) {
    if (history.timings != MemoryTiming::before || !state.dialect.has_memory_size ||
        !step.memory_size || *step.memory_size != state.memory.size() ||
        !frame.is_memory_size_known)
        return false;
    if (!step.memory) {
        state.impossible(Check::memory_content);
        state.passed(Check::memory_size);
        return true;
    }
    const std::size_t size = step.memory->size();
    if (size == 0 || size != state.memory.size() || !frame.memory_known.all_known() ||
        std::memcmp(step.memory->data(), state.memory.get_slice(0, size)->data(), size) != 0)
        return false;
    history.has_shown_memory = true;
    state.passed(Check::memory_content);
    state.passed(Check::memory_size);
    return true;
}

MemoryClaims::MemoryClaims(ReplayState& state, MemoryClaimHistory& history, CallFrame& frame,
                           const Step& step, PendingStep* before, PendingStep* ended,
                           PendingStep& own)
    : state_{state}, history_{history}, frame_{frame}, before_{before}, ended_{ended}, own_{own} {
    if (step.memory && !step.memory->empty()) history.has_shown_memory = true;
    // An empty memory is how some clients print one that they did not trace.
    if (step.memory &&
        (!step.memory->empty() || history.has_shown_memory || state.memory.is_empty()))
        bytes_ = step.memory;
    if (state.dialect.has_memory_size && step.memory_size)
        size_ = step.memory_size;
    else if (bytes_)
        size_ = bytes_->size();
    if (!size_) state.impossible(Check::memory_size);
    if (!bytes_) state.impossible(Check::memory_content);
}

bool MemoryClaims::is_decided() const {
    return history_.timings == MemoryTiming::before || history_.timings == MemoryTiming::expanded ||
           history_.timings == MemoryTiming::after;
}

/// Whether the claim is of this moment for certain: while the timing is open, that is so where the
/// step leaves memory as it is.
bool MemoryClaims::may_learn() const {
    return is_decided() || (own_.info->exists && !own_.info->touches_memory());
}

void MemoryClaims::compare(MemoryTiming moment) {
    if (size_ && !frame_.is_memory_size_known) {
        if (!may_learn()) {
            agreeing_ = agreeing_ | moment;
            return;
        }
        learn_size(*size_);
        // A size that memory cannot have, or more than is followed: nothing to go by.
        if (!frame_.is_memory_size_known) {
            is_unusable_ = true;
            return;
        }
    }
    const auto found = mismatch();
    if (!found) {
        agreeing_ = agreeing_ | moment;
        if (may_learn()) learn();
        return;
    }
    if (is_decided()) {
        report(moment, *found);
    } else if (!first_mismatch_) {
        first_mismatch_ = found;
        first_moment_ = moment;
    }
}

void MemoryClaims::conclude() {
    if (!size_ && !bytes_) return;
    if (is_unusable_) {
        const bool is_said = size_ == history_.slipped_size;
        if (size_ && *size_ % word_size != 0 && state_.dialect.has_memory_size && !is_said)
            fail_no_word_count();
        else if (size_)
            state_.impossible(Check::memory_size);
        if (bytes_) state_.impossible(Check::memory_content);
        return;
    }
    if (!is_decided()) {
        if (agreeing_.empty()) {
            if (first_mismatch_) report(first_moment_, *first_mismatch_);
            return;
        }
        history_.timings = agreeing_;
    }
    if (agreeing_.empty()) return;  // reported when it was compared
    if (size_ && has_slip_)
        state_.impossible(Check::memory_size);
    else if (size_)
        state_.passed(Check::memory_size);
    if (bytes_) state_.passed(Check::memory_content);
}

/// Whatever the operands that are not shown: memory grows by whole words.
void MemoryClaims::fail_no_word_count() {
    history_.slipped_size = *size_;
    state_.failed(Check::memory_size, before_ != nullptr ? *before_ : own_, hex(*size_),
                  "a multiple of 0x20",
                  "memory has " + std::to_string(*size_) +
                      " bytes at this line, which is no whole number of words");
}

/// Whether a finding said already that memory is off by whole words, and it still is: by as many, or
/// because what is shown has not changed since.
bool MemoryClaims::is_known_slip(std::uint64_t claimed, std::uint64_t computed) {
    if (state_.memory_slip == 0) return false;
    const bool is_same = claimed == history_.slipped_size;
    if (!is_same && state_.slipped(computed) != claimed) return false;
    const auto difference = static_cast<std::int64_t>(claimed - computed);
    state_.memory_slip = difference / static_cast<std::int64_t>(word_size);
    history_.slipped_size = claimed;
    has_slip_ = true;
    return true;
}

std::optional<MemoryClaims::Mismatch> MemoryClaims::mismatch() {
    const std::uint64_t computed_size = state_.memory.size();
    const auto is_off = [&](std::uint64_t claimed) {
        return claimed != computed_size && !is_known_slip(claimed, computed_size);
    };
    if (size_ && is_off(*size_)) return Mismatch{true, *size_, computed_size, 0};
    if (!bytes_) return std::nullopt;
    if (is_off(bytes_->size())) return Mismatch{true, bytes_->size(), computed_size, 0};
    const auto computed = state_.memory.get_slice(0, computed_size);
    assert(computed);
    const std::uint64_t end = std::min<std::uint64_t>(computed_size, bytes_->size());
    const std::uint64_t offset = first_difference(*bytes_, *computed, frame_.memory_known, 0, end);
    if (offset == end) return std::nullopt;
    return Mismatch{false, computed_size, computed_size, offset};
}

void MemoryClaims::learn() {
    if (!bytes_ || frame_.memory_known.all_known() || bytes_->empty()) return;
    const std::size_t size = std::min<std::size_t>(bytes_->size(), state_.memory.size());
    if (size == 0) return;
    if (!frame_.copied_codes.empty())
        learn_copied_code(state_, frame_, before_ != nullptr ? *before_ : own_, 0,
                          bytes_->first(size));
    state_.memory.set_unsafe(0, bytes_->first(size));
    state_.has_written(frame_, 0, size);
    frame_.memory_known.mark_known(0, size);
}

void MemoryClaims::learn_size(std::uint64_t size) {
    Memory& memory = state_.memory;
    // A claim is foreign: a size that the replay may not hold stays unknown.
    if (size % word_size != 0 || size > state_.options.memory_max) return;
    if (size < memory.size()) {
        if (!state_.may_copy(size)) return;
        state_.has_written(frame_, 0, memory.size());
        const auto kept = memory.get_slice(0, size);
        assert(kept);
        const std::vector<std::uint8_t> copy(kept->begin(), kept->end());
        if (!memory.restore(copy)) return;
    } else if (!state_.grow_memory_to(size)) {
        return;
    }
    frame_.is_memory_size_known = true;
    frame_.memory_known.mark_known(size, ~std::uint64_t{0});
}

PendingStep& MemoryClaims::culprit(MemoryTiming moment, const Mismatch& found) {
    const auto may_have_caused = [&](const PendingStep& step) {
        // A size may be wrong after touching nothing, too: there are clients that grew memory then.
        if (found.is_size || !step.has_effect) return step.info->touches_memory();
        return step.effect.writes.offset() <= found.offset &&
               found.offset < step.effect.writes.end();
    };
    if (moment != MemoryTiming::before && may_have_caused(own_)) return own_;
    if (before_ == nullptr || !may_have_caused(*before_)) return own_;
    // A call grows memory itself; the bytes come with its callee's last step.
    return ended_ != nullptr && !found.is_size ? *ended_ : *before_;
}

void MemoryClaims::report(MemoryTiming moment, const Mismatch& found) {
    PendingStep& step = culprit(moment, found);
    const std::string after =
        &step == &own_ ? "at this line" : "after " + std::string{step.info->name};
    if (found.is_size) {
        const bool is_whole = found.claimed_size % word_size == 0;
        state_.failed(Check::memory_size, step, hex(found.claimed_size), hex(found.computed_size),
                      "memory has " + std::to_string(found.claimed_size) + " bytes " + after +
                          ", " + (is_whole ? "" : "which is no whole number of words; ") +
                          "the EVM has " + std::to_string(found.computed_size));
        if (bytes_) state_.impossible(Check::memory_content);
        history_.slipped_size = found.claimed_size;
        // Whether memory is so large, or only printed so, later gas shows. What is no number of
        // words is a slip of this line; the next one has the right size.
        if (is_whole && found.claimed_size <= state_.options.memory_max) {
            const auto difference =
                static_cast<std::int64_t>(found.claimed_size - found.computed_size);
            state_.memory_slip = difference / static_cast<std::int64_t>(word_size);
        } else {
            frame_.is_memory_size_known = false;
        }
        return;
    }
    if (size_) state_.passed(Check::memory_size);
    const auto computed = state_.memory.get_slice(0, found.computed_size);
    assert(computed);
    std::uint64_t count = 0;
    std::uint64_t last = found.offset;
    const std::uint64_t end = std::min<std::uint64_t>(found.computed_size, bytes_->size());
    for (std::uint64_t at = found.offset; at < end;
         at = first_difference(*bytes_, *computed, frame_.memory_known, at + 1, end)) {
        ++count;
        last = at;
    }
    state_.failed(Check::memory_content, step, word_around(*bytes_, found.offset),
                  word_around(*computed, found.offset),
                  "byte " + hex(found.offset) + " of memory is " +
                      encode_hex(bytes_->subspan(found.offset, 1)) + " " + after + ", should be " +
                      encode_hex(computed->subspan(found.offset, 1)) + "; " +
                      std::to_string(count) + (count == 1 ? " byte differs" : " bytes differ"),
                  Severity::finding, Finding::Bytes{found.offset, last + 1 - found.offset});
    frame_.memory_known.mark_unknown(found.offset, last + 1);
}

}  // namespace evmmem::traces
