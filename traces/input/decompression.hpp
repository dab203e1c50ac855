// SPDX-License-Identifier: MIT
// gzip and zstd undone, in one layer. Checksums are verified; input that stops short or is damaged
// is an error, never a shorter text; and what is handed out before an error is the same in whatever
// pieces it is read or asked for. Input that swells as no trace does is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string_view>
#include <vector>

#include "raw_bytes.hpp"
#include "traces/trace_error.hpp"

namespace evmmem::traces {

/// A block of input and what of it is still to be consumed.
class InputBlock {
public:
    std::string_view text() const { return {bytes_.data() + begin_, end_ - begin_}; }
    void consume(std::size_t size) {
        begin_ += size;
        consumed_ += size;
    }
    bool is_empty() const { return begin_ == end_; }
    bool at_end() const { return at_end_; }
    /// Bytes consumed since the input's beginning.
    std::uint64_t consumed() const { return consumed_; }

    /// Adds to what is there; false at the end of the input.
    std::expected<bool, TraceError> extend(RawBytes& raw);
    /// Reads until there is something to consume, or the input is at its end.
    std::expected<void, TraceError> want_any(RawBytes& raw);

private:
    static constexpr std::size_t block_size = std::size_t{256} * 1024;

    std::vector<char> bytes_ = std::vector<char>(block_size);
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t consumed_ = 0;
    bool at_end_ = false;
};

/// One format's decoder.
class Decoder {
public:
    virtual ~Decoder() = default;
    /// As Decompression::read(), without a limit.
    virtual std::expected<std::size_t, TraceError> read(RawBytes& raw, InputBlock& input,
                                                        char* target, std::size_t size) = 0;
};

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
