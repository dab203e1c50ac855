// SPDX-License-Identifier: MIT
#include "app/report/finding_text.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>

using namespace evmmem;
using namespace evmmem::app;

namespace {

traces::Finding wrong_load() {
    traces::Finding finding;
    finding.check = traces::Check::memory_load;
    finding.line = 20;
    finding.step = 19;
    finding.pc = 42;
    finding.op = Opcode::MLOAD;
    finding.op_name = "MLOAD";
    finding.depth = 2;
    finding.frame = 1;
    finding.claimed = "0x1100";
    finding.computed = "0x11ff";
    finding.detail = "MLOAD's result is not the word in memory";
    return finding;
}

const Palette plain{false};

}  // namespace

TEST_CASE("a finding says where, which check, both values, and where they differ") {
    CHECK(finding_text("t.jsonl", wrong_load(), plain) ==
          "t.jsonl:20: memory.load\n"
          "  step 19, pc 42, MLOAD, depth 2, frame 1\n"
          "  claimed   0x1100\n"
          "  computed  0x11ff\n"
          "                ^^\n"
          "  MLOAD's result is not the word in memory\n"
          "  rule: MLOAD's result is the word in memory (Yellow Paper H.2, 0x51)\n"
          "  look: evmmem show t.jsonl --step 19");
}

TEST_CASE("the operands are shown by name, the top of the stack first") {
    auto finding = wrong_load();
    finding.op = Opcode::MCOPY;
    finding.operands = {1, 0, 0x20};
    CHECK(finding_text("t", finding, plain)
              .find("\n  operands  target 0x1, source 0x0, size 0x20\n") != std::string::npos);
}

TEST_CASE("a command to copy reads the trace as it was read") {
    CHECK(finding_text("t", wrong_load(), plain, unlimited_columns, " --fork cancun")
              .ends_with("look: evmmem show t --step 19 --fork cancun"));
}

TEST_CASE("a command to copy is shown only where a shell would take the name as it is") {
    CHECK(finding_text("a/b-1.jsonl", wrong_load(), plain).find("evmmem show a/b-1.jsonl") !=
          std::string::npos);
    for (const char* name : {"-", "-x", "", "a b", "a;b", "$x", "a'b", "\u00fc"}) {
        CAPTURE(name);
        CHECK(finding_text(name, wrong_load(), plain).find("look:") == std::string::npos);
    }
}

TEST_CASE("no line of a finding is longer than there are columns") {
    auto finding = wrong_load();
    finding.op = Opcode::CALL;
    finding.operands.assign(7, Word::max());
    finding.claimed = "0x" + std::string(600, '1');
    finding.computed = "0x" + std::string(300, '1') + std::string(300, '2');
    for (std::size_t columns = 40; columns < 120; ++columns) {
        std::istringstream lines{finding_text("t", finding, plain, columns)};
        for (std::string line; std::getline(lines, line);) {
            CAPTURE(line);
            CHECK(line.size() <= columns);
        }
    }
}

TEST_CASE("values that are no hex of one length are not marked") {
    auto finding = wrong_load();
    finding.claimed = "64";
    finding.computed = "96";
    CHECK(finding_text("t", finding, plain).find('^') == std::string::npos);
    finding.claimed = "0x11";
    finding.computed = "0x1122";
    CHECK(finding_text("t", finding, plain).find('^') == std::string::npos);
}

TEST_CASE("long values are shown around the first difference, wherever it is") {
    const std::size_t bytes = 300;
    for (std::size_t byte = 0; byte < bytes; ++byte) {
        auto finding = wrong_load();
        finding.claimed = "0x" + std::string(2 * bytes, '0');
        finding.computed = finding.claimed;
        finding.computed[2 + 2 * byte] = 'f';
        const auto text = finding_text("t", finding, plain);
        CAPTURE(byte);
        const auto computed = text.find("  computed  ") + 2;
        const auto mark = text.find('^');
        REQUIRE(mark != std::string::npos);
        // The mark's column, counted from the start of its line, is that of the wrong digit.
        const auto column = mark - (text.rfind('\n', mark) + 1);
        CHECK(text[computed - 2 + column] == 'f');
        CHECK(text.find("^^\n") == mark);
    }
}

TEST_CASE("warnings, transactions and bytes are named") {
    auto finding = wrong_load();
    finding.severity = traces::Severity::warning;
    finding.transaction = 2;
    finding.bytes = traces::Finding::Bytes{0x40, 32};
    const auto text = finding_text("t", finding, plain);
    CHECK(text.starts_with("t:20: warning: memory.load\n"));
    CHECK(text.find("frame 1, transaction 2\n") != std::string::npos);
    CHECK(text.find("memory at 0x40, 32 bytes, of frame 0\n") != std::string::npos);
}

TEST_CASE("foreign text in a finding is escaped") {
    auto finding = wrong_load();
    finding.op_name = "\x1b[2J";
    finding.claimed = "a\nb";
    const auto text = finding_text("\u202et", finding, plain);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find("a\\nb") != std::string::npos);
    CHECK(text.starts_with("\\u{202e}t:20:"));
}
