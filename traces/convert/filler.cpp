// SPDX-License-Identifier: MIT
#include "filler.hpp"

#include <algorithm>

#include "core/hex.hpp"
#include "core/memory_cost.hpp"
#include "traces/replay/replay_state.hpp"

namespace evmmem::traces {

/// The last text may hold the object of the record that is at hand, so it is written with the next one.
void Filler::on_taken(std::string_view text) {
    write_held();
    if (splice_ && !splice_->object.is_taken) {
        const std::string_view object = splice_->object.text;
        if (object.data() >= text.data() &&
            object.data() + object.size() <= text.data() + text.size())
            return write_spliced(text, static_cast<std::size_t>(object.data() - text.data()));
    }
    held_.assign(text);
}

void Filler::write_held() {
    if (splice_ && splice_->object.is_taken && splice_->object.text.size() <= held_.size())
        write_spliced(held_, held_.size() - splice_->object.text.size());
    else
        text_.append(held_);
    held_.clear();
    text_.settle();
}

/// `object`: where in the text it begins.
void Filler::write_spliced(std::string_view text, std::size_t object) {
    text_.append(text.substr(0, object + splice_->at));
    text_.append(added_);
    text_.append(text.substr(object + splice_->goes_on));
    text_.settle();
    splice_.reset();
}

void Filler::on_step(const ReplayMoment& moment) {
    if (dialect_ != moment.state.dialect.name) {
        dialect_ = moment.state.dialect.name;
        form_ = given_ ? *given_ : memory_form_of(moment.state.dialect);
        if (moment_) {
            form_.moment = *moment_;
            form_.is_moment_sure = true;
        }
    }
    ++counts_.steps;
    splice_.reset();
    last_size_.reset();
    for (const MemoryTiming one :
         {MemoryTiming::before, MemoryTiming::expanded, MemoryTiming::after})
        if (moment.timings == one && !form_.is_moment_sure) form_.moment = one;
    const PendingStep& pending = moment.pending;
    std::uint64_t size = moment.memory.size();
    const bool has_effect = !pending.failed && !pending.must_fail && pending.has_effect;
    if (form_.moment == MemoryTiming::expanded && has_effect)
        size = std::max(size, num_words(pending.effect.end()) * word_size);
    if (form_.moment != MemoryTiming::after) add(moment, size);
}

void Filler::on_effect(const ReplayMoment& moment) {
    if (form_.moment == MemoryTiming::after) add(moment, moment.memory.size());
}

/// Memory as it is, and zeros beyond its end up to `size`.
void Filler::add(const ReplayMoment& moment, std::uint64_t size) {
    const Step& step = moment.step;
    const bool is_shown = step.memory && (!step.memory->empty() || size == 0);
    if (is_shown) {
        ++counts_.steps_printed;
        // Where it is empty, and not there at all, it may have to be shown.
        if (!step.memory->empty()) return;
    } else if (!moment.frame.is_memory_size_known) {
        ++counts_.steps_unknown;
        ++counts_.steps_unsized;
        return;
    }
    const std::uint64_t now = std::min(size, moment.memory.size());
    const auto memory = moment.memory.get_slice(0, now);
    if (!memory) return;
    counts_.bytes += size;
    if (const std::uint64_t unknown = moment.frame.memory_known.unknown_in(0, now); unknown != 0) {
        ++counts_.steps_unknown;
        counts_.bytes_unknown += unknown;
        return;
    }
    if (size == now) {
        place(*memory);
    } else {
        bytes_.assign(memory->begin(), memory->end());
        bytes_.resize(size);
        place(bytes_);
    }
    last_size_ = size;
}

/// The line that repeats the one before has the memory that that one has, grown.
void Filler::on_repetition(const Step& step) {
    splice_.reset();
    ++counts_.steps;
    if (step.memory && !step.memory->empty()) {
        ++counts_.steps_printed;
        return;
    }
    const std::uint64_t size = step.memory_size.value_or(last_size_.value_or(0));
    if (!last_size_ || form_.kind != MemoryForm::Kind::text || size < *last_size_) {
        ++counts_.steps_unknown;
        ++counts_.steps_unsized;
        return;
    }
    const std::string last = std::move(added_);
    bytes_.assign(size, 0);
    const std::size_t digits = last.rfind("0x");
    if (digits != std::string::npos && *last_size_ != 0 &&
        !decode_hex(std::string_view{last}.substr(digits + 2, 2 * *last_size_), bytes_.data()))
        return;
    counts_.bytes += size;
    place(bytes_);
    last_size_ = size;
}

/// What stands between two members: a comma, and blanks.
std::string_view Filler::separator() const {
    if (members_.size() < 2) return ",";
    return members_[0].separator(members_[1]);
}

void Filler::place(std::span<const std::uint8_t> bytes) {
    const TappedObject tapped = reader_->object();
    const std::string_view object = tapped.text;
    find_members(object, members_);
    if (const auto stack = std::ranges::find(members_, "stack", &ObjectMember::key);
        stack != members_.end())
        array_style_.learn(stack->value);
    if (members_.empty()) return;
    added_.clear();
    const auto there = std::ranges::find(members_, "memory", &ObjectMember::key);
    if (there != members_.end()) {
        const bool is_empty = there->value == "null" || there->value == "\"0x\"" ||
                              there->value == "\"\"" || there->value == "[]";
        if (!is_empty || bytes.empty()) return;
        append_memory(added_, bytes, form_.kind, array_style_);
        const auto begin = static_cast<std::size_t>(there->value.data() - object.data());
        splice_ = Splice{begin, begin + there->value.size(), tapped};
    } else {
        if (bytes.empty() && !form_.shows_empty) return;
        auto after = std::ranges::find(members_, form_.after, &ObjectMember::key);
        if (after == members_.end()) after = std::ranges::find(members_, "gas", &ObjectMember::key);
        if (after == members_.end()) after = members_.end() - 1;
        added_.append(separator()).append("\"memory\"").append(members_[0].colon());
        append_memory(added_, bytes, form_.kind, array_style_);
        const auto at =
            static_cast<std::size_t>(after->value.data() + after->value.size() - object.data());
        splice_ = Splice{at, at, tapped};
    }
    ++counts_.steps_filled;
}

}  // namespace evmmem::traces
