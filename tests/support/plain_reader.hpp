// SPDX-License-Identifier: MIT
// A second reader of steps, slow and obvious, on another JSON library, with every rule of a step's
// fields written out once more: what it finds in a line or a document, the readers of the program
// must find.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "reading.hpp"

namespace evmmem::test {

struct PlainObject {
    enum class Kind : std::uint8_t {
        step,
        malformed,  ///< no JSON object, or a step with a field that is not what it should be
        other,      ///< an object that is no step
        /// Not for this reader to say: text with escapes in it, or broken JSON in the middle of a
        /// value that is not asked for, which the program may step over.
        unsure,
    };
    Kind kind = Kind::unsure;
    /// Without a line number. Memory and return data are given where the line has any bytes of
    /// them: whether none at all means empty is not this reader's business.
    OwnedStep step;
};

/// What the text of one object is, as this dialect means it.
PlainObject read_plainly(std::string_view object, const traces::Dialect& dialect);

/// The elements of a document's arrays of steps, in order; nothing where this reader does not know.
std::optional<std::vector<PlainObject>> read_document_plainly(std::string_view document,
                                                              const traces::Dialect& dialect);

}  // namespace evmmem::test
