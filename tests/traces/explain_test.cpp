// SPDX-License-Identifier: MIT
// Who wrote the wrong bytes: the second reading of a trace, on small programs with one wrong value.
#include "traces/explain.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "core/hex.hpp"

namespace evmmem::traces {
namespace {

// Writes the lines of a program that runs in one frame, or in several when call() is used.
class TraceText {
public:
    TraceText& push(std::uint64_t value) {
        line("0x60", 3, 2);
        stack_.push_back(encode_hex_quantity(value));
        return *this;
    }
    // An instruction that pops so many items; `results` are what it pushes, as the client claims.
    TraceText& run(const char* op, std::size_t pops, std::uint64_t cost,
                   const std::vector<std::string>& results = {}) {
        line(op, cost, 1);
        stack_.resize(stack_.size() - pops);
        stack_.insert(stack_.end(), results.begin(), results.end());
        return *this;
    }
    TraceText& mstore(std::uint64_t offset, std::uint64_t value, std::uint64_t cost) {
        return push(value).push(offset).run("0x52", 2, cost);
    }
    TraceText& mload(std::uint64_t offset, std::uint64_t cost, const std::string& claimed) {
        return push(offset).run("0x51", 1, cost, {claimed});
    }
    std::string stop() {
        line("0x0", 0, 1);
        return text_;
    }
    std::uint64_t lines() const { return lines_; }

private:
    void line(const std::string& op, std::uint64_t cost, std::uint64_t size) {
        std::string stack;
        for (const auto& item : stack_)
            stack += (stack.empty() ? "\"" : ",\"") + item + "\"";
        text_ += "{\"pc\":" + std::to_string(pc_) + ",\"op\":\"" + op + "\",\"gas\":\"" +
                 encode_hex_quantity(gas_) + "\",\"gasCost\":\"" + encode_hex_quantity(cost) +
                 "\",\"stack\":[" + stack + "],\"depth\":1}\n";
        pc_ += size;
        gas_ -= cost;
        ++lines_;
    }

    std::string text_;
    std::vector<std::string> stack_;
    std::uint64_t pc_ = 0;
    std::uint64_t gas_ = 100'000;
    std::uint64_t lines_ = 0;
};

class Collector final : public FindingSink {
public:
    void on_finding(const Finding& finding) override { findings.push_back(finding); }
    std::vector<Finding> findings;
};

std::vector<Finding> explained(const std::string& text) {
    Collector first;
    {
        auto reader = StepReader::over(text);
        REQUIRE(reader);
        Replayer replayer{reader->dialect(), {}, first};
        Record record;
        for (auto kind = reader->next(record); kind && *kind != RecordKind::end;
             kind = reader->next(record))
            replayer.step(record.step);
        replayer.finish();
    }
    auto again = StepReader::over(text);
    REQUIRE(again);
    std::vector<Finding*> pointers;
    for (auto& finding : first.findings)
        if (can_be_explained(finding)) pointers.push_back(&finding);
    CHECK(explain(*again, {}, pointers, [] { return true; }) == 0);
    return first.findings;
}

}  // namespace

TEST_CASE("a wrong load is blamed on the step that wrote the wrong bytes last") {
    const auto findings =
        explained(TraceText{}.mstore(0, 7, 6).mstore(0, 0x2a, 3).mload(0, 3, "0x2b").stop());
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].bytes->offset == 31);
    CHECK(findings[0].bytes->size == 1);
    REQUIRE(findings[0].blame.size() == 1);
    const Blame& blame = findings[0].blame[0];
    REQUIRE(blame.writer);
    CHECK(blame.writer->step == 5);
    CHECK(blame.writer->line == 6);
    CHECK(blame.writer->op == Opcode::MSTORE);
    CHECK(blame.writer->pc == 9);
    CHECK_FALSE(blame.origin);
}

TEST_CASE("operands name the steps that pushed them, through DUP and SWAP") {
    TraceText trace;
    trace.push(3).push(5).push(7);
    trace.run("0x82", 3, 3, {"0x3", "0x5", "0x7", "0x3"});  // DUP3
    trace.run("0x92", 4, 3, {"0x3", "0x5", "0x7", "0x3"});  // SWAP3: exchanges two that are alike
    trace.run("0x90", 2, 3, {"0x3", "0x7"});                // SWAP1
    const auto findings = explained(trace.run("0x1", 2, 3, {"0xb"}).stop());  // ADD: 10
    REQUIRE(findings.size() == 1);
    REQUIRE(findings[0].check == Check::stack_result);
    REQUIRE(findings[0].pushed_by.size() == 2);
    REQUIRE(findings[0].pushed_by[0]);
    CHECK(findings[0].pushed_by[0]->step == 2);  // the 7
    CHECK(findings[0].pushed_by[0]->op == Opcode::PUSH1);
    CHECK(findings[0].pushed_by[0]->line == 3);
    REQUIRE(findings[0].pushed_by[1]);
    CHECK(findings[0].pushed_by[1]->step == 0);  // the 3 that SWAP3 brought up from the bottom
}

TEST_CASE("an operand that an instruction computed names that instruction") {
    TraceText trace;
    trace.push(3).push(5).run("0x1", 2, 3, {"0x8"}).push(1);
    const auto findings = explained(trace.run("0x2", 2, 5, {"0x9"}).stop());  // MUL: 8
    REQUIRE(findings.size() == 1);
    REQUIRE(findings[0].pushed_by.size() == 2);
    REQUIRE(findings[0].pushed_by[1]);
    CHECK(findings[0].pushed_by[1]->op == Opcode::ADD);
    CHECK(findings[0].pushed_by[1]->step == 2);
}

TEST_CASE("bytes that were copied name the step that made them, and where") {
    TraceText trace;
    trace.mstore(0, 0x2a, 6);
    trace.push(0x20).push(0).push(0x20).run("0x5e", 3, 9);  // MCOPY(0x20, 0, 0x20)
    const auto findings = explained(trace.mload(0x20, 3, "0x2b").stop());
    REQUIRE(findings.size() == 1);
    REQUIRE(findings[0].blame.size() == 1);
    const Blame& blame = findings[0].blame[0];
    CHECK(blame.offset == 0x3f);
    REQUIRE(blame.writer);
    CHECK(blame.writer->op == Opcode::MCOPY);
    REQUIRE(blame.origin);
    CHECK(blame.origin->step.op == Opcode::MSTORE);
    CHECK(blame.origin->step.step == 2);
    CHECK(blame.origin->offset == 0x1f);
}

TEST_CASE("bytes that no step wrote name the step that grew memory over them") {
    const auto findings = explained(TraceText{}.mload(0x40, 12, "0x1").stop());
    REQUIRE(findings.size() == 1);
    REQUIRE(findings[0].blame.size() == 1);
    CHECK_FALSE(findings[0].blame[0].writer);
    REQUIRE(findings[0].blame[0].grown_by);
    CHECK(findings[0].blame[0].grown_by->step == 1);
}

TEST_CASE("bytes of several writers are listed by writer") {
    TraceText trace;
    trace.mstore(0, 0, 6);
    trace.push(1).push(8).run("0x53", 2, 3);  // MSTORE8(8, 1)
    const std::string claimed = "0x" + std::string(64, '2');
    const auto findings = explained(trace.mload(0, 3, claimed).stop());
    REQUIRE(findings.size() == 1);
    const auto& blame = findings[0].blame;
    REQUIRE(blame.size() == 3);
    CHECK(blame[0].size == 8);
    CHECK(blame[1].offset == 8);
    CHECK(blame[1].size == 1);
    CHECK(blame[1].writer->op == Opcode::MSTORE8);
    CHECK(blame[2].writer->op == Opcode::MSTORE);
    CHECK(blame[2].size == 23);
}

TEST_CASE("of many writers the first are listed, and how many more there are is said") {
    TraceText trace;
    trace.mstore(0, 0, 6);
    for (std::uint64_t i = 0; i < 32; i += 2)
        trace.push(1).push(i).run("0x53", 2, 3);  // MSTORE8(i, 1)
    const auto findings = explained(trace.mload(0, 3, "0x" + std::string(64, '2')).stop());
    REQUIRE(findings.size() == 1);
    const auto& blame = findings[0].blame;
    REQUIRE(blame.size() == 8);
    for (std::size_t i = 0; i < blame.size(); ++i) {
        CHECK(blame[i].offset == i);
        CHECK(blame[i].size == 1);
        CHECK(blame[i].writer->op == (i % 2 == 0 ? Opcode::MSTORE8 : Opcode::MSTORE));
    }
    CHECK(findings[0].blame_rest == BlameRest{24, 24});
}

}  // namespace evmmem::traces
