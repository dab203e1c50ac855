// SPDX-License-Identifier: MIT
// What a reader hands out: the steps of a trace, and between them what the client reports of frames, transactions
// and tests.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "step.hpp"

namespace evmmem::traces {

/// What a client says of a frame, a transaction or a test besides its steps.
struct Report {
    enum class Kind : std::uint8_t {
        transaction_start,  ///< a structLogs array begins; the next step is of a new transaction
        frame_entry,        ///< geth's --trace.callframes: from, to, gas, input
        output,             ///< "output" and "gasUsed" of a frame's or the transaction's end
        summary,            ///< the last words on a transaction or a test; may have an output, too
    };

    Kind kind = Kind::output;
    std::uint64_t line = 0;
    /// Bytes returned; of frame_entry: its input.
    std::optional<std::span<const std::uint8_t>> output;
    bool is_creation = false;  ///< of frame_entry: the input is the code that runs
    std::optional<std::uint64_t> gas_used;
    std::string_view error;  ///< as printed, foreign text
    Halt halt;               ///< what `error` says; none where it is a verdict on a test
    std::optional<bool> failed;
    std::string_view fork;  ///< as printed, foreign text
};

enum class RecordKind : std::uint8_t { step, report, end };

/// Refilled by every StepReader::next(); views in it are valid until the next call.
struct Record {
    Step step;
    Report report;
};

}  // namespace evmmem::traces
