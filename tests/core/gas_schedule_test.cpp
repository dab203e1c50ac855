// SPDX-License-Identifier: MIT
// The gas that forks and state decide, against numbers written out from the EIPs.
#include "core/gas_schedule.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <vector>

using namespace evmmem;

namespace {

using Costs = std::set<std::uint64_t>;

Costs costs(Opcode op, Fork fork, Access access = Access::unknown) {
    const auto found = base_costs(op, fork, access);
    return {found.begin(), found.end()};
}
Costs overheads(Opcode op, bool has_value, Fork fork, Access access = Access::unknown) {
    const CallOverheads found{op, has_value, fork, access};
    return {found.begin(), found.end()};
}

}  // namespace

TEST_CASE("reading state costs what the fork says: EIP-150, 1052, 1884, 2929") {
    CHECK(costs(Opcode::SLOAD, Fork::homestead) == Costs{50});
    CHECK(costs(Opcode::SLOAD, Fork::tangerine_whistle) == Costs{200});
    CHECK(costs(Opcode::SLOAD, Fork::istanbul) == Costs{800});
    CHECK(costs(Opcode::SLOAD, Fork::berlin) == Costs{100, 2100});
    CHECK(costs(Opcode::SLOAD, Fork::osaka, Access::warm) == Costs{100});
    CHECK(costs(Opcode::BALANCE, Fork::frontier) == Costs{20});
    CHECK(costs(Opcode::BALANCE, Fork::petersburg) == Costs{400});
    CHECK(costs(Opcode::BALANCE, Fork::istanbul) == Costs{700});
    CHECK(costs(Opcode::BALANCE, Fork::cancun) == Costs{100, 2600});
    CHECK(costs(Opcode::EXTCODESIZE, Fork::frontier) == Costs{20});
    CHECK(costs(Opcode::EXTCODECOPY, Fork::byzantium) == Costs{700});
    CHECK(costs(Opcode::EXTCODECOPY, Fork::london, Access::warm) == Costs{100});
    CHECK(costs(Opcode::EXTCODEHASH, Fork::constantinople) == Costs{400});
    CHECK(costs(Opcode::EXTCODEHASH, Fork::byzantium).empty());
    CHECK(costs(Opcode::SELFDESTRUCT, Fork::homestead) == Costs{0});
    CHECK(costs(Opcode::SELFDESTRUCT, Fork::istanbul) == Costs{5000, 30'000});
    CHECK(costs(Opcode::SELFDESTRUCT, Fork::shanghai) == Costs{5000, 7600, 30'000, 32'600});
    CHECK(costs(Opcode::ADD, Fork::cancun).empty());
}

TEST_CASE("writing state costs what the fork says: EIP-1283, its removal, EIP-2200, EIP-2929") {
    CHECK(costs(Opcode::SSTORE, Fork::byzantium) == Costs{5000, 20'000});
    CHECK(costs(Opcode::SSTORE, Fork::constantinople) == Costs{200, 5000, 20'000});
    CHECK(costs(Opcode::SSTORE, Fork::petersburg) == Costs{5000, 20'000});
    CHECK(costs(Opcode::SSTORE, Fork::istanbul) == Costs{800, 5000, 20'000});
    CHECK(costs(Opcode::SSTORE, Fork::cancun) == Costs{100, 2200, 2900, 5000, 20'000, 22'100});
    CHECK(costs(Opcode::SSTORE, Fork::cancun, Access::warm) == Costs{100, 2900, 20'000});
}

TEST_CASE("EXP costs 10 a byte of its exponent, and 50 from EIP-160 on") {
    CHECK(exp_cost(0, Fork::frontier) == 10);
    CHECK(exp_cost(0, Fork::cancun) == 10);
    CHECK(exp_cost(1, Fork::tangerine_whistle) == 20);
    CHECK(exp_cost(255, Fork::spurious_dragon) == 60);
    CHECK(exp_cost(256, Fork::spurious_dragon) == 110);
    for (std::uint64_t bytes = 1; bytes <= 32; ++bytes) {
        CAPTURE(bytes);
        Bytes32 smallest{}, largest{};
        smallest[32 - bytes] = 1;
        std::fill(largest.end() - static_cast<std::ptrdiff_t>(bytes), largest.end(), 0xff);
        CHECK(exp_cost(Word::from_big_endian(smallest), Fork::cancun) == 10 + 50 * bytes);
        CHECK(exp_cost(Word::from_big_endian(largest), Fork::cancun) == 10 + 50 * bytes);
    }
}

TEST_CASE("the overhead of a call: access, value, new account, delegation") {
    CHECK(overheads(Opcode::CALL, false, Fork::frontier) == Costs{40, 25'040});
    CHECK(overheads(Opcode::CALL, true, Fork::homestead) == Costs{9040, 34'040});
    CHECK(overheads(Opcode::CALLCODE, true, Fork::homestead) == Costs{9040});
    CHECK(overheads(Opcode::DELEGATECALL, false, Fork::homestead) == Costs{40});
    CHECK(overheads(Opcode::CALL, false, Fork::tangerine_whistle) == Costs{700, 25'700});
    CHECK(overheads(Opcode::CALL, false, Fork::spurious_dragon) == Costs{700});
    CHECK(overheads(Opcode::CALL, true, Fork::istanbul) == Costs{9700, 34'700});
    CHECK(overheads(Opcode::CALL, true, Fork::berlin) == Costs{9100, 11'600, 34'100, 36'600});
    CHECK(overheads(Opcode::STATICCALL, false, Fork::cancun) == Costs{100, 2600});
    CHECK(overheads(Opcode::STATICCALL, false, Fork::cancun, Access::warm) == Costs{100});
    CHECK(overheads(Opcode::DELEGATECALL, false, Fork::prague) ==
          Costs{100, 200, 2600, 2700, 5200});
    CHECK(overheads(Opcode::CALL, false, Fork::osaka, Access::warm) == Costs{100, 200, 2700});
    CHECK(CallOverheads{Opcode::CALL, false, Fork::berlin, Access::unknown}.contains(2600));
    CHECK_FALSE(CallOverheads{Opcode::CALL, false, Fork::berlin, Access::warm}.contains(2600));
}

TEST_CASE("a create costs 32000, hashing for CREATE2, and metered init code from EIP-3860 on") {
    CHECK(create_cost(Opcode::CREATE, 0, Fork::frontier) == 32'000);
    CHECK(create_cost(Opcode::CREATE, 1000, Fork::paris) == 32'000);
    CHECK(create_cost(Opcode::CREATE, 33, Fork::shanghai) == 32'004);
    CHECK(create_cost(Opcode::CREATE2, 33, Fork::constantinople) == 32'012);
    CHECK(create_cost(Opcode::CREATE2, 33, Fork::cancun) == 32'016);
    CHECK(create_cost(Opcode::CREATE, 32, Fork::amsterdam) == 12'002);
    CHECK(init_code_max(Fork::paris) == ~std::uint64_t{0});
    CHECK(init_code_max(Fork::shanghai) == 49'152);
    CHECK(init_code_max(Fork::amsterdam) == 131'072);
}

TEST_CASE("a call hands on what it is asked for, or all but one 64th: EIP-150") {
    CHECK(forwardable_gas(0, Fork::osaka) == 0);
    CHECK(forwardable_gas(63, Fork::osaka) == 63);
    CHECK(forwardable_gas(64, Fork::osaka) == 63);
    CHECK(forwardable_gas(6400, Fork::tangerine_whistle) == 6300);
    CHECK(forwardable_gas(6400, Fork::homestead) == 6400);
    Rules tenth = fork_rules.back();
    tenth.set(Rule::call_kept_part, 10);
    CHECK(forwardable_gas(6400, tenth) == 5760);
    CHECK(forwardable_gas(6400, Fork::osaka, 6000) == 6300);
    Rules memory = fork_rules.back();
    memory.set(Rule::call_keeps_memory, 1);
    CHECK(forwardable_gas(6400, memory, 99) == 6300);
    CHECK(forwardable_gas(6400, memory, 101) == 6299);
    CHECK(forwardable_gas(6400, memory, 6400) == 0);
    CHECK(forwardable_gas(6400, memory, 6432) == 0);
    CHECK(forwarded_gas(100, 6400, Fork::byzantium) == 100);
    CHECK(forwarded_gas(6301, 6400, Fork::byzantium) == 6300);
    CHECK(forwarded_gas(Word::max(), 6400, Fork::cancun) == 6300);
    CHECK(forwarded_gas(6400, 6400, Fork::homestead) == 6400);
    CHECK_FALSE(forwarded_gas(6401, 6400, Fork::homestead));
    CHECK_FALSE(forwarded_gas(Word::max(), 6400, Fork::frontier));
}

TEST_CASE("state gas comes in bytes of 1530") {
    CHECK(state_byte_gas == 1530);
    CHECK(new_slot_state_gas == 97'920);
    CHECK(new_account_state_gas == 183'600);
    CHECK(account_state_gas(Fork::amsterdam) == 183'600);
    CHECK(account_state_gas(Fork::osaka) == 0);
    CHECK(state_gas(10, Fork::amsterdam) == 15'300);
    CHECK(reservoir_begin == 16'777'216);
}

TEST_CASE("what is known to be cold costs what cold things cost, where the fork has such a price") {
    CHECK(costs(Opcode::BALANCE, Fork::istanbul, Access::cold) == Costs{700});
    CHECK(costs(Opcode::BALANCE, Fork::berlin, Access::cold) == Costs{2600});
    CHECK(costs(Opcode::SSTORE, Fork::cancun, Access::cold) == Costs{2200, 5000, 22'100});
    CHECK(overheads(Opcode::STATICCALL, false, Fork::cancun, Access::cold) == Costs{2600});
    CHECK(overheads(Opcode::STATICCALL, false, Fork::byzantium, Access::cold) == Costs{700});
    CHECK(overheads(Opcode::CALL, false, Fork::prague, Access::cold) == Costs{2600, 2700, 5200});
}

TEST_CASE("a callee that exists costs no new account, and one without a delegation none") {
    const CallOverheads old{Opcode::CALL, true, Fork::cancun, Access::unknown, false};
    CHECK(Costs{old.begin(), old.end()} == Costs{9100, 11'600});
    const CallOverheads plain{Opcode::CALL, false, Fork::prague, Access::unknown, true, false};
    CHECK(Costs{plain.begin(), plain.end()} == Costs{100, 2600});
}

TEST_CASE("deployed code costs 200 a byte, and a hash of it in Amsterdam: EIP-8037") {
    CHECK(code_deposit_cost(33, Fork::frontier) == 6600);
    CHECK(code_deposit_cost(33, Fork::osaka) == 6600);
    CHECK(code_deposit_cost(33, Fork::amsterdam) == 12);
}

TEST_CASE("a call that does not exist yet costs what the older one does") {
    CHECK(overheads(Opcode::STATICCALL, false, Fork::homestead) == Costs{40});
    CHECK(create_cost(Opcode::CREATE2, 0, Fork::frontier) == 32'000);
}
