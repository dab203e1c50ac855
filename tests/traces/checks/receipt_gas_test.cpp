// SPDX-License-Identifier: MIT
// The gas of a document is the receipt's: intrinsic gas is in it, and refunds are not.
#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/replaying.hpp"
#include "traces/no_findings.hpp"
#include "traces/replayer.hpp"

using namespace evmmem;
using namespace evmmem::traces;

namespace {

/// Findings about a document with these steps, of which the receipt says this.
std::uint64_t findings_in(const std::string& steps, std::uint64_t receipt,
                          const ReplayOptions& options) {
    const std::string text = R"({"gas":)" + std::to_string(receipt) +
                             R"(,"failed":false,"returnValue":"","structLogs":[)" + steps + "]}";
    auto reader = StepReader::over(text);
    REQUIRE(reader);
    NoFindings sink;
    Replayer replayer{reader->dialect(), options, sink};
    replayer.replay_all(*reader);
    return replayer.finish().findings;
}

/// Of a transaction whose steps use 3 gas.
std::uint64_t findings(std::uint64_t receipt, ForkSet forks, const std::string& refund = "") {
    ReplayOptions options;
    options.forks = forks;
    return findings_in(
        R"({"pc":0,"op":"PUSH1","gas":50000,"gasCost":3,"depth":1,"stack":[])" + refund +
            R"(},{"pc":2,"op":"STOP","gas":49997,"gasCost":0,"depth":1,"stack":["0x1"])" + refund +
            "}",
        receipt, options);
}

/// Of one whose steps use 5006 gas, for a store that may refund; no line shows how much.
std::uint64_t findings_after_store(std::uint64_t receipt, ForkSet forks) {
    ReplayOptions options;
    options.forks = forks;
    return findings_in(
        R"({"pc":0,"op":"PUSH1","gas":50000,"gasCost":3,"depth":1,"stack":[]},)"
        R"({"pc":2,"op":"PUSH1","gas":49997,"gasCost":3,"depth":1,"stack":["0x0"]},)"
        R"({"pc":4,"op":"SSTORE","gas":49994,"gasCost":5000,"depth":1,"stack":["0x0","0x1"]},)"
        R"({"pc":5,"op":"STOP","gas":44994,"gasCost":0,"depth":1,"stack":[]})",
        receipt, options);
}

}  // namespace

TEST_CASE("a receipt has at least the steps' gas and the least intrinsic gas") {
    CHECK(findings(21'003, Fork::cancun) == 0);
    CHECK(findings(21'002, Fork::cancun) == 1);     // no step may have refunded anything
    CHECK(findings(30'000, Fork::cancun) == 0);     // calldata, an access list
    CHECK(findings(12'003, Fork::amsterdam) == 0);  // whose prices are not settled; EIP-7623
    CHECK(findings(12'002, Fork::amsterdam) == 1);
    CHECK(findings(0, Fork::cancun) == 0);  // a chain's own transaction
}

TEST_CASE("a receipt has less than that by a part, where a step may have refunded it") {
    CHECK(findings_after_store(26'006 - 5201, Fork::cancun) == 0);  // a fifth
    CHECK(findings_after_store(26'006 - 5202, Fork::cancun) == 1);
    CHECK(findings_after_store(26'006 - 13'003, Fork::istanbul) == 0);  // a half
    CHECK(findings_after_store(26'006 - 13'004, Fork::istanbul) == 1);
    CHECK(findings_after_store(26'006 - 13'003, ForkSet::all()) == 0);
    CHECK(findings_after_store(26'006 - 13'004, ForkSet::all()) == 1);
}

TEST_CASE("no more is refunded than the counter says") {
    const std::string refund = R"(,"refund":1000)";
    CHECK(findings(20'003, Fork::cancun, refund) == 0);
    CHECK(findings(20'002, Fork::cancun, refund) == 1);
}

namespace {

/// Of a transaction whose calldata is given; or of one that only shows its calldata's size.
std::uint64_t findings_with(std::uint64_t receipt, Fork fork,
                            std::optional<std::vector<std::uint8_t>> calldata,
                            const std::string& refund = "") {
    ReplayOptions options;
    options.forks = fork;
    options.calldata = std::move(calldata);
    return findings_in(
        R"({"pc":0,"op":"CALLDATASIZE","gas":50000,"gasCost":2,"depth":1,"stack":[])" + refund +
            R"(},{"pc":1,"op":"STOP","gas":49998,"gasCost":0,"depth":1,"stack":["0x64"])" + refund +
            "}",
        receipt, options);
}

}  // namespace

TEST_CASE("calldata costs at least what its size does, and from Prague on a floor") {
    const std::string no_refund = R"(,"refund":0)";
    CHECK(findings_with(21'402, Fork::cancun, std::nullopt, no_refund) == 0);  // 100 zeros
    CHECK(findings_with(21'401, Fork::cancun, std::nullopt, no_refund) == 1);
    CHECK(findings_with(22'000, Fork::prague, std::nullopt, no_refund) == 0);  // 10 a byte
    CHECK(findings_with(21'999, Fork::prague, std::nullopt, no_refund) == 1);
}

TEST_CASE("a receipt is exact where the calldata is given, but for what is listed") {
    const std::string no_refund = R"(,"refund":0)";
    const std::vector<std::uint8_t> ones(100, 1);
    const auto found = [&](std::uint64_t receipt, Fork fork) {
        return findings_with(receipt, fork, ones, no_refund);
    };
    CHECK(found(22'602, Fork::cancun) == 0);
    CHECK(found(22'601, Fork::cancun) == 1);
    CHECK(found(22'603, Fork::cancun) == 1);
    CHECK(found(22'602 + 2400 + 1900, Fork::cancun) == 0);  // an access list
    CHECK(found(22'602 + 1900, Fork::cancun) == 1);         // a slot of no account
    CHECK(found(22'602 + 2400, Fork::istanbul) == 1);       // there was none
    CHECK(found(27'802, Fork::byzantium) == 0);             // 68 a byte
    CHECK(found(25'000, Fork::prague) == 0);                // the floor, 40 a byte
    CHECK(found(22'602, Fork::prague) == 1);
}

TEST_CASE("a refund that is printed late in a document was 0 before") {
    const auto told = [](const std::string& refund) {
        const std::string text =
            R"({"gas":21004,"failed":false,"returnValue":"","structLogs":[)"
            R"({"pc":0,"op":"JUMPDEST","gas":50000,"gasCost":1,"depth":1,"stack":[]},)"
            R"({"pc":1,"op":"PUSH1","gas":49999,"gasCost":3,"depth":1,"stack":[]},)"
            R"({"pc":3,"op":"STOP","gas":49996,"gasCost":0,"depth":1,"stack":["0x1"])" +
            refund + "}]}";
        return test::replay_json(text).told();
    };
    CHECK(told("") == "");
    CHECK(told(R"(,"refund":4800)").starts_with("gas.refund"));
}
