// SPDX-License-Identifier: MIT
// The work of a replay grows with its input, and not faster, whatever the input is: no small file
// can make evmmem slow. Work is counted (basic blocks, bytes moved, bytes allocated), not
// timed. Each shape is text of n parts; from 2n to 4n parts may cost twice what n to 2n did.
// And a document is read for hardly more than the same steps as lines are.
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/support/as_document.hpp"
#include "tests/support/client_lines.hpp"
#include "tests/support/compressing.hpp"
#include "tests/support/generated.hpp"
#include "tests/support/work_counter.hpp"
#include "traces/explain.hpp"
#include "traces/no_findings.hpp"
#include "traces/observers/write_history.hpp"
#include "traces/replayer.hpp"

using namespace evmmem;
using namespace evmmem::traces;
using test::Work;

namespace {

std::string hex(std::uint64_t value) {
    char digits[17];
    std::snprintf(digits, sizeof digits, "%llx", static_cast<unsigned long long>(value));
    return std::string{"0x"} + digits;
}

/// Lines of a client that prints no memory. Gas and pc are not what they should be where a shape
/// does not say so: a finding is work, too.
class Lines {
public:
    std::uint64_t gas = std::uint64_t{1} << 50;
    std::uint64_t pc = 0;
    std::uint64_t depth = 1;

    Lines& step(Opcode op, std::uint64_t cost, const std::vector<std::uint64_t>& stack = {},
                const std::string& more = {}) {
        text += "{\"pc\":" + std::to_string(pc++) +
                ",\"op\":" + std::to_string(static_cast<int>(op)) + ",\"gas\":\"" + hex(gas) +
                "\",\"gasCost\":\"" + hex(cost) + "\",\"stack\":[";
        for (std::size_t i = 0; i < stack.size(); ++i)
            text += (i == 0 ? "\"" : ",\"") + hex(stack[i]) + "\"";
        text += "],\"depth\":" + std::to_string(depth) + more + "}\n";
        gas -= cost;
        return *this;
    }
    std::string text;
};

/// From n parts, a text of a length in proportion to n.
using Shape = std::function<std::string(std::uint64_t parts)>;

std::string repeated(std::string_view part, std::uint64_t times) {
    std::string text;
    for (std::uint64_t i = 0; i < times; ++i)
        text += part;
    return text;
}

std::string line_with(const std::string& more) {
    return Lines{}.step(Opcode::PC, 2).step(Opcode::POP, 2, {0}, more).step(Opcode::STOP, 0).text;
}

/// Steps of memory of 64 KiB at most, each with operands made of its number.
Shape steps(Opcode op, std::uint64_t cost,
            std::function<std::vector<std::uint64_t>(std::uint64_t)> stack) {
    return [=](std::uint64_t parts) {
        Lines lines;
        for (std::uint64_t i = 0; i < parts; ++i)
            lines.step(op, cost, stack(i));
        return lines.step(Opcode::STOP, 0).text;
    };
}

constexpr std::uint64_t memory_max = 64 * 1024;

struct Named {
    std::string name;
    std::uint64_t parts;
    Shape shape;
};

const Named shapes[] = {
    // ---- text
    {"blank lines", 40'000, [](std::uint64_t n) { return repeated("\n", n) + line_with(""); }},
    {"noise", 10'000, [](std::uint64_t n) { return repeated("INFO of no step\n", n); }},
    {"noise after a step", 10'000,
     [](std::uint64_t n) { return line_with("") + repeated("INFO of no step\n", n); }},
    {"objects that are no steps", 10'000,
     [](std::uint64_t n) { return line_with("") + repeated("{\"a\":{\"b\":[1]}}\n", n); }},
    {"lines that cannot be read", 4'000,
     [](std::uint64_t n) { return line_with("") + repeated("{\"pc\":tru,\"op\":1}\n", n); }},
    {"one line of blanks", 200'000,
     [](std::uint64_t n) { return line_with("," + std::string(n, ' ') + "\"x\":1"); }},
    {"one line without an end", 200'000,
     [](std::uint64_t n) { return line_with("") + "{\"pc\":\"" + std::string(n, 'x'); }},
    {"one text of backslashes", 100'000,
     [](std::uint64_t n) { return line_with(",\"x\":\"" + repeated("\\\\", n) + "\""); }},
    {"a name of escapes", 20'000,
     [](std::uint64_t n) { return line_with(",\"opName\":\"" + repeated("\\u0041", n) + "\""); }},
    {"an error of many words", 50'000,
     [](std::uint64_t n) { return line_with(",\"error\":\"" + repeated("out of ", n) + "\""); }},
    {"brackets that are not closed", 50'000,
     [](std::uint64_t n) { return line_with("") + repeated("[", n) + "\n"; }},
    {"brackets that are not opened", 50'000,
     [](std::uint64_t n) { return line_with("") + repeated("}", n) + "\n"; }},
    {"a field of many arrays", 20'000,
     [](std::uint64_t n) { return line_with(",\"x\":[" + repeated("[],", n) + "0]"); }},
    {"many fields", 5'000,
     [](std::uint64_t n) {
         std::string fields;
         for (std::uint64_t i = 0; i < n; ++i)
             fields += ",\"x" + std::to_string(i) + "\":1";
         return line_with(fields);
     }},
    // Longer than what is looked at beforehand, whatever follows.
    {"a large stack", 80'000,
     [](std::uint64_t n) {
         return Lines{}.step(Opcode::PC, 2, std::vector<std::uint64_t>(n, 7)).text + line_with("");
     }},
    {"memory of many words", 2'000,
     [](std::uint64_t n) {
         return line_with(",\"memory\":[" + repeated("\"" + std::string(64, '0') + "\",", n) +
                          "\"" + std::string(64, '1') + "\"]");
     }},
    {"layouts, another on each line", 2'000,
     [](std::uint64_t n) {
         std::string text;
         for (std::uint64_t i = 0; i < n; ++i)
             text += Lines{}.step(Opcode::PC, 2, {}, ",\"x" + std::to_string(i) + "\":0").text;
         return text;
     }},
    // ---- documents
    {"a document of many steps", 2'000,
     [](std::uint64_t n) {
         return "{\"structLogs\":[" +
                repeated(R"({"pc":0,"op":"PC","gas":9,"gasCost":2,"depth":1,"stack":[]},)", n) +
                R"({"pc":0,"op":"STOP","gas":9,"gasCost":0,"depth":1,"stack":[]}]})";
     }},
    {"many documents", 2'000,
     [](std::uint64_t n) {
         return repeated(
             R"({"structLogs":[{"pc":0,"op":"STOP","gas":9,"gasCost":0,"depth":1,"stack":[]}],"gas":0})"
             "\n",
             n);
     }},
    {"a document with much beside its steps", 20'000,
     [](std::uint64_t n) {
         return "{\"structLogs\":[],\"x\":{" + repeated("\"returnValue\":\"\",", n) + "\"y\":0}}";
     }},
    {"a document's element over many lines", 20'000,
     [](std::uint64_t n) { return "{\"structLogs\":[{" + repeated("\n", n) + "\"pc\":x}]}"; }},
    // ---- compressed
    {"gzip members", 2'000,
     [](std::uint64_t n) { return test::gzip(line_with(""), 6) + repeated(test::gzip("", 6), n); }},
    {"zstd frames", 2'000,
     [](std::uint64_t n) { return test::zstd(line_with(""), 1) + repeated(test::zstd("", 1), n); }},
    {"xz streams", 2'000,
     [](std::uint64_t n) { return test::xz(line_with(""), 0) + repeated(test::xz("", 0), n); }},
    {"bzip2 streams", 2'000,
     [](std::uint64_t n) { return test::bzip2(line_with("")) + repeated(test::bzip2(""), n); }},
    // ---- memory
    {"plain steps", 4'000, steps(Opcode::PC, 2, [](auto) { return std::vector<std::uint64_t>{}; })},
    {"words, one after the other", 1'000,
     steps(Opcode::MSTORE, 6, [](auto i) { return std::vector{i, i * 32 % memory_max}; })},
    {"words all over", 1'000,
     steps(Opcode::MSTORE, 3, [](auto i) { return std::vector{i, i * 7919 % memory_max}; })},
    {"unknown bytes, one here and one there", 2'000,
     steps(Opcode::CALLDATACOPY, 6,
           [](auto i) { return std::vector{std::uint64_t{1}, i, i * 7919 % memory_max}; })},
    {"holes in what is known", 2'000,
     steps(Opcode::MSTORE8, 3, [](auto i) { return std::vector{i, i * 2 % memory_max}; })},
    {"reads of unknown bytes", 8'000,
     [](std::uint64_t n) {
         Lines lines;
         for (std::uint64_t i = 0; i < n; ++i)
             lines.step(Opcode::CALLDATACOPY, 6, {1, i, i * 64 % memory_max})
                 .step(Opcode::MLOAD, 3, {i * 64 % memory_max})
                 .step(Opcode::POP, 2, {i});
         return lines.text;
     }},
    {"hashes", 500,
     steps(Opcode::KECCAK256, 36, [](auto i) { return std::vector{std::uint64_t{64}, i % 999}; })},
    {"copies that overlap", 300,
     steps(Opcode::MCOPY, 3, [](auto i) { return std::vector{memory_max / 2, i % 31, i % 57}; })},
    {"sizes that cannot be", 2'000,
     steps(Opcode::MSTORE, 3, [](auto i) { return std::vector{i, ~std::uint64_t{0} - i}; })},
    // ---- frames, transactions, state
    {"depth up and down", 2'000,
     [](std::uint64_t n) {
         Lines lines;
         for (std::uint64_t i = 0; i < n; ++i) {
             lines.depth = 1 + (i / 1000 % 2 == 0 ? i % 1000 : 1000 - i % 1000);
             lines.step(Opcode::CALL, 100, {0, 0, 0, 0, 0, 1, 100});
         }
         return lines.text;
     }},
    {"depth that jumps", 1'000,
     [](std::uint64_t n) {
         Lines lines;
         for (std::uint64_t i = 0; i < n; ++i) {
             lines.depth = 1 + i * 7919 % 1024;
             lines.step(Opcode::PC, 2);
         }
         return lines.text;
     }},
    {"calls that return at once", 1'000,
     steps(Opcode::CALL, 2600,
           [](auto i) { return std::vector<std::uint64_t>{32, 64, 32, 0, 0, i, 1000}; })},
    {"creations", 500,
     [](std::uint64_t n) {
         Lines lines;
         for (std::uint64_t i = 0; i < n; ++i) {
             lines.depth = 1;
             lines.step(Opcode::CREATE, 32'000, {32, i % 64, 0});
             lines.depth = 2;
             lines.step(Opcode::RETURN, 3, {32, 0});
         }
         return lines.text;
     }},
    {"accounts and slots", 2'000,
     [](std::uint64_t n) {
         Lines lines;
         for (std::uint64_t i = 0; i < n; ++i)
             lines.step(Opcode::SLOAD, 2100, {i}).step(Opcode::BALANCE, 2600, {i});
         return lines.text;
     }},
    {"transactions", 1'000,
     [](std::uint64_t n) {
         return repeated(
             Lines{}.step(Opcode::STOP, 0).text + "{\"output\":\"\",\"gasUsed\":\"0x0\"}\n", n);
     }},
    {"transactions that reach far", 500,
     [](std::uint64_t n) {
         return repeated(
             Lines{}.step(Opcode::MSTORE, 6147, {1, memory_max - 32}).step(Opcode::STOP, 0).text +
                 "{\"output\":\"\",\"gasUsed\":\"0x1803\"}\n",
             n);
     }},
    {"transactions after one that touched much", 1'000,
     [](std::uint64_t n) {
         Lines lines;
         for (std::uint64_t i = 0; i < n; ++i)
             lines.step(Opcode::SLOAD, 2100, {i}).step(Opcode::CALL, 2600, {0, 0, 0, 0, 0, i, 0});
         lines.step(Opcode::STOP, 0);
         const std::string summary = "{\"output\":\"\",\"gasUsed\":\"0x0\"}\n";
         return lines.text + summary +
                repeated(
                    Lines{}.step(Opcode::SLOAD, 2100, {7}).step(Opcode::STOP, 0).text + summary, n);
     }},
    // ---- blame
    {"bytes of many writers, copied again and again", 1'000,
     [](std::uint64_t n) {
         Lines lines;
         for (std::uint64_t i = 0; i < n; ++i)
             lines.step(Opcode::MSTORE8, 3, {1, 2 * i});
         for (std::uint64_t i = 0; i < n; ++i)
             lines.step(Opcode::MCOPY, 3, {memory_max / 4, 0, memory_max / 2});
         return lines.step(Opcode::MLOAD, 3, {memory_max / 2}).step(Opcode::POP, 2, {7}).text;
     }},
    {"bytes of many writers, handed to callees", 500,
     [](std::uint64_t n) {
         Lines lines;
         for (std::uint64_t i = 0; i < n; ++i)
             lines.step(Opcode::MSTORE8, 3, {1, 2 * i});
         const std::uint64_t pc = lines.pc;
         for (std::uint64_t i = 0; i < n; ++i) {
             lines.pc = pc + i;
             lines.depth = 1;
             lines.step(Opcode::CALL, 100, {0, 0, memory_max / 4, 0, 0, 1, 0});
             lines.pc = 0;
             lines.depth = 2;
             lines.step(Opcode::RETURN, 2048, {memory_max / 4, 0});
         }
         lines.pc = pc + n;
         lines.depth = 1;
         return lines.step(Opcode::MLOAD, 3, {0}).step(Opcode::POP, 2, {7}).text;
     }},
    // ---- findings
    {"wrong gas on every line", 1'000,
     steps(Opcode::PC, 77, [](auto) { return std::vector<std::uint64_t>{}; })},
    {"wrong memory on every line", 1'000,
     [](std::uint64_t n) {
         Lines lines;
         for (std::uint64_t i = 0; i < n; ++i)
             lines.step(Opcode::PC, 2, {},
                        ",\"memory\":\"0x" + std::string(64, "12"[i % 2]) + "\"");
         return lines.text;
     }},
    {"returned bytes that no step wrote", 300,
     steps(Opcode::RETURN, 3,
           [](auto i) { return std::vector<std::uint64_t>{memory_max / 2, i % 999}; })},
};

// Steps that ask for megabytes each. What is done for them is bounded by the replay's limits, and
// linear beside that; the limits are small here, so that they do not hide what is not bounded.
constexpr std::uint64_t much = std::uint64_t{16} << 20;
constexpr std::uint64_t work_max = std::uint64_t{1} << 20;

/// `n` times what `once` prints, in a frame whose memory is `much`.
Shape much_of(std::function<void(Lines&, std::uint64_t)> once) {
    return [=](std::uint64_t parts) {
        Lines lines;
        lines.step(Opcode::MSTORE, 538445315, {1, much - 32});
        for (std::uint64_t i = 0; i < parts; ++i)
            once(lines, i);
        return lines.step(Opcode::STOP, 0).text;
    };
}

/// A call of all memory, or half of it, whose callee prints what `callee` does.
std::function<void(Lines&, std::uint64_t)> much_called(Opcode op,
                                                       std::vector<std::uint64_t> operands,
                                                       std::function<void(Lines&)> callee) {
    return [=](Lines& lines, std::uint64_t) {
        const std::uint64_t pc = lines.pc;
        lines.step(op, 100, operands);
        lines.pc = 0;
        lines.depth = 2;
        callee(lines);
        lines.depth = 1;
        lines.pc = pc + 1;
        lines.step(Opcode::POP, 2, {1});
    };
}

const Named large_shapes[] = {
    {"hashes of much", 100, much_of([](Lines& lines, auto i) {
         lines.step(Opcode::MSTORE, 3, {i, 0})
             .step(Opcode::KECCAK256, 36, {much, 0})
             .step(Opcode::POP, 2, {7});
     })},
    {"SHA-256 of much", 100, much_of([](Lines& lines, auto i) {
         lines.step(Opcode::MSTORE, 3, {i, 0})
             .step(Opcode::CALL, 100, {32, 0, much, 0, 0, 2, 1 << 30})
             .step(Opcode::POP, 2, {1});
     })},
    {"RIPEMD-160 of much", 100, much_of([](Lines& lines, auto i) {
         lines.step(Opcode::MSTORE, 3, {i, 0})
             .step(Opcode::CALL, 100, {32, 0, much, 0, 0, 3, 1 << 30})
             .step(Opcode::POP, 2, {1});
     })},
    {"identity of much", 100, much_of([](Lines& lines, auto) {
         lines.step(Opcode::CALL, 100, {much, 0, much, 0, 0, 4, 1 << 30}).step(Opcode::POP, 2, {1});
     })},
    {"accounts without code, called with much", 100, much_of([](Lines& lines, auto) {
         lines.step(Opcode::CALL, 100, {much, 0, much, 0, 0, 0xc0de, 1 << 30})
             .step(Opcode::POP, 2, {1});
     })},
    {"creations of much", 100, much_of([](Lines& lines, auto i) {
         lines.step(Opcode::ADDRESS, 2).step(Opcode::MSTORE, 3, {i, 0});
         much_called(Opcode::CREATE2, {0, much, 0, 0},
                     [](Lines& callee) { callee.step(Opcode::STOP, 0); })(lines, i);
     })},
    {"copies of much", 100,
     much_of([](Lines& lines, auto) { lines.step(Opcode::MCOPY, 3, {much / 2, 1, 0}); })},
    {"calldata of much", 100,
     much_of([](Lines& lines, auto) { lines.step(Opcode::CALLDATACOPY, 3, {much, 0, 0}); })},
    {"code of much", 100, much_of([](Lines& lines, auto) {
         lines.step(Opcode::CODECOPY, 3, {much, 0, 0})
             .step(Opcode::EXTCODECOPY, 3, {much, 0, 0, 7});
     })},
    {"callees that are given much, and copy it", 100,
     much_of(much_called(Opcode::CALL, {0, 0, much, 0, 0, 1, 1 << 30},
                         [](Lines& callee) {
                             callee.step(Opcode::CALLDATALOAD, 3, {0})
                                 .step(Opcode::POP, 2, {7})
                                 .step(Opcode::CALLDATACOPY, 9, {much, 0, 0})
                                 .step(Opcode::STOP, 0);
                         }))},
    {"callees that return much", 100,
     much_of(
         much_called(Opcode::CALL, {much, 0, 0, 0, 0, 1, 1 << 30},
                     [](Lines& callee) { callee.step(Opcode::RETURN, 538445312, {much, 0}); }))},
    {"outputs of much that are not printed", 100,
     [](std::uint64_t n) {
         return repeated(Lines{}.step(Opcode::RETURN, 538445312, {much, 0}).text +
                             "{\"output\":\"0x01\",\"gasUsed\":\"0x20180000\"}\n",
                         n);
     }},
    {"memory that is claimed to shrink and to grow", 100, much_of([](Lines& lines, auto i) {
         const std::string claim = std::to_string(i % 2 == 0 ? much - 64 : much);
         lines.step(Opcode::PC, 2, {}, ",\"memSize\":" + claim)
             .step(Opcode::POP, 2, {7}, ",\"memSize\":" + claim);
     })},
    {"deployed code of much, called", 100,
     [](std::uint64_t n) {
         Lines lines;
         lines.step(Opcode::CREATE, 32'000, {0, 0, 0});
         lines.pc = 0;
         lines.depth = 2;
         lines.step(Opcode::RETURN, 538445312, {much, 0});
         lines.depth = 1;
         lines.pc = 1;
         lines.step(Opcode::POP, 2, {0xc0de});
         for (std::uint64_t i = 0; i < n; ++i)
             much_called(Opcode::CALL, {0, 0, 0, 0, 0, 0xc0de, 1 << 30},
                         [](Lines& callee) { callee.step(Opcode::STOP, 0); })(lines, i);
         return lines.text;
     }},
};

std::vector<Finding> replay(std::string_view text) {
    class Collector final : public FindingSink {
    public:
        void on_finding(const Finding& finding) override {
            if (findings.size() < 8) findings.push_back(finding);
        }
        std::vector<Finding> findings;
    } collector;
    auto reader = StepReader::over(text);
    if (!reader) return {};
    ReplayOptions options;
    options.memory_max = 4 * memory_max;
    Replayer replayer{reader->dialect(), options, collector};
    replayer.replay_all(*reader);
    replayer.finish();
    return std::move(collector.findings);
}

Work work_of(const std::function<void()>& job) {
    const Work before = test::work_so_far();
    job();
    return test::work_so_far() - before;
}

/// Twice as much more for twice as much more: with room for what is moved when a buffer doubles.
void require_linear(const std::string& what, std::uint64_t once, std::uint64_t twice,
                    std::uint64_t four_times, std::uint64_t slack) {
    CAPTURE(what);
    CAPTURE(once);
    CAPTURE(twice);
    const std::uint64_t first = twice > once ? twice - once : 0;
    CHECK(four_times <= twice + 5 * first / 2 + slack);
}

}  // namespace

TEST_CASE("the work of a replay is linear in its input, whatever that is") {
    for (const auto& [name, parts, shape] : shapes) {
        CAPTURE(name);
        Work work[3];
        for (std::uint64_t i = 0; i < 3; ++i) {
            const std::string text = shape(parts << i);
            work[i] = work_of([&] { static_cast<void>(replay(text)); });
        }
        REQUIRE(work[0].code > parts / 100);  // it was done, and counted
        require_linear("code", work[0].code, work[1].code, work[2].code, 100'000);
        require_linear("bytes", work[0].bytes, work[1].bytes, work[2].bytes, 1 << 20);
        require_linear("allocated", work[0].allocated, work[1].allocated, work[2].allocated,
                       4 << 20);
    }
}

TEST_CASE("steps that ask for megabytes each are given no more than the limits allow") {
    for (const auto& [name, parts, shape] : large_shapes) {
        CAPTURE(name);
        const std::string text = shape(parts);
        NoFindings no_findings;
        auto reader = StepReader::over(text);
        REQUIRE(reader);
        ReplayOptions options;
        options.hash_max = options.copy_max = work_max;
        Replayer replayer{reader->dialect(), options, no_findings};
        const Work work = work_of([&] { replayer.replay_all(*reader); });
        const ReplaySummary summary = replayer.finish();
        CHECK(summary.steps >= parts);
        // Twice the memory: it is written once, and cleaned once. A hash is counted by its budget.
        CHECK(work.bytes <= 2 * much + 8 * work_max + 400 * text.size());
        CHECK(work.allocated <= 2 * much + 8 * work_max + 100 * text.size());
        CHECK(work.code <= 4'000'000 + 300 * text.size());
    }
}

TEST_CASE("the work of finding out who is to blame is linear in the input") {
    for (const auto& [name, parts, shape] : shapes) {
        CAPTURE(name);
        Work work[3];
        for (std::uint64_t i = 0; i < 3; ++i) {
            const std::string text = shape(parts << i);
            std::vector<Finding> findings = replay(text);
            std::vector<Finding*> asked;
            for (Finding& finding : findings)
                if (can_be_explained(finding)) asked.push_back(&finding);
            if (asked.empty()) break;
            auto reader = StepReader::over(text);
            work[i] = work_of([&] { explain(*reader, {}, asked, [] { return true; }); });
        }
        require_linear("code", work[0].code, work[1].code, work[2].code, 100'000);
        require_linear("bytes", work[0].bytes, work[1].bytes, work[2].bytes, 1 << 20);
    }
}

TEST_CASE("a document is read for hardly more work than the same steps as lines") {
    if (!test::has_direct_way()) return;
    const auto work_on = [](const std::string& text) {
        auto reader = StepReader::over(text);
        REQUIRE(reader);
        Record record;
        // The beginning is looked at before, to know the dialect.
        return work_of([&] {
            while (reader->next(record).value_or(RecordKind::end) != RecordKind::end) {
            }
        });
    };
    for (const bool with_memory : {false, true}) {
        CAPTURE(with_memory);
        TraceOptions options{.pattern = pattern_named("solidity"), .steps = 3000};
        options.with_memory = with_memory;
        const std::string lines = test::generated(options);
        const Work as_lines = work_on(lines);
        const Work as_document = work_on(test::as_document(lines));
        CHECK(as_lines.code > 100'000);
        CHECK(as_document.code <= as_lines.code * 12 / 10);
        // Newlines are looked for in lines alone.
        CHECK(as_document.bytes <= as_lines.bytes * 12 / 10);
    }
}
