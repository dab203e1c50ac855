// SPDX-License-Identifier: MIT
#include "gas_schedule.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <initializer_list>

#include "memory_cost.hpp"
#include "storage_gas.hpp"

namespace evmmem {
namespace {

/// The legal values of a cost from one fork until the next row of the same instruction.
struct Row {
    Opcode op;
    Fork since;
    std::uint8_t warm_count;
    std::uint8_t count;
    std::array<std::uint32_t, 8> values;  // the warm ones first
};

constexpr Row row(Opcode op, Fork since, std::initializer_list<std::uint32_t> warm,
                  std::initializer_list<std::uint32_t> cold = {}) {
    Row result{op, since, static_cast<std::uint8_t>(warm.size()), 0, {}};
    for (const std::uint32_t value : warm)
        result.values[result.count++] = value;
    for (const std::uint32_t value : cold)
        result.values[result.count++] = value;
    return result;
}

/// All that SSTORE may cost.
constexpr Row store_row(Fork since) {
    Row result{Opcode::SSTORE, since, 0, 0, {}};
    const auto add_all = [&](bool is_cold) {
        const std::uint8_t first = result.count;
        for (int i = 0; i < slot_change_count; ++i) {
            const auto cost =
                static_cast<std::uint32_t>(store_cost(static_cast<SlotChange>(i), since, is_cold));
            const auto* const begin = result.values.data() + first;
            const auto* const end = result.values.data() + result.count;
            if (std::find(begin, end, cost) == end) result.values[result.count++] = cost;
        }
    };
    add_all(false);
    result.warm_count = result.count;
    if (storage_terms_of(since).cold != 0) add_all(true);
    return result;
}

// Rows of one instruction stand together, newest fork first.
// clang-format off
constexpr Row rows[] = {
    //   instruction            since                     warm, or no difference       cold
    row(Opcode::BALANCE,        Fork::amsterdam,          {100},                       {3000}),                // EIP-8038
    row(Opcode::BALANCE,        Fork::berlin,             {100},                       {2600}),                // EIP-2929
    row(Opcode::BALANCE,        Fork::istanbul,           {700}),                                              // EIP-1884
    row(Opcode::BALANCE,        Fork::tangerine_whistle,  {400}),                                              // EIP-150
    row(Opcode::BALANCE,        Fork::frontier,           {20}),
    row(Opcode::EXTCODESIZE,    Fork::amsterdam,          {100, 200},                  {3000, 3100}),          // EIP-8038
    row(Opcode::EXTCODESIZE,    Fork::berlin,             {100},                       {2600}),                // EIP-2929
    row(Opcode::EXTCODESIZE,    Fork::tangerine_whistle,  {700}),                                              // EIP-150
    row(Opcode::EXTCODESIZE,    Fork::frontier,           {20}),
    row(Opcode::EXTCODECOPY,    Fork::amsterdam,          {100, 200},                  {3000, 3100}),          // EIP-8038
    row(Opcode::EXTCODECOPY,    Fork::berlin,             {100},                       {2600}),                // EIP-2929
    row(Opcode::EXTCODECOPY,    Fork::tangerine_whistle,  {700}),                                              // EIP-150
    row(Opcode::EXTCODECOPY,    Fork::frontier,           {20}),
    row(Opcode::EXTCODEHASH,    Fork::amsterdam,          {100},                       {3000}),                // EIP-8038
    row(Opcode::EXTCODEHASH,    Fork::berlin,             {100},                       {2600}),                // EIP-2929
    row(Opcode::EXTCODEHASH,    Fork::istanbul,           {700}),                                              // EIP-1884
    row(Opcode::EXTCODEHASH,    Fork::constantinople,     {400}),                                              // EIP-1052
    row(Opcode::SLOAD,          Fork::berlin,             {100},                       {2100}),                // EIP-2929
    row(Opcode::SLOAD,          Fork::istanbul,           {800}),                                              // EIP-1884
    row(Opcode::SLOAD,          Fork::tangerine_whistle,  {200}),                                              // EIP-150
    row(Opcode::SLOAD,          Fork::frontier,           {50}),
    store_row(Fork::amsterdam),
    store_row(Fork::berlin),
    store_row(Fork::istanbul),
    store_row(Fork::petersburg),
    store_row(Fork::constantinople),
    store_row(Fork::frontier),
    row(Opcode::SELFDESTRUCT,   Fork::amsterdam,          {5000, 14000},               {8000, 17000}),         // EIP-8038
    row(Opcode::SELFDESTRUCT,   Fork::berlin,             {5000, 30000},               {7600, 32600}),         // EIP-2929
    row(Opcode::SELFDESTRUCT,   Fork::tangerine_whistle,  {5000, 30000}),                                      // EIP-150
    row(Opcode::SELFDESTRUCT,   Fork::frontier,           {0}),
};
// clang-format on

/// The parts that add up to a call's overhead: one of each set, and the value's cost where there is
/// one.
struct CallRow {
    Fork since;
    std::array<std::uint32_t, 2> access;      // warm, cold; the same where there is no difference
    std::array<std::uint32_t, 3> delegation;  // none, to a warm account, to a cold one: EIP-7702
    std::uint32_t value;
    std::uint32_t new_account;
    bool new_account_needs_value;
};

// Newest fork first.
// clang-format off
constexpr CallRow call_rows[] = {
    // since                   access        delegation      value  new account, only with value
    {Fork::amsterdam,         {100, 3000},  {0, 100, 3000},  11300,     0,  true},   // EIP-8038
    {Fork::prague,            {100, 2600},  {0, 100, 2600},   9000, 25000,  true},   // EIP-7702
    {Fork::berlin,            {100, 2600},  {0,   0,    0},   9000, 25000,  true},   // EIP-2929
    {Fork::spurious_dragon,   {700,  700},  {0,   0,    0},   9000, 25000,  true},   // EIP-161
    {Fork::tangerine_whistle, {700,  700},  {0,   0,    0},   9000, 25000,  false},  // EIP-150
    {Fork::frontier,          { 40,   40},  {0,   0,    0},   9000, 25000,  false},
};
// clang-format on

const CallRow& call_row(Fork fork) {
    return *std::ranges::find_if(call_rows,
                                 [fork](const CallRow& row) { return fork >= row.since; });
}

}  // namespace

std::span<const std::uint32_t> base_costs(Opcode op, Fork fork, Access access) {
    for (const Row& row : rows)
        if (row.op == op && fork >= row.since) {
            const std::span all{row.values.data(), row.count};
            const bool is_told_apart = row.count > row.warm_count;
            if (access == Access::unknown || !is_told_apart) return all;
            return access == Access::warm ? all.first(row.warm_count) : all.subspan(row.warm_count);
        }
    return {};
}

bool is_base_cost_in_some_fork(Opcode op, std::uint64_t cost) {
    return std::ranges::any_of(rows, [&](const Row& row) {
        return row.op == op && std::find(row.values.begin(), row.values.begin() + row.count,
                                         cost) != row.values.begin() + row.count;
    });
}

std::uint64_t exp_cost(const Word& exponent, Fork fork) {
    std::uint64_t bytes = 0;
    for (std::uint64_t i = 0; i < 4; ++i)
        if (exponent.limbs[i] != 0)
            bytes = 8 * i + (71 - static_cast<unsigned>(std::countl_zero(exponent.limbs[i]))) / 8;
    return 10 + (fork >= Fork::spurious_dragon ? 50U : 10U) * bytes;
}

CallOverheads::CallOverheads(Opcode op, bool has_value, Fork fork, Access access, bool may_be_new,
                             bool may_be_delegated) {
    const CallRow& costs = call_row(fork);
    const bool may_create = may_be_new && op == Opcode::CALL && costs.new_account != 0 &&
                            (has_value || !costs.new_account_needs_value);
    const auto add = [this](std::uint64_t overhead) {
        if (!contains(overhead)) values_[count_++] = overhead;
    };
    const auto [warm, cold] = costs.access;
    for (const std::uint64_t access_cost : {warm, cold}) {
        if (access == Access::cold && access_cost != cold) continue;
        for (const std::uint64_t delegation : costs.delegation) {
            if (delegation != 0 && !may_be_delegated) continue;
            const std::uint64_t sum = access_cost + delegation + (has_value ? costs.value : 0);
            add(sum);
            if (may_create) add(sum + costs.new_account);
        }
        if (access == Access::warm) break;
    }
}

bool CallOverheads::contains(std::uint64_t overhead) const {
    return std::find(begin(), end(), overhead) != end();
}

std::uint64_t create_cost(Opcode op, std::uint64_t init_code_size, Fork fork) {
    const std::uint64_t words = num_words(init_code_size);
    const std::uint64_t base = fork >= Fork::amsterdam ? 12000 : 32000;  // EIP-8037
    const std::uint64_t hashing = op == Opcode::CREATE2 ? 6 * words : 0;
    const std::uint64_t metering = fork >= Fork::shanghai ? 2 * words : 0;  // EIP-3860
    return base + hashing + metering;
}

}  // namespace evmmem
