// SPDX-License-Identifier: MIT
// What a JSON document is that holds no steps: by itself, and as the result of a node's answer.
#include "traces/dialects/other_results.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "tests/support/reading.hpp"

using namespace evmmem;
using traces::other_result;

namespace {

constexpr std::pair<std::string_view, std::string_view> results[] = {
    {"callTracer",
     R"({"from":"0xa","gas":"0x1","gasUsed":"0x5208","to":"0xb","input":"0x","type":"CALL"})"},
    {"callTracer",
     R"({"type":"CALL","from":"0xa","gasUsed":"0x1","calls":[{"from":"0x1","gasUsed":"0x2"}]})"},
    {"4byteTracer", R"({"0x27dc297e-128":1,"0x38cc4831-0":2})"},
    {"prestateTracer", R"({"0x0000000000000000000000000000000000000001":{"balance":"0x1"}})"},
    {"prestateTracer", R"({"0x0000000000000000000000000000000000000001":{"nonce":3}})"},
    {"prestateTracer",
     R"({"post":{},"pre":{"0x0000000000000000000000000000000000000001":{"balance":"0x1"}}})"},
    {"muxTracer", R"({"callTracer":{"from":"0xa","gasUsed":"0x1"},"4byteTracer":{}})"},
    {"trace_* or flatCallTracer",
     R"([{"action":{"callType":"call","from":"0x1"},"blockHash":"0x2","subtraces":0,"traceAddress":[]}])"},
    {"trace_replay*",
     R"({"output":"0x","stateDiff":null,"trace":[],"vmTrace":{"code":"0x60","ops":[]}})"},
    {"trace_replay* (vmTrace)",
     R"({"code":"0x60","ops":[{"cost":3,"ex":{"mem":null,"push":["0x1"],"store":null,"used":1},"pc":0,"sub":null}]})"},
};

std::string only_error(std::string_view text) {
    const auto reading = test::read(text);
    CHECK(reading.steps.empty());
    REQUIRE(reading.errors.size() == 1);
    CHECK(reading.errors[0].kind == traces::TraceError::Kind::not_a_trace);
    return reading.errors[0].message;
}

}  // namespace

TEST_CASE("another tracer's result says whose it is, and which request gives steps") {
    for (const auto& [tracer, text] : results) {
        CAPTURE(text);
        const std::string expected = traces::result_of(tracer);
        CHECK(other_result(text) == expected);
        CHECK(only_error(text) == expected);
    }
}

TEST_CASE("another tracer's result in an answer says the same") {
    for (const auto& [tracer, text] : results) {
        if (text.starts_with('[') || text.find("nonce") != text.npos) continue;
        CAPTURE(text);
        CHECK(only_error(R"({"jsonrpc":"2.0","id":1,"result":)" + std::string{text} + "}") ==
              "no answer in it is a trace: answer with id 1: " + traces::result_of(tracer));
    }
}

TEST_CASE("files that traces are made from are called by their names") {
    CHECK(other_result(R"({"test":{"env":{},"pre":{},"transaction":{},"post":{}}})")
              .starts_with("it is a state test"));
    CHECK(other_result(R"({"test":{"blocks":[],"genesisBlockHeader":{},"pre":{}}})")
              .starts_with("it is a blockchain test"));
    CHECK(other_result(R"({"code":-32000,"message":"missing \"trie\" node"})") ==
          "it is an error; the node says: missing \"trie\" node");
    CHECK(other_result(R"({"blockHash":"0x1","logsBloom":"0x0","status":"0x1"})")
              .starts_with("it is a receipt or a block"));
}

TEST_CASE("the lines that clients print of transactions without code are no other tracer's") {
    for (const std::string_view text :
         {R"({"output":"","gasUsed":"0x0"})", R"({"stateRoot":"0x1"})",
          R"({"from":"0x1","to":"0x2","gas":"0x3","value":"0x0","type":"CALL"})",
          R"({"pass":true,"gasUsed":"0x1","stateRoot":"0x1"})",
          R"({"action":"starting","test":"x"})", R"({"a":1})", "{", "[{", "text"})
        CHECK(other_result(text).empty());
    CHECK(test::read("{\"output\":\"\",\"gasUsed\":\"0x0\"}\n").errors.empty());
}

TEST_CASE("a text that stops anywhere is looked at as far as it goes") {
    for (const auto& [tracer, text] : results)
        for (std::size_t size = 0; size < text.size(); ++size)
            static_cast<void>(other_result(text.substr(0, size)));
}
