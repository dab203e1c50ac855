// SPDX-License-Identifier: MIT
// The gas of a document is the receipt's: intrinsic gas is in it, and refunds are not.
#include <doctest/doctest.h>

#include <string>

#include "traces/no_findings.hpp"
#include "traces/replayer.hpp"

using namespace evmmem;
using namespace evmmem::traces;

namespace {

/// Findings about a transaction whose steps use 3 gas, of which the receipt says this.
std::uint64_t findings(std::uint64_t receipt, ForkSet forks, const std::string& refund = "") {
    const std::string text =
        R"({"gas":)" + std::to_string(receipt) +
        R"(,"failed":false,"returnValue":"","structLogs":[)"
        R"({"pc":0,"op":"PUSH1","gas":50000,"gasCost":3,"depth":1,"stack":[])" +
        refund + R"(},{"pc":2,"op":"STOP","gas":49997,"gasCost":0,"depth":1,"stack":["0x1"])" +
        refund + "}]}";
    auto reader = StepReader::over(text);
    REQUIRE(reader);
    ReplayOptions options;
    options.forks = forks;
    NoFindings sink;
    Replayer replayer{reader->dialect(), options, sink};
    replayer.replay_all(*reader);
    return replayer.finish().findings;
}

}  // namespace

TEST_CASE("a receipt has at least the steps' gas and the least intrinsic gas, less a refund") {
    CHECK(findings(21'003, Fork::cancun) == 0);
    CHECK(findings(30'000, Fork::cancun) == 0);         // calldata, an access list
    CHECK(findings(21'003 - 4200, Fork::cancun) == 0);  // a fifth
    CHECK(findings(21'003 - 4201, Fork::cancun) == 1);
    CHECK(findings(21'003 - 10'501, Fork::istanbul) == 0);  // a half
    CHECK(findings(21'003 - 10'502, Fork::istanbul) == 1);
    CHECK(findings(12'003 - 6001, ForkSet::all()) == 0);  // Amsterdam's are not settled
    CHECK(findings(12'003 - 6002, ForkSet::all()) == 1);
    CHECK(findings(0, Fork::cancun) == 0);  // a chain's own transaction
}

TEST_CASE("no more is refunded than the counter says") {
    const std::string refund = R"(,"refund":1000)";
    CHECK(findings(20'003, Fork::cancun, refund) == 0);
    CHECK(findings(20'002, Fork::cancun, refund) == 1);
}
