// SPDX-License-Identifier: MIT
#include "gas_schedule.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "memory_cost.hpp"

namespace evmmem {
namespace {

/// The legal values of a cost from one fork until the next row of the same instruction.
struct Row {
    Opcode op;
    Fork since;
    std::uint8_t count;
    std::array<std::uint32_t, 8> values;
};

constexpr Row row(Opcode op, Fork since, std::initializer_list<std::uint32_t> values) {
    Row result{op, since, 0, {}};
    for (const std::uint32_t value : values) result.values[result.count++] = value;
    return result;
}

// Rows of one instruction stand together, newest fork first.
// clang-format off
constexpr Row rows[] = {
    //   instruction            since                     legal costs
    row(Opcode::BALANCE,        Fork::amsterdam,          {100, 3000}),                  // EIP-8038
    row(Opcode::BALANCE,        Fork::berlin,             {100, 2600}),                  // EIP-2929
    row(Opcode::BALANCE,        Fork::istanbul,           {700}),                        // EIP-1884
    row(Opcode::BALANCE,        Fork::tangerine_whistle,  {400}),                        // EIP-150
    row(Opcode::BALANCE,        Fork::frontier,           {20}),
    row(Opcode::EXTCODESIZE,    Fork::amsterdam,          {100, 200, 3000, 3100}),       // EIP-8038
    row(Opcode::EXTCODESIZE,    Fork::berlin,             {100, 2600}),
    row(Opcode::EXTCODESIZE,    Fork::tangerine_whistle,  {700}),
    row(Opcode::EXTCODESIZE,    Fork::frontier,           {20}),
    row(Opcode::EXTCODECOPY,    Fork::amsterdam,          {100, 200, 3000, 3100}),       // EIP-8038
    row(Opcode::EXTCODECOPY,    Fork::berlin,             {100, 2600}),
    row(Opcode::EXTCODECOPY,    Fork::tangerine_whistle,  {700}),
    row(Opcode::EXTCODECOPY,    Fork::frontier,           {20}),
    row(Opcode::EXTCODEHASH,    Fork::amsterdam,          {100, 3000}),
    row(Opcode::EXTCODEHASH,    Fork::berlin,             {100, 2600}),
    row(Opcode::EXTCODEHASH,    Fork::istanbul,           {700}),
    row(Opcode::EXTCODEHASH,    Fork::constantinople,     {400}),                        // EIP-1052
    row(Opcode::SLOAD,          Fork::berlin,             {100, 2100}),
    row(Opcode::SLOAD,          Fork::istanbul,           {800}),
    row(Opcode::SLOAD,          Fork::tangerine_whistle,  {200}),
    row(Opcode::SLOAD,          Fork::frontier,           {50}),
    row(Opcode::SSTORE,         Fork::berlin,             {100, 2200, 2900, 5000, 20000, 22100}),
    row(Opcode::SSTORE,         Fork::istanbul,           {800, 5000, 20000}),           // EIP-2200
    row(Opcode::SSTORE,         Fork::petersburg,         {5000, 20000}),
    row(Opcode::SSTORE,         Fork::constantinople,     {200, 5000, 20000}),           // EIP-1283
    row(Opcode::SSTORE,         Fork::frontier,           {5000, 20000}),
    row(Opcode::SELFDESTRUCT,   Fork::amsterdam,          {5000, 8000}),
    row(Opcode::SELFDESTRUCT,   Fork::berlin,             {5000, 7600, 30000, 32600}),
    row(Opcode::SELFDESTRUCT,   Fork::tangerine_whistle,  {5000, 30000}),
    row(Opcode::SELFDESTRUCT,   Fork::frontier,           {0}),
};
// clang-format on

/// The parts that add up to a call's overhead: one of each set, and the value's cost where there is one.
struct CallCosts {
    std::initializer_list<std::uint32_t> access;
    std::initializer_list<std::uint32_t> delegation;  // EIP-7702
    std::uint32_t value;
    std::uint32_t new_account;
    bool new_account_needs_value;
};

CallCosts call_costs(Fork fork) {
    if (fork >= Fork::amsterdam) return {{100, 3000}, {0, 100, 3000}, 11300, 0, true};
    if (fork >= Fork::prague) return {{100, 2600}, {0, 100, 2600}, 9000, 25000, true};
    if (fork >= Fork::berlin) return {{100, 2600}, {0}, 9000, 25000, true};
    if (fork >= Fork::spurious_dragon) return {{700}, {0}, 9000, 25000, true};
    if (fork >= Fork::tangerine_whistle) return {{700}, {0}, 9000, 25000, false};
    return {{40}, {0}, 9000, 25000, false};
}

}  // namespace

std::span<const std::uint32_t> base_costs(Opcode op, Fork fork) {
    for (const Row& row : rows)
        if (row.op == op && fork >= row.since) return {row.values.data(), row.count};
    return {};
}

std::uint64_t exp_cost(const Word& exponent, Fork fork) {
    std::uint64_t bytes = 0;
    for (std::uint64_t i = 0; i < 4; ++i)
        if (exponent.limbs[i] != 0)
            bytes = 8 * i + (71 - static_cast<unsigned>(std::countl_zero(exponent.limbs[i]))) / 8;
    return 10 + (fork >= Fork::spurious_dragon ? 50U : 10U) * bytes;
}

bool is_legal_call_overhead(Opcode op, bool has_value, std::uint64_t overhead, Fork fork) {
    const CallCosts costs = call_costs(fork);
    const bool may_create = op == Opcode::CALL && (has_value || !costs.new_account_needs_value);
    const std::uint64_t value = has_value ? costs.value : 0;
    for (const std::uint64_t access : costs.access)
        for (const std::uint64_t delegation : costs.delegation) {
            const std::uint64_t sum = access + delegation + value;
            if (overhead == sum || (may_create && overhead == sum + costs.new_account)) return true;
        }
    return false;
}

std::uint64_t create_cost(Opcode op, std::uint64_t init_code_size, Fork fork) {
    const std::uint64_t words = num_words(init_code_size);
    const std::uint64_t base = fork >= Fork::amsterdam ? 12000 : 32000;  // EIP-8037
    const std::uint64_t hashing = op == Opcode::CREATE2 ? 6 * words : 0;
    const std::uint64_t metering = fork >= Fork::shanghai ? 2 * words : 0;  // EIP-3860
    return base + hashing + metering;
}

}  // namespace evmmem
