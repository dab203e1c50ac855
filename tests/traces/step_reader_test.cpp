// SPDX-License-Identifier: MIT
// The one door to a trace: what good lines become, and what is said of bad ones, word for word.
#include "traces/step_reader.hpp"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/reading.hpp"

using namespace evmmem;
using namespace evmmem::traces;
using evmmem::test::Bytes;
using evmmem::test::read;
using evmmem::test::Reading;

namespace {

constexpr std::string_view good_line =
    R"({"pc":0,"op":96,"gas":"0x64","gasCost":"0x3","memSize":0,"stack":[],"depth":1,"refund":0,"opName":"PUSH1"})";

/// A good line on each side, so that a bad one is seen to spoil itself only.
Reading read_between_good_lines(std::string_view line) {
    return read(std::string{good_line} + "\n" + std::string{line} + "\n" + std::string{good_line} +
                "\n");
}

std::string repeated(std::string_view text, std::size_t count) {
    std::string result;
    for (std::size_t i = 0; i < count; ++i)
        result += text;
    return result;
}

struct BadLine {
    std::string line;
    std::string message;
    std::uint64_t column;
    std::string field;
};

}  // namespace

TEST_CASE("an EIP-3155 line gives every field to its step") {
    const Reading reading = read(
        R"({"pc":4,"op":82,"gas":"0x1388","gasCost":"0xc","memory":"0x00ff","memSize":2,"stack":["0x80","0x40"],"depth":1,"refund":7,"opName":"MSTORE"})"
        "\n");
    REQUIRE(reading.errors.empty());
    REQUIRE(reading.steps.size() == 1);
    const auto& step = reading.steps[0];
    CHECK(step.line == 1);
    CHECK(step.pc == 4);
    CHECK(step.op == Opcode::MSTORE);
    CHECK(step.gas == 5000);
    CHECK(step.gas_cost == 12);
    CHECK(step.memory_size == 2);
    CHECK(step.memory == Bytes{0x00, 0xff});
    CHECK(step.has_stack);
    CHECK(step.stack_size == 2);
    CHECK(step.operands == std::vector<Word>{0x40, 0x80});
    CHECK(step.depth == 1);
    CHECK(step.refund == 7);
    CHECK_FALSE(step.failed);
    CHECK(reading.bytes_read == 141);
}

TEST_CASE("fields come in any order, and unknown ones are ignored") {
    const Reading reading = read(
        R"( { "opName" : "ADD" , "section":0,"immediate":"0x0002","functionDepth":1,"storage":{"a":[1,{"b":2}]},
            )"
        "\n");
    CHECK(reading.steps.empty());
    const Reading line = read(
        R"( { "opName" : "ADD" , "section":0,"immediate":"0x0002","functionDepth":1,"storage":{"pc":[1,{"op":2}]}, "depth": 2, "stack" : [ "0x1" , "0x2" ] , "gas" : "0x9", "op":1, "pc" : 7 } )"
        "\n");
    REQUIRE(line.errors.empty());
    REQUIRE(line.steps.size() == 1);
    CHECK(line.steps[0].pc == 7);
    CHECK(line.steps[0].op == Opcode::ADD);
    CHECK(line.steps[0].depth == 2);
    CHECK(line.steps[0].operands == std::vector<Word>{2, 1});
    CHECK_FALSE(line.steps[0].gas_cost.has_value());
    CHECK_FALSE(line.steps[0].memory_size.has_value());
}

TEST_CASE("only seven operands are kept of a long stack, and all items are counted") {
    std::string items;
    for (int i = 1; i <= 20; ++i)
        items += (i == 1 ? "\"0x" : ",\"0x") + std::to_string(i) + "\"";
    const Reading reading =
        read(R"({"pc":0,"op":80,"gas":"0x9","depth":1,"stack":[)" + items + "]}\n");
    REQUIRE(reading.steps.size() == 1);
    CHECK(reading.steps[0].stack_size == 20);
    CHECK(reading.steps[0].operands == std::vector<Word>{0x20, 0x19, 0x18, 0x17, 0x16, 0x15, 0x14});
}

TEST_CASE("each kind of malformed line is reported, and the lines around it are still read") {
    const std::string wide(65, 'f');
    const std::string deep = repeated("[", 2000);
    // clang-format off
    const BadLine rows[] = {
        // ---- not JSON ----
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1)", "the JSON text stops in the middle", 38, ""},
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1}})", "unexpected text after the object", 39, ""},
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1} x)", "unexpected text after the object", 40, ""},
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1,})", "expected a field's name in quotes", 39, ""},
        {R"({"pc":0 "op":96,"gas":"0x1","depth":1})", "expected ',' or '}'", 9, ""},
        {R"({"pc":0,"op":96,"gas":"0x1,"depth":1})", "expected ',' or '}'", 29, ""},
        {R"({"pc":0,"op":96,"stack":["0x1" "0x2"],"gas":"0x1","depth":1})", "expected ',' or ']'", 32, ""},
        {R"({"pc":0,"op" 96,"gas":"0x1","depth":1})", "expected ':'", 14, ""},
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1,"error":"a":"b"}})", "expected ',' or '}'", 50, ""},
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1,"other":"a":"b"}})", "expected ',' or '}'", 50, ""},
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1,"\u006f":"a" :["b"]]})", "expected ',' or '}'", 52, ""},
        {R"({"pc":0,"op":96,"gas":"0x1","stack":["0x1":"0x2"]],"depth":1})", "expected ',' or ']'", 43, ""},
        {R"({"pc":00,"op":96,"gas":"0x1","depth":1})", "expected ',' or '}'", 8, ""},
        {R"({"pc":+1,"op":96,"gas":"0x1","depth":1})", "expected a value", 7, ""},
        {R"({"pc":nul,"op":96,"gas":"0x1","depth":1})", "expected a value", 7, ""},
        {R"({"pc":0x10,"op":96,"gas":"0x1","depth":1})", "expected ',' or '}'", 8, ""},
        {R"({"pc":0,"op":96,"other":tru,"gas":"0x1","depth":1})", "expected a value", 25, ""},
        {"{\"pc\":0,\"op\":96,\"opName\":\"\xff\",\"gas\":\"0x1\",\"depth\":1}", "invalid UTF-8", 27, ""},
        {"{\"pc\":0,\"op\":96,\"opName\":\"\t\",\"gas\":\"0x1\",\"depth\":1}", "control character in a string", 27, ""},
        {"{\"pc\":0\x01,\"op\":96,\"gas\":\"0x1\",\"depth\":1}", "expected ',' or '}'", 8, ""},
        {std::string{"{\"pc\":0,\"op\":96\0,\"gas\":\"0x1\",\"depth\":1}", 39}, "expected ',' or '}'", 16, ""},
        {"{\"pc\":0,\"op\":96,\"gas\":\"0x1\",\"depth\":1\x1f}", "expected ',' or '}'", 38, ""},
        {std::string{"{\"pc\":0,\"op\":96,\"opName\":\"\0\",\"gas\":\"0x1\",\"depth\":1}", 51}, "control character in a string", 27, ""},
        {R"({"pc":0,"op":96,"opName":"\x41","gas":"0x1","depth":1})", "invalid escape in a string", 27, ""},
        {R"({"pc":0,"op":96,"other":"\u12g4","gas":"0x1","depth":1})", "invalid escape in a string", 26, ""},
        {R"({"output":"","gasUsed":0x5})", "expected ',' or '}'", 25, ""},
        {R"({"gasUsed":"0x5","error":no})", "expected a value", 26, ""},
        {R"({"output":"","gasUsed":"0x5)", "the JSON text stops in the middle", 28, ""},
        {R"({"pc":0,"op":96,"x":)" + deep + "}", "nested too deeply", 1044, ""},
        {R"("pc":0,"op":96,"gas":"0x1","depth":1})", "expected a JSON object", 1, ""},
        // ---- not a step ----
        {R"({"op":96,"gas":"0x1","depth":1})", "a step without this field", 1, "pc"},
        {R"({"pc":0,"gas":"0x1","depth":1})", "a step without this field", 1, "op"},
        {R"({"pc":0,"op":96,"depth":1})", "a step without this field", 1, "gas"},
        {R"({"pc":0,"op":96,"gas":"0x1"})", "a step without this field", 1, "depth"},
        {R"({"\u0070c":0,"op":96,"gas":"0x1","depth":1})", "a step without this field", 1, "pc"},
        {R"({"pc":0,"pc":0,"op":96,"gas":"0x1","depth":1})", "the field appears twice", 10, "pc"},
        // ---- numbers ----
        {R"({"pc":1.0,"op":96,"gas":"0x1","depth":1})", "expected a whole number of 64 bits, found a fraction", 7, "pc"},
        {R"({"pc":1e3,"op":96,"gas":"0x1","depth":1})", "expected a whole number of 64 bits, found a fraction", 7, "pc"},
        {R"({"pc":-1,"op":96,"gas":"0x1","depth":1})", "expected a whole number of 64 bits, found a negative number", 7, "pc"},
        {R"({"pc":18446744073709551616,"op":96,"gas":"0x1","depth":1})", "expected a whole number of 64 bits, found a number of more than 64 bits", 7, "pc"},
        {R"({"pc":"0x10000000000000000","op":96,"gas":"0x1","depth":1})", "expected a whole number of 64 bits, found a number of more than 64 bits", 7, "pc"},
        {R"({"pc":null,"op":96,"gas":"0x1","depth":1})", "expected a whole number of 64 bits, found null", 7, "pc"},
        {R"({"pc":true,"op":96,"gas":"0x1","depth":1})", "expected a whole number of 64 bits, found something else", 7, "pc"},
        {R"({"pc":[],"op":96,"gas":"0x1","depth":1})", "expected a whole number of 64 bits, found something else", 7, "pc"},
        {R"({"pc":{},"op":96,"gas":"0x1","depth":1})", "expected a whole number of 64 bits, found something else", 7, "pc"},
        {R"({"pc":0,"op":96,"gas":"0x","depth":1})", "expected a whole number of 64 bits, found text that is not hex", 23, "gas"},
        {R"({"pc":0,"op":96,"gas":"0xg","depth":1})", "expected a whole number of 64 bits, found text that is not hex", 23, "gas"},
        {R"({"pc":0,"op":96,"gas":"","depth":1})", "expected a whole number of 64 bits, found something else", 23, "gas"},
        {R"({"pc":0,"op":96,"gas":"-0x1","depth":1})", "expected a whole number of 64 bits, found a negative number", 23, "gas"},
        {R"({"pc":0,"op":96,"gas":"0x1","gasCost":"0x1g","depth":1})", "expected a whole number of 64 bits, found text that is not hex", 39, "gasCost"},
        {R"({"pc":0,"op":96,"gas":"0x1","gasCost":-3,"depth":1})", "expected a whole number of 64 bits, found a negative number", 39, "gasCost"},
        {R"({"pc":0,"op":96,"gas":"0x1","memSize":1.5,"depth":1})", "expected a whole number of 64 bits, found a fraction", 39, "memSize"},
        {R"({"pc":0,"op":96,"gas":"0x1","memSize":18446744073709551616,"depth":1})", "expected a whole number of 64 bits, found a number of more than 64 bits", 39, "memSize"},
        {R"({"pc":0,"op":96,"gas":"0x1","refund":18446744073709551616,"depth":1})", "expected a whole number of 64 bits, found a number of more than 64 bits", 38, "refund"},
        {R"({"pc":0,"op":96,"gas":"0x1","stateGas":"0x10000000000000000","depth":1})", "expected a whole number of 64 bits, found a number of more than 64 bits", 40, "stateGas"},
        {R"({"pc":0,"op":96,"gas":"0x1","refund":"x","depth":1})", "expected a whole number of 64 bits, found something else", 38, "refund"},
        {R"({"pc":0,"op":96,"gas":"0x1","depth":4294967297})", "expected at most 65536", 37, "depth"},
        {R"({"pc":0,"op":256,"gas":"0x1","depth":1})", "expected an instruction's byte or its name", 14, "op"},
        {R"({"pc":0,"op":"FOO","gas":"0x1","depth":1})", "expected an instruction's byte or its name", 14, "op"},
        {R"({"pc":0,"op":null,"gas":"0x1","depth":1})", "expected an instruction's byte or its name", 14, "op"},
        // ---- stack and bytes ----
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1,"stack":"0x1"})", "expected an array", 47, "stack"},
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1,"stack":[1]})", "expected a hex number in quotes", 48, "stack"},
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1,"stack":[["0x1"]]})", "expected a hex number in quotes", 48, "stack"},
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1,"stack":["0x"]})", "expected a hex number of 1 to 64 digits", 48, "stack"},
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1,"stack":["0xzz"]})", "expected a hex number of 1 to 64 digits", 48, "stack"},
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1,"stack":["0x)" + wide + R"("]})", "expected a hex number of 1 to 64 digits", 48, "stack"},
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1,"memory":"0x123"})", "an odd number of hex digits", 48, "memory"},
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1,"memory":"0x12zz"})", "text that is not hex", 48, "memory"},
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1,"memory":{}})", "expected hex in quotes or an array of it", 48, "memory"},
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1,"memory":[7]})", "expected hex in quotes", 49, "memory"},
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1,"memory":["0xq"]})", "text that is not hex", 49, "memory"},
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1,"memory":["0x)" + wide + R"("]})", "expected at most 64 hex digits", 49, "memory"},
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1,"returnData":"0x123"})", "an odd number of hex digits", 52, "returnData"},
        {R"({"pc":0,"op":96,"gas":"0x1","depth":1,"returnData":5})", "expected hex in quotes", 52, "returnData"},
    };
    // clang-format on
    for (const BadLine& row : rows) {
        CAPTURE(row.line);
        const Reading reading = read_between_good_lines(row.line);
        CHECK(reading.steps.size() == 2);
        REQUIRE(reading.errors.size() == 1);
        const TraceError& error = reading.errors[0];
        CHECK(error.kind == TraceError::Kind::malformed);
        CHECK(error.message == row.message);
        CHECK(error.line == 2);
        CHECK(error.column == row.column);
        CHECK(error.field == row.field);
        CHECK(error.excerpt.size() <= 80);
        REQUIRE(error.column != 0);
        CHECK(row.line.substr(error.column - 1 - error.excerpt_place, error.excerpt.size()) ==
              error.excerpt);
    }
}

TEST_CASE("numbers of 64 bits are exact, in whatever way they are written") {
    const Reading reading = read(
        R"({"pc":9007199254740993,"op":"0x60","gas":18446744073709551615,"gasCost":"0x7fffffffffffffff","memSize":"32","depth":"0x1"})"
        "\n"
        R"({"pc":0,"op":96,"gas":"0x00000000000000000000ffffffffffffffff","gasCost":"0x10000000000000000","depth":1})"
        "\n");
    REQUIRE(reading.errors.empty());
    REQUIRE(reading.steps.size() == 2);
    CHECK(reading.steps[0].pc == (1ULL << 53) + 1);
    CHECK(reading.steps[0].op == Opcode::PUSH1);
    CHECK(reading.steps[0].gas == ~0ULL);
    CHECK(reading.steps[0].gas_cost == 0x7fffffffffffffffULL);
    CHECK(reading.steps[0].memory_size == 32);
    CHECK(reading.steps[1].gas == ~0ULL);
    CHECK(reading.steps[1].gas_cost == ~0ULL);  // or more: no cost that a step could have
}

TEST_CASE("lines that are no steps are skipped and counted, or reported") {
    const Reading reading =
        read(std::string{"INFO [12-03|10:38:33.360] Trie dumping started\n"
                         "# WARNING:T8N: something\n"
                         "\n"
                         "\x1b[31mFAIL\x1b[0m [1/1] name - STATE ROOT exp: 0x00\n"} +
             std::string{good_line} +
             "\n{\"output\":\"beef\",\"gasUsed\":\"0x3\"}\n"
             "{\"stateRoot\": \"0x00\"}\n"
             "error:\n"
             "- Statetest(\n"
             "    TestError {\n"
             "[\n  {\n    \"name\": \"x\",\n    \"error\": \"y\"\n  }\n]");
    CHECK(reading.errors.empty());
    CHECK(reading.steps.size() == 1);
    CHECK(reading.steps[0].line == 5);
    REQUIRE(reading.reports.size() == 1);
    CHECK(reading.reports[0].kind == Report::Kind::output);
    CHECK(reading.reports[0].line == 6);
    CHECK(reading.reports[0].output == Bytes{0xbe, 0xef});
    CHECK(reading.reports[0].gas_used == 3);
    CHECK(reading.lines_skipped == 13);
}

TEST_CASE("an object after a log's prefix is read, and columns count from the line's beginning") {
    const Reading reading = read("evm-1  | " + std::string{good_line} + "\nevm-1  | " +
                                 R"({"pc":0,"op":96,"gas":"0xg","depth":1})" + "\n");
    CHECK(reading.steps.size() == 1);
    REQUIRE(reading.errors.size() == 1);
    CHECK(reading.errors[0].line == 2);
    CHECK(reading.errors[0].column == 32);
}

TEST_CASE("byte order mark, CRLF, blank lines and a missing last line end are no matter") {
    const Reading reading = read("\xef\xbb\xbf" + std::string{good_line} + "\r\n\r\n\n  \n" +
                                 std::string{good_line} + "\r\n" + std::string{good_line});
    CHECK(reading.errors.empty());
    REQUIRE(reading.steps.size() == 3);
    CHECK(reading.steps[1].line == 5);
    CHECK(reading.steps[2].line == 6);
    CHECK(reading.lines_skipped == 1);  // the blanks
}

TEST_CASE("a trace cut at any byte of its last line is truncated, never shorter and whole") {
    const std::string whole = std::string{good_line} + "\n" + std::string{good_line};
    for (std::size_t size = good_line.size() + 2; size < whole.size(); ++size) {
        CAPTURE(size);
        const Reading reading = read(std::string_view{whole}.substr(0, size));
        CHECK(reading.steps.size() == 1);
        REQUIRE(reading.errors.size() == 1);
        CHECK(reading.errors[0].kind == TraceError::Kind::truncated);
        CHECK(reading.errors[0].message == "the last line is cut short");
        CHECK(reading.errors[0].line == 2);
    }
}

TEST_CASE("a last line that no more text could have made right is malformed, not cut short") {
    const Reading reading = read(std::string{good_line} + "\n" + std::string{good_line} + " x");
    CHECK(reading.steps.size() == 1);
    REQUIRE(reading.errors.size() == 1);
    CHECK(reading.errors[0].kind == TraceError::Kind::malformed);
    CHECK(reading.errors[0].message == "unexpected text after the object");
}

TEST_CASE("lines without a step have an end, before the first step and after it") {
    std::string noise;
    while (noise.size() < 300'000'000)
        noise.append(999, '#').append("\n");
    const Reading before = read(noise);
    REQUIRE(before.errors.size() == 1);
    CHECK(before.errors[0].message == "nothing at its beginning is a step of a trace");
    const Reading after = read(std::string{good_line} + "\n" + noise);
    CHECK(after.steps.size() == 1);
    REQUIRE(after.errors.size() == 1);
    CHECK(after.errors[0].kind == TraceError::Kind::limit);
    CHECK(after.errors[0].message == "no step in 256 MiB; what follows is not read");
}

TEST_CASE("a first line that is cut short is truncated, too") {
    for (std::size_t size = 1; size < good_line.size(); ++size) {
        CAPTURE(size);
        const Reading reading = read(good_line.substr(0, size));
        CHECK(reading.steps.empty());
        REQUIRE(reading.errors.size() == 1);
        CHECK(reading.errors[0].kind == TraceError::Kind::truncated);
    }
}

TEST_CASE("what is no trace is called that") {
    struct Row {
        std::string text;
        std::string message;
    };
    const Row rows[] = {
        {"", "the input is empty"},
        {std::string(100, '\0'), "the input is binary, not a trace"},
        {"\x7f"
         "ELF\x02\x01\x01" +
             std::string(8, '\0'),
         "it is a program, not a trace"},
        {"hello\nworld\n", "no line of it is a step of a trace"},
        {"\n\n", "no line of it is a step of a trace"},
        {"{}\n", "no line of it is a step of a trace"},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32000}}\n",
         "no answer in it is a trace: answer with id 1: it has no structLogs"},
        {R"({"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"not found"}})",
         "no answer in it is a trace: answer with id 1: the node says: not found"},
        {"{\n\"a\": 1\n}\n", "a JSON document without \"structLogs\", and no line of it is a step"},
        {"[]", "a JSON document without \"structLogs\", and no line of it is a step"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const Reading reading = read(row.text);
        REQUIRE(reading.errors.size() == 1);
        CHECK(reading.errors[0].kind == TraceError::Kind::not_a_trace);
        CHECK(reading.errors[0].message == row.message);
        CHECK(reading.errors[0].line == 0);
    }
}

TEST_CASE("a line longer than the limit names the option that raises it") {
    ReaderOptions options;
    options.line_max = 1000;
    const std::string long_line =
        R"({"pc":0,"op":96,"gas":"0x1","depth":1,"memory":"0x)" + std::string(1000, '0') + "\"}\n";
    const Reading reading =
        read(std::string{good_line} + "\n" + long_line + std::string{good_line}, options);
    CHECK(reading.steps.size() == 1);
    REQUIRE(reading.errors.size() == 1);
    CHECK(reading.errors[0].kind == TraceError::Kind::limit);
    CHECK(reading.errors[0].message == "longer than 1000 bytes; --max-line 4000 raises the limit");
    CHECK(reading.errors[0].line == 2);

    options.line_max = long_line.size() - 1;
    CHECK(read(long_line, options).steps.size() == 1);
    options.line_max = long_line.size() - 2;
    CHECK(read(long_line, options).steps.empty());
}

TEST_CASE("a line of many megabytes is read whole") {
    const std::string memory(20'000'000, 'a');
    const Reading reading = read(R"({"pc":0,"op":96,"gas":"0x1","depth":1,"memory":"0x)" + memory +
                                 "\"}\n" + std::string{good_line} + "\n");
    REQUIRE(reading.steps.size() == 2);
    REQUIRE(reading.steps[0].memory.has_value());
    CHECK(reading.steps[0].memory->size() == 10'000'000);
    CHECK(reading.steps[0].memory->back() == 0xaa);
}

TEST_CASE("no line makes the reader keep more words of memory than any gas could pay for") {
    const auto line = [](std::size_t words) {
        return R"({"pc":0,"op":96,"gas":"0x1","depth":1,"memory":["1")" +
               repeated(",\"1\"", words - 1) + "]}\n";
    };
    constexpr std::size_t words_max = std::size_t{1} << 22;
    CHECK(read(line(words_max)).steps.at(0).memory->size() == 32 * words_max);
    const Reading reading = read(line(words_max + 1));
    REQUIRE(reading.errors.size() == 1);
    CHECK(reading.errors[0].kind == TraceError::Kind::malformed);
    CHECK(reading.errors[0].message == "more than 4194304 words");
    CHECK(reading.errors[0].field == "memory");
}

TEST_CASE("foreign text is handed on as it is, escapes undone") {
    const Reading reading = read(
        R"({"pc":0,"op":96,"gas":"0x1","depth":1,"opName":"\u001b[31m\u202e","error":"stack underflow (1 \u003c=\u003e 2) \ud83d\ude00"})"
        "\n");
    REQUIRE(reading.steps.size() == 1);
    CHECK(reading.steps[0].op_name == "\x1b[31m\xe2\x80\xae");
    CHECK(reading.steps[0].error == "stack underflow (1 <=> 2) \xf0\x9f\x98\x80");
    CHECK(reading.steps[0].failed);
}

TEST_CASE("whether return data are shown is each transaction's own") {
    const auto transaction = [](const std::string& shown) {
        const auto line = [](const std::string& pc, const std::string& bytes) {
            return R"({"pc":)" + pc +
                   R"(,"op":91,"gas":"0x64","gasCost":"0x1","memSize":0,"stack":[],"returnData":")" +
                   bytes + "\",\"depth\":1,\"refund\":0,\"opName\":\"JUMPDEST\"}\n";
        };
        return line("0", "0x") + line("1", shown) +
               R"({"output":"","gasUsed":"0x2"})"
               "\n";
    };
    const Reading reading = read(transaction("0xab") + transaction("0x") + transaction("0xab"));
    REQUIRE(reading.steps.size() == 6);
    CHECK(reading.steps[0].return_data == Bytes{});  // empty, as others are shown
    CHECK_FALSE(reading.steps[2].return_data.has_value());
    CHECK_FALSE(reading.steps[3].return_data.has_value());
    CHECK(reading.steps[4].return_data == Bytes{});
    CHECK(reading.steps[5].return_data == Bytes{0xab});
}
