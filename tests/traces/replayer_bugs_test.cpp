// SPDX-License-Identifier: MIT
// Bugs that clients really had, each as a small program: a correct trace of it is silent, and what
// the buggy client printed is one finding at the step that was wrong, with printed memory and
// without. The advisory or issue stands at each.
#include <doctest/doctest.h>

#include <functional>

#include "tests/support/replaying.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

namespace {

const TraceStyle with_memory{};
const TraceStyle without_memory_words{
    .has_memory = false, .has_memory_size = false, .pushes_words = true};

/// Replays the program as it is, and as `spoil` leaves it; the one finding must be `check` at the
/// line that `spoil` returns.
void expect(const TraceStyle& style, Check check, const std::function<void(TraceBuilder&)>& program,
            const std::function<std::size_t(TraceBuilder&)>& spoil) {
    TraceBuilder trace{style};
    program(trace);
    CHECK(replay(trace).told() == "");
    const std::size_t culprit = spoil(trace);
    const Replayed replayed = replay(trace);
    CAPTURE(replayed.told());
    REQUIRE(replayed.findings.size() == 1);
    CHECK(replayed.findings.front().check == check);
    CHECK(replayed.findings.front().line == culprit + 1);
}

/// Index of the n-th line of that instruction, from 0.
std::size_t line_of(const TraceBuilder& trace, Opcode op, std::size_t n = 0) {
    for (std::size_t i = 0; i < trace.lines().size(); ++i)
        if (trace.lines()[i].kind == TraceLine::Kind::step && trace.lines()[i].op == op && n-- == 0)
            return i;
    return trace.lines().size();
}

/// Every line of the frame from `first` on claims these bytes at `offset`.
void print_bytes(TraceBuilder& trace, std::size_t first, std::size_t offset, const Bytes& bytes) {
    for (std::size_t i = first; i < trace.lines().size(); ++i) {
        std::optional<Bytes>& memory = trace.line(i).memory;
        if (!memory || memory->size() < offset + bytes.size()) continue;
        std::copy(bytes.begin(), bytes.end(),
                  memory->begin() + static_cast<std::ptrdiff_t>(offset));
    }
}

/// Every line from `first` on has spent this much more.
void charge(TraceBuilder& trace, std::size_t first, std::int64_t gas) {
    for (std::size_t i = first; i < trace.lines().size(); ++i)
        trace.line(i).gas -= static_cast<std::uint64_t>(gas);
}

}  // namespace

TEST_CASE("identity over overlapping ranges: geth, CVE-2021-39137 (GHSA-9856-9gg9-qcmq)") {
    const auto program = [](TraceBuilder& trace) {
        for (std::uint64_t i = 0; i < 6; ++i)
            trace.mstore8(i, i + 1);
        trace.call({.to = 4, .in = {0, 6}, .out = {2, 6}, .overhead = 100});
        trace.leaf({1, 2, 3, 4, 5, 6}, 18).returndatacopy(0, 0, 6).mload(0).stop();
    };
    expect(with_memory, Check::memory_content, program, [](TraceBuilder& trace) {
        const std::size_t copy = line_of(trace, Opcode::RETURNDATACOPY);
        print_bytes(trace, copy + 1, 0, {1, 2, 1, 2, 3, 4});
        const std::size_t load = line_of(trace, Opcode::MLOAD);
        trace.line(load + 1).top() = word_of(
            Bytes(trace.line(load + 1).memory->begin(), trace.line(load + 1).memory->begin() + 32));
        return copy;
    });
    expect(without_memory, Check::memory_load, program, [](TraceBuilder& trace) {
        const std::size_t load = line_of(trace, Opcode::MLOAD);
        trace.line(load + 1).top().limbs[3] = 0x0102010203040304;
        return load;
    });
}

TEST_CASE("return data shares the caller's memory: geth, CVE-2020-26241 (GHSA-69v6-xc2j-r2jf)") {
    expect(
        without_memory, Check::memory_load,
        [](TraceBuilder& trace) {
            trace.mstore(0, 0xaa).call({.to = 4, .in = {0, 32}, .overhead = 100});
            trace.leaf(Bytes(trace.memory()), 18).mstore(0, 0xbb).returndatacopy(32, 0, 32);
            trace.mload(32).stop();
        },
        [](TraceBuilder& trace) {
            const std::size_t load = line_of(trace, Opcode::MLOAD);
            trace.line(load + 1).top() = 0xbb;
            return load;
        });
}

TEST_CASE("a call may ask for more gas than 2^63: Besu, CVE-2022-36025 (GHSA-4456-w38r-m53x)") {
    expect(
        without_memory, Check::gas_call,
        [](TraceBuilder& trace) {
            trace.call({.gas = std::uint64_t{1} << 63}).enter().jumpdest().stop();
            trace.op(Opcode::GAS, {}, {trace.gas() - 2}, 2).stop();
        },
        [](TraceBuilder& trace) {
            const std::size_t first = line_of(trace, Opcode::JUMPDEST);
            trace.line(first).gas += 100'000'000;
            trace.line(first + 1).gas += 100'000'000;
            return first - 1;
        });
}

TEST_CASE("a callee without gas must not run on: Besu, November 2022") {
    // STATICCALL with no gas to PUSH1: the callee's gas went from 0 to 2^64 - 3.
    TraceBuilder trace{without_memory};
    trace.call({.op = Opcode::STATICCALL, .gas = 3}).enter().push(0x20).stop().stop();
    const std::size_t push = line_of(trace, Opcode::STATICCALL) + 1;
    CHECK(replay(trace).told() == "");
    trace.line(push - 1).top() = 0;
    *trace.line(push - 1).gas_cost -= 3;
    trace.line(push).gas = 0;
    trace.line(push + 1).gas = ~std::uint64_t{0} - 2;
    for (std::size_t i = push + 2; i < trace.lines().size(); ++i)
        trace.line(i).gas += 3;
    const Replayed replayed = replay(trace);
    REQUIRE(!replayed.findings.empty());
    CHECK(replayed.findings.front().check == Check::out_of_gas);
    CHECK(replayed.findings.front().line == push + 1);
}

TEST_CASE("LOG3 of nothing costs 1500: ethrex#1442") {
    expect(
        with_memory, Check::gas_continuity,
        [](TraceBuilder& trace) { trace.log(3, 6, 0).push(1).stop(); },
        [](TraceBuilder& trace) {
            const std::size_t log = line_of(trace, static_cast<Opcode>(0xa3));
            charge(trace, log + 1, 3);
            return log;
        });
}

TEST_CASE("CODECOPY of nothing to the end of the address space grows nothing: mana#486") {
    expect(
        with_memory, Check::memory_size,
        [](TraceBuilder& trace) {
            trace.codecopy(~std::uint64_t{0} - 3, 0, 0).push(1).pop().stop();
        },
        [](TraceBuilder& trace) {
            const std::size_t copy = line_of(trace, Opcode::CODECOPY);
            trace.line(copy + 1).memory_size = 32;
            trace.line(copy + 1).memory = Bytes(32);
            return copy;
        });
}

TEST_CASE("MSTORE8 grows a whole word: evm-dafny#139") {
    expect(
        with_memory, Check::memory_size,
        [](TraceBuilder& trace) { trace.mstore8(31'100, 0x59).push(1).pop().stop(); },
        [](TraceBuilder& trace) {
            const std::size_t store = line_of(trace, Opcode::MSTORE8);
            for (std::size_t i = store + 1; i < trace.lines().size(); ++i) {
                trace.line(i).memory_size = 31'101;
                trace.line(i).memory->resize(31'101);
            }
            return store;
        });
}

TEST_CASE("MCOPY grows to the farther of its ranges, once: revm#586, ethrex#1558") {
    for (const std::int64_t error : {3, -24}) {
        CAPTURE(error);
        expect(
            without_memory, Check::gas_continuity,
            [](TraceBuilder& trace) { trace.mcopy(0, 0x100, 0x20).push(1).stop(); },
            [error](TraceBuilder& trace) {
                const std::size_t copy = line_of(trace, Opcode::MCOPY);
                charge(trace, copy + 1, error);
                return copy;
            });
    }
}

TEST_CASE("MCOPY forwards by one byte does not smear the first: paritytech/revive#237") {
    const auto program = [](TraceBuilder& trace) {
        trace.mstore(0, word_of(counted_bytes(32))).mcopy(1, 0, 32).mload(1).stop();
    };
    expect(without_memory, Check::memory_load, program, [](TraceBuilder& trace) {
        const std::size_t load = line_of(trace, Opcode::MLOAD);
        trace.line(load + 1).top() = word_of(Bytes(32, 1));
        return load;
    });
    expect(with_memory, Check::memory_content, program, [](TraceBuilder& trace) {
        const std::size_t copy = line_of(trace, Opcode::MCOPY);
        print_bytes(trace, copy + 1, 1, Bytes(32, 1));
        trace.line(line_of(trace, Opcode::MLOAD) + 1).top() = word_of(Bytes(32, 1));
        return copy;
    });
}

TEST_CASE("the square of the words does not wrap: geth#14718, #19348") {
    expect(
        without_memory_words, Check::out_of_gas,
        [](TraceBuilder& trace) { trace.mstore(0, 1).push(1).stop(); },
        [](TraceBuilder& trace) {
            const std::size_t store = line_of(trace, Opcode::MSTORE);
            trace.line(store).top() = 0x1fffffffe1;
            return store;
        });
}

TEST_CASE("RETURN of 2^256-1 bytes runs out of gas: hevm#543") {
    TraceBuilder trace{{.pushes_words = true}};
    trace.ret(0, 0);
    const std::size_t ret = trace.last();
    trace.summary();
    trace.replace_operand(ret, 1, Word::max());
    CHECK(replay(trace).findings.size() == 1);
    CHECK(replay(trace).findings.front().line == ret + 1);
}

TEST_CASE("MLOAD beyond the end grows memory: ethereumjs#1887") {
    expect(
        with_memory, Check::memory_size,
        [](TraceBuilder& trace) { trace.mload(0x40).push(1).pop().stop(); },
        [](TraceBuilder& trace) {
            const std::size_t load = line_of(trace, Opcode::MLOAD);
            trace.line(load + 1).memory_size = 0;
            trace.line(load + 1).memory = Bytes{};
            return load;
        });
}

TEST_CASE("a frame begins with zeros, whatever its sister left: neon-evm#862, revm#673") {
    expect(
        without_memory, Check::memory_load,
        [](TraceBuilder& trace) {
            trace.call({}).enter().mstore(0, Word::max()).stop();
            trace.call({.to = 0xb0b}).enter().mload(0).stop().stop();
        },
        [](TraceBuilder& trace) {
            const std::size_t load = line_of(trace, Opcode::MLOAD);
            trace.line(load + 1).top() = Word::max();
            return load;
        });
}

TEST_CASE("a revert writes its output, too: revm PR#2977") {
    expect(
        without_memory, Check::memory_load,
        [](TraceBuilder& trace) {
            trace.call({.out = {0, 32}}).enter().mstore(0, 0x2a).revert(0, 32).mload(0).stop();
        },
        [](TraceBuilder& trace) {
            const std::size_t load = line_of(trace, Opcode::MLOAD);
            trace.line(load + 1).top() = 0;
            return load;
        });
}

TEST_CASE("a short output leaves the rest of the range as it was: geth#2368") {
    expect(
        without_memory, Check::memory_load,
        [](TraceBuilder& trace) {
            trace.mstore(32, 7).call({.out = {0, 64}}).enter().mstore8(0, 1).ret(0, 1);
            trace.mload(32).stop();
        },
        [](TraceBuilder& trace) {
            const std::size_t load = line_of(trace, Opcode::MLOAD);
            trace.line(load + 1).top() = 0;
            return load;
        });
}

TEST_CASE("memory grows by the output range, whatever comes back: mantis#154") {
    expect(
        without_memory, Check::memory_msize,
        [](TraceBuilder& trace) { trace.call({.out = {0, 0x60}}).leaf().msize().stop(); },
        [](TraceBuilder& trace) {
            const std::size_t msize = line_of(trace, Opcode::MSIZE);
            trace.line(msize + 1).top() = 0;
            return msize;
        });
}

TEST_CASE("a create clears return data, and its code is none: py-evm, nimbus-eth1#867") {
    for (const bool is_refused : {false, true}) {
        CAPTURE(is_refused);
        expect(
            without_memory, Check::return_data_size,
            [is_refused](TraceBuilder& trace) {
                trace.store_code(returning(32));
                trace.call({.to = 4, .in = {0, 32}, .overhead = 100});
                trace.leaf(trace.memory(), 18).create({.code = {0, 32}});
                if (is_refused)
                    trace.refused();
                else
                    trace.enter().ret(0, 32);
                trace.returndatasize().stop();
            },
            [](TraceBuilder& trace) {
                const std::size_t size = line_of(trace, Opcode::RETURNDATASIZE);
                trace.line(size + 1).top() = 32;
                return size;
            });
    }
}

TEST_CASE("EXTCODECOPY pays for the memory it reaches: nimbus-eth1#79") {
    expect(
        without_memory, Check::gas_continuity,
        [](TraceBuilder& trace) { trace.extcodecopy(4, 0, 0x100, 0x20, {}, 100).push(1).stop(); },
        [](TraceBuilder& trace) {
            const std::size_t copy = line_of(trace, Opcode::EXTCODECOPY);
            charge(trace, copy + 1, -3);
            return copy;
        });
}

TEST_CASE("the cost of a huge copy does not wrap: kakarot#1372") {
    for (const std::size_t operand : {0U, 2U}) {
        expect(
            without_memory_words, Check::out_of_gas,
            [](TraceBuilder& trace) { trace.mcopy(0, 0, 32).push(1).stop(); },
            [operand](TraceBuilder& trace) {
                const std::size_t copy = line_of(trace, Opcode::MCOPY);
                trace.replace_operand(copy, operand, operand == 0 ? Word::max() : Word{0, 1, 0, 0});
                return copy;
            });
    }
}

TEST_CASE("a gasCost that no gas can be is a warning: erigon#13870") {
    TraceBuilder trace{{}, 2695};  // of which 50 are left when 100 are needed
    trace.call({}).enter().push(1).stop().fail_next().call({}).summary();
    const std::size_t call = line_of(trace, Opcode::CALL, 1);
    trace.line(call).gas_cost = 18158513697557842775U;
    CHECK(replay(trace).summary.findings == 0);
    CHECK(replay(trace).summary.warnings == 1);
}

TEST_CASE("MSTORE that grows nothing costs 3: mana#479") {
    expect(
        without_memory, Check::gas_continuity,
        [](TraceBuilder& trace) { trace.mstore(0x40, 1).mstore(0x20, 1).push(1).stop(); },
        [](TraceBuilder& trace) {
            const std::size_t store = line_of(trace, Opcode::MSTORE, 1);
            charge(trace, store + 1, 9);
            return store;
        });
}
