// SPDX-License-Identifier: MIT
// Reads a line with and without the JSON parser and compares: for the tests and the fuzzer of the
// layouts.
#pragma once

#include <string>
#include <string_view>

#include "traces/dialects/eip3155.hpp"

namespace evmmem::test {

class BothWays {
public:
    explicit BothWays(const traces::Dialect& dialect);

    /// Reads `line` both ways. What is wrong, in words: the direct way read what the parser refuses
    /// or reads otherwise. Empty where nothing is. The direct way learns what it could not read.
    std::string disagreement(std::string_view line);

    std::uint64_t directly_read() const { return directly_read_; }

private:
    traces::FieldPicker picker_;
    traces::ObjectFields fields_;
    traces::Eip3155 direct_;
    traces::Eip3155 parsed_;
    std::string padded_;
    std::uint64_t directly_read_ = 0;
};

}  // namespace evmmem::test
