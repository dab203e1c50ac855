// SPDX-License-Identifier: MIT
#include "given_step.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>

#include "traces/writing/line_text.hpp"

namespace evmmem::traces {
namespace {

bool shows(const evmmem_step& given, std::uint64_t what) {
    return (given.shows & what) != 0;
}

void write_item(const std::array<std::uint64_t, 4>& limbs, char* target) {
    std::array<std::uint64_t, 4> bytes;
    for (std::size_t i = 0; i < 4; ++i)
        bytes[i] = std::byteswap(limbs[3 - i]);
    put(put_bytes(put(target, "\"0x"),
                  {reinterpret_cast<const std::uint8_t*>(bytes.data()), sizeof bytes}),
        "\",");
}

}  // namespace

bool GivenStep::is_valid(const evmmem_step& given) {
    const auto is_there = [&](std::uint64_t what, const void* pointer, std::uint64_t size) {
        return !shows(given, what) || pointer != nullptr || size == 0;
    };
    return given.depth != 0 && is_there(EVMMEM_SHOWS_STACK, given.stack, given.stack_size) &&
           (!shows(given, EVMMEM_SHOWS_STACK) || given.stack_size <= EVMMEM_STACK_MAX) &&
           is_there(EVMMEM_SHOWS_MEMORY, given.memory, given.memory_size) &&
           is_there(EVMMEM_SHOWS_RETURN_DATA, given.return_data, given.return_data_size);
}

const Step& GivenStep::read(const evmmem_step& given, std::uint64_t line, bool with_stack_text) {
    step_.line = line;
    step_.pc = given.pc;
    step_.op = static_cast<Opcode>(given.op);
    step_.depth = given.depth;
    step_.gas = given.gas;
    step_.gas_cost.reset();
    if (shows(given, EVMMEM_SHOWS_GAS_COST)) step_.gas_cost = given.gas_cost;

    step_.has_stack = shows(given, EVMMEM_SHOWS_STACK);
    step_.stack_size = step_.has_stack ? given.stack_size : 0;
    step_.operand_count = std::min<std::uint32_t>(step_.stack_size, operands_max);
    for (std::uint32_t i = 0; i < step_.operand_count; ++i)
        std::memcpy(step_.operands[i].limbs.data(), given.stack[step_.stack_size - 1 - i],
                    sizeof(Limbs));
    step_.stack_text = {};
    if (step_.has_stack && with_stack_text) write_stack(given);

    step_.memory_size.reset();
    step_.memory.reset();
    if (shows(given, EVMMEM_SHOWS_MEMORY))
        step_.memory.emplace(given.memory, static_cast<std::size_t>(given.memory_size));
    if (shows(given, EVMMEM_SHOWS_MEMORY | EVMMEM_SHOWS_MEMORY_SIZE))
        step_.memory_size = given.memory_size;
    step_.return_data.reset();
    if (shows(given, EVMMEM_SHOWS_RETURN_DATA))
        step_.return_data.emplace(given.return_data, given.return_data_size);
    step_.refund.reset();
    if (shows(given, EVMMEM_SHOWS_REFUND)) step_.refund = given.refund;

    step_.error = given.error != nullptr ? given.error : std::string_view{};
    const auto [halt, meant] = step_.error.empty() ? Halt{} : halt_of_step(step_.error, step_.op);
    step_.halt = halt;
    step_.halts_meant = meant;
    step_.failed = is_failure(halt, step_.op);
    return step_;
}

void GivenStep::write_stack(const evmmem_step& given) {
    const std::size_t size = given.stack_size;
    if (words_.size() < size) {
        words_.reserve(size);
        text_.resize(size * stack_item_max);
    }
    const std::size_t common = std::min(size, words_.size());
    std::size_t same = 0;
    while (same < common && std::memcmp(words_[same].data(), given.stack[same], sizeof(Limbs)) == 0)
        ++same;
    words_.resize(size);
    for (std::size_t i = same; i < size; ++i) {
        std::memcpy(words_[i].data(), given.stack[i], sizeof(Limbs));
        write_item(words_[i], text_.data() + i * stack_item_max);
    }
    // Of an empty stack, too, the text is there.
    if (text_.empty()) text_.resize(stack_item_max);
    step_.stack_text = {text_.data(), size == 0 ? 0 : size * stack_item_max - 1};
    for (std::uint32_t i = 0; i < step_.operand_count; ++i)
        step_.operand_text[i] = text_.data() + (size - 1 - i) * stack_item_max;
}

}  // namespace evmmem::traces
