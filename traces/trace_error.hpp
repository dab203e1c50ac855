// SPDX-License-Identifier: MIT
// What was wrong with a trace as a text, or with reading it. A disagreement between a trace and the
// EVM is not an error: that is a Finding.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace evmmem::traces {

struct TraceError {
    enum class Kind : std::uint8_t {
        malformed,    ///< one line or one element is not what its format says; the next may be read
        not_a_trace,  ///< nothing in the input looks like a step
        truncated,    ///< the input ends in the middle of a line, an element or a compressed block
        io,           ///< the input could not be opened, read or decompressed
        limit,        ///< a limit of ours was reached; the message names the option that raises it
    };

    Kind kind = Kind::malformed;
    std::string message;       ///< what was found and what was expected; no full stop, no position
    std::uint64_t line = 0;    ///< from 1; 0 when the error has no place
    std::uint64_t column = 0;  ///< in bytes, from 1; 0 when not known
    std::string field;         ///< the JSON field, empty when none
    std::string excerpt;  ///< the text around the place, raw: foreign, so escape it before printing
    /// Of the place in `excerpt`, in bytes from 0: where a caret belongs.
    std::uint64_t excerpt_place = 0;

    /// One that has no place, or none yet.
    static TraceError of(Kind kind, std::string message) {
        TraceError error;
        error.kind = kind;
        error.message = std::move(message);
        return error;
    }

    /// Whether reading can go on after this error.
    bool is_recoverable() const { return kind == Kind::malformed; }
};

}  // namespace evmmem::traces
