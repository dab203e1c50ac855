// SPDX-License-Identifier: MIT
// Two traces of one program, one of them altered: where they part, in what, what follows from it, and who is right.
#include "traces/compare/trace_comparison.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "tests/support/as_document.hpp"
#include "tests/support/trace_builder.hpp"
#include "traces/compare/transaction_pairs.hpp"

using namespace evmmem;
using namespace evmmem::traces;
using namespace evmmem::test;

namespace {

std::string beginning(const std::string& text, const std::string& wanted) {
    return text.substr(0, wanted.size());
}
std::string ending(const std::string& text, const std::string& wanted) {
    return text.substr(text.size() - std::min(text.size(), wanted.size()));
}

std::string place(const std::optional<StepLine>& line) {
    return line ? std::to_string(line->step.step) : "-";
}

/// "values at 5/5: gas 10|11, 3 follow, B is right", a line for each; then "same" where there is none, and what is incomplete.
std::string told(const TraceComparison& comparison) {
    std::string text;
    for (const TraceDifference& each : comparison.log().differences()) {
        text += std::string{name(each.kind)} + " at " + place(each.steps[0]) + "/" +
                place(each.steps[1]);
        if (each.transactions_alone != 0)
            text += ", " + std::to_string(each.transactions_alone) + " alone of " +
                    (each.transactions[0] ? "A" : "B");
        for (const FieldDifference& field : each.fields)
            text += ", " + std::string{name(field.field)} +
                    (field.at ? " " + std::to_string(*field.at) : "") + " " + field.values[0] +
                    "|" + field.values[1];
        if (each.steps_alone != Both<std::uint64_t>{})
            text += ", apart " + std::to_string(each.steps_alone[0]) + "/" +
                    std::to_string(each.steps_alone[1]);
        if (each.met_again[0])
            text += " to " + std::to_string(each.met_again[0]->step) + "/" +
                    std::to_string(each.met_again[1]->step);
        if (each.followers != 0) text += ", " + std::to_string(each.followers) + " follow";
        text += ", " + std::string{name(each.verdict)} + "\n";
    }
    if (!comparison.has_differed()) text += "same\n";
    return text;
}

struct Compared {
    std::string told;
    ComparedCounts counts{};
    std::uint64_t stops = 0;
    std::uint64_t transactions = 0;
    std::vector<std::string> hashes;  // of A
    std::string reason;               // of the first difference

    std::uint64_t count(ComparedField field) const {
        return counts[static_cast<std::size_t>(field)];
    }
};

Compared compared(const std::string& a, const std::string& b,
                  const TraceComparison::Options& options = {},
                  const std::string& dialect_of_a = "", const std::string& dialect_of_b = "") {
    ComparedTrace of_a{{}};
    ComparedTrace of_b{{}};
    const auto begin = [](ComparedTrace& trace, const std::string& text,
                          const std::string& dialect) {
        ReaderOptions reading;
        reading.transactions = &trace.transactions();
        if (!dialect.empty()) reading.dialect = find_dialect(dialect);
        auto reader = StepReader::over(text, reading);
        REQUIRE(reader);
        trace.begin(std::move(*reader));
    };
    begin(of_a, a, dialect_of_a);
    begin(of_b, b, dialect_of_b);
    TraceComparison comparison{of_a, of_b, options};
    comparison.run();
    const auto& differences = comparison.log().differences();
    return {told(comparison),
            comparison.counts(),
            comparison.stops_left_out(),
            comparison.transactions(),
            hashes_of(of_a.transactions()),
            differences.empty() ? "" : differences.front().reason};
}

TraceStyle bare() {
    TraceStyle style;
    style.has_memory = false;
    return style;
}

/// Stores, loads, moves the stack, and stores again: 14 steps.
TraceBuilder loading(const TraceStyle& style = {}) {
    TraceBuilder trace{style};
    trace.mstore(0x40, 0x2a).mload(0x40).push(1).dup(2).pop().pop().pop().mstore(0, 7).stop();
    trace.summary();
    return trace;
}

std::string altered(TraceBuilder trace, std::size_t line,
                    const std::function<void(TraceLine&)>& alter) {
    alter(trace.line(line));
    return trace.json();
}

std::size_t line_of(const TraceBuilder& trace, Opcode op, std::size_t which = 0) {
    for (std::size_t i = 0; i < trace.lines().size(); ++i)
        if (trace.lines()[i].op == op && trace.lines()[i].kind == TraceLine::Kind::step &&
            which-- == 0)
            return i;
    FAIL("there is no such line");
    return 0;
}

}  // namespace

TEST_CASE("a trace is the same as itself, and all that it shows is compared") {
    const auto text = loading().json();
    const auto result = compared(text, text);
    CHECK(result.told == "same\n");
    CHECK(result.transactions == 1);
    for (const auto field : {ComparedField::pc, ComparedField::gas, ComparedField::gas_cost,
                             ComparedField::stack, ComparedField::memory})
        CHECK(result.count(field) == 14);
}

TEST_CASE("a wrong value that is carried on is one difference, and what it leads to follows") {
    TraceBuilder trace;
    trace.mstore(0x40, 0x2a).mload(0x40).dup(1).pop().pop().mstore(0, 7).stop();
    TraceBuilder wrong = trace;
    const std::size_t load = line_of(trace, Opcode::MLOAD);
    wrong.line(load + 1).top() = 0x2b;
    wrong.line(load + 2).top(0) = 0x2b;
    wrong.line(load + 2).top(1) = 0x2b;
    wrong.line(load + 3).top() = 0x2b;
    CHECK(compared(wrong.json(), trace.json()).told ==
          "values at 5/5, stack 0 0x2b|0x2a, 2 follow, B is right\n");
    CHECK(compared(trace.json(), wrong.json()).told ==
          "values at 5/5, stack 0 0x2a|0x2b, 2 follow, A is right\n");
}

TEST_CASE("what differs on both sides of a rule is neither's right") {
    TraceBuilder trace;
    trace.mstore(0x40, 0x2a).mload(0x40).pop().stop();
    const std::size_t after = line_of(trace, Opcode::MLOAD) + 1;
    const auto with = [&](const Word& value) {
        return altered(trace, after, [&](TraceLine& line) { line.top() = value; });
    };
    CHECK(compared(with(0x2b), with(0x2c)).told ==
          "values at 5/5, stack 0 0x2b|0x2c, neither is right\n");
}

TEST_CASE("what no trace decides cannot be told") {
    const auto with = [](const Word& balance) {
        TraceBuilder trace;
        trace.op(Opcode::BALANCE, {0xabc}, {balance}, 2600).pop().stop();
        return trace.json();
    };
    CHECK(compared(with(5), with(6)).told == "values at 2/2, stack 0 0x5|0x6, cannot be told\n");
}

TEST_CASE("what both sides do wrong in one way does not decide") {
    const auto with = [](const Word& balance, std::uint64_t memory_size) {
        TraceBuilder trace{bare()};
        trace.op(Opcode::BALANCE, {0xabc}, {balance}, 2600).pop().stop();
        trace.line(2).memory_size = memory_size;
        return trace.json();
    };
    CHECK(compared(with(5, 32), with(6, 32)).told ==
          "values at 2/2, stack 0 0x5|0x6, cannot be told\n");
    CHECK(ending(compared(with(5, 32), with(6, 0)).told, "B is right\n") == "B is right\n");
}

TEST_CASE("what is made of a balance that differs follows, and the next bug does not") {
    const auto with = [](const Word& balance, const Word& loaded) {
        TraceBuilder trace{bare()};
        trace.op(Opcode::BALANCE, {0xabc}, {balance}, 2600);
        trace.push(0).dup(2).swap(1).pop().pop();
        trace.mstore(0, 3).mload(0).pop().pop().stop();
        const std::size_t load = line_of(trace, Opcode::MLOAD);
        trace.line(load + 1).top() = loaded;
        return trace.json();
    };
    const auto result = compared(with(5, 3), with(6, 4));
    CHECK(beginning(result.told, "values at 2/2, stack 0 0x5|0x6, ") ==
          "values at 2/2, stack 0 0x5|0x6, ");
    CHECK(ending(result.told, "\nvalues at 12/12, stack 0 0x3|0x4, A is right\n") ==
          "\nvalues at 12/12, stack 0 0x3|0x4, A is right\n");
}

TEST_CASE("gas that is off stays one difference, and the step that charged it wrong is named") {
    TraceBuilder trace{bare()};
    trace.push(1).push(2).push(3).pop().pop().pop().stop();
    TraceBuilder wrong = trace;
    for (std::size_t i = 2; i < wrong.lines().size(); ++i)
        wrong.line(i).gas -= 1;
    wrong.line(1).gas_cost = 4;
    CHECK(compared(wrong.json(), trace.json()).told ==
          "values at 1/1, gasCost 4|3, 5 follow, B is right\n");
}

TEST_CASE("a value on one line alone is a difference there, and nothing after it") {
    const TraceBuilder trace = loading();
    CHECK(compared(altered(trace, 3, [](TraceLine& line) { line.gas -= 2; }), trace.json())
              .told.starts_with("values at 3/3, gas "));
    CHECK(compared(altered(trace, 3, [](TraceLine& line) { line.pc += 1; }), trace.json()).told ==
          "values at 3/3, pc 6|5, apart 1/1 to 4/4, B is right\n");
}

TEST_CASE("memory that only one side prints is compared as the other side's replay knows it") {
    const TraceBuilder with_memory = loading();
    const TraceBuilder without = loading(bare());
    CHECK(compared(with_memory.json(), without.json()).told == "same\n");
    const std::size_t after = line_of(with_memory, Opcode::MSTORE) + 1;
    const auto wrong =
        altered(with_memory, after, [](TraceLine& line) { line.memory->at(0x40) = 0xff; });
    CHECK(beginning(compared(wrong, without.json()).told,
                    "values at 3/3, memory 64 0xff|0x00, B is right") ==
          "values at 3/3, memory 64 0xff|0x00, B is right");
    CHECK(beginning(compared(without.json(), wrong).told,
                    "values at 3/3, memory 64 0x00|0xff, A is right") ==
          "values at 3/3, memory 64 0x00|0xff, A is right");
}

TEST_CASE("printed memory is compared byte by byte, and bytes that stay wrong are one difference") {
    const TraceBuilder trace = loading();
    TraceBuilder wrong = trace;
    const std::size_t after = line_of(trace, Opcode::MSTORE) + 1;
    for (std::size_t i = after; i + 1 < wrong.lines().size(); ++i)
        wrong.line(i).memory->at(0x41) = 0xee;
    const auto result = compared(wrong.json(), trace.json());
    CHECK(beginning(result.told, "values at 3/3, memory 65 0xee|0x00, 10 follow, B is right") ==
          "values at 3/3, memory 65 0xee|0x00, 10 follow, B is right");
    CHECK(std::ranges::count(result.told, '\n') == 1);
}

TEST_CASE("a frame that one side has and the other has not is left for the caller") {
    const auto with = [](bool runs) {
        TraceBuilder trace{bare()};
        trace.call({.out = {}});
        if (runs)
            trace.enter().push(1).pop().push(2).pop().push(3).pop().push(4).pop().stop();
        else
            trace.leaf({}, 20);
        trace.pop().stop();
        return trace.json();
    };
    const auto result = compared(with(true), with(false));
    CHECK(beginning(result.told, "flow at 8/8, pc 0|") == "flow at 8/8, pc 0|");
    CHECK(result.told.find("apart 9/0 to 17/8") != std::string::npos);
    CHECK(std::ranges::count(result.told, '\n') == 1);
}

TEST_CASE("ways that part in a callee meet again in the caller") {
    const auto with = [](bool jumps) {
        TraceBuilder trace{bare()};
        trace.call({});
        trace.enter();
        if (jumps) trace.push(0x90).op(Opcode::GAS, {}, {0}, 2).pop();
        for (int i = 0; i < 100; ++i)
            jumps ? trace.push(1).pop() : trace.push(Word::max()).pop();
        trace.stop();
        trace.pop().stop();
        return trace.json();
    };
    const auto result = compared(with(true), with(false));
    INFO(result.told);
    CHECK(std::ranges::count(result.told, '\n') <= 2);
    CHECK(result.told.find("flow at 8/8") != std::string::npos);
    CHECK(result.told.find(" to ") != std::string::npos);
}

TEST_CASE("a line that is there twice, or lacks, is said where it is, and the rest is compared") {
    TraceBuilder whole = loading(bare());
    TraceBuilder lacking = whole;
    lacking.lines().erase(lacking.lines().begin() + 4);
    const auto result = compared(lacking.json(), whole.json());
    CHECK(beginning(result.told, "flow at 4/4") == "flow at 4/4");
    CHECK(result.told.find("apart 0/1 to 4/5") != std::string::npos);
    CHECK(std::ranges::count(result.told, '\n') == 1);
}

TEST_CASE("a failing step printed twice is one step") {
    const auto with = [](bool twice) {
        TraceStyle style = bare();
        style.prints_failure_twice = twice;
        TraceBuilder trace{style};
        trace.call({}).enter().push(1).fail_next().push(2);
        trace.pop().stop();
        return trace.json();
    };
    CHECK(compared(with(true), with(false)).told == "same\n");
}

TEST_CASE("a step that fails on one side only is a difference of that step") {
    const auto with = [](bool fails) {
        TraceBuilder trace{bare(), 1'000'000};
        trace.call({}).enter();
        if (fails) trace.fail_next("out of gas");
        trace.op(Opcode::ADD, {1, 2}, {3}, 3);
        if (!fails) trace.pop().stop();
        trace.pop().stop().summary();
        return trace.json();
    };
    const auto result = compared(with(true), with(false), {}, "geth", "geth");
    INFO(result.told);
    CHECK(beginning(result.told, "flow at ") == "flow at ");
    CHECK(result.told.find("B is right") != std::string::npos);
}

// Nor is the STOP one that the other side may leave out: its frame has ended by failing.
TEST_CASE("a STOP after a step that fails on the other side is where they part") {
    const auto with = [](bool fails) {
        TraceStyle style = bare();
        style.prints_virtual_stop = false;
        TraceBuilder trace{style, 1'000'000};
        trace.call({}).enter();
        if (fails) trace.fail_next("out of gas");
        trace.op(Opcode::ADD, {1, 2}, {3}, 3);
        if (!fails) trace.stop();
        trace.pop().stop().summary();
        return trace.json();
    };
    const auto result = compared(with(true), with(false), {}, "nethermind", "nethermind");
    CHECK(beginning(result.told, "flow at ") == "flow at ");
    CHECK(result.stops == 0);
}

TEST_CASE("return data that one side does not print is compared with what its replay knows") {
    const auto with = [](bool prints, std::uint8_t byte) {
        TraceStyle style = bare();
        style.has_return_data = prints;
        TraceBuilder trace{style};
        trace.call({}).enter().mstore(0, 7).ret(0, 32);
        const std::size_t after = trace.last() + 1;
        trace.pop().stop();
        if (prints) trace.line(after).return_data->at(31) = byte;
        return trace.json();
    };
    CHECK(compared(with(true, 7), with(false, 7)).told == "same\n");
    const auto wrong = compared(with(true, 8), with(false, 7)).told;
    // The finding is about the callee's last step.
    CHECK(wrong.find("returnData 31 0x08|0x07") != std::string::npos);
    CHECK(wrong.find("B is right") != std::string::npos);
}

TEST_CASE("stack items are the same numbers, however many zeros they begin with") {
    const auto text = loading(bare()).json();
    std::string padded = text;
    for (std::size_t at = 0; (at = padded.find("\"0x2a\"", at)) != std::string::npos; ++at)
        padded.replace(at, 6, "\"0x" + std::string(62, '0') + "2A\"");
    REQUIRE(padded != text);
    const auto result = compared(text, padded);
    CHECK(result.told == "same\n");
    CHECK(result.count(ComparedField::stack) == 14);
}

TEST_CASE("ways that part do not meet at a step that both happen to pass") {
    const auto with = [](std::uint64_t way) {
        TraceBuilder trace{bare()};
        trace.push(1).pop();
        trace.at(way).jumpdest().at(50).jumpdest().at(way + 1).jumpdest();
        trace.at(200).jumpdest().jumpdest().jumpdest().stop();
        return trace.json();
    };
    const auto result = compared(with(60), with(70));
    CHECK(beginning(result.told, "flow at 2/2") == "flow at 2/2");
    CHECK(result.told.find("apart 3/3 to 5/5") != std::string::npos);
    CHECK(std::ranges::count(result.told, '\n') == 1);
}

TEST_CASE("a STOP that one side does not print is no difference") {
    const auto with = [](bool prints) {
        TraceStyle style = bare();
        style.prints_virtual_stop = prints;
        TraceBuilder trace{style};
        trace.call({}).enter().push(1).end_of_code();
        trace.pop().end_of_code().summary();
        return trace.json();
    };
    const auto result = compared(with(true), with(false), {}, "", "nethermind");
    CHECK(result.told == "same\n");
    CHECK(result.stops == 2);
}

TEST_CASE("a STOP that is not printed after a callee that fails is no difference, either") {
    const auto with = [](bool prints) {
        TraceStyle style = bare();
        style.prints_virtual_stop = prints;
        TraceBuilder trace{style};
        trace.call({}).enter().push(1).invalid();
        trace.end_of_code().summary();
        return trace.json();
    };
    const auto result = compared(with(true), with(false), {}, "geth", "nethermind");
    CHECK(result.told == "same\n");
    CHECK(result.stops == 1);
}

TEST_CASE("JSON lines and a document of one trace are the same") {
    const auto lines = loading().json();
    const auto document = as_document(loading().json());
    const auto result = compared(lines, document);
    CHECK(result.told == "same\n");
    CHECK(result.count(ComparedField::stack) == 14);
}

TEST_CASE("stacks cut to their top are compared as far as they go") {
    const auto with = [](std::uint32_t items, const Word& value) {
        TraceStyle style = bare();
        style.stack_items_max = items;
        TraceBuilder trace{style};
        for (std::uint64_t i = 0; i < 9; ++i)
            trace.push(i == 4 ? value : Word{i});
        trace.stop();
        return trace.json();
    };
    CHECK(compared(with(0, 1), with(6, 1), {}, "", "goevmlab").told == "same\n");
    const auto result = compared(with(0, 1), with(6, 2), {}, "", "goevmlab");
    CHECK(beginning(result.told, "values at 5/5, stack 0 0x1|0x2") ==
          "values at 5/5, stack 0 0x1|0x2");
}

TEST_CASE("fields that are to be ignored are not compared") {
    const TraceBuilder trace = loading();
    const auto wrong = altered(trace, 3, [](TraceLine& line) { line.gas -= 2; });
    TraceComparison::Options options;
    options.ignored.add(ComparedField::gas);
    const auto result = compared(wrong, trace.json(), options);
    CHECK(result.told == "same\n");
    CHECK(result.count(ComparedField::gas) == 0);
    CHECK(result.count(ComparedField::stack) == 14);
}

TEST_CASE("a text that ends early is no difference but incomplete") {
    const auto whole = loading().json();
    std::string cut = whole;
    for (int i = 0; i < 5; ++i)
        cut.resize(cut.rfind('\n', cut.size() - 2) + 1);
    CHECK(compared(whole, cut).told == "cut at 10/-, apart 4/0, cannot be told\nsame\n");
}

TEST_CASE("a transaction that goes on where the other is over is a difference") {
    TraceBuilder shorter{bare()};
    shorter.push(1).pop().stop().summary();
    TraceBuilder longer{bare()};
    longer.push(1).pop().push(1).pop().stop().summary();
    const auto result = compared(shorter.json(), longer.json());
    CHECK(beginning(result.told, "flow at 2/2, op STOP|PUSH1") == "flow at 2/2, op STOP|PUSH1");
}

TEST_CASE("transactions that one side has alone are counted") {
    TraceBuilder one{bare()};
    one.push(1).pop().stop().summary();
    TraceBuilder three = one;
    three.transaction().push(2).pop().stop().summary();
    three.transaction().push(3).pop().stop().summary();
    CHECK(compared(one.json(), three.json()).told ==
          "transaction at -/-, 2 alone of B, cannot be told\n");
    CHECK(compared(three.json(), one.json()).told ==
          "transaction at -/-, 2 alone of A, cannot be told\n");
    TraceComparison::Options options;
    options.pairs = {{2, 0}};
    CHECK(beginning(compared(three.json(), one.json(), options).told,
                    "values at 7/1, stack 0 0x3") == "values at 7/1, stack 0 0x3");
}

TEST_CASE("another output is another end") {
    TraceBuilder trace;
    trace.mstore(0, 1).ret(0, 32).summary();
    TraceBuilder wrong = trace;
    wrong.lines().back().output->at(31) = 2;
    const auto result = compared(wrong.json(), trace.json());
    CHECK(result.told == "ending at -/-, output 31 0x02|0x01, B is right\n");
}

TEST_CASE("traces of different forks are both right, and it is said why") {
    const auto with = [](std::uint64_t cost) {
        TraceBuilder trace;
        trace.op(Opcode::SLOAD, {1}, {0}, cost).pop().stop();
        return trace.json();
    };
    const auto result = compared(with(800), with(2100));
    CHECK(beginning(result.told, "values at 1/1, gasCost 800|2100, ") ==
          "values at 1/1, gasCost 800|2100, ");
    CHECK(ending(result.told, "both are right\n") == "both are right\n");
    CHECK(result.reason.find("different forks: A of istanbul") != std::string::npos);
}

TEST_CASE("hostile depths, and lines that are no steps, end as any others") {
    const std::string deep =
        R"({"pc":0,"op":96,"gas":"0x64","gasCost":"0x3","memSize":0,"stack":[],"depth":4294967295,"refund":0,"opName":"PUSH1"})"
        "\n";
    const auto text = loading().json();
    CHECK(compared(text + deep, text + deep).transactions >= 1);
    CHECK_FALSE(compared(text + deep, text).told.empty());
    CHECK_FALSE(compared(text, deep + text).told.empty());
}

TEST_CASE("transactions of one hash are pairs, in the order of both") {
    using Pairs = std::vector<TransactionPair>;
    const auto none = std::nullopt;
    CHECK(pairs_by_hash({"1", "2", "3"}, {"1", "2", "3"}) == Pairs{});
    CHECK(pairs_by_hash({"1", "2", "3"}, {"1", "2"}) == Pairs{});
    CHECK(pairs_by_hash({"1", "2", "3"}, {"1", "3"}) == Pairs{{0, 0}, {1, none}, {2, 1}});
    CHECK(pairs_by_hash({"2", "3"}, {"1", "2", "3"}) == Pairs{{none, 0}, {0, 1}, {1, 2}});
    CHECK(pairs_by_hash({"1", "2"}, {"2", "1"}).size() == 3);
    CHECK(pairs_by_hash({"1", ""}, {"2", "1"}) == Pairs{});
    CHECK(pairs_by_hash({}, {"2", "1"}) == Pairs{});
}
