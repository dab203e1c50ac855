// SPDX-License-Identifier: MIT
// Reads a line with and without the JSON parser and compares: for the tests and the fuzzer of the
// layouts.
#pragma once

#include <string>
#include <string_view>

#include "reading.hpp"
#include "traces/dialects/eip3155.hpp"

namespace evmmem::test {

class BothWays {
public:
    explicit BothWays(const traces::Dialect& dialect);

    /// Reads `line` both ways. What is wrong, in words: the direct way read what the parser refuses
    /// or reads otherwise. Empty where nothing is. The direct way learns what it could not read.
    std::string disagreement(std::string_view line);

    /// The same of the object at the beginning of `text`, whose layout is one of the lines read
    /// above: found where it ends, whatever comes after it. Learns nothing.
    std::string disagreement_at_beginning(std::string_view text);

    /// The same of the line at the beginning of `text`, which is read only where its newline follows.
    std::string disagreement_of_line(std::string_view text);

    std::uint64_t directly_read() const { return directly_read_; }
    /// Bytes of the object, or line, that was read last at the beginning of a text; 0: none was.
    std::size_t last_size() const { return last_size_; }

private:
    /// As in a window: TextWindow::padding bytes before it, and zeros after it.
    std::string_view padded(std::string_view text);
    /// What the parser sees in `object` that is not in `direct`, in words.
    std::string difference_to_parsed(std::string_view object, const OwnedStep& direct);

    traces::FieldPicker picker_;
    traces::ObjectFields fields_;
    traces::Eip3155 direct_;
    traces::Eip3155 parsed_;
    std::string padded_;
    std::uint64_t directly_read_ = 0;
    std::size_t last_size_ = 0;
};

}  // namespace evmmem::test
