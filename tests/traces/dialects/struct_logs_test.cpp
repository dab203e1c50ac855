// SPDX-License-Identifier: MIT
// Steps in JSON documents: found wherever the arrays are nested, streamed, and numbered by physical
// lines.
#include "traces/dialects/struct_logs.hpp"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/reading.hpp"

using namespace evmmem;
using namespace evmmem::traces;
using evmmem::test::Bytes;
using evmmem::test::read;
using evmmem::test::Reading;

namespace {

constexpr std::string_view step =
    R"({"pc":0,"op":"PUSH1","gas":100,"gasCost":3,"depth":1,"stack":[]})";
constexpr std::string_view result =
    R"({"gas":21000,"failed":true,"returnValue":"0xbeef","structLogs":[{"pc":0,"op":"PUSH1","gas":100,"gasCost":3,"depth":1,"stack":[]}]})";

}  // namespace

TEST_CASE("structLogs are found wherever they are nested") {
    const std::string inner{result};
    struct Row {
        std::string text;
        std::size_t transactions;
    };
    const Row rows[] = {
        {inner, 1},
        {"\xef\xbb\xbf  " + inner + "\n", 1},
        {R"({"jsonrpc":"2.0","id":1,"result":)" + inner + "}", 1},
        {R"({"jsonrpc":"2.0","id":1,"result":[{"txHash":"0x00","result":)" + inner +
             R"(},{"txHash":"0x01","result":)" + inner + "}]}",
         2},
        {R"([{"request":{"params":["[{\"structLogs\":[",{"a":[]}]},"response":{"result":)" + inner +
             R"(}},{"test":{"reference":""}}])",
         1},
        {"// a comment\n>> {\"jsonrpc\":\"2.0\",\"method\":\"debug_traceCall\",\"params\":[]}\n<< "
         "{\"result\":" +
             inner + "}\n",
         1},
        {inner + "\n" + inner + "\n", 2},
        {R"({"blockTrace":{"executionResults":[)" + inner + "," + inner + "," + inner + "]}}", 3},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const Reading reading = read(row.text);
        CHECK(reading.errors.empty());
        CHECK(reading.steps.size() == row.transactions);
        REQUIRE(reading.reports.size() == 2 * row.transactions);
        for (std::size_t i = 0; i < reading.reports.size(); i += 2) {
            CHECK(reading.reports[i].kind == Report::Kind::transaction_start);
            CHECK(reading.reports[i + 1].kind == Report::Kind::summary);
            CHECK(reading.reports[i + 1].gas_used == 21000);
            CHECK(reading.reports[i + 1].failed == true);
            CHECK(reading.reports[i + 1].output == Bytes{0xbe, 0xef});
        }
    }
}

TEST_CASE("the result's fields count after the array as before it") {
    const Reading reading = read(R"({"structLogs":[)" + std::string{step} +
                                 R"(],"returnValue":"","failed":false,"gas":"0x5208"})");
    REQUIRE(reading.reports.size() == 2);
    CHECK(reading.reports[1].gas_used == 21000);
    CHECK(reading.reports[1].failed == false);
    CHECK(reading.reports[1].output == Bytes{});
}

TEST_CASE("a transaction without steps is one, too") {
    const Reading reading =
        read(R"({"gas":21000,"failed":false,"returnValue":"0x","structLogs":[]})");
    CHECK(reading.errors.empty());
    CHECK(reading.steps.empty());
    CHECK(reading.reports.size() == 2);
}

TEST_CASE("besu's test specifications hold lines as objects or as strings") {
    const std::string line =
        R"({"pc":0,"op":96,"gas":"0x9","gasCost":"0x3","memSize":0,"stack":[],"depth":1,"refund":0,"opName":"PUSH1"})";
    std::string quoted;
    for (const char c : line)
        quoted += c == '"' ? std::string{"\\\""} : std::string{c};
    const Reading reading =
        read("{\n  \"cli\": [\"--json\"],\n  \"stdin\": \"\",\n  \"stdout\": [\n    " + line +
             ",\n    \"" + quoted +
             "\",\n    {\"stateRoot\":\"0xad\",\"output\":\"0x4e\",\"gasUsed\":\"0x12\","
             "\"pass\":true,\"fork\":\"BPO5\"}\n  ]\n}");
    CHECK(reading.errors.empty());
    CHECK(reading.dialect == "besu-spec");
    REQUIRE(reading.steps.size() == 2);
    CHECK(reading.steps[0].line == 5);
    CHECK(reading.steps[1].line == 6);
    CHECK(reading.steps[1].op == Opcode::PUSH1);
    REQUIRE(reading.reports.size() == 2);
    CHECK(reading.reports[1].kind == Report::Kind::summary);
    CHECK(reading.reports[1].line == 7);
    CHECK(reading.reports[1].fork == "BPO5");
    CHECK(reading.reports[1].output == Bytes{0x4e});
}

TEST_CASE("line and column are those of the document's text") {
    const Reading reading = read(
        "{\n \"structLogs\": [\n  {\"pc\":0,\"op\":\"ADD\",\"gas\":1,\"depth\":1},\n"
        "  {\"pc\":0,\n    \"op\":\"ADD\",\n    \"gas\":1.5,\"depth\":1},  {\"pc\":-1,"
        "\"op\":\"ADD\",\"gas\":1,\"depth\":1},\n  7,\n  {\"pc\":0 1}\n ]\n}\n");
    CHECK(reading.steps.size() == 1);
    CHECK(reading.steps[0].line == 3);
    REQUIRE(reading.errors.size() == 4);
    CHECK(reading.errors[0].line == 6);
    CHECK(reading.errors[0].column == 11);
    CHECK(reading.errors[0].field == "gas");
    CHECK(reading.errors[0].excerpt == "    \"gas\":1.5,\"depth\":1}");
    CHECK(reading.errors[1].line == 6);
    CHECK(reading.errors[1].column == 34);
    CHECK(reading.errors[2].line == 7);
    CHECK(reading.errors[2].column == 3);
    CHECK(reading.errors[2].message == "expected a JSON object");
    CHECK(reading.errors[3].line == 8);
    CHECK(reading.errors[3].column == 11);
    CHECK(reading.errors[3].message == "expected ',' or '}'");
}

TEST_CASE("a document cut at any byte is truncated, never shorter and whole") {
    const std::string whole = R"({"jsonrpc":"2.0","result":)" + std::string{result} + "}";
    for (std::size_t size = 1; size < whole.size(); ++size) {
        CAPTURE(size);
        const Reading reading = read(std::string_view{whole}.substr(0, size));
        REQUIRE(reading.errors.size() == 1);
        CHECK(reading.errors[0].kind == TraceError::Kind::truncated);
    }
}

TEST_CASE("what is wrong between the elements is reported once, and the steps after it are read") {
    struct Row {
        std::string document;
        std::string message;
    };
    const std::string one{step};
    const Row rows[] = {
        {R"({"structLogs":[)" + one + one + "]}", "expected ',' or ']'"},
        {R"({"structLogs":[)" + one + ",," + one + "]}", "expected a value"},
        {R"({"structLogs":[,)" + one + "," + one + "]}", "expected a value"},
        {R"({"structLogs":[)" + one + "," + one + ",]}", "expected a value"},
        {R"({"gas":1 "structLogs":[)" + one + "," + one + "]}", "expected ',' or '}'"},
        {R"({"gas":1,,"structLogs":[)" + one + "," + one + "]}", "expected a value"},
        {R"({"structLogs":[)" + one + "," + one + R"(],"gas":1,})", "expected a value"},
        {R"({"gas":0x5,"structLogs":[)" + one + "," + one + "]}", "expected a value"},
        {R"({"structLogs":[)" + one + "," + one + R"(],"failed":fals})", "expected a value"},
        {R"({"other":nil,"structLogs":[)" + one + "," + one + "]}", "expected a value"},
        {R"({"other":"\x","structLogs":[)" + one + "," + one + "]}", "expected a value"},
        {R"({"gas":1,"gas":2,"structLogs":[)" + one + "," + one + "]}", "the field appears twice"},
        {R"({"structLogs":[)" + one + "," + one + "]]", "expected ',' or '}'"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.document);
        const Reading reading = read(row.document);
        CHECK(reading.steps.size() == 2);
        REQUIRE(reading.errors.size() == 1);
        CHECK(reading.errors[0].kind == TraceError::Kind::malformed);
        CHECK(reading.errors[0].message == row.message);
    }
}

TEST_CASE("damage around the arrays ends the reading with a word on it") {
    const Reading reading = read(R"({"structLogs":[)" + std::string{step} + R"(],gas:1})");
    CHECK(reading.steps.size() == 1);
    REQUIRE(reading.errors.size() == 1);
    CHECK(reading.errors[0].kind == TraceError::Kind::malformed);
    CHECK(reading.errors[0].message == "expected a field's name in quotes");
}

TEST_CASE("an element longer than the limit names the option that raises it") {
    ReaderOptions options;
    options.line_max = 100;
    const Reading reading = read(R"({"structLogs":[)" + std::string{step} +
                                     R"(,{"pc":0,"memory":[")" + std::string(100, '0') + "\"]}]}",
                                 options);
    CHECK(reading.steps.size() == 1);
    REQUIRE(reading.errors.size() == 1);
    CHECK(reading.errors[0].kind == TraceError::Kind::limit);
}

TEST_CASE("elements larger than a block of the window are read whole") {
    const std::string words = [] {
        std::string text;
        for (int i = 0; i < 60000; ++i)
            text += (i == 0 ? "\"" : ",\"") + std::string(64, 'b') + "\"";
        return text;
    }();
    const std::string element =
        R"({"pc":0,"op":"PUSH1","gas":100,"gasCost":3,"depth":1,"stack":[],"memory":[)" + words +
        "]}";
    const Reading reading = read(R"({"structLogs":[)" + element + "," + element + "]}");
    CHECK(reading.errors.empty());
    REQUIRE(reading.steps.size() == 2);
    CHECK(reading.steps[1].memory->size() == 60000 * 32);
}

namespace {

/// What of a text's answers was not read, a line each.
std::string unread(const std::string& text) {
    auto reader = StepReader::over(text, {});
    if (!reader) return reader.error().message;
    Record record;
    for (;;) {
        const auto kind = reader->next(record);
        if (!kind) return kind.error().message;
        if (*kind == RecordKind::end) break;
    }
    std::string words;
    for (const UnreadAnswer& answer : reader->unread_answers())
        words += answer.which + ": " + answer.why + "\n";
    return words;
}

}  // namespace

TEST_CASE("an answer without steps beside others is named, with the node's words") {
    const std::string inner{result};
    const std::string good = R"({"jsonrpc":"2.0","id":1,"result":)" + inner + "}";
    struct Row {
        std::string text;
        std::string words;
    };
    const Row rows[] = {
        {"[" + good +
             R"(,{"jsonrpc":"2.0","id":2,"error":{"code":-32000,"message":"block #7 not found"}}])",
         "answer with id 2: the node says: block #7 not found\n"},
        {R"([{"id":"a","error":"no \"state\""},)" + good + "]",
         "answer with id a: the node says: no \"state\"\n"},
        {"[null," + good + "]", "answer 1: it is null\n"},
        {good + R"({"id":2,"result":null})", "answer with id 2: its result is null\n"},
        {R"({"result":[{"txHash":"0x00","result":)" + inner +
             R"(},{"txHash":"0x01","result":null},{"txHash":"0x02","error":"timeout"}]})",
         "transaction 0x01: its result is null\ntransaction 0x02: the node says: timeout\n"},
        {R"({"result":[)" + inner + ",null]}", "transaction 2: it is null\n"},
        {good + R"({"id":3,"result":{"type":"CALL","from":"0x0","calls":[]}})",
         "answer with id 3: it is a result of callTracer; debug_traceTransaction without "
         "\"tracer\", "
         "and with \"enableMemory\": true, gives steps\n"},
        {good + R"({"id":3,"result":{"from":"0x0","error":"execution reverted","gasUsed":"0x1"}})",
         "answer with id 3: it is a result of callTracer; debug_traceTransaction without "
         "\"tracer\", "
         "and with \"enableMemory\": true, gives steps\n"},
        {R"({"result":)" + inner + R"(,"error":{"message":"execution timeout"}})",
         "an answer: the node says: execution timeout\n"},
        // requests, tests and the fields around them are no answers
        {R"([{"request":{"id":1,"method":"m","params":[]},"response":)" + good +
             R"(},{"test":{}}])",
         ""},
        {R"({"result":)" + inner + R"(,"error":null})", ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(unread(row.text) == row.words);
    }
}

TEST_CASE("a document that is whole without a step is read to its end") {
    for (const char* const text :
         {R"({"jsonrpc":"2.0","id":1,"result":[]})",
          R"({"jsonrpc":"2.0","id":1,"result":{"gas":21000,"failed":false,"structLogs":[]}})",
          R"({"result":{"gas":21000,"failed":false,"structLogs":null}})"}) {
        CAPTURE(text);
        auto reader = StepReader::over(text, {});
        REQUIRE(reader);
        Record record;
        for (;;) {
            const auto kind = reader->next(record);
            REQUIRE(kind);
            CHECK(*kind != RecordKind::step);
            if (*kind == RecordKind::end) break;
        }
        CHECK(reader->has_read_an_end());
        CHECK(reader->unread_answer_count() == 0);
    }
}

TEST_CASE("an array of steps needs nothing around it") {
    const std::string one{step};
    for (const std::string& text :
         {"[" + one + "," + one + "]", "[\n  " + one + ",\n  " + one + "\n]\n",
          R"({"result":[)" + one + "," + one + "]}"}) {
        CAPTURE(text);
        const Reading reading = read(text);
        CHECK(reading.errors.empty());
        CHECK(reading.steps.size() == 2);
    }
}

TEST_CASE("whether memory is shown is each answer's own") {
    const std::string with =
        R"({"structLogs":[{"pc":0,"op":"PUSH1","gas":100,"gasCost":3,"depth":1,"stack":[]},)"
        R"({"pc":2,"op":"STOP","gas":97,"gasCost":0,"depth":1,"stack":["0x1"],"memory":["0x)" +
        std::string(64, '0') + R"("]}]})";
    const std::string without =
        R"({"structLogs":[{"pc":0,"op":"PUSH1","gas":100,"gasCost":3,"depth":1,"stack":[]}]})";
    const Reading reading = read("[" + with + "," + without + "," + with + "]");
    REQUIRE(reading.steps.size() == 5);
    CHECK(reading.steps[0].memory == Bytes{});  // absent where others are shown: empty
    CHECK_FALSE(reading.steps[2].memory.has_value());
    CHECK(reading.steps[3].memory == Bytes{});
}
