// SPDX-License-Identifier: MIT
// ValueComparison's fields of a step, one after the other: whether they differ, and what that comes of.
#include <algorithm>
#include <cstring>

#include "value_comparison.hpp"

namespace evmmem::traces {
namespace {

/// Fields, items and ranges that a difference lists.
constexpr std::size_t fields_max = 16;

/// What the step has written when it is over; what a call brings comes later.
ByteRange written_at_once(const ComparedTrace& trace) {
    return is_call(trace.step().op) ? ByteRange{0, 0} : bytes_of(trace.facts().writes);
}

std::optional<std::span<const std::uint8_t>> known_return_data(const ComparedTrace& trace) {
    if (trace.memory() == nullptr || !trace.frame()->return_data.is_whole()) return std::nullopt;
    return trace.frame()->return_data.bytes();
}

bool is_same(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

bool is_same(std::string_view a, std::string_view b) {
    return a.data() != nullptr && b.data() != nullptr && a.size() == b.size() &&
           std::memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

template <typename Values>
Cause ValueComparison::differs(ComparedField field, std::optional<std::uint64_t> at, Cause cause,
                               Values values) {
    if (cause == no_cause || cause == new_cause) {
        has_new_ = true;
        if (new_fields_.size() < fields_max)
            new_fields_.push_back({field, at, values()});
        else
            ++new_fields_left_out_;
        return new_cause;
    }
    if (std::ranges::find(follows_, cause) == follows_.end()) follows_.push_back(cause);
    if (field != ComparedField::gas && frame().any == no_cause) frame().any = cause;
    return cause;
}

// pc and op are what makes it one step.
void ValueComparison::compare_place() {
    count(ComparedField::pc);
    count(ComparedField::op);
    count(ComparedField::depth);
    const Step& a = a_.step();
    const Step& b = b_.step();
    if (a.depth != b.depth)
        differs(ComparedField::depth, std::nullopt, no_cause,
                [&] { return numbers(a.depth, b.depth); });
}

void ValueComparison::compare_gas() {
    if (!is_wanted(ComparedField::gas)) return;
    count(ComparedField::gas);
    Frame& here = frame();
    const std::uint64_t a = a_.step().gas;
    const std::uint64_t b = b_.step().gas;
    const std::uint64_t offset = a - b;
    if (offset == 0) {
        here.gas = no_cause;
    } else {
        Cause cause = no_cause;
        const bool goes_on = offset == here.gas_offset || offset == here.gas_offset_before;
        if (here.has_last && here.gas != no_cause && goes_on)
            cause = here.gas;
        else if (!here.has_last && frames_.size() > 1 &&
                 frames_[frames_.size() - 2].gas != no_cause)
            cause = frames_[frames_.size() - 2].gas;
        else
            cause = here.has_last ? cause_of_gas() : cause_of_change();
        here.gas = differs(ComparedField::gas, std::nullopt, cause, [&] { return numbers(a, b); });
    }
    here.gas_offset_before = here.gas_offset;
    here.gas_offset = offset;
}

void ValueComparison::compare_stack() {
    const Step& a = a_.step();
    const Step& b = b_.step();
    if (!is_wanted(ComparedField::stack) || !a.has_stack || !b.has_stack) return;
    count(ComparedField::stack);
    Frame& here = frame();
    if (a.stack_size == b.stack_size && is_same(a.stack_text, b.stack_text)) {
        here.height = no_cause;
        here.items.clear();
        return;
    }
    const auto is_cut = [&](const Step& step, Side of) {
        const std::uint32_t most = fields_.cut_at(of);
        return most != 0 && step.stack_size >= most;
    };
    const bool is_any_cut = is_cut(a, Side::a) || is_cut(b, Side::b);
    if (a.stack_size != b.stack_size && !is_any_cut) {
        const Cause cause = here.height != no_cause ? here.height : cause_of_change();
        here.height = differs(ComparedField::stack, std::nullopt, cause,
                              [&] { return numbers(a.stack_size, b.stack_size); });
        here.items.clear();
        return;
    }
    here.height = no_cause;
    differing_items_.clear();
    const std::uint32_t height = std::max(a.stack_size, b.stack_size);
    const std::uint32_t compared = compare_items(a, b, differing_items_);
    if (differing_items_.empty() && here.items.empty()) return;
    const std::uint32_t pops = here.has_last ? info(here.last.op).pops : 0;
    const std::uint32_t untouched =
        here.has_last ? here.last.stack_size - std::min(here.last.stack_size, pops) : 0;
    std::vector<TaintedItem> items;
    // Of what one side does not show any more, nothing new is known.
    for (const TaintedItem& item : here.items)
        if (item.from_bottom + compared < height) items.push_back(item);
    for (const DifferingItem& item : differing_items_) {
        const auto before =
            std::ranges::find(here.items, item.from_bottom, &TaintedItem::from_bottom);
        const bool is_known = before != here.items.end();
        Cause cause = no_cause;
        if (is_known && item.from_bottom < untouched)
            cause = before->cause;
        else if (is_any_cut && !here.items.empty())
            cause = here.items.front().cause;  // where it stood is not known
        else
            cause = cause_of_change();
        items.push_back({item.from_bottom, differs(ComparedField::stack, item.from_top, cause, [&] {
                             return Both<std::string>{item_text(a, item.from_top),
                                                      item_text(b, item.from_top)};
                         })});
    }
    here.items = std::move(items);
}

void ValueComparison::compare_memory() {
    const Step& a = a_.step();
    const Step& b = b_.step();
    Frame& here = frame();
    if (is_wanted(ComparedField::memory_size) && fields_.has_memory_size() && a.memory_size &&
        b.memory_size) {
        count(ComparedField::memory_size);
        if (*a.memory_size == *b.memory_size) {
            here.memory_size = no_cause;
        } else {
            const Cause cause = here.memory_size != no_cause ? here.memory_size : cause_of_change();
            here.memory_size = differs(ComparedField::memory_size, std::nullopt, cause,
                                       [&] { return numbers(*a.memory_size, *b.memory_size); });
        }
    }
    if (!is_wanted(ComparedField::memory)) return;
    if (fields_.has_memory() && a.memory && b.memory)
        compare_printed_memory();
    else
        compare_written_memory();
}

void ValueComparison::compare_printed_memory() {
    count(ComparedField::memory);
    const auto& a = *a_.step().memory;
    const auto& b = *b_.step().memory;
    Frame& here = frame();
    if (is_same(a, b)) {
        here.bytes.clear();
        return;
    }
    differing_bytes_.clear();
    add_differing_ranges(a, b, 0, differing_bytes_);
    std::vector<TaintedBytes> bytes;
    for (const ByteRange& range : differing_bytes_) {
        Cause cause = bytes_cause(range);
        const auto is_of = [&](const Both<MemoryRange>& writes) {
            return overlap(range, bytes_of(writes[0])) || overlap(range, bytes_of(writes[1]));
        };
        if (cause == no_cause && (!here.has_last || is_of(here.last.writes)))
            cause = cause_of_change();
        // Where memory is shown as the step leaves it.
        if (cause == no_cause && is_of({a_.facts().writes, b_.facts().writes}))
            cause = cause_in_use();
        if (cause == no_cause) cause = here.missed;
        bytes.push_back({range, differs(ComparedField::memory, range.begin, cause, [&] {
                             const auto size = range.end - range.begin;
                             return Both<std::string>{bytes_text(a.subspan(range.begin, size)),
                                                      bytes_text(b.subspan(range.begin, size))};
                         })});
    }
    here.bytes = std::move(bytes);
}

// What the last step of the frame wrote is compared as the replays know it, but for what the step at hand has
// written over it.
void ValueComparison::compare_written_memory() {
    const Memory* const of_a = a_.memory();
    const Memory* const of_b = b_.memory();
    if (of_a == nullptr || of_b == nullptr) return;
    Frame& here = frame();
    std::vector<ByteRange> wanted;
    if (here.has_last) {
        // From like operands, like memory comes of these.
        const bool is_like =
            is_clean_ && (here.last.op == Opcode::MSTORE || here.last.op == Opcode::MSTORE8 ||
                          here.last.op == Opcode::MCOPY);
        if (!is_like) {
            if (!here.last.writes[0].empty()) wanted.push_back(bytes_of(here.last.writes[0]));
            if (!here.last.writes[1].empty() && here.last.writes[0] != here.last.writes[1])
                wanted.push_back(bytes_of(here.last.writes[1]));
        }
    }
    const bool is_shown_otherwise = !a_.shown_otherwise().empty() || !b_.shown_otherwise().empty();
    if (wanted.empty() && !is_shown_otherwise) return;
    const auto but_own_writes = [&](std::vector<ByteRange> ranges) {
        for (const ComparedTrace* const trace : {&a_, &b_})
            ranges = without(std::move(ranges), written_at_once(*trace));
        return ranges;
    };
    std::vector<TaintedBytes> bytes;
    std::uint64_t compared = 0;
    const auto note = [&](auto text_of_a, auto text_of_b) {
        for (const ByteRange& range : differing_bytes_) {
            Cause cause = bytes_cause(range);
            if (cause == no_cause) cause = cause_of_change();
            bytes.push_back({range, differs(ComparedField::memory, range.begin, cause, [&] {
                                 return Both<std::string>{text_of_a(range), text_of_b(range)};
                             })});
        }
        differing_bytes_.clear();
    };
    const auto in_memory = [](const Memory& memory) {
        return [&memory](ByteRange range) { return bytes_text(memory, range); };
    };
    differing_bytes_.clear();
    wanted = but_own_writes(std::move(wanted));
    for (const ByteRange& range : wanted)
        compared += add_differing_ranges(Both<const Memory*>{of_a, of_b}, {a_.frame(), b_.frame()},
                                         range, differing_bytes_);
    note(in_memory(*of_a), in_memory(*of_b));
    // Bytes that one side prints, and its own replay does not expect, the other side's may know.
    for (const Side each : sides) {
        const auto& printed = side(each).step().memory;
        if (!printed || side(each).shown_otherwise().empty()) continue;
        const auto shown = side(each).shown_otherwise();
        const Memory& memory = each == Side::a ? *of_b : *of_a;
        for (const ByteRange& range : but_own_writes({shown.begin(), shown.end()})) {
            compared += add_differing_ranges(*printed, memory, *side(other(each)).frame(), range,
                                             differing_bytes_);
            wanted.push_back(range);
        }
        const auto in_print = [&printed](ByteRange range) {
            return bytes_text(printed->subspan(range.begin, range.end - range.begin));
        };
        each == Side::a ? note(in_print, in_memory(memory)) : note(in_memory(memory), in_print);
    }
    if (compared != 0) count(ComparedField::memory);
    // What was compared and is alike does not differ any more.
    for (const TaintedBytes& before : here.bytes) {
        std::vector<ByteRange> left{before.range};
        for (const ByteRange& range : wanted)
            left = without(std::move(left), range);
        for (const ByteRange& range : left)
            if (bytes.size() < 4 * differing_ranges_max) bytes.push_back({range, before.cause});
    }
    here.bytes = std::move(bytes);
}

void ValueComparison::compare_return_data() {
    if (!is_wanted(ComparedField::return_data)) return;
    auto a = fields_.has_return_data(Side::a) ? a_.step().return_data : std::nullopt;
    auto b = fields_.has_return_data(Side::b) ? b_.step().return_data : std::nullopt;
    // Where one side shows none, its replay may know.
    if (!a && b) a = known_return_data(a_);
    if (!b && a) b = known_return_data(b_);
    if (!a || !b) return;
    count(ComparedField::return_data);
    Frame& here = frame();
    if (is_same(*a, *b)) {
        here.return_data = no_cause;
        return;
    }
    const Cause cause = here.return_data != no_cause ? here.return_data : cause_of_change();
    const auto first = first_difference(*a, *b);
    here.return_data =
        differs(ComparedField::return_data, first.at, cause, [&] { return first.values; });
}

void ValueComparison::compare_refund() {
    const auto& a = a_.step().refund;
    const auto& b = b_.step().refund;
    if (!is_wanted(ComparedField::refund) || !fields_.has_refund() || !a || !b) return;
    count(ComparedField::refund);
    const std::int64_t offset =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(*a) - static_cast<std::uint64_t>(*b));
    if (offset == 0) {
        refund_ = no_cause;
    } else {
        const Cause cause =
            refund_ != no_cause && offset == refund_offset_ ? refund_ : cause_of_gas();
        refund_ =
            differs(ComparedField::refund, std::nullopt, cause, [&] { return numbers(*a, *b); });
    }
    refund_offset_ = offset;
}

}  // namespace evmmem::traces
