// SPDX-License-Identifier: MIT
#include "eip3155.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "core/hex.hpp"
#include "mnemonic.hpp"
#include "traces/json/json_number.hpp"
#include "traces/json/json_text.hpp"

namespace evmmem::traces {
namespace {

using NumberKind = JsonNumber::Kind;

std::string_view without_0x(std::string_view text) {
    return text.starts_with("0x") || text.starts_with("0X") ? text.substr(2) : text;
}

/// 2^256 has 78 digits.
bool looks_decimal(std::string_view text) {
    return text.size() > 64 && text.size() <= 78 &&
           text.find_first_not_of("0123456789") == std::string_view::npos;
}

constexpr std::uint64_t printed_depth_max = 1U << 16;

/// An object with any of these fields means to be a step.
constexpr std::uint32_t step_fields = bit(Field::pc) | bit(Field::op) | bit(Field::opName) |
                                      bit(Field::stack) | bit(Field::depth) | bit(Field::gasCost);
/// An object with any of these, and none of the above, reports an end.
constexpr std::uint32_t end_fields = bit(Field::output) | bit(Field::gasUsed) | bit(Field::pass);
/// Of those, an object with any of these reports the end of a transaction or a test.
constexpr std::uint32_t summary_fields = bit(Field::pass) | bit(Field::test) |
                                         bit(Field::stateRoot) | bit(Field::postLogsHash) |
                                         bit(Field::fork);

}  // namespace

bool Eip3155::lacks_memory(std::string_view object, Field field, std::string_view place) {
    fail(object, field, place, "the host has no memory for it; lower --max-line");
    error_.kind = TraceError::Kind::limit;
    return false;
}

bool Eip3155::fail(std::string_view object, Field field, std::string_view place,
                   std::string message) {
    error_ = malformed(object, place.empty() ? object : place, std::move(message));
    error_.field = key(field);
    return false;
}

bool Eip3155::fail_number(std::string_view object, Field field, std::string_view place,
                          NumberKind found) {
    return fail(object, field, place,
                "expected a whole number of 64 bits, found " + std::string{describe(found)});
}

std::string_view Eip3155::read_text(std::string_view raw, std::string& storage) {
    if (raw.empty() || raw == "null" || raw == "false") return {};
    if (raw.front() == '{' && prints_empty_errors_) return {};
    if (!is_text(raw)) return raw;
    const std::string_view text = inside(raw);
    if (std::memchr(text.data(), '\\', text.size()) == nullptr) return text;
    auto plain = unescaped(text);
    if (!plain) return text;
    storage = std::move(*plain);
    return storage;
}

void Eip3155::read_error(const ObjectFields& fields, Report& report) {
    report.error = read_text(fields[Field::error], error_text_);
    report.halt = halt_of_end(report.error);
}

std::expected<ObjectKind, TraceError> Eip3155::interpret(std::string_view object,
                                                         const ObjectFields& fields,
                                                         Record& record) {
    if ((fields.present & step_fields) != 0) {
        if (read_step(object, fields, record.step)) {
            layouts_.learn(object, fields);
            return ObjectKind::step;
        }
        return std::unexpected{std::move(error_)};
    }
    const bool tells_entry = fields.has(Field::from) && fields.has(Field::type);
    const bool tells_start = fields.has(Field::action) && fields[Field::action] == "\"starting\"";
    if (!tells_entry && !tells_start && (fields.present & end_fields) == 0)
        return ObjectKind::other;
    if (read_report(object, fields, record.report)) return ObjectKind::report;
    return std::unexpected{std::move(error_)};
}

bool Eip3155::read_report(std::string_view object, const ObjectFields& fields, Report& report) {
    report = {};
    if (fields.has(Field::from) && fields.has(Field::type)) {
        report.kind = Report::Kind::frame_entry;
        report.is_creation = fields[Field::type].find("CREATE") != std::string_view::npos;
        return read_output(object, Field::input, fields, report);
    }
    if (fields.has(Field::action)) {  // parity: {"action":"starting","test":".."}
        report.kind = Report::Kind::transaction_start;
        return true;
    }
    // parity reports a failed test without an output:
    // {"error":"State root mismatch ..","gasUsed":..}
    const bool is_summary = (fields.present & summary_fields) != 0 || !fields.has(Field::output);
    report.kind = is_summary ? Report::Kind::summary : Report::Kind::output;
    if (fields.has(Field::error)) read_error(fields, report);
    if (fields.has(Field::fork)) report.fork = read_text(fields[Field::fork], fork_);
    return read_output(object, Field::output, fields, report) &&
           read_gas_used(object, Field::gasUsed, fields, report);
}

std::expected<void, TraceError> Eip3155::interpret_summary(const ObjectFields& fields,
                                                           Report& report) {
    report = {};
    report.kind = Report::Kind::summary;
    if (fields.has(Field::failed)) {
        if (fields[Field::failed] == "true") report.failed = true;
        if (fields[Field::failed] == "false") report.failed = false;
    }
    if (fields.has(Field::error)) read_error(fields, report);
    if (fields.has(Field::fork)) report.fork = read_text(fields[Field::fork], fork_);
    const Field output = fields.has(Field::returnValue) ? Field::returnValue : Field::returned;
    if (!read_output(fields[output], output, fields, report) ||
        !read_gas_used(fields[Field::gas], Field::gas, fields, report))
        return std::unexpected{std::move(error_)};
    return {};
}

/// Hex with or without "0x". Words in its place are not worth an error: a summary with words
/// for an output is one without.
bool Eip3155::read_output(std::string_view object, Field field, const ObjectFields& fields,
                          Report& report) {
    if (!fields.has(field) || !is_text(fields[field])) return true;
    const std::string_view text = inside(fields[field]);
    const std::string_view digits = without_0x(text);
    std::uint8_t* bytes = output_.reset(digits.size() / 2);
    if (bytes == nullptr)
        throw std::bad_alloc{};  // an output that was not read is not one that is absent
    if (decode_hex(digits, bytes)) {
        report.output = std::span<const std::uint8_t>{bytes, digits.size() / 2};
        return true;
    }
    if (digits.size() == text.size()) return true;
    return fail(object, field, fields[field], "expected hex digits, an even number of them");
}

bool Eip3155::read_gas_used(std::string_view object, Field field, const ObjectFields& fields,
                            Report& report) {
    if (!fields.has(field)) return true;
    const JsonNumber gas = read_number(fields[field]);
    if (gas.kind == NumberKind::none) return true;
    if (gas.kind != NumberKind::value) return fail_number(object, field, fields[field], gas.kind);
    report.gas_used = gas.value;
    return true;
}

bool Eip3155::read_step(std::string_view object, const ObjectFields& fields, Step& step) {
    constexpr std::uint64_t any = ~std::uint64_t{0};
    std::uint64_t depth = 0;
    if (!read_required(object, Field::pc, any, fields, step.pc) ||
        !read_required(object, Field::gas, any, fields, step.gas) ||
        !read_required(object, Field::depth, printed_depth_max, fields, depth))
        return false;
    step.depth = static_cast<std::uint32_t>(depth - dialect_->depth_base + 1);
    step.error = {};
    if (fields.has(Field::error)) step.error = read_text(fields[Field::error], error_text_);
    step.storage_text = {};
    if (dialect_->has_storage && fields.has(Field::storage) &&
        fields[Field::storage].starts_with('{'))
        step.storage_text = fields[Field::storage];
    Claims claims;
    if (!read_opcode(object, fields, step) || !read_gas_cost(object, fields, step) ||
        !read_optional(object, Field::memSize, fields, step.memory_size) ||
        !read_optional(object, Field::reservoir, fields, step.reservoir) ||
        !read_optional(object, Field::stateGas, fields, step.state_gas) ||
        !read_refund(object, fields, step) || !read_stack(object, fields, step) ||
        !read_memory(object, fields, claims) || !read_return_data(object, fields, claims))
        return false;
    settle(claims, step);
    return true;
}

bool Eip3155::read_required(std::string_view object, Field field, std::uint64_t max,
                            const ObjectFields& fields, std::uint64_t& target) {
    const std::string_view raw = fields.has(field) ? fields[field] : std::string_view{};
    if (raw.empty()) return fail(object, field, object, "a step without this field");
    const JsonNumber number = read_number(raw);
    if (number.kind != NumberKind::value) return fail_number(object, field, raw, number.kind);
    if (number.value > max)
        return fail(object, field, raw, "expected at most " + std::to_string(max));
    target = number.value;
    return true;
}

/// A number of more than 64 bits is read as `too_large`, where one is given.
bool Eip3155::read_optional(std::string_view object, Field field, const ObjectFields& fields,
                            std::optional<std::uint64_t>& target,
                            std::optional<std::uint64_t> too_large) {
    target.reset();
    if (!fields.has(field)) return true;
    const JsonNumber number = read_number(fields[field]);
    if (number.kind == NumberKind::value)
        target = number.value;
    else if (number.kind == NumberKind::too_large && too_large)
        target = too_large;
    else if (number.kind != NumberKind::none)
        return fail_number(object, field, fields[field], number.kind);
    return true;
}

/// The instruction, from its byte or its name, and the name that is printed for it.
bool Eip3155::read_opcode(std::string_view object, const ObjectFields& fields, Step& step) {
    const std::string_view op = fields.has(Field::op) ? fields[Field::op] : std::string_view{};
    if (op.empty()) return fail(object, Field::op, object, "a step without this field");
    const JsonNumber number = read_number(op);
    const bool is_number = number.kind == NumberKind::value;
    if (is_number && number.value <= 0xff) {
        step.op = static_cast<Opcode>(number.value);
    } else {
        const auto named = is_text(op) && number.kind == NumberKind::wrong_type
                               ? opcode_from_text(inside(op))
                               : std::nullopt;
        if (!named)
            return fail(object, Field::op, op, "expected an instruction's byte or its name");
        step.op = *named;
    }
    step.op_name = {};
    if (fields.has(Field::opName))
        step.op_name = read_text(fields[Field::opName], op_name_);
    else if (!is_number)
        step.op_name = read_text(op, op_name_);
    step.has_other_name = is_number && !may_be_called(step.op, step.op_name);
    return true;
}

/// Where gasCost is the difference to a later line, it is negative when that has more gas left, and
/// then says nothing.
bool Eip3155::read_gas_cost(std::string_view object, const ObjectFields& fields, Step& step) {
    const bool may_be_negative = dialect_->gas_cost == GasCostStyle::net;
    if (may_be_negative && fields.has(Field::gasCost) && fields[Field::gasCost].starts_with('-')) {
        step.gas_cost.reset();
        return true;
    }
    return read_optional(object, Field::gasCost, fields, step.gas_cost, Step::gas_cost_max);
}

/// Negative in evmone and nimbus; the same wrapped to 2^64 - n in revm.
bool Eip3155::read_refund(std::string_view object, const ObjectFields& fields, Step& step) {
    step.refund.reset();
    if (!fields.has(Field::refund)) return true;
    const JsonNumber refund = read_number(fields[Field::refund]);
    if (refund.kind == NumberKind::value)
        step.refund = static_cast<std::int64_t>(refund.value);
    else if (refund.kind == NumberKind::negative)
        step.refund = static_cast<std::int64_t>(0 - refund.value);
    else if (refund.kind != NumberKind::none)
        return fail_number(object, Field::refund, fields[Field::refund], refund.kind);
    return true;
}

bool Eip3155::read_stack(std::string_view object, const ObjectFields& fields, Step& step) {
    step.has_stack = false;
    step.stack_size = 0;
    step.operand_count = 0;
    step.stack_text = {};
    if (!fields.has(Field::stack) || fields[Field::stack] == "null") return true;
    if (fields[Field::stack].front() != '[')
        return fail(object, Field::stack, fields[Field::stack], "expected an array");
    step.has_stack = true;
    step.stack_size = fields.stack_size;
    step.operand_count = std::min(fields.stack_size, std::uint32_t{operands_max});
    for (std::size_t i = 0; i < step.operand_count; ++i) {
        const std::string_view raw = fields.stack_top[i];
        if (!is_text(raw))
            return fail(object, Field::stack, raw, "expected a hex number in quotes");
        const auto word = decode_hex_word(without_0x(inside(raw)));
        if (!word)
            return fail(object, Field::stack, raw,
                        looks_decimal(inside(raw))
                            ? "expected a hex number of 1 to 64 digits; this one seems to be "
                              "decimal: have the stack printed in hex"
                            : "expected a hex number of 1 to 64 digits");
        step.operands[i] = *word;
        step.operand_text[i] = raw.data();
    }
    const char* const begin = fields[Field::stack].data() + 1;
    const char* const end =
        fields.stack_size == 0 ? begin : fields.stack_top[0].data() + fields.stack_top[0].size();
    step.stack_text = {begin, end};
    return true;
}

/// The hex text or array that the memory field holds; absent where no bytes are shown at all.
bool Eip3155::read_memory(std::string_view object, const ObjectFields& fields, Claims& claims) {
    claims.memory_form = LineValues::Bytes::absent;
    claims.is_memory_null = fields.has(Field::memory) && fields[Field::memory] == "null";
    if (!dialect_->has_memory || !fields.has(Field::memory) || fields[Field::memory] == "null")
        return true;
    const std::string_view raw = fields[Field::memory];
    if (is_text(raw)) {
        const std::string_view digits = without_0x(inside(raw));
        std::uint8_t* bytes = memory_.reset(digits.size() / 2);
        if (bytes == nullptr) return lacks_memory(object, Field::memory, raw);
        if (digits.size() % 2 != 0)
            return fail(object, Field::memory, raw, "an odd number of hex digits");
        if (!decode_hex(digits, bytes))
            return fail(object, Field::memory, raw, "text that is not hex");
        claims.memory_form = LineValues::Bytes::text;
        claims.memory = {bytes, digits.size() / 2};
        return true;
    }
    if (raw.front() != '[')
        return fail(object, Field::memory, raw, "expected hex in quotes or an array of it");

    const std::size_t chunk = dialect_->memory_chunk_bytes;
    std::uint8_t* bytes = memory_.reset(fields.memory_words.size() * chunk);
    if (bytes == nullptr) return lacks_memory(object, Field::memory, raw);
    std::uint8_t* at = bytes;
    for (const std::string_view item : fields.memory_words) {
        if (!is_text(item)) return fail(object, Field::memory, item, "expected hex in quotes");
        const std::string_view digits = without_0x(inside(item));
        // ethereumjs' client prints all words but the first as "0x", which says nothing.
        if (digits.empty()) return true;
        if (digits.size() > 2 * chunk)
            return fail(object, Field::memory, item,
                        "expected at most " + std::to_string(2 * chunk) + " hex digits");
        if (digits.size() == 2 * chunk) {
            if (!decode_hex(digits, at))
                return fail(object, Field::memory, item, "text that is not hex");
        } else {  // besu leaves leading zeros out
            const auto word = decode_hex_word(digits);
            if (!word) return fail(object, Field::memory, item, "text that is not hex");
            const Bytes32 all = word->to_big_endian();
            std::memcpy(at, all.data() + (all.size() - chunk), chunk);
        }
        at += chunk;
    }
    claims.memory_form = LineValues::Bytes::array;
    claims.memory = {bytes, at};
    return true;
}

bool Eip3155::read_return_data(std::string_view object, const ObjectFields& fields,
                               Claims& claims) {
    claims.has_return_data = false;
    if (!dialect_->has_return_data || !fields.has(Field::returnData)) return true;
    const std::string_view raw = fields[Field::returnData];
    claims.is_return_data_null = raw == "null";
    if (claims.is_return_data_null) return true;
    if (!is_text(raw)) return fail(object, Field::returnData, raw, "expected hex in quotes");
    const std::string_view digits = without_0x(inside(raw));
    std::uint8_t* bytes = return_data_.reset(digits.size() / 2);
    if (bytes == nullptr) return lacks_memory(object, Field::returnData, raw);
    if (digits.size() % 2 != 0)
        return fail(object, Field::returnData, raw, "an odd number of hex digits");
    if (!decode_hex(digits, bytes))
        return fail(object, Field::returnData, raw, "text that is not hex");
    claims.has_return_data = true;
    claims.return_data = {bytes, digits.size() / 2};
    return true;
}

/// Decides which of the line's claims are believed. The rest of the step is filled in already.
void Eip3155::settle(const Claims& claims, Step& step) {
    if (!dialect_->has_memory_size) step.memory_size.reset();
    if (dialect_->stack_items_max != 0) step.stack_text = {};
    const Halt halt = step.error.empty() ? Halt{} : halt_of_step(step.error, step.op);
    step.halt = halt.reason;
    step.halts_meant = halt.meant;
    step.failed = is_failure(halt.reason, step.op);

    step.memory.reset();
    if (dialect_->has_memory) {
        // A client that was asked not to print memory leaves it out, too, or writes it empty. It is
        // empty only where others are printed, or where memSize says so.
        const bool is_told =
            !claims.memory.empty() && claims.memory_form != LineValues::Bytes::absent;
        const bool says_empty =
            claims.memory_form == LineValues::Bytes::text && step.memory_size == 0;
        const bool may_be_empty =
            claims.memory_form == LineValues::Bytes::array || step.memory_size.value_or(0) == 0;
        if (is_told) {
            step.memory = claims.memory;
            prints_memory_ = true;
        } else if (says_empty || (prints_memory_ && may_be_empty && !claims.is_memory_null)) {
            step.memory = std::span<const std::uint8_t>{};
        }
    }

    step.return_data.reset();
    if (dialect_->has_return_data && claims.has_return_data) {
        if (!claims.return_data.empty()) prints_return_data_ = true;
        // "0x" is also what is printed where return data are not wanted.
        if (prints_return_data_) step.return_data = claims.return_data;
    } else if (dialect_->has_return_data && prints_return_data_ && step.error.empty() &&
               !claims.is_return_data_null) {
        // Left out where they are empty; geth's second line of a failing step has none at all.
        step.return_data = std::span<const std::uint8_t>{};
    }
}

bool Eip3155::read_directly(std::string_view object, Step& step) {
    return layouts_.read(object, values_, step, memory_, return_data_) &&
           settle_values(values_, step);
}

LineLayouts::Beginning Eip3155::read_beginning(std::string_view text, Step& step) {
    const auto read = layouts_.read_beginning(text, values_, step, memory_, return_data_);
    return read.size != 0 && settle_values(values_, step) ? read : LineLayouts::Beginning{};
}

std::size_t Eip3155::read_line(std::string_view text, Step& step) {
    const std::size_t size = layouts_.read_line(text, values_, step, memory_, return_data_);
    return size != 0 && settle_values(values_, step) ? size : 0;
}

bool Eip3155::read_directly(const LineAhead& line, Step& step) {
    layouts_.note_read();
    step.StepStack::take(line.stack);
    return settle_values(line.values, step);
}

/// Gives the values that were read directly their meaning; false where only the parser's way may.
bool Eip3155::settle_values(const LineValues& values, Step& step) {
    const auto number = [&](Field field) -> std::optional<std::uint64_t> {
        if (!values.has(field)) return std::nullopt;
        return values[field];
    };
    const std::uint64_t depth = values[Field::depth];
    if (depth > printed_depth_max) return false;
    if (values.memory_form == LineValues::Bytes::array && dialect_->memory_chunk_bytes != 32)
        return false;
    if (values.has_mnemonic) {
        // Digits would be a number, which is not read here.
        if (values.mnemonic.empty() || values.mnemonic.front() < 'A') return false;
        const auto named = opcode_from_text(values.mnemonic);
        if (!named) return false;
        step.op = *named;
        step.op_name = values.has(Field::opName) ? values.op_name : values.mnemonic;
    } else {
        if (values[Field::op] > 0xff) return false;
        step.op = static_cast<Opcode>(values[Field::op]);
        step.op_name = values.op_name;
    }
    step.pc = values[Field::pc];
    step.gas = values[Field::gas];
    step.depth = static_cast<std::uint32_t>(depth - dialect_->depth_base + 1);
    step.gas_cost = number(Field::gasCost);
    step.memory_size = number(Field::memSize);
    step.reservoir = number(Field::reservoir);
    step.state_gas = number(Field::stateGas);
    step.refund.reset();
    if (values.has(Field::refund)) step.refund = static_cast<std::int64_t>(values[Field::refund]);
    step.error = values.error;
    step.storage_text = {};
    step.has_other_name = !values.has_mnemonic && !may_be_called(step.op, step.op_name);
    settle({.memory_form = values.memory_form,
            .memory = values.memory,
            .has_return_data = values.has_return_data,
            .return_data = values.return_data,
            .is_memory_null = values.is_null(Field::memory),
            .is_return_data_null = values.is_null(Field::returnData)},
           step);
    return true;
}

}  // namespace evmmem::traces
