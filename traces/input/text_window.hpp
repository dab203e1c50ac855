// SPDX-License-Identifier: MIT
// The part of a trace's text that is in memory: a buffer that slides over a ByteSource. Readers
// take from its front and ask for more at its end; what is in it stays where it is until the next
// request for more. The padding that simdjson asks for is readable after its last byte,
// and is zeros.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string_view>

#include "byte_source.hpp"
#include "traces/trace_error.hpp"

namespace evmmem::traces {

class TextWindow {
public:
    /// Readable bytes before and after the text; simdjson 3 asks for 64 after it at most.
    static constexpr std::size_t padding = 64;
    static constexpr std::size_t block_size = std::size_t{256} * 1024;

    explicit TextWindow(ByteSource source) : source_{std::move(source)} {}

    /// What is in memory and not taken yet.
    std::string_view text() const { return {data_ + begin_, end_ - begin_}; }
    void take(std::size_t count) { begin_ += count; }

    /// Adds more text after what there is; false when there is no more. Views into text() are void
    /// after it. Errors: those of ByteSource, and limit when the host has no memory for a longer
    /// window. After an error every call returns it again.
    std::expected<bool, TraceError> extend();

    /// Whether extend() will have an answer within that time, which passes otherwise.
    bool has_more_within(int milliseconds) const { return source_.has_more_within(milliseconds); }

    /// Whether the source has said that nothing comes after text().
    bool at_end() const { return at_end_; }
    /// Bytes read from the source so far.
    std::uint64_t bytes_read() const { return bytes_read_; }

private:
    bool make_room();

    ByteSource source_;
    std::unique_ptr<char[]> storage_;
    char* data_ = nullptr;      ///< after the storage's first padding
    std::size_t capacity_ = 0;  ///< without the paddings
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t bytes_read_ = 0;
    bool at_end_ = false;
    std::optional<TraceError> error_;  ///< what comes after text()
};

}  // namespace evmmem::traces
