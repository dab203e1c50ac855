// SPDX-License-Identifier: MIT
#include "dialect_evidence.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "core/gas_schedule.hpp"
#include "core/hex.hpp"
#include "core/memory_cost.hpp"
#include "core/memory_effect.hpp"
#include "core/opcode_table.hpp"
#include "mnemonic.hpp"
#include "traces/json/json_number.hpp"
#include "traces/json/json_text.hpp"

namespace evmmem::traces {
namespace {

constexpr std::array order_fields = {
    Field::pc,     Field::op,     Field::gas,   Field::gasCost, Field::memSize, Field::depth,
    Field::refund, Field::opName, Field::error, Field::stack,   Field::memory,  Field::returnData};

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

/// Of the memory field: an array's pieces have as many digits as the last of them, or are words without
/// leading zeros.
std::uint64_t bytes_of(const ObjectFields& fields) {
    const auto digits = [](std::string_view raw) {
        const std::string_view text = inside(raw);
        return text.starts_with("0x") ? text.size() - 2 : text.size();
    };
    const std::string_view raw = fields[Field::memory];
    if (!raw.starts_with('[')) return digits(raw) / 2;
    constexpr std::size_t half_digits = word_size;
    const bool is_half = digits(fields.memory_words.front()) == half_digits &&
                         !inside(fields.memory_words.front()).starts_with("0x");
    return fields.memory_words.size() * (is_half ? word_size / 2 : word_size);
}

using Operands = std::array<Word, operands_max>;

/// The instruction's operands, the top first; nothing where one is not there.
std::optional<Operands> operands_of(Opcode op, const ObjectFields& fields) {
    const OpcodeInfo& row = info(op);
    if (!fields.has(Field::stack) || fields.stack_size < row.pops) return std::nullopt;
    Operands operands;
    for (std::size_t i = 0; i < row.pops; ++i) {
        std::string_view digits = inside(fields.stack_top[i]);
        if (digits.starts_with("0x")) digits.remove_prefix(2);
        const auto word = decode_hex_word(digits);
        if (!word) return std::nullopt;
        operands[i] = *word;
    }
    return operands;
}

/// Where the memory ends that the instruction touches, in whole words.
std::optional<std::uint64_t> reach_of(Opcode op, const Operands& operands) {
    const OpcodeInfo& row = info(op);
    const MemoryEffect effect = effect_of(row, std::span{operands}.first(row.pops));
    if (effect.is_unaddressable) return std::nullopt;
    return num_words(effect.end()) * word_size;
}

/// What a call costs at most whose callee runs no code, in gas. Nothing for other instructions, with value, and for
/// addresses that could be a precompile's of any chain.
std::optional<std::uint64_t> leaf_cost_max(Opcode op, const Operands& operands,
                                           std::optional<std::uint64_t> reach) {
    if (!is_call(op) || !reach || operands[1] <= Word{0xffff}) return std::nullopt;
    if (has_value_operand(op) && !operands[2].is_zero()) return std::nullopt;
    const auto memory = memory_cost(*reach / word_size);
    if (!memory) return std::nullopt;
    return std::ranges::max(CallOverheads{op, false, RulesView{last_fork}, Access::unknown}) +
           *memory;
}

}  // namespace

void Spelling::note(const ObjectFields& fields, Field field) {
    if (!fields.has(field)) {
        ++absent;
        return;
    }
    const std::string_view raw = fields[field];
    if (raw == "null")
        ++null;
    else if (raw.front() == '[')
        ++array;
    else if (raw.front() == '-' || (raw.front() >= '0' && raw.front() <= '9'))
        ++number;
    else if (raw.front() != '"')
        ++other;
    else if (raw == "\"\"")
        ++empty;
    else if (raw == "\"0x\"")
        ++empty_hex;
    else if (raw.starts_with("\"0x"))
        ++hex;
    else
        ++text;
}

void Evidence::note_step(std::string_view, const ObjectFields& fields) {
    if (output_is_last_) {
        const JsonNumber pc = read_number(fields.has(Field::pc) ? fields[Field::pc] : "");
        if (pc.value != 0) ++outputs_inside;
        output_is_last_ = false;
    }
    op.note(fields, Field::op);
    gas.note(fields, Field::gas);
    gas_cost.note(fields, Field::gasCost);
    memory_size.note(fields, Field::memSize);
    memory.note(fields, Field::memory);
    refund.note(fields, Field::refund);
    return_data.note(fields, Field::returnData);
    op_name.note(fields, Field::opName);
    error.note(fields, Field::error);
    reservoir.note(fields, Field::reservoir);

    // Views into one text: their order is that of the fields.
    std::vector<std::pair<const char*, Field>> places;
    for (const Field field : order_fields)
        if (fields.has(field)) places.emplace_back(fields[field].data(), field);
    std::ranges::sort(places, {}, &std::pair<const char*, Field>::first);
    if (steps == 0)
        for (const auto& [place, field] : places)
            order.append(key(field)) += ' ';
    is_sorted = is_sorted && std::ranges::is_sorted(
                                 places, {}, [](const auto& entry) { return key(entry.second); });

    Last now;
    now.pc = read_number(fields.has(Field::pc) ? fields[Field::pc] : "").value;
    now.gas = read_number(fields.has(Field::gas) ? fields[Field::gas] : "").value;
    now.depth = read_number(fields.has(Field::depth) ? fields[Field::depth] : "").value;
    if (fields.has(Field::memory)) {
        const std::string_view raw = fields[Field::memory];
        const bool is_array = raw.starts_with('[');
        now.has_memory = is_array ? !fields.memory_words.empty() : raw.size() > 4;
        if (now.has_memory) now.memory_length = bytes_of(fields);
    }
    if (fields.has(Field::memSize)) {
        const JsonNumber size = read_number(fields[Field::memSize]);
        if (size.kind == JsonNumber::Kind::value) now.memory_size = size.value;
    }
    if (fields.has(Field::error)) {
        const std::string_view words = inside(fields[Field::error]);
        now.fails = words.size() > 2 && words != "null" && words != "false" && words != "none";
    }
    if (fields.has(Field::gasCost)) {
        const JsonNumber cost = read_number(fields[Field::gasCost]);
        if (cost.kind == JsonNumber::Kind::value) now.cost = cost.value;
    }
    if (fields.has(Field::op)) {
        const JsonNumber number = read_number(fields[Field::op]);
        if (number.kind == JsonNumber::Kind::value)
            now.op = static_cast<std::uint8_t>(number.value);
        else if (const auto named = opcode_from_text(inside(fields[Field::op])))
            now.op = static_cast<std::uint8_t>(*named);
    }
    if (now.op && info(static_cast<Opcode>(*now.op)).touches_memory()) {
        const auto now_op = static_cast<Opcode>(*now.op);
        if (const auto operands = operands_of(now_op, fields)) {
            now.reach = reach_of(now_op, *operands);
            now.leaf_cost_max = leaf_cost_max(now_op, *operands, now.reach);
        }
    }
    compare_places(now);
    compare_depths(now);
    compare_costs(now);
    compare_memory(now);
    compare_growth(now);
    last_ = now;

    if (now.depth == 0) ++depth_zero;
    if (steps == 0) is_first_depth_zero = now.depth == 0;
    if (fields.has(Field::stack)) stack_size_max = std::max(stack_size_max, fields.stack_size);
    if (fields.has(Field::memSize) && read_number(fields[Field::memSize]).value != 0)
        ++memory_size_set;
    note_words(fields);
    if (fields.has(Field::error)) note_error(fields[Field::error]);
    ++steps;
}

void Evidence::note_words(const ObjectFields& fields) {
    for (std::size_t i = 0; i < std::min(std::size_t{fields.stack_size}, operands_max); ++i) {
        const std::string_view item = inside(fields.stack_top[i]);
        if (!item.starts_with("0x"))
            ++stack_without_0x;
        else if (item.size() == 66 && item[2] == '0')
            ++stack_padded_0x;
        else
            ++stack_with_0x;
    }
    if (!fields.has(Field::memory)) return;
    for (const std::string_view raw : fields.memory_words) {
        std::string_view item = inside(raw);
        const bool has_0x = item.starts_with("0x");
        if (has_0x) item.remove_prefix(2);
        ++(has_0x ? words_with_0x : words_without_0x);
        if (item.empty())
            ++words_empty_0x;
        else if (item.size() == 32 && !has_0x)
            ++words_half;
        else if (item.size() < 64)
            ++words_compact;
        words_upper_case = words_upper_case || std::ranges::any_of(item, is_upper);
    }
}

void Evidence::note_error(std::string_view raw) {
    const std::string_view text = inside(raw);
    if (text.empty() || !is_letter(text.front())) return;
    if (text.starts_with("Opcode Dispatch Error"))
        ++errors_nimbus;
    else if (text.find(' ') != std::string_view::npos)
        ++(is_upper(text.front()) ? errors_besu : errors_geth);
    else if (is_upper(text.front()) &&
             std::ranges::any_of(text, [](char c) { return !is_upper(c); }))
        ++errors_class_name;
}

void Evidence::compare_places(const Last& now) {
    if (steps == 0 && now.pc != 0) ++skips;
    if (!last_ || !last_->op || !now.op || now.pc == 0 || now.depth < last_->depth) return;
    const auto last_op = static_cast<Opcode>(*last_->op);
    const OpcodeInfo& row = info(last_op);
    if (now.depth > last_->depth) {
        ++skips;
        return;
    }
    if (!row.exists || ends_frame(last_op) || now.pc == last_->pc) return;
    if (is_call(last_op) || is_create(last_op)) {
        if (now.pc != last_->pc + 1) ++skips;
        return;
    }
    const bool follows = now.pc == last_->pc + 1 + row.immediate_bytes;
    const bool lands = (last_op == Opcode::JUMP || last_op == Opcode::JUMPI) &&
                       static_cast<Opcode>(*now.op) == Opcode::JUMPDEST;
    const bool took_more =
        last_->gas > now.gas && (!last_->cost || last_->gas - now.gas > *last_->cost);
    if (!lands && took_more && (!follows || last_op == Opcode::JUMP)) ++skips;
}

void Evidence::compare_depths(const Last& now) {
    if (now.depth > depth_max) {
        depth_max = now.depth;
        callees_hidden = 0;
    } else if (last_ && now.depth == depth_max && last_->depth == now.depth && !last_->fails &&
               last_->leaf_cost_max && now.pc == last_->pc + 1 && last_->gas > now.gas &&
               last_->gas - now.gas > *last_->leaf_cost_max) {
        ++callees_hidden;
    }
}

void Evidence::compare_costs(const Last& now) {
    if (!last_ || !last_->op || !last_->cost || last_->gas < now.gas) return;
    const OpcodeInfo& row = info(static_cast<Opcode>(*last_->op));
    const std::uint64_t went = last_->gas - now.gas;
    const std::uint64_t cost = *last_->cost;
    const bool passes_gas =
        row.gas.base == GasRule::Base::call || row.gas.base == GasRule::Base::create;
    const bool is_create_op = row.gas.base == GasRule::Base::create;
    if (now.depth == last_->depth + 1 && passes_gas) {
        // The callee's gas may hold a stipend, which the caller does not pay for.
        const bool is_full = cost + call_stipend >= now.gas && now.gas > call_stipend;
        if (now.gas > 2 * call_stipend && cost != 0)
            ++(is_create_op ? (is_full ? creates_full : creates_own)
                            : (is_full ? calls_full : calls_own));
        return;
    }
    if (now.depth != last_->depth) return;
    if (passes_gas) {
        // A callee without steps: what was passed on came back, so a full cost is more than went.
        if (!is_create_op && cost > went) ++calls_full;
        if (!is_create_op && cost != 0 && cost <= went) ++calls_own;
        return;
    }
    if (ends_frame(static_cast<Opcode>(*last_->op))) return;
    if (cost == went) {
        ++cost_right;
        if (row.gas.base == GasRule::Base::constant && row.touches_memory() &&
            cost > row.gas.constant)
            ++cost_grown;
        return;
    }
    if (cost == 0) ++cost_zero;
    const bool is_constant = row.gas.base == GasRule::Base::constant;
    if (is_constant && row.touches_memory() && cost == row.gas.constant) ++cost_base;
    if (static_cast<Opcode>(*last_->op) == Opcode::SSTORE && cost == 0) ++cost_base;
    if (is_constant && !row.touches_memory()) ++cost_wrong;
}

void Evidence::compare_memory(const Last& now) {
    if (!last_ || last_->depth != now.depth || last_->has_memory || !now.has_memory) return;
    const auto touches = [](const Last& step) {
        return step.op && info(static_cast<Opcode>(*step.op)).touches_memory();
    };
    if (touches(*last_))
        ++memory_on_next_line;
    else if (touches(now))
        ++memory_on_own_line;
}

void Evidence::compare_growth(const Last& now) {
    if (!last_ || last_->depth != now.depth || last_->pc == now.pc || last_->fails || now.fails ||
        !last_->op || !now.op)
        return;
    const bool last_touches = info(static_cast<Opcode>(*last_->op)).touches_memory();
    const bool now_touches = info(static_cast<Opcode>(*now.op)).touches_memory();
    // What grows otherwise than an instruction makes it is for the replay to judge.
    const auto count = [&](Growth& growth, std::uint64_t before_size, std::uint64_t size) {
        if (size <= before_size) return;
        const auto may_be_by = [&](bool touches, std::optional<std::uint64_t> reach) {
            return touches && (!reach || size == std::max(before_size, *reach));
        };
        const bool may_be_last = may_be_by(last_touches, last_->reach);
        const bool may_be_now = may_be_by(now_touches, now.reach);
        if (may_be_last == may_be_now) return;
        ++(may_be_now ? growth.on_own_line : growth.on_next_line);
    };
    if (last_->memory_size && now.memory_size)
        count(growth_by_size, *last_->memory_size, *now.memory_size);
    count(growth_by_field, last_->memory_length, now.memory_length);
}

void Evidence::note_other(std::string_view text, const ObjectFields& fields) {
    output_is_last_ = false;
    if (fields.has(Field::postLogsHash) && fields.has(Field::test))
        ++(text.find("\"evmResult\"") != std::string_view::npos ? summaries_revm : summaries_besu);
    else if (fields.has(Field::pass) && fields.has(Field::fork) && fields.has(Field::output))
        // The recorder around ethereumjs prints no state root.
        ++(fields.has(Field::stateRoot) ? summaries_besu_run : summaries_ethereumjs);
    else if (fields.has(Field::pass) && fields.has(Field::gasUsed) && !fields.has(Field::output))
        ++summaries_evmone;
    else if (fields.has(Field::action) ||
             (fields.has(Field::gasUsed) && !fields.has(Field::output)))
        ++summaries_parity;
    else if (fields.has(Field::stateRoot) && !fields.has(Field::output))
        ++(text.starts_with("{\"stateRoot\": ") ? state_roots_spaced : state_roots);
    else if (fields.has(Field::output)) {
        ++outputs;
        output_is_last_ = true;
        if (fields[Field::output].starts_with("\"0x")) ++outputs_prefixed;
        if (fields.has(Field::error)) note_error(fields[Field::error]);
    }
}

}  // namespace evmmem::traces
