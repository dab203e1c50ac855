// SPDX-License-Identifier: MIT
// The one door to a trace: what its lines become, whatever client printed them.
#include "traces/step_reader.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace evmmem;
using namespace evmmem::traces;

namespace {

/// All that a reader hands out for a text, with views copied where tests look at them.
struct Reading {
    std::string dialect;
    std::vector<Step> steps;
    std::vector<Report> reports;
    std::vector<std::vector<std::uint8_t>> memories;
    std::vector<TraceError> errors;
    std::uint64_t lines_skipped = 0;
};

Reading read(std::string_view text, const ReaderOptions& options = {}) {
    Reading reading;
    auto reader = StepReader::over(text, options);
    if (!reader) {
        reading.errors.push_back(reader.error());
        return reading;
    }
    Record record;
    for (;;) {
        const auto kind = reader->next(record);
        if (!kind) {
            reading.errors.push_back(kind.error());
            if (!kind.error().is_recoverable()) break;
        } else if (*kind == RecordKind::end) {
            break;
        } else if (*kind == RecordKind::step) {
            reading.steps.push_back(record.step);
            const auto memory = record.step.memory.value_or(std::span<const std::uint8_t>{});
            reading.memories.emplace_back(memory.begin(), memory.end());
        } else {
            reading.reports.push_back(record.report);
        }
    }
    reading.dialect = reader->dialect().name;
    reading.lines_skipped = reader->lines_skipped();
    return reading;
}

}  // namespace

TEST_CASE("an EIP-3155 line gives every field to its step") {
    const Reading reading = read(
        R"({"pc":4,"op":82,"gas":"0x1388","gasCost":"0xc","memory":"0x00ff","memSize":2,"stack":["0x80","0x40"],"depth":1,"refund":7,"opName":"MSTORE"})"
        "\n");
    REQUIRE(reading.errors.empty());
    REQUIRE(reading.steps.size() == 1);
    const Step& step = reading.steps[0];
    CHECK(step.line == 1);
    CHECK(step.pc == 4);
    CHECK(step.op == Opcode::MSTORE);
    CHECK(step.gas == 5000);
    CHECK(step.gas_cost == 12);
    CHECK(step.memory_size == 2);
    CHECK(reading.memories[0] == std::vector<std::uint8_t>{0x00, 0xff});
    CHECK(step.has_stack);
    CHECK(step.stack_size == 2);
    CHECK(step.operand(0) == Word{0x40});
    CHECK(step.operand(1) == Word{0x80});
    CHECK(step.depth == 1);
    CHECK(step.refund == 7);
    CHECK_FALSE(step.failed);
}
