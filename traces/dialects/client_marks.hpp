// SPDX-License-Identifier: MIT
// What a transaction shows of the client that printed it, by its first step and by its last words: all that
// one client prints in one run has the same marks. Files that were put together from several have not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace evmmem::traces {

/// The marks of one transaction.
struct ClientMarks {
    std::string shape;  ///< the fields of its first step, in their order, and how they are written
    std::uint8_t ends = 0;  ///< whose summary follows its steps; 0: it is not there to be seen

    bool may_be_same(const ClientMarks& other) const {
        return shape == other.shape && (ends == 0 || other.ends == 0 || ends == other.ends);
    }
};

/// The first line of a text that does not begin as its first line does: of steps, what ends them.
class OtherLine {
public:
    /// Whether it is in the text, which begins with that of the call before, and may be longer: what
    /// was looked at is not looked at again.
    bool is_in(std::string_view text);
    /// The text before it; all of it where it is not there.
    std::string_view before(std::string_view text) {
        return text.substr(0, is_in(text) ? at_ : text.size());
    }

private:
    std::size_t at_ = 0;  ///< the line that is to be looked at
};

/// The marks of the transaction whose first step is the line that `ahead` begins with, and whose steps
/// are its first `steps_size` bytes; no shape where that line is no step. `ahead` is followed by
/// TextWindow::padding readable bytes, and so below.
ClientMarks marks_of_lines(std::string_view ahead, std::size_t steps_size);

/// The marks of the steps that stand in an array, or in the part of it that `ahead` is.
ClientMarks marks_of_elements(std::string_view ahead);

/// The beginning of a text that has the marks of the transaction that comes first; all of it where nothing
/// shows another client.
struct OneClient {
    std::size_t size = 0;
    ClientMarks marks;
};
OneClient lines_of_one_client(std::string_view text);
OneClient documents_of_one_client(std::string_view text);

/// Whether a line is the first step of a transaction.
bool begins_transaction(std::string_view line);

}  // namespace evmmem::traces
