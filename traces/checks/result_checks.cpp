// SPDX-License-Identifier: MIT
#include "result_checks.hpp"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

#include "account_checks.hpp"
#include "core/hex.hpp"
#include "memory_checks.hpp"
#include "traces/hashes.hpp"
#include "traces/replay/memory_effects.hpp"

namespace evmmem::traces {
namespace {

std::string hex_word(const Word& word) {
    return encode_hex_quantity(word);
}

/// A result that is a size: compared where the size is known, and learned where it is not.
void check_size(ReplayState& state, Check check, PendingStep& step, KnownData& data,
                const Word& claimed, std::string_view what) {
    const auto claimed_size = claimed.to_u64();
    if (!data.size()) {
        state.impossible(check);
        if (claimed_size) data.learn_size(*claimed_size);
        return;
    }
    if (claimed == Word{*data.size()}) {
        state.passed(check);
        return;
    }
    state.failed(check, step, hex_word(claimed), hex(*data.size()),
                 std::string{step.info->name} + " gives " + hex_word(claimed) + ", but " +
                     std::string{what} + " " + std::to_string(*data.size()) + " bytes");
    data.forget();
}

void check_load(ReplayState& state, CallFrame& frame, PendingStep& step, const Word& claimed) {
    const MemoryRange range = step.effect.reads;
    if (!step.has_effect || range.empty() || state.memory.size() < range.end()) {
        state.impossible(Check::memory_load);
        return;
    }
    count_read(state, frame, range);
    const Bytes32 claimed_bytes = claimed.to_big_endian();
    const auto computed = state.memory.get_word(range.offset());
    assert(computed);
    if (*computed == claimed_bytes && frame.memory_known.all_known()) {
        state.passed(Check::memory_load);
        return;
    }
    if (frame.memory_known.unknown_in(range.offset(), range.end()) == word_size) {
        state.impossible(Check::memory_load);
    } else {
        const auto differs = [&](std::uint64_t i) {
            const std::uint64_t at = range.offset() + i;
            return (*computed)[i] != claimed_bytes[i] && frame.memory_known.is_known(at, at + 1);
        };
        for (std::uint64_t i = 0; i < word_size; ++i) {
            if (!differs(i)) continue;
            const std::uint64_t at = range.offset() + i;
            std::uint64_t last = i;
            std::uint64_t count = 0;
            for (std::uint64_t k = i; k < word_size; ++k) {
                if (!differs(k)) continue;
                last = k;
                ++count;
            }
            const auto [loaded, held] = shown(claimed, Word::from_big_endian(*computed));
            state.failed(
                Check::memory_load, step, loaded, held,
                "MLOAD at " + hex(range.offset()) + " gives " +
                    encode_hex(std::span{claimed_bytes}.subspan(i, 1)) + " for byte " + hex(at) +
                    ", where memory holds " + encode_hex(std::span{*computed}.subspan(i, 1)) +
                    "; " + std::to_string(count) + (count == 1 ? " byte differs" : " bytes differ"),
                Severity::finding, Finding::Bytes{at, last + 1 - i});
            // A later line may show which of the two is right.
            frame.memory_known.mark_unknown(range.offset(), range.end());
            return;
        }
        state.passed(Check::memory_load);
    }
    if (!frame.copied_codes.empty())
        learn_copied_code(state, frame, step, range.offset(), claimed_bytes);
    state.memory.set_unsafe(range.offset(), claimed_bytes);
    state.has_written(frame, range.offset(), range.end());
    frame.memory_known.mark_known(range.offset(), range.end());
}

void check_msize(ReplayState& state, CallFrame& frame, PendingStep& step, const Word& claimed) {
    if (!frame.is_memory_size_known) {
        state.impossible(Check::memory_msize);
        return;
    }
    if (claimed == Word{state.memory.size()}) {
        state.passed(Check::memory_msize);
        return;
    }
    if (const auto size = state.slipped(state.memory.size()); size && claimed == Word{*size}) {
        state.impossible(Check::memory_msize);
        state.memory_slip = 0;
        frame.is_memory_size_known = false;
        return;
    }
    state.failed(Check::memory_msize, step, hex_word(claimed), hex(state.memory.size()),
                 "MSIZE gives " + hex_word(claimed) + ", but memory has " +
                     std::to_string(state.memory.size()) + " bytes");
    frame.is_memory_size_known = false;
}

void check_hash(ReplayState& state, CallFrame& frame, PendingStep& step, const Word& claimed) {
    const MemoryRange range = step.effect.reads;
    if (step.has_effect) count_read(state, frame, range);
    const auto hash = step.has_effect ? state.hash(HashFunction::keccak256, frame, range)
                                      : std::optional<Bytes32>{};
    if (!hash) {
        const bool is_checked = step.has_effect && !frame.copied_codes.empty() &&
                                learn_copied_hash(state, frame, step, claimed);
        if (!is_checked) state.impossible(Check::memory_hash);
        return;
    }
    const Word computed = Word::from_big_endian(*hash);
    if (claimed == computed) {
        state.passed(Check::memory_hash);
        return;
    }
    const auto [given, right] = shown(claimed, computed);
    state.failed(Check::memory_hash, step, given, right,
                 "KECCAK256 of the " + std::to_string(range.size()) + " bytes at " +
                     hex(range.offset()) + " is not the hash of what memory holds there",
                 Severity::finding, Finding::Bytes{range.offset(), range.size()});
    // The hash may be right and the bytes wrong; then every later read would be a finding again.
    frame.memory_known.mark_unknown(range.offset(), range.end());
}

/// Whether the frame's calldata is what the user says it is.
bool is_calldata_given(const ReplayState& state, const CallFrame& frame) {
    return state.options.calldata && frame.entered_by == Opcode::STOP && frame.is_entry_seen;
}

void check_call_data_load(ReplayState& state, CallFrame& frame, PendingStep& step,
                          const Word& claimed) {
    if (!step.has_operand(0)) {
        state.impossible(Check::call_data_load);
        return;
    }
    const Bytes32 claimed_bytes = claimed.to_big_endian();
    if (!step.operand(0).fits_u64()) {  // no calldata is that long
        if (claimed.is_zero())
            state.passed(Check::call_data_load);
        else
            state.failed(Check::call_data_load, step, hex_word(claimed), "0x0",
                         "CALLDATALOAD from " + hex_word(step.operand(0)) + " gives " +
                             hex_word(claimed) + ", but no calldata is that long");
        return;
    }
    const std::uint64_t offset = step.operand(0).limbs[0];
    const KnownData::Comparison seen = frame.calldata.compare(offset, claimed_bytes);
    if (!seen.first_difference) {
        if (seen.known_bytes == 0)
            state.impossible(Check::call_data_load);
        else
            state.passed(Check::call_data_load);
        if (seen.known_bytes < word_size && step.operand(0).fits_u64())
            state.learn(frame.calldata, offset, claimed_bytes);
        return;
    }
    const Bytes32 computed = frame.calldata.word_as_known(offset, claimed_bytes);
    const auto [loaded, held] = shown(claimed, Word::from_big_endian(computed));
    state.failed(
        Check::call_data_load, step, loaded, held,
        "CALLDATALOAD at " + hex_word(step.operand(0)) +
            (is_calldata_given(state, frame)
                 ? " does not give the word of the calldata that was given to replay with"
             : seen.known_bytes < word_size
                 ? " contradicts the bytes of the calldata that are known"
                 : " does not give the word of the calldata there"),
        Severity::finding,
        differing_bytes(claimed_bytes, computed, std::min(offset, ~std::uint64_t{0} - word_size),
                        Finding::Buffer::call_data));
}

/// What PUSH gives, where the code is known: its data, and zeros beyond the end of the code.
void check_push(ReplayState& state, CallFrame& frame, PendingStep& step, const Word& claimed) {
    const std::size_t count = step.info->immediate_bytes;
    Bytes32 bytes = claimed.to_big_endian();
    const auto data = std::span{bytes}.last(count);
    const KnownData::Comparison seen = frame.code.compare(step.pc + 1, data);
    if (!seen.first_difference) {
        if (seen.known_bytes == 0)
            state.impossible(Check::code_content);
        else
            state.passed(Check::code_content);
        return;
    }
    const Bytes32 known = frame.code.word_as_known(step.pc + 1, data);
    const std::string given = "0x" + encode_hex(data);
    const std::string right = "0x" + encode_hex(std::span{known}.first(count));
    state.failed(Check::code_content, step, given, right,
                 std::string{step.info->name} + " gives " + given +
                     ", but the code that runs has " + right + " after it");
    step.is_result_wrong = true;
}

void check_code_size(ReplayState& state, CallFrame& frame, PendingStep& step, const Word& claimed) {
    if (!frame.code.size() && claimed <= Word{frame.pc_max}) {
        state.failed(Check::code_size, step, hex_word(claimed), "more than " + hex(frame.pc_max),
                     "CODESIZE gives " + hex_word(claimed) + ", but a step at pc " +
                         hex(frame.pc_max) + " has run");
        return;
    }
    check_size(state, Check::code_size, step, frame.code, claimed, "the code has");
}

}  // namespace

void check_stack_height(ReplayState& state, PendingStep& step, const Step& next,
                        std::optional<std::uint32_t>& otherwise) {
    const std::uint32_t cut_at = state.dialect.stack_items_max;
    const bool is_cut = cut_at != 0 && (step.stack_size >= cut_at || next.stack_size >= cut_at);
    if (!step.has_stack || !next.has_stack || !step.info->exists || is_cut) {
        state.impossible(Check::stack_height);
        return;
    }
    const auto after = [&](std::uint32_t before) -> std::uint32_t {
        return before - step.info->pops + step.info->pushes;
    };
    if (step.stack_size >= step.info->pops && next.stack_size == after(step.stack_size) &&
        (next.stack_size <= state.options.rules.stack_items_max() ||
         step.stack_size > state.options.rules.stack_items_max())) {
        state.passed(Check::stack_height);
        return;
    }
    if (step.stack_size_otherwise && next.stack_size == after(*step.stack_size_otherwise)) {
        state.passed(Check::stack_height);
        return;
    }
    if (next.stack_size > state.options.rules.stack_items_max() &&
        step.stack_size <= state.options.rules.stack_items_max()) {
        state.failed(
            Check::stack_height, step, std::to_string(next.stack_size),
            "at most " + std::to_string(state.options.rules.stack_items_max()),
            std::string{step.info->name} + " must overflow the stack, but the trace goes on");
        return;
    }
    if (step.stack_size < step.info->pops) {
        state.failed(Check::stack_height, step, std::to_string(step.stack_size),
                     "at least " + std::to_string(step.info->pops),
                     std::string{step.info->name} + " must fail on a stack of " +
                         std::to_string(step.stack_size) + ", but the trace goes on");
        return;
    }
    otherwise = after(step.stack_size);
    state.failed(
        Check::stack_height, step, std::to_string(next.stack_size), std::to_string(*otherwise),
        std::string{step.info->name} + " takes " + std::to_string(step.info->pops) + " and gives " +
            std::to_string(step.info->pushes) + ": of a stack of " +
            std::to_string(step.stack_size) + " it makes one of " + std::to_string(*otherwise) +
            ", but the trace shows " + std::to_string(next.stack_size));
}

void check_result(ReplayState& state, CallFrame& frame, PendingStep& step, const Step& next) {
    const auto top = [&](Check check) -> const Word* {
        if (next.has_operand(0)) return &next.operand(0);
        state.impossible(check);
        return nullptr;
    };
    switch (step.op) {
        case Opcode::MLOAD:
            if (const Word* claimed = top(Check::memory_load))
                check_load(state, frame, step, *claimed);
            break;
        case Opcode::MSIZE:
            if (const Word* claimed = top(Check::memory_msize))
                check_msize(state, frame, step, *claimed);
            break;
        case Opcode::KECCAK256:
            if (const Word* claimed = top(Check::memory_hash))
                check_hash(state, frame, step, *claimed);
            break;
        case Opcode::RETURNDATASIZE:
            if (const Word* claimed = top(Check::return_data_size))
                check_size(state, Check::return_data_size, step, frame.return_data, *claimed,
                           "the last call returned");
            break;
        case Opcode::CALLDATASIZE:
            if (const Word* claimed = top(Check::call_data_size))
                check_size(state, Check::call_data_size, step, frame.calldata, *claimed,
                           is_calldata_given(state, frame) ? "the calldata given to replay with has"
                                                           : "the calldata has");
            break;
        case Opcode::CODESIZE:
            if (const Word* claimed = top(Check::code_size))
                check_code_size(state, frame, step, *claimed);
            break;
        case Opcode::CALLDATALOAD:
            if (const Word* claimed = top(Check::call_data_load))
                check_call_data_load(state, frame, step, *claimed);
            break;
        case Opcode::ADDRESS:
            if (next.has_operand(0) && !frame.address)
                state.name_storage(frame.storage, address_of(next.operand(0)));
            break;
        default:
            if (is_push(step.op) && !frame.code.bytes().empty() && next.has_operand(0))
                check_push(state, frame, step, next.operand(0));
            break;
    }
}

void check_empty_stack(ReplayState& state, PendingStep& first) {
    if (!first.has_stack) {
        state.impossible(Check::stack_height);
    } else if (first.stack_size == 0) {
        state.passed(Check::stack_height);
    } else {
        state.failed(Check::stack_height, first, std::to_string(first.stack_size), "0",
                     "the frame's first step has " + std::to_string(first.stack_size) +
                         " items on its stack, but a frame begins with none");
    }
}

void check_call_result_is_flag(ReplayState& state, PendingStep& step, const Word& result) {
    if (is_create(step.op)) {
        state.impossible(Check::call_result);
    } else if (result <= Word{1}) {
        state.passed(Check::call_result);
    } else {
        state.failed(Check::call_result, step, hex_word(result), "0x0 or 0x1",
                     std::string{step.info->name} + " gives " + hex_word(result) +
                         ", which says neither success nor failure");
    }
}

void check_return_data_bounds(ReplayState& state, CallFrame& frame, PendingStep& step) {
    if (step.op != Opcode::RETURNDATACOPY) return;
    const auto is_inside = step.has_effect ? is_inside_return_data(frame, step) : std::nullopt;
    if (!is_inside) {
        state.impossible(Check::return_data_bounds);
        return;
    }
    if (*is_inside) {
        state.passed(Check::return_data_bounds);
        return;
    }
    state.failed(Check::return_data_bounds, step, "executed", "halted",
                 "RETURNDATACOPY copies " + hex_word(step.operand(2)) + " bytes from " +
                     hex_word(step.operand(1)) + " on, and the return data has " +
                     std::to_string(*frame.return_data.size()) +
                     ": it must halt, but the trace goes on");
}

namespace {

/// What is known differs from what is claimed: the size, of which then not every byte need be
/// known, or a byte. `bystander`: the step before, when it is none that may change return data.
std::string explain_return_data(std::span<const std::uint8_t> claimed,
                                std::span<const std::uint8_t> computed, std::uint64_t size,
                                const PendingStep* bystander) {
    std::string text;
    if (claimed.size() != size) {
        text = "the return data has " + std::to_string(claimed.size()) +
               " bytes, the last call or create left " + std::to_string(size);
    } else {
        std::uint64_t first = claimed.size(), count = 0;
        for (std::uint64_t i = claimed.size(); i-- > 0;) {
            if (claimed[i] == computed[i]) continue;
            first = i;
            ++count;
        }
        text = "byte " + hex(first) + " of the return data is " +
               encode_hex(claimed.subspan(first, 1)) + ", the last call left " +
               encode_hex(computed.subspan(first, 1)) + "; " + std::to_string(count) +
               (count == 1 ? " byte differs" : " bytes differ");
    }
    if (bystander != nullptr)
        text += "; " + std::string{bystander->info->name} +
                ", the step before, is no call and must leave it alone";
    return text;
}

}  // namespace

void check_return_data(ReplayState& state, CallFrame& frame, const Step& line, PendingStep* before,
                       PendingStep* ended, PendingStep& own) {
    if (!line.return_data) return;
    const std::span<const std::uint8_t> claimed = *line.return_data;
    KnownData& data = frame.return_data;
    const bool is_size_wrong = data.size() && *data.size() != claimed.size();
    if (data.is_whole() || is_size_wrong) {
        if (!is_size_wrong && std::ranges::equal(claimed, data.bytes())) {
            state.passed(Check::return_data_content);
            return;
        }
        const bool is_calls_doing = before != nullptr && before->is_call_or_create();
        PendingStep& culprit = !is_calls_doing ? own : ended != nullptr ? *ended : *before;
        const auto [claimed_text, computed_text] = shown(claimed, data.bytes());
        state.failed(Check::return_data_content, culprit, claimed_text, computed_text,
                     explain_return_data(claimed, data.bytes(), *data.size(),
                                         is_calls_doing ? nullptr : before),
                     Severity::finding,
                     differing_bytes(claimed, data.bytes(), 0, Finding::Buffer::return_data));
        data.forget();
        return;
    }
    const KnownData::Comparison seen = data.compare(0, claimed);
    if (seen.first_difference) {
        const bool is_calls_doing = before != nullptr && before->is_call_or_create();
        PendingStep& culprit = !is_calls_doing ? own : ended != nullptr ? *ended : *before;
        std::vector<std::uint8_t> computed(claimed.begin(), claimed.end());
        data.overwrite_with_known(0, computed);
        const auto [claimed_text, computed_text] = shown(claimed, computed);
        state.failed(Check::return_data_content, culprit, claimed_text, computed_text,
                     explain_return_data(claimed, computed, computed.size(),
                                         is_calls_doing ? nullptr : before),
                     Severity::finding,
                     differing_bytes(claimed, computed, 0, Finding::Buffer::return_data));
        data.forget();
        return;
    }
    if (seen.known_bytes == 0)
        state.impossible(Check::return_data_content);
    else
        state.passed(Check::return_data_content);
    state.keep(data, claimed);
}

void check_code_at(ReplayState& state, CallFrame& frame, PendingStep& step) {
    const auto size = frame.code.size();
    if (size && step.pc >= *size) {
        if (step.op == Opcode::STOP) {
            state.passed(Check::code_content);
            return;
        }
        state.failed(Check::code_content, step, op_name(step.op), "STOP",
                     op_name(step.op) + " runs at pc " + hex(step.pc) + ", but the code has " +
                         std::to_string(*size) + " bytes");
        return;
    }
    if (step.pc >= frame.code.bytes().size() || !frame.code.is_known(step.pc, 1)) {
        state.impossible(Check::code_content);
        return;
    }
    const auto held = static_cast<Opcode>(frame.code.bytes()[step.pc]);
    // Clients that print mnemonics call every byte that is no instruction in their fork INVALID.
    const bool is_invalid =
        step.op == Opcode::INVALID &&
        (!info(held).exists || !state.forks.is_within(state.options.rules.having(held)));
    if (held == step.op || is_invalid) {
        state.passed(Check::code_content);
        return;
    }
    state.failed(Check::code_content, step, op_name(step.op), op_name(held),
                 op_name(step.op) + " runs at pc " + hex(step.pc) +
                     ", but the code that runs has " + op_name(held) + " there");
}

}  // namespace evmmem::traces
