// SPDX-License-Identifier: MIT
// The code that a create returns: paid for and deployed, or refused for a reason that holds.
#include <doctest/doctest.h>

#include "tests/support/replaying.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

namespace {

struct Created {
    std::uint64_t size = 1;
    std::uint8_t first = 0;
    bool is_refused = false;
    std::uint64_t gas = 10'000'000;
    bool is_old = false;  ///< before EIP-150
};

Replayed create(const Created& created, ForkSet forks = ForkSet::all()) {
    TraceStyle style = without_memory;
    style.forwards_all_but_one_64th = !created.is_old;
    TraceBuilder trace{style, created.gas};
    trace.calldatacopy(0, 0, 0x20)
        .create({.code = {0, 0x20}, .overhead = 32'000})
        .enter()
        .mstore8(0, created.first);
    if (created.is_refused) trace.refuse_deposit();
    trace.ret(0, created.size).pop().stop().summary();
    ReplayOptions options;
    options.forks = forks;
    return replay(trace, options);
}

const ForkSet old_forks = ForkSet::between(Fork::homestead, Fork::paris);

}  // namespace

TEST_CASE("code is deployed unless it is too long, begins with 0xef, or cannot be paid for") {
    CHECK(create({.size = 24'576}).told() == "");
    CHECK(create({.size = 24'577}, ForkSet{Fork::spurious_dragon} | Fork::paris).findings.size() ==
          1);
    CHECK(create({.size = 24'577}, Fork::tangerine_whistle).told() == "");
    CHECK(create({.first = 0xef}, Fork::berlin).told() == "");
    CHECK(create({.first = 0xef}, Fork::london).findings.size() == 1);
    CHECK(create({.first = 0xef}, Fork::london).findings.front().check == Check::call_result);
}

TEST_CASE("a deposit is refused only for a reason that holds") {
    CHECK(create({.size = 24'577, .is_refused = true}).told() == "");
    CHECK(create({.size = 24'577, .is_refused = true}, Fork::tangerine_whistle).findings.size() ==
          1);
    CHECK(create({.first = 0xef, .is_refused = true}).told() == "");
    CHECK(create({.first = 0xef, .is_refused = true}, Fork::berlin).findings.size() == 1);
    CHECK(create({.is_refused = true}, old_forks).findings.size() == 1);
    CHECK(create({.size = 2000, .is_refused = true, .gas = 300'000}, old_forks).told() == "");
}

TEST_CASE("a deposit that cannot be paid fails from Homestead on, and deploys nothing before") {
    TraceStyle style = without_memory;
    style.forwards_all_but_one_64th = false;
    TraceBuilder trace{style, 300'000};
    trace.calldatacopy(0, 0, 0x20).create({.code = {0, 0x20}}).enter();
    trace.mstore8(0, 1).ret(0, 2000);
    const std::size_t ret = trace.last();
    trace.pop().stop();
    // The builder has taken 400'000 gas that were not there.
    for (std::size_t i = ret + 1; i < trace.lines().size(); ++i)
        trace.line(i).gas += 400'000;
    ReplayOptions options;
    options.forks = Fork::frontier;
    CHECK(replay(trace, options).told() == "");
    options.forks = Fork::homestead;
    CHECK(replay(trace, options).findings.size() == 1);
}

TEST_CASE("a deposit that fails takes back what its frame touched") {
    TraceBuilder trace{without_memory};
    trace.calldatacopy(0, 0, 0x20).create({.code = {0, 0x20}}).enter();
    trace.op(Opcode::BALANCE, {0xbb}, {0}, 2600);
    trace.mstore8(0, 0xef).refuse_deposit().ret(0, 1);
    trace.op(Opcode::BALANCE, {0xbb}, {0}, 2600).stop();
    CHECK(replay(trace).told() == "");
}

TEST_CASE("the code of an outermost creation is paid for, too, or is not deployed") {
    TraceBuilder trace{without_memory, 100'000};
    trace.mstore8(0, 1).ret(0, 0x20).summary();
    CHECK(replay(trace).told() == "");
    TraceLine& end = trace.line(trace.last());
    const std::uint64_t used = *end.gas_used;
    end.gas_used = used + 200 * 0x20;
    CHECK(replay(trace).told() == "");
    end.gas_used = used + 1530 * 0x20 + 6;  // EIP-8037
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).summary.forks == ForkSet{Fork::amsterdam});
    end.gas_used = used + 1530 * 0x20;
    CHECK(replay(trace).findings.size() == 1);
    end.gas_used = 100'000;
    CHECK(replay(trace).findings.size() == 1);
    end.error = "max code size exceeded";
    CHECK(replay(trace).findings.size() == 1);
}

TEST_CASE("a creation's deposit that fails takes everything in each fork that prices it so") {
    // 31 bytes: 6,200 gas, and 6 for Amsterdam's hash of them, which is just what is left.
    const std::string step = R"("memSize":0,"depth":1,"refund":0)";
    const Replayed replayed = replay_json(
        R"({"pc":0,"op":96,"gas":"0xf","gasCost":"0x3","stack":[],)" + step + "}\n" +
            R"({"pc":2,"op":96,"gas":"0xc","gasCost":"0x3","stack":["0x1f"],)" + step + "}\n" +
            R"({"pc":4,"op":243,"gas":"0x9","gasCost":"0x3","stack":["0x1f","0x0"],)" + step +
            "}\n" + R"({"output":")" + std::string(62, '0') +
            R"(","gasUsed":"0xf","error":"contract creation code storage out of gas"})" + "\n",
        "geth");
    CHECK(replayed.told() == "");
    CHECK(replayed.summary.forks.contains(Fork::petersburg));
    CHECK(replayed.summary.forks.contains(Fork::amsterdam));
}
