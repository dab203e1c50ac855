// SPDX-License-Identifier: MIT
// How a client prints memory in its lines: in which form, after which member, at which moment. Most of it
// follows from the dialect; where a dialect leaves it open, a trace of the same client shows it.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "traces/dialects/dialect.hpp"
#include "traces/step_reader.hpp"

namespace evmmem::traces {

struct MemoryForm {
    enum class Kind : std::uint8_t {
        text,           ///< "0x.."
        words,          ///< an array of "0x.." with 64 digits
        bare_words,     ///< the same without 0x
        compact_words,  ///< the same with 0x and without leading zeros
        bare_pieces,    ///< 16 bytes each, without 0x
    };
    Kind kind = Kind::text;
    bool shows_empty = false;  ///< "0x" or []; otherwise an empty memory is left out
    std::string after =
        "gasCost";  ///< the member that it follows; where there is none, the last one
    MemoryTiming moment = MemoryTiming::before;
    bool is_moment_sure = false;  ///< otherwise the replay may show another
};

/// As the dialect's clients print it. `moment` is one that they are known to have.
MemoryForm memory_form_of(const Dialect& dialect);

/// A trace that shows how memory is printed.
struct MemoryExample {
    MemoryForm form;
    const Dialect* dialect = nullptr;
};
/// As the trace at `path` prints it; nothing where none of its first lines shows memory. Errors: those of
/// StepReader.
std::expected<std::optional<MemoryExample>, TraceError> memory_form_in(
    const std::string& path, const ReaderOptions& options);

/// What stands around the items of an array that is printed over lines.
struct ArrayStyle {
    std::string open;     ///< after the bracket
    std::string between;  ///< the items, with the comma
    std::string close;    ///< before the bracket

    /// Takes it over from an array that has items.
    void learn(std::string_view array);
};

/// Appends the bytes in that form.
void append_memory(std::string& text, std::span<const std::uint8_t> bytes, MemoryForm::Kind kind,
                   const ArrayStyle& style);

}  // namespace evmmem::traces
