// SPDX-License-Identifier: MIT
// Each client's lines are recognised by their marks, and its quirks are gone from the steps. The
// lines are written after each client's real output.
#include "traces/dialects/dialect.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "tests/support/reading.hpp"
#include "traces/dialects/eip3155.hpp"
#include "traces/dialects/mnemonic.hpp"

using namespace evmmem;
using namespace evmmem::traces;
using evmmem::test::Bytes;
using evmmem::test::read;
using evmmem::test::Reading;

namespace {

constexpr std::string_view plain_lines =
    R"({"pc":0,"op":96,"gas":"0x64","gasCost":"0x3","memSize":0,"stack":[],"depth":1,"refund":0,"opName":"PUSH1"})"
    "\n"
    R"({"pc":2,"op":0,"gas":"0x61","gasCost":"0x0","memSize":0,"stack":["0x40"],"depth":1,"refund":0,"opName":"STOP"})"
    "\n";

std::string plain(std::string_view end) {
    return std::string{plain_lines} + std::string{end};
}

std::string document(std::string_view elements) {
    return R"({"gas":21000,"failed":false,"returnValue":"","structLogs":[)" +
           std::string{elements} + "]}";
}

}  // namespace

TEST_CASE("every dialect has a name of its own, and is found by it") {
    std::set<std::string_view> names;
    for (const Dialect& dialect : dialects()) {
        CAPTURE(dialect.name);
        CHECK(names.insert(dialect.name).second);
        CHECK(find_dialect(dialect.name) == &dialect);
        CHECK_FALSE(dialect.client.empty());
        CHECK_FALSE(dialect.marks.empty());
        CHECK_FALSE(dialect.timings.empty());
        CHECK((dialect.has_marks != nullptr));
    }
    CHECK(find_dialect("no such") == nullptr);
}

TEST_CASE("the words at the end show whose lines they are") {
    struct Row {
        std::string end;
        std::string dialect;
    };
    const Row rows[] = {
        {"", "eip-3155"},
        {"{\"output\":\"\",\"gasUsed\":\"0x3\"}\n", "geth"},
        {"{\"output\":\"\",\"gasUsed\":\"0x3\"}\n{\"stateRoot\": \"0xad\"}\n", "geth"},
        {"{\"output\":\"\",\"gasUsed\":\"0x3\"}\n{\"stateRoot\":\"0xad\"}\n", "nimbus"},
        {"{\"output\":\"\",\"gasUsed\":\"0x3\",\"error\":\"OutOfGasError\"}\n", "eels"},
        {"{\"output\":\"\",\"gasUsed\":\"0x3\",\"error\":\"Opcode Dispatch Error: OutOfGas, "
         "depth=1\"}\n",
         "nimbus"},
        {R"({"output":"","gasUsed":"0x3","test":"t","fork":"London","d":0,"g":0,"v":0,"stateRoot":"0xad","postLogsHash":"0x1d","pass":false})"
         "\n",
         "besu"},
        {R"({"stateRoot":"0xad","output":"0x","gasUsed":"0x3","pass":true,"fork":"Osaka"})"
         "\n",
         "besu-run"},
        {"{\"pass\":true,\"gasUsed\":\"0x3\",\"stateRoot\":\"0xad\"}\n", "evmone"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.end);
        const Reading reading = read(plain(row.end));
        CHECK(reading.errors.empty());
        CHECK(reading.steps.size() == 2);
        CHECK(reading.dialect == row.dialect);
    }
}

TEST_CASE("a summary far from the beginning still names the dialect, and the fork") {
    std::string lines;
    for (int i = 0; i < 3000; ++i)
        lines += plain_lines;
    const Reading reading = read(
        lines +
        R"({"output":"","gasUsed":"0x3","test":"t","fork":"London","stateRoot":"0xad","postLogsHash":"0x1d","pass":false})"
        "\n");
    CHECK(reading.steps.size() == 6000);
    CHECK(reading.dialect == "besu");
    REQUIRE(reading.reports.size() == 1);
    CHECK(reading.reports[0].kind == Report::Kind::summary);
    CHECK(reading.reports[0].fork == "London");
}

TEST_CASE(
    "revm: memSize and refund are hex, a negative refund wraps, returnData is never believed") {
    const Reading reading = read(
        R"({"pc":0,"depth":1,"opName":"JUMPDEST","op":91,"gas":"0x2d1cc4","reservoir":"0x5","stateGas":"0x6","gasCost":"0x1","stack":[],"returnData":"0x","refund":"0xffffffffffffed40","memSize":"0x20"})"
        "\n"
        R"({"pc":1,"depth":1,"opName":"RETURN","op":243,"gas":"0x2d1cc3","gasCost":"0x0","stack":["0x0","0x0"],"returnData":"0x","refund":"0x0","memSize":"0x20","error":"Return"})"
        "\n"
        R"({"pc":1,"depth":1,"op":12,"gas":"0x2d1cc3","gasCost":"0x0","stack":[],"returnData":"0xff","refund":"0x0","memSize":"0x20","error":"OpcodeNotFound"})"
        "\n"
        R"({"stateRoot":"0xa2","logsRoot":"0x1d","output":"0x","gasUsed":3000000,"pass":false,"errorMsg":"","evmResult":"Halt: OutOfGas","postLogsHash":"0x1d","fork":"Byzantium","test":"t","d":0,"g":0,"v":0})"
        "\n");
    CHECK(reading.dialect == "revm");
    REQUIRE(reading.steps.size() == 3);
    CHECK(reading.steps[0].memory_size == 32);
    CHECK(reading.steps[0].refund == -4800);
    CHECK(reading.steps[0].reservoir == 5);
    CHECK(reading.steps[0].state_gas == 6);
    CHECK_FALSE(reading.steps[0].return_data.has_value());
    CHECK(reading.steps[1].error == "Return");
    CHECK_FALSE(reading.steps[1].failed);
    CHECK(reading.steps[2].failed);
    CHECK(reading.steps[2].op_name.empty());
    CHECK_FALSE(reading.steps[2].return_data.has_value());
    REQUIRE(reading.reports.size() == 1);
    CHECK(reading.reports[0].kind == Report::Kind::summary);
    CHECK(reading.reports[0].gas_used == 3000000);
    CHECK(reading.reports[0].fork == "Byzantium");
}

TEST_CASE("evmone and nimbus print negative refunds") {
    const Reading reading = read(
        R"({"pc":0,"op":0,"gas":"0x61","gasCost":"0x0","memSize":0,"stack":[],"depth":1,"refund":-4800,"opName":"STOP"})"
        "\n{\"pass\":true,\"gasUsed\":\"0x3\",\"stateRoot\":\"0xad\"}\n");
    REQUIRE(reading.steps.size() == 1);
    CHECK(reading.steps[0].refund == -4800);
    CHECK(reading.dialect == "evmone");
}

TEST_CASE("evmone is known by a gasCost that leaves out what an SSTORE or a growing MSTORE costs") {
    const Reading reading = read(
        R"({"pc":0,"op":82,"gas":"0x64","gasCost":"0x3","memSize":0,"stack":["0x1","0x0"],"depth":1,"refund":0,"opName":"MSTORE"})"
        "\n"
        R"({"pc":1,"op":0,"gas":"0x5e","gasCost":"0x0","memSize":32,"stack":[],"depth":1,"refund":0,"opName":"STOP"})"
        "\n");
    CHECK(reading.dialect == "evmone");
}

TEST_CASE("erigon prints memory \"0x\" where memory is switched off: no claim of an empty memory") {
    const Reading reading = read(
        R"({"pc":0,"op":96,"gas":"0x64","gasCost":"0x3","memory":"0x","memSize":64,"stack":[],"returnData":"0x","depth":1,"refund":0,"opName":"PUSH1"})"
        "\n{\"output\":\"\",\"gasUsed\":\"0x3\"}\n{\"stateRoot\": \"0xad\"}\n");
    CHECK(reading.dialect == "erigon");
    REQUIRE(reading.steps.size() == 1);
    CHECK(reading.steps[0].memory_size == 64);
    CHECK_FALSE(reading.steps[0].memory.has_value());
    CHECK_FALSE(reading.steps[0].return_data.has_value());
}

TEST_CASE("a memory that is left out is empty only where the trace prints memory at all") {
    const std::string without =
        R"({"pc":0,"op":96,"gas":"0x64","gasCost":"0x3","memSize":0,"stack":[],"depth":1,"opName":"PUSH1"})"
        "\n";
    const std::string with =
        R"({"pc":0,"op":96,"gas":"0x64","gasCost":"0x3","memory":"0x00","memSize":1,"stack":[],"depth":1,"opName":"PUSH1"})"
        "\n";
    CHECK_FALSE(read(without).steps.at(0).memory.has_value());
    CHECK(read(without + with).steps.at(0).memory == Bytes{});
}

TEST_CASE("old geth prints an error on every line, and an \"0x\" memory when it is disabled") {
    const Reading reading = read(
        R"({"pc":0,"op":54,"gas":"0x5f58860","gasCost":"0x2","memory":"0x","memSize":32,"stack":[],"depth":1,"refund":0,"opName":"CALLDATASIZE","error":""})"
        "\n"
        R"({"pc":1,"op":96,"gas":"0x5f5885e","gasCost":"0x3","memory":"0x","memSize":32,"stack":["0xd4"],"depth":1,"refund":0,"opName":"PUSH1","error":""})"
        "\n");
    CHECK(reading.dialect == "geth-1.10");
    CHECK_FALSE(reading.steps.at(0).memory.has_value());
    CHECK_FALSE(reading.steps.at(0).failed);
    CHECK(find_dialect("geth-1.10")->timings == MemoryTiming::expanded);
}

TEST_CASE("geth 1.9.0 is known by a stale gasCost, which is then not believed") {
    const Reading reading = read(
        R"({"pc":0,"op":56,"gas":"0x860b03","gasCost":"0x0","memory":"0x","memSize":0,"stack":[],"depth":1,"refund":0,"opName":"CODESIZE","error":""})"
        "\n"
        R"({"pc":1,"op":103,"gas":"0x860b01","gasCost":"0x0","memory":"0x","memSize":32,"stack":["0x159"],"depth":1,"refund":0,"opName":"PUSH8","error":""})"
        "\n");
    CHECK(reading.dialect == "geth-1.9");
    CHECK(find_dialect("geth-1.9")->gas_cost == GasCostStyle::unreliable);
}

TEST_CASE(
    "goevmlab's canonical lines keep six stack items and clear fields, which then claim nothing") {
    const Reading now = read(
        R"({"pc":0,"op":"0x52","gas":100,"stack":["0x1","0x2","0x3","0x4","0x5","0x6"],"depth":1,"opName":"MSTORE"})"
        "\n");
    CHECK(now.dialect == "goevmlab");
    CHECK(now.steps.at(0).op == Opcode::MSTORE);
    CHECK(find_dialect("goevmlab")->stack_items_max == 6);
    const Reading then = read(
        R"({"pc":0,"op":96,"gas":"0x64","gasCost":"0x0","memSize":0,"stack":["0x1"],"depth":1,"refund":0,"opName":"PUSH1"})"
        "\n"
        R"({"pc":2,"op":96,"gas":"0x61","gasCost":"0x0","memSize":0,"stack":["0x1","0x40"],"depth":1,"refund":0,"opName":"PUSH1"})"
        "\n");
    CHECK(then.dialect == "goevmlab-2020");
    CHECK_FALSE(then.steps.at(0).memory_size.has_value());
}

TEST_CASE("nethermind prints neither opName nor refund, and its log line is skipped") {
    const Reading reading =
        read(R"({"pc":0,"op":96,"gas":"0xb4213","gasCost":"0x3","stack":[],"depth":1,"memSize":0})"
             "\n"
             R"({"output":"0x","gasUsed":"0xb2e6d","time":181.7807})"
             "\n\x1b[31mFAIL\x1b[0m [1/1] name - STATE ROOT exp: 0x00, actual: 0xad\n");
    CHECK(reading.errors.empty());
    CHECK(reading.dialect == "nethermind");
    CHECK(reading.steps.at(0).op_name.empty());
    CHECK(reading.lines_skipped == 1);
}

TEST_CASE("nimbus prints memory as an array of words") {
    const Reading reading = read(
        R"({"pc":0,"op":96,"gas":"0xb4213","gasCost":"0x3","memory":["0x0000000000000000000000000000000000000000000000000000000000000001"],"memSize":32,"stack":[],"depth":1,"refund":0,"opName":"PUSH1"})"
        "\n");
    CHECK(reading.dialect == "nimbus");
    Bytes word(32);
    word[31] = 1;
    CHECK(reading.steps.at(0).memory == word);
}

TEST_CASE("parity: no gasCost, a start and an end of its own") {
    const Reading reading = read(
        "{\"action\":\"starting\",\"test\":\"t:constantinoplefix:0\"}\n"
        R"({"depth":1,"gas":"0x860b03","op":56,"opName":"CODESIZE","pc":0,"stack":[],"storage":{}})"
        "\n{\"error\":\"State root mismatch\",\"gasUsed\":\"0x884473\",\"time\":8519}\n");
    CHECK(reading.dialect == "parity");
    CHECK_FALSE(reading.steps.at(0).gas_cost.has_value());
    REQUIRE(reading.reports.size() == 2);
    CHECK(reading.reports[0].kind == Report::Kind::transaction_start);
    CHECK(reading.reports[1].kind == Report::Kind::summary);
    CHECK(reading.reports[1].gas_used == 0x884473);
}

TEST_CASE("ethereumjs' t8n multiplies memSize by 8, so it is not used") {
    const Reading reading = read(
        R"({"pc":0,"op":"0x60","gas":100,"gasCost":3,"memory":["0x0000000000000000000000000000000000000000000000000000000000000001"],"memSize":8,"stack":[],"depth":1,"refund":0,"opName":"PUSH1"})"
        "\n");
    CHECK(reading.dialect == "ethereumjs-t8n");
    CHECK_FALSE(reading.steps.at(0).memory_size.has_value());
    CHECK(reading.steps.at(0).memory->size() == 32);
}

TEST_CASE("ethereumjs' debug output has text before each object and counts depth from 0") {
    const Reading reading = read(
        R"(2024-01-01T00:00:00.000Z evm:ops:PUSH1 {"pc":0,"op":"PUSH1","gas":"0x64","gasCost":"0x3","stack":[],"depth":0})"
        "\n");
    CHECK(reading.dialect == "ethereumjs-debug");
    CHECK(reading.steps.at(0).depth == 1);
    CHECK(reading.steps.at(0).op_name == "PUSH1");
}

TEST_CASE("besu prints EIP-7756 lines: op as hex, gas as a number beyond 2^32") {
    const Reading reading = read(
        R"({"pc":0,"op":"0x60","gas":42949651960,"gasCost":3,"memSize":0,"stack":[],"depth":1,"refund":0,"opName":"PUSH1","section":0,"functionDepth":1})"
        "\n");
    CHECK(reading.dialect == "besu-7756");
    CHECK(reading.steps.at(0).gas == 42949651960);
}

TEST_CASE("geth's call frames: entries, and an end for every frame") {
    const Reading reading = read(
        R"({"from":"0xa9","to":"0x8a","gas":"0x74f18","value":"0x0","type":"CALL","input":"0xabcd"})"
        "\n" +
        std::string{plain_lines} +
        "{\"output\":\"0010\",\"gasUsed\":\"0x2e44\",\"error\":\"execution reverted\"}\n" +
        R"({"pc":2,"op":0,"gas":"0x61","gasCost":"0x0","memSize":0,"stack":["0x40"],"depth":1,"refund":0,"opName":"STOP"})"
        "\n");
    CHECK(reading.dialect == "geth");
    REQUIRE(reading.reports.size() == 2);
    CHECK(reading.reports[0].kind == Report::Kind::frame_entry);
    CHECK(reading.reports[0].output == Bytes{0xab, 0xcd});
    CHECK(reading.reports[1].kind == Report::Kind::output);
    CHECK(reading.reports[1].output == Bytes{0x00, 0x10});
    CHECK(reading.reports[1].error == "execution reverted");
}

TEST_CASE("instructions are known by all the names that clients have for them") {
    CHECK(opcode_from_text("KECCAK256") == Opcode::KECCAK256);
    CHECK(opcode_from_text("SHA3") == Opcode::KECCAK256);
    CHECK(opcode_from_text("SUICIDE") == Opcode::SELFDESTRUCT);
    CHECK(opcode_from_text("DIFFICULTY") == Opcode::PREVRANDAO);
    CHECK(opcode_from_text("RANDOM") == Opcode::PREVRANDAO);
    CHECK(opcode_from_text("opcode 0xfe not defined") == Opcode::INVALID);
    CHECK(opcode_from_text("opcode 0x0c not defined") == static_cast<Opcode>(0x0c));
    CHECK(opcode_from_text("INVALID") == Opcode::INVALID);
    CHECK_FALSE(opcode_from_text("FOO").has_value());
    CHECK_FALSE(opcode_from_text("").has_value());
    for (const OpcodeInfo& row : opcode_rows())
        CHECK(opcode_from_text(row.name) == row.opcode);
}

TEST_CASE("documents are distinguished by how they write numbers and words") {
    struct Row {
        std::string elements;
        std::string dialect;
    };
    const std::string word(63, '0');
    const Row rows[] = {
        {R"({"pc":0,"op":"PUSH1","gas":100,"gasCost":3,"depth":1,"stack":[]})", "structlogs"},
        {R"({"stack":[],"memory":[],"op":"PUSH1","pc":0,"gasCost":"3","gas":"2976552","depth":1})",
         "remix"},
        {R"({"depth":1,"error":"","gas":"0x79be94","gasCost":3,"memory":[],"op":"PUSH1","pc":0,"stack":[],"storage":null})",
         "ganache"},
        {R"({"pc":0,"op":"PUSH1","gas":100,"gasCost":6,"depth":0,"stack":[],"memory":[]})",
         "ethereumjs-structlogs"},
        {R"({"pc":0,"op":"PUSH1","gas":100,"gasCost":3,"depth":0,"stack":[],"refund":0})", "anvil"},
        {R"({"op":96,"pc":0,"gasCost":3,"gas":100,"depth":1,"stack":[]})", "besu-spec"},
        {R"({"op":"0x60","pc":0,"gasCost":3,"gas":100,"depth":1,"stack":[]})", "besu-spec"},
        {R"({"stack":[],"memory":[")" + word.substr(31) +
             R"("],"op":"PUSH1","pc":0,"gasCost":3,"gas":2976552,"depth":1})",
         "remix"},
        {R"({"stack":[")" + word + R"(1"],"memory":[")" + word +
             R"(1"],"op":"PUSH1","pc":0,"gasCost":"3","gas":"2976552","depth":1})",
         "geth-1.10-structlogs"},
        {R"({"op":"PUSH1","pc":0,"depth":1,"gas":532,"stack":[],"memory":[],"storage":{},"gasCost":3})",
         "nimbus-structlogs"},
        {R"({"depth":1,"gas":79,"gasCost":3,"op":"PUSH1","pc":0,"memory":[],"stack":[]})",
         "hardhat"},
        {R"({"pc":0,"op":"PUSH1","gas":100,"gasCost":3,"depth":1,"stack":[],"returnData":"0x","memory":[],"refund":0})",
         "anvil"},
        {R"({"pc":0,"op":"PUSH1","gas":100,"gasCost":3,"depth":1,"stack":[],"memory":["0x2a"]})",
         "besu-structlogs"},
        {R"({"pc":0,"op":"ADD","gas":100,"gasCost":3,"depth":1,"stack":[")" + word +
             R"(1"],"memory":[]})",
         "geth-1.10-structlogs"},
        {R"({"depth":1,"gas":100,"gasCost":3,"op":"PUSH1","pc":0,"stack":[]})",
         "erigon-structlogs"},
        {R"({"pc":0,"op":"PUSH1","gas":100,"gasCost":3,"depth":1,"stack":["0x1"],"memory":["0x)" +
             word + R"(1"]})",
         "geth-structlogs"},
        {R"({"pc":0,"op":"PUSH1","gas":100,"gasCost":3,"depth":1,"stack":["0x1"],"memory":[")" +
             word + R"(1"]})",
         "geth-1.17-structlogs"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.elements);
        const Reading reading = read(document(row.elements));
        CHECK(reading.errors.empty());
        REQUIRE(reading.steps.size() == 1);
        CHECK(reading.dialect == row.dialect);
        CHECK(reading.steps[0].depth == 1);
    }
}

TEST_CASE(
    "besu's debug_trace prints memory as it is after the step: seen where a memory first appears") {
    const std::string word(63, 'a');
    const Reading reading = read(document(
        R"({"pc":0,"op":"PUSH1","gas":100,"gasCost":3,"depth":1,"stack":["0x1"]},)"
        R"({"pc":2,"op":"MSTORE","gas":97,"gasCost":6,"depth":1,"stack":["0x1","0x0"],"memory":["0xa)" +
        word + R"("]})"));
    CHECK(reading.dialect == "besu-structlogs");
    CHECK(find_dialect("besu-structlogs")->timings == MemoryTiming::after);
}

TEST_CASE("memory words become the same bytes, compact, half or whole, with 0x or without") {
    Bytes word(32);
    word[31] = 0x2a;
    const auto memory_of = [](std::string_view words, std::string_view rest) {
        const Reading reading =
            read(document(R"({"pc":0,"op":"PUSH1","depth":1,"stack":[],"memory":[)" +
                          std::string{words} + "]," + std::string{rest} + "}"));
        REQUIRE(reading.steps.size() == 1);
        return reading.steps[0].memory.value_or(Bytes{0xff});
    };
    const std::string whole = std::string(62, '0') + "2a";
    CHECK(memory_of("\"0x2a\"", R"("gas":9,"gasCost":3)") == word);
    CHECK(memory_of("\"0x" + whole + "\"", R"("gas":9,"gasCost":3)") == word);
    CHECK(memory_of("\"" + whole + "\"", R"("gas":9,"gasCost":3)") == word);
    CHECK(memory_of(std::string{"\""} + whole.substr(32) + "\",\"" + whole.substr(32) + "\"",
                    R"("gas":"9","gasCost":"3")")
              .size() == 32);  // remix: two pieces of 16 bytes
}

TEST_CASE("ganache's gasCost is a difference, and negative where gas comes back") {
    const Reading reading = read(document(
        R"({"depth":2,"error":"","gas":"0xb261d7","gasCost":-13845,"memory":[],"op":"RETURN","pc":0,"stack":[],"storage":null})"));
    CHECK(reading.errors.empty());
    CHECK_FALSE(reading.steps.at(0).gas_cost.has_value());
}

TEST_CASE("a forced dialect is used whatever the lines look like") {
    ReaderOptions options;
    options.dialect = find_dialect("goevmlab-2020");
    const Reading reading = read(plain("{\"output\":\"\",\"gasUsed\":\"0x3\"}\n"), options);
    CHECK(reading.dialect == "goevmlab-2020");
    CHECK_FALSE(reading.steps.at(0).memory_size.has_value());
}

TEST_CASE("one strange line does not make a trace another client's") {
    const auto line = [](int pc, const std::string& op, int gas, int cost, int depth) {
        return R"({"pc":)" + std::to_string(pc) + R"(,"op":")" + op + R"(","gas":)" +
               std::to_string(gas) + R"(,"gasCost":)" + std::to_string(cost) + R"(,"depth":)" +
               std::to_string(depth) + R"(,"stack":[]},)";
    };
    std::string steps;
    for (int i = 0; i < 20; ++i)
        steps += line(i, "JUMPDEST", 100 - i, 1, i == 7 ? 0 : 1);
    const Reading reading = read(
        document(steps + R"({"pc":20,"op":"STOP","gas":80,"gasCost":0,"depth":1,"stack":[]})"));
    CHECK(reading.dialect == "structlogs");
    CHECK(reading.errors.empty());
    REQUIRE(reading.steps.size() == 21);
    CHECK(reading.steps[6].depth == 1);
    CHECK(reading.steps[7].depth == 0);
}

TEST_CASE("return data that were shown and are then left out are empty") {
    const Reading reading = read(
        R"({"pc":0,"op":91,"gas":"0x64","gasCost":"0x1","memSize":0,"stack":[],"depth":1,"returnData":"0xbeef","refund":0,"opName":"JUMPDEST"})"
        "\n"
        R"({"pc":1,"op":91,"gas":"0x63","gasCost":"0x1","memSize":0,"stack":[],"depth":1,"refund":0,"opName":"JUMPDEST"})"
        "\n"
        R"({"pc":2,"op":80,"gas":"0x62","gasCost":"0x2","memSize":0,"stack":[],"depth":1,"refund":0,"opName":"POP","error":"stack underflow"})"
        "\n");
    REQUIRE(reading.steps.size() == 3);
    CHECK(reading.steps[1].return_data == Bytes{});
    CHECK_FALSE(reading.steps[2].return_data.has_value());  // geth's line of a failure has none
}

TEST_CASE("an empty object for an error says nothing where every line has one") {
    const auto line = [](int pc, const char* error) {
        return R"({"pc":)" + std::to_string(pc) +
               R"(,"op":"JUMPDEST","gas":100,"gasCost":1,"depth":1,"stack":[])" + error + "}";
    };
    const Reading all = read(document(line(0, R"(,"error":{})") + "," + line(1, R"(,"error":{})")));
    REQUIRE(all.steps.size() == 2);
    CHECK_FALSE(all.steps[0].failed);
    CHECK_FALSE(all.steps[1].failed);
    // Go prints an error so that has no JSON of its own: old geth's.
    const Reading last = read(document(line(0, "") + "," + line(1, R"(,"error":{})")));
    REQUIRE(last.steps.size() == 2);
    CHECK(last.steps[1].failed);
    CHECK(last.steps[1].halt == HaltReason::unnamed);
}

TEST_CASE("a name that is another instruction's is noticed, clients' own names are not") {
    CHECK(may_be_called(Opcode::MSTORE, "MSTORE"));
    CHECK(may_be_called(Opcode::MSTORE, ""));
    CHECK(may_be_called(Opcode::SHL, "opcode 0x1b not defined"));
    CHECK(may_be_called(Opcode::CLZ, "INVALID"));  // of a fork that does not have it
    CHECK_FALSE(may_be_called(Opcode::MSTORE, "INVALID"));
    CHECK(may_be_called(Opcode::KECCAK256, "SHA3"));
    CHECK(may_be_called(Opcode::PREVRANDAO, "difficulty"));
    CHECK(may_be_called(static_cast<Opcode>(0x0c), "opcode 0xc not defined"));
    CHECK(may_be_called(static_cast<Opcode>(0x5e + 0x60), "anything"));
    CHECK_FALSE(may_be_called(Opcode::MSTORE, "MLOAD"));
    CHECK_FALSE(may_be_called(Opcode::MSTORE, "what"));
    CHECK_FALSE(may_be_called(static_cast<Opcode>(0x0c), "MLOAD"));
    CHECK(opcode_from_text("opcode 0xc not defined") == static_cast<Opcode>(0x0c));
}

TEST_CASE("memory that grows otherwise than its instruction makes it shows no client's timing") {
    const auto line = [](int pc, int op, int gas, int cost, const std::string& stack, int size) {
        return R"({"pc":)" + std::to_string(pc) + R"(,"op":)" + std::to_string(op) + R"(,"gas":")" +
               std::to_string(gas) + R"(","gasCost":")" + std::to_string(cost) + R"(","memSize":)" +
               std::to_string(size) + R"(,"stack":[)" + stack +
               R"(],"depth":1,"refund":0,"opName":"X"})" + "\n";
    };
    const std::string end = "{\"output\":\"\",\"gasUsed\":\"0x3\"}\n";
    const auto timings = [&](int size) {
        const std::string text =
            line(0, 0x60, 100, 3, "", 0) + line(2, 0x60, 97, 3, R"("0x1")", 0) +
            line(4, 0x52, 94, 6, R"("0x1","0x0")", size) + line(5, 0, 88, 0, "", size) + end;
        const auto reader = StepReader::over(text);
        REQUIRE(reader);
        return reader->dialect().timings;
    };
    CHECK(timings(32) == (MemoryTiming::expanded | MemoryTiming::after));  // old geth
    CHECK(timings(64) == MemoryTimings{MemoryTiming::before});             // a word too many
}
