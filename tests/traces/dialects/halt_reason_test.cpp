// SPDX-License-Identifier: MIT
// Error texts, as clients print them, name a reason to halt: whole texts, not words in them.
#include "traces/dialects/halt_reason.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string_view>

#include "tests/support/reading.hpp"
#include "traces/dialects/eip3155.hpp"

using namespace evmmem;
using namespace evmmem::traces;
using enum HaltReason;

namespace {

HaltReason reason_of(std::string_view error, Opcode op = Opcode::MSTORE) {
    return halt_of_step(error, op).reason;
}

bool fails(std::string_view error, Opcode op) {
    return is_failure(halt_of_step(error, op).reason, op);
}

}  // namespace

TEST_CASE("no text, and one that names a normal end, is no failure") {
    for (const std::string_view error :
         {"", "null", "false", "None", "Stop", "Return", "SelfDestruct", "Some(Stop)"}) {
        CAPTURE(error);
        CHECK(reason_of(error) == none);
        CHECK(halt_of_step(error, Opcode::STOP).meant.empty());
    }
}

TEST_CASE("each client's spelling of a reason names it") {
    struct Row {
        std::string_view error;
        HaltReason reason;
    };
    const Row rows[] = {
        // geth, erigon
        {"out of gas", out_of_gas},
        {"out of gas: not enough gas for reentrancy sentry", out_of_gas},
        {"out of gas: out of gas", out_of_gas},
        {"out of gas: anything new", out_of_gas},
        {"out of gas: not enough gas for slot access", out_of_gas},
        {"gas uint64 overflow", out_of_gas},
        {"stack underflow (0 <=> 2)", stack_underflow},
        {"stack limit reached 1024 (1023)", stack_overflow},
        {"invalid opcode: REVERT", invalid_instruction},
        {"invalid opcode: opcode 0xc not defined", invalid_instruction},
        {"evm: invalid jump destination", invalid_jump},
        {"write protection", write_protection},
        {"out of gas: write protection", write_protection},
        {"return data out of bounds", return_data_out_of_bounds},
        {"max code size exceeded: code size 24577 limit 24576", code_too_large},
        {"out of gas: max initcode size exceeded: size 49153", init_code_too_large},
        {"invalid code: must not begin with 0xef", code_starts_with_0xef},
        {"invalid code: format validation failed", code_starts_with_0xef},
        {"contract creation code storage out of gas", deposit_out_of_gas},
        {"contract address collision", address_collision},
        {"max call depth exceeded", call_depth},
        {"insufficient balance for transfer", insufficient_balance},
        {"nonce uint64 overflow", nonce_overflow},
        // besu
        {"Out of gas", out_of_gas},
        {"Out of bounds", return_data_out_of_bounds},
        {"Invalid opcode: 0xef", invalid_instruction},
        {"Illegal state change", write_protection},
        // revm, anvil
        {"MemoryOOG", out_of_gas},
        {"Some(MemoryOOG)", out_of_gas},
        {"MemoryLimitOOG", memory_limit},
        {"OutOfOffset", return_data_out_of_bounds},
        {"NotActivated", invalid_instruction},
        {"CreateInitCodeStartingEF00", code_starts_with_0xef},
        {"Some(PrecompileErrorWithContext(\"blst error\"))", precompile_failed},
        // nimbus
        {"Opcode Dispatch Error: OutOfGas, depth=3", out_of_gas},
        {"Opcode Dispatch Error: StackInsufficient, depth=1", stack_underflow},
        // eels, nethermind, evmone, ethereumjs, openethereum
        {"OutOfGasError", out_of_gas},
        {"InvalidJumpDestError", invalid_jump},
        {"AccessViolation", return_data_out_of_bounds},
        {"StaticCallViolation", write_protection},
        {"invalid memory access", return_data_out_of_bounds},
        {"static state change", write_protection},
        {"Bad jump destination 2a", invalid_jump},
        {"Stack underflow ADD 2/1", stack_underflow},
    };
    for (const auto& [error, reason] : rows) {
        CAPTURE(error);
        CHECK(reason_of(error) == reason);
        CHECK(halt_of_step(error, Opcode::MSTORE).meant.contains(reason));
        CHECK(fails(error, Opcode::MSTORE));
        CHECK(fails(error, Opcode::REVERT));
    }
}

TEST_CASE("a text that is not in the table is a failure for no reason that is known") {
    for (const std::string_view error :
         {"true", "ran out of gas", "out of gas!", "stack underflow (0 <=> 2", "a revert of sorts",
          "Opcode Dispatch Error: News, depth=1", "OOG", "0x4e6f7065", "Error", "{\"a\":1}"}) {
        CAPTURE(error);
        CHECK(reason_of(error) == unnamed);
        CHECK(halt_of_step(error, Opcode::ADD).meant == HaltReasons::all());
        CHECK(fails(error, Opcode::ADD));
    }
}

TEST_CASE("a REVERT reverts by any client's word for it, or by its reason") {
    for (const std::string_view error :
         {"execution reverted", "Some(Revert)", "Revert", "revert", "Reverted", "0x4e6f7065", "0x",
          "8,195,121", "REVERT opcode executed"}) {
        CAPTURE(error);
        CHECK(reason_of(error, Opcode::REVERT) == revert);
        CHECK_FALSE(fails(error, Opcode::REVERT));
    }
    CHECK(reason_of("execution reverted", Opcode::ADD) == revert);
    CHECK(fails("execution reverted", Opcode::ADD));
    CHECK(fails("invalid opcode: REVERT", Opcode::REVERT));
    CHECK(reason_of("0x12zz", Opcode::REVERT) == unnamed);
}

TEST_CASE("what a client calls by the same name is meant, too") {
    const auto meant = [](std::string_view error) {
        return halt_of_step(error, Opcode::MSTORE).meant;
    };
    // revm's DUP on a short stack
    CHECK(meant("StackOverflow") == (stack_overflow | stack_underflow));
    CHECK(meant("out of gas: write protection") == (write_protection | out_of_gas));
    CHECK(meant("OutOfGasError").contains(init_code_too_large));
    CHECK(meant("Code is too large") == (code_too_large | init_code_too_large));
    CHECK_FALSE(meant("write protection").contains(out_of_gas));
    CHECK(meant("stack underflow (0 <=> 2)") == HaltReasons{stack_underflow});
}

TEST_CASE("the verdict on a test at an end is no failure of what ran") {
    CHECK(halt_of_end("State root mismatch (got: 0x12)").reason == none);
    CHECK(halt_of_end("post state root mismatch: got 12, want 13").reason == none);
    CHECK(halt_of_end("out of gas").reason == out_of_gas);
    CHECK(halt_of_end("execution reverted").reason == revert);
    CHECK(halt_of_end("execution reverted: not the owner").reason == revert);
    CHECK(halt_of_end("0x4e6f").reason == revert);
    CHECK(halt_of_end("some news").reason == unnamed);
    CHECK(halt_of_end("").reason == none);
}

TEST_CASE("every reason has words of its own") {
    std::set<std::string_view> words;
    for (unsigned i = 0; i <= static_cast<unsigned>(last_halt_reason); ++i) {
        const std::string_view text = describe(static_cast<HaltReason>(i));
        CAPTURE(text);
        CHECK_FALSE(text.empty());
        CHECK(words.insert(text).second);
    }
}

TEST_CASE("steps and ends carry the reason that their error names") {
    const test::Reading reading = test::read(
        R"json({"pc":0,"op":80,"gas":"0x64","gasCost":"0x2","memSize":0,"stack":[],"depth":1,"refund":0,"opName":"POP","error":"stack underflow (0 <=> 1)"})json"
        "\n"
        R"json({"output":"","gasUsed":"0x64","error":"stack underflow (0 <=> 1)"})json"
        "\n");
    REQUIRE(reading.steps.size() == 1);
    CHECK(reading.steps[0].failed);
    CHECK(reading.steps[0].halt == stack_underflow);
    REQUIRE(reading.reports.size() == 1);
    CHECK(reading.reports[0].halt.reason == stack_underflow);
}
