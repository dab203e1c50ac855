// SPDX-License-Identifier: MIT
// The streams are as clients print them: go-ethereum's and execution-specs' statetest with --trace and
// both outputs in one, besu's, revm's, nethermind's and parity's, and the answers of a node.
#include "traces/transactions.hpp"

#include <doctest/doctest.h>

#include "traces/no_findings.hpp"
#include "traces/replayer.hpp"

using namespace evmmem;
using namespace evmmem::traces;

namespace {

std::string line(int pc, int op, int gas, const std::string& stack, const std::string& name) {
    return R"({"pc":)" + std::to_string(pc) + R"(,"op":)" + std::to_string(op) + R"(,"gas":")" +
           std::to_string(gas) + R"(","gasCost":")" +
           (op == 0    ? "0x0"
            : op == 80 ? "0x2"
                       : "0x3") +
           R"(","memSize":0,"stack":[)" + stack + R"(],"depth":1,"refund":0,"opName":")" + name +
           "\"}\n";
}

/// PUSH1, POP, STOP; `value` is what the second line shows as pushed: no more than a byte can be.
std::string steps(const std::string& value = "0x1") {
    return line(0, 96, 100, "", "PUSH1") + line(2, 80, 97, "\"" + value + "\"", "POP") +
           line(3, 0, 95, "", "STOP");
}

const std::string output = R"({"output":"","gasUsed":"0x5"})"
                           "\n";
std::string root(int n) {
    return R"({"stateRoot": "0x)" + std::string(63, '0') + std::to_string(n) + "\"}\n";
}
std::string result(const std::string& name, const std::string& fork, int n) {
    return "  {\n    \"name\": \"" + name + "\",\n    \"pass\": true,\n    \"stateRoot\": \"0x" +
           std::string(63, '0') + std::to_string(n) + "\",\n    \"fork\": \"" + fork + "\"\n  }";
}

/// What was told, a line for each time: "0 name/fork/index/hash/answer", "!" where it is not whole,
/// "*" for each finding; those that are kept in the end after a "=".
struct Told {
    std::vector<std::string> told, kept;
    ReplaySummary summary;
};

std::string text(const TransactionResult& result) {
    std::string text = std::to_string(result.number);
    for (const auto* part : {&result.name.test, &result.name.fork, &result.name.index,
                             &result.name.hash, &result.name.answer})
        if (!part->empty()) text += " " + *part;
    if (!result.is_whole) text += " !";
    return text + std::string(result.findings, '*');
}

struct Noting final : FindingSink {
    explicit Noting(Transactions& all) : transactions{all} {}
    void on_finding(const Finding& finding) override { transactions.note_finding(finding); }
    Transactions& transactions;
};

Told tell(const std::string& stream, std::size_t kept_max = 100) {
    Told told;
    Transactions transactions{
        kept_max, [&](const TransactionResult& result) { told.told.push_back(text(result)); }};
    ReaderOptions reading;
    reading.transactions = &transactions;
    auto reader = StepReader::over(stream, reading);
    REQUIRE(reader);
    Noting sink{transactions};
    ReplayOptions options;
    options.transactions = &transactions;
    Replayer replayer{reader->dialect(), options, sink};
    Record record;
    for (;;) {
        const auto more = replayer.replay_next(*reader, record);
        if (!more) {
            transactions.note_error();
            replayer.gap();
        }
        if (more ? !*more : !more.error().is_recoverable()) break;
    }
    told.summary = replayer.finish();
    for (const auto& each : transactions.kept())
        told.kept.push_back(text(each));
    return told;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("each transaction is told when it is over, with its steps and lines") {
    Transactions transactions{10};
    ReaderOptions reading;
    reading.transactions = &transactions;
    const std::string stream = steps() + output + root(1) + steps() + output + root(2);
    auto reader = StepReader::over(stream, reading);
    REQUIRE(reader);
    NoFindings sink;
    ReplayOptions options;
    options.transactions = &transactions;
    Replayer replayer{reader->dialect(), options, sink};
    replayer.replay_all(*reader);
    REQUIRE(transactions.kept().size() == 2);
    const TransactionResult& second = transactions.kept()[1];
    CHECK(second.number == 1);
    CHECK(second.first_step == 3);
    CHECK(second.steps == 3);
    CHECK(second.first_line == 6);
    CHECK(second.last_line == 9);  // its output's
    CHECK(second.is_whole);
    CHECK(second.findings == 0);
}

TEST_CASE("geth's list of results names the tests before it, by their state roots") {
    const std::string stream = steps() + output + root(1) + steps() + output + root(2) + "[\n" +
                               result("first", "London", 1) + ",\n" +
                               result("second", "Cancun", 2) + "\n]\n";
    const Told told = tell(stream);
    CHECK(told.told == Texts{"0", "1", "0 first London", "1 second Cancun"});
    CHECK(told.kept == Texts{"0 first London", "1 second Cancun"});
}

TEST_CASE("a test that ran no code takes its name, and no other's") {
    // The first printed its output and its root without a step, the third its root alone.
    const std::string stream = steps() + output + root(1) + output + root(2) + root(3) + steps() +
                               output + root(4) + "[\n" + result("a", "London", 1) + ",\n" +
                               result("b", "London", 2) + ",\n" + result("c", "London", 3) + ",\n" +
                               result("d", "London", 4) + "\n]\n";
    CHECK(tell(stream).kept == Texts{"0 a London", "1 d London"});
}

TEST_CASE("lists of several files in one stream name each the tests before it") {
    const auto file = [](const std::string& name, int n) {
        return steps() + output + root(n) + "[\n" + result(name, "Osaka", n) + "\n]\n";
    };
    CHECK(tell(file("a", 1) + file("b", 2) + file("c", 3)).kept ==
          Texts{"0 a Osaka", "1 b Osaka", "2 c Osaka"});
    // execution-specs' output may come late: all lists after all traces.
    const std::string late = steps() + output + root(1) + steps() + output + root(2) + "[\n" +
                             result("a", "Osaka", 1) + "\n]\n[\n" + result("b", "Osaka", 2) +
                             "\n]\n";
    CHECK(tell(late).kept == Texts{"0 a Osaka", "1 b Osaka"});
}

TEST_CASE("a list that does not fit the state roots names nothing, and neither do later ones") {
    const std::string stream = steps() + output + root(1) + "[\n" + result("a", "Osaka", 7) +
                               "\n]\n" + steps() + output + root(2) + "[\n" +
                               result("b", "Osaka", 2) + "\n]\n";
    CHECK(tell(stream).kept == Texts{"0", "1"});
}

TEST_CASE("besu's and revm's summaries name their own transaction, with fork and index") {
    const auto summary = [](const std::string& name, int d) {
        return R"({"output":"","gasUsed":"0x5208","test":")" + name + R"(","fork":"London","d":)" +
               std::to_string(d) +
               R"(,"g":0,"v":2,"stateRoot":"0xad","postLogsHash":"0x1d","pass":true})" + "\n";
    };
    const Told told = tell(steps() + summary("t\\u0041", 0) + steps() + summary("u", 1));
    CHECK(told.told == Texts{"0 tA London d0 g0 v2", "1 u London d1 g0 v2"});
    // The summary of a test without code does not rename the transaction before it.
    CHECK(tell(steps() + summary("t", 0) + summary("none", 1)).kept ==
          Texts{"0 t London d0 g0 v2"});
}

TEST_CASE("nethermind's line names the test that is over") {
    const std::string verdict =
        "\x1b[31mFAIL\x1b[0m [1/1] a_b-3_d0g1v2_Osaka - STATE ROOT exp: 0x00, actual: 0xad\n";
    CHECK(tell(steps() + output + root(1) + verdict).kept == Texts{"0 a_b-3 Osaka d0 g1 v2"});
}

TEST_CASE("parity names a test before it starts") {
    const auto start = [](const std::string& name) {
        return R"({"action":"starting","test":")" + name + "\"}\n";
    };
    CHECK(tell(start("n:berlin:3") + steps() + start("m") + steps()).kept ==
          Texts{"0 n berlin 3", "1 m"});
}

TEST_CASE("the transactions of a block have their hashes, the answers of a batch their ids") {
    const std::string inner =
        R"({"gas":21005,"failed":false,"returnValue":"","structLogs":[)"
        R"({"pc":0,"op":"PUSH1","gas":100,"gasCost":3,"depth":1,"stack":[]},)"
        R"({"pc":2,"op":"POP","gas":97,"gasCost":2,"depth":1,"stack":["0x1"]},)"
        R"({"pc":3,"op":"STOP","gas":95,"gasCost":0,"depth":1,"stack":[]}]})";
    const std::string none = R"({"gas":21000,"failed":false,"returnValue":"","structLogs":[]})";
    SUBCASE("before the steps") {
        const Told told = tell(R"({"jsonrpc":"2.0","id":1,"result":[{"txHash":"0xaa","result":)" +
                               inner + R"(},{"txHash":"0xbb","result":)" + none +
                               R"(},{"txHash":"0xcc","result":)" + inner + "}]}");
        CHECK(told.told == Texts{"0 0xaa", "1 0xcc"});
    }
    SUBCASE("after the steps") {
        CHECK(tell(R"({"jsonrpc":"2.0","id":1,"result":[{"result":)" + inner +
                   R"(,"txHash":"0xaa"},{"result":)" + none + R"(,"txHash":"0xbb"},{"result":)" +
                   inner + R"(,"txHash":"0xcc"}]})")
                  .kept == Texts{"0 0xaa", "1 0xcc"});
    }
    SUBCASE("of a batch") {
        CHECK(tell(R"([{"jsonrpc":"2.0","id":7,"result":)" + inner +
                   R"(},{"jsonrpc":"2.0","result":)" + inner + R"(,"id":"x"}])")
                  .kept == Texts{"0 7", "1 x"});
    }
}

TEST_CASE("findings and what is missing are counted where they are") {
    const Told told =
        tell(steps() + output + root(1) + steps("0x1ff") + output + root(2) +
             line(0, 96, 100, "", "PUSH1") + output + root(3) + steps() + output + root(4));
    CHECK(told.kept == Texts{"0", "1*", "2 !", "3"});
    CHECK(told.summary.findings == 1);
    CHECK(told.summary.is_truncated);
}

TEST_CASE("a line that cannot be read belongs to the transaction around it, or to the next one") {
    const std::string bad = "{\"pc\":2,\"op\":80,\n";
    CHECK(tell(steps() + output + root(1) + bad + steps() + output + root(2)).kept ==
          Texts{"0", "1 !"});
}

TEST_CASE("transactions beyond those that are kept are told once, when they are over") {
    std::string stream;
    for (int i = 0; i < 5; ++i)
        stream += steps() + output + root(i);
    const Told told = tell(stream, 2);
    CHECK(told.told == Texts{"0", "1", "2", "3", "4"});
    CHECK(told.kept == Texts{"0", "1"});
}

TEST_CASE("findings that are taken back leave their transactions in doubt") {
    Texts told;
    Transactions transactions{10,
                              [&](const TransactionResult& each) { told.push_back(text(each)); }};
    transactions.begin(0, 1, {});
    Finding finding;
    transactions.note_finding(finding);
    transactions.end(3, {.steps = 3}, false);
    transactions.begin(1, 4, {.steps = 3});
    transactions.end(6, {.steps = 6}, false);
    transactions.withdraw_findings();
    CHECK(told == Texts{"0*", "1", "0 !"});
}
