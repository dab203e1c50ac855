// SPDX-License-Identifier: MIT
// gzip, zstd, xz and bzip2 undone, in one layer. Checksums are verified; input that stops short or is damaged
// is an error, never a shorter text; and what is handed out before an error is the same in whatever
// pieces it is read or asked for. Input that swells as no trace does is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string_view>

#include "decoder.hpp"
#include "traces/trace_error.hpp"

namespace evmmem::traces {

/// How much larger than its input an output may be.
struct Swelling {
    /// Bytes for each one of input. A trace of a huge memory of zeros reaches 27,500 by zstd, whose
    /// best is 32,768, and nothing reaches 1,100 by gzip.
    std::uint64_t ratio_max = 30'000;
    /// Output of this size is let pass, however little input it came from.
    std::uint64_t free_bytes = std::uint64_t{1} << 30;
};

class Decompression {
public:
    /// Of the format that `input` begins with; null when it is none that is known.
    static std::unique_ptr<Decompression> of(const InputBlock& input, const Swelling& swelling);

    /// Writes up to `size` bytes to `target` and returns how many; 0 only at the end.
    /// Errors: io (damaged), truncated, limit (output that swells too much),
    /// and those of RawBytes.
    std::expected<std::size_t, TraceError> read(RawBytes& raw, InputBlock& input, char* target,
                                                std::size_t size);

    /// Handed out so far.
    std::uint64_t bytes() const { return bytes_; }

private:
    Decompression(std::unique_ptr<Decoder> decoder, const Swelling& swelling)
        : decoder_{std::move(decoder)}, swelling_{swelling} {}

    std::unique_ptr<Decoder> decoder_;
    Swelling swelling_;
    std::uint64_t bytes_ = 0;
};

/// Whether a text begins as compressed data do that this room can undo.
bool looks_compressed(std::string_view text);

}  // namespace evmmem::traces
