// SPDX-License-Identifier: MIT
// The floor that replaying is measured against: simdjson On-Demand picking the fields of a step
// from every line and nothing else done. Fields: pc, op, gas, gasCost, memSize, depth, and the top
// seven stack words decoded; of memory the text only, neither decoded nor compared.
#pragma once

#include <cstdint>
#include <string_view>

namespace evmmem::bench {

/// What was extracted, folded: two ways that extract the same agree.
struct Extraction {
    std::uint64_t steps = 0;
    std::uint64_t fold = 0;
    std::uint64_t memory_characters = 0;

    bool operator==(const Extraction&) const = default;
};

/// simdjson's document stream over the whole text, in batches of 1 MiB: its fastest way.
/// `text` is followed by simdjson's padding.
Extraction extract_stream(std::string_view text);

/// One iterate() for each line.
Extraction extract_lines(std::string_view text);

/// One iterate() over a document, whose "structLogs" is a member of its "result". Instructions are
/// named there: the names are folded, so only the steps are as many as in the lines.
Extraction extract_document(std::string_view text);

}  // namespace evmmem::bench
