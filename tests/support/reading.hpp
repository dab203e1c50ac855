// SPDX-License-Identifier: MIT
// A whole trace read at once, with everything copied that a reader only lends: for tests of the
// readers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/step_reader.hpp"

namespace evmmem::test {

using Bytes = std::vector<std::uint8_t>;

/// A Step without views: equal for two readers that read the same.
struct OwnedStep {
    std::uint64_t line = 0, pc = 0, gas = 0;
    Opcode op{};
    std::uint32_t depth = 0;
    std::optional<std::uint64_t> gas_cost, memory_size, reservoir, state_gas;
    std::optional<Bytes> memory, return_data;
    bool has_stack = false;
    std::uint32_t stack_size = 0;
    std::vector<Word> operands;  ///< top first
    /// As printed; nothing where the reader at hand does not say.
    std::optional<std::string> stack_text;
    std::vector<std::size_t> operand_places;  ///< in `stack_text`
    std::string op_name, error;
    traces::HaltReason halt = traces::HaltReason::none;
    traces::HaltReasons halts_meant;
    bool failed = false;
    std::optional<std::int64_t> refund;

    bool operator==(const OwnedStep&) const = default;
};
OwnedStep owned(const traces::Step& step);
/// The two steps' first difference in words, for messages; empty when they are equal.
std::string difference(const OwnedStep& a, const OwnedStep& b);

struct OwnedReport {
    traces::Report::Kind kind{};
    std::uint64_t line = 0;
    std::optional<Bytes> output;
    std::optional<std::uint64_t> gas_used;
    std::string error, fork;
    traces::Halt halt;
    std::optional<bool> failed;
};

struct Reading {
    std::string dialect;
    std::vector<OwnedStep> steps;
    std::vector<OwnedReport> reports;
    /// In order; the last may be one that ended the reading.
    std::vector<traces::TraceError> errors;
    std::uint64_t lines_skipped = 0;
    std::uint64_t bytes_read = 0;
};
/// The two readings' first difference in words; empty when they are equal.
std::string difference(const Reading& a, const Reading& b);

Reading read(std::string_view text, const traces::ReaderOptions& options = {});
Reading read_file(const std::string& path, const traces::ReaderOptions& options = {});

}  // namespace evmmem::test
