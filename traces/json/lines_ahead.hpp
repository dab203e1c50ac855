// SPDX-License-Identifier: MIT
// Lines, and elements of arrays, that were read by their layout before it is their turn, mostly on
// a second thread. What stands in a text is the same whenever it is read, so nothing here can be
// wrong that comes before it in the trace: whose trace it is, and what its lines mean, is left to
// the first thread, and so are all texts that no layout fits.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "line_layout.hpp"
#include "traces/input/byte_buffer.hpp"
#include "traces/input/text_ahead.hpp"
#include "traces/input/text_window.hpp"
#include "traces/step.hpp"

namespace evmmem::traces {

/// A line, or an element, that was found. Views point into its text and into buffers of the block
/// that it is in.
struct LineAhead {
    const char* begin = nullptr;
    std::uint32_t size = 0;     ///< without the line's end
    bool is_read = false;       ///< by a layout; the rest means nothing where it was not
    bool has_newlines = false;  ///< inside
    LineValues values;
    StepStack stack;
};

class LinesAhead {
public:
    explicit LinesAhead(TextAhead::Unit unit) : unit_{unit} {}

    /// Reads what it can of the block's text: as TextAhead::Prepare. The first thread reads by its
    /// own `layouts`, the second by a copy of what they were when the first came to a block last.
    std::size_t prepare(std::string_view text, std::size_t place, bool is_second_thread,
                        LineLayouts& layouts);

    /// What begins where the window's text does, if it was read before; null if not. For the first
    /// thread, which only ever goes forward. Valid until the window is extended.
    const LineAhead* at(const TextWindow& window, const LineLayouts& layouts) {
        if (window.block() == nullptr) return nullptr;
        if (window.block()->number != block_number_) turn_to(*window.block(), layouts);
        const char* const begin = window.text().data();
        while (next_ != end_ && next_->begin < begin)
            ++next_;
        if (next_ == end_ || next_->begin != begin) return nullptr;
        if (end_ - next_ > lines_fetched) fetch(next_);
        return next_;
    }

private:
    static constexpr std::size_t cache_line = 64;
    static constexpr std::ptrdiff_t lines_fetched = 4;

    // What the two threads write all the time must not lie in one line of a cache.
    struct alignas(cache_line) Block {
        std::vector<LineAhead> lines;  ///< which keep their storage
        std::size_t count = 0;         ///< of lines
        ByteBuffer memory, return_data;
    };
    /// What another processor has made is far away: has this one fetch some lines ahead what it
    /// will look at.
    static void fetch(const LineAhead* line) {
        constexpr std::size_t looked_at =
            offsetof(LineAhead, stack) + offsetof(StepStack, operands) + 2 * sizeof(Word);
        fetch(reinterpret_cast<const char*>(line + lines_fetched), looked_at);
        const LineAhead& next = line[lines_fetched / 2];
        fetch(next.stack.stack_text.data(), next.stack.stack_text.size());
        if (next.values.memory_form != LineValues::Bytes::absent)
            fetch(reinterpret_cast<const char*>(next.values.memory.data()),
                  next.values.memory.size());
    }
    static void fetch(const char* bytes, std::size_t size) {
        constexpr std::size_t size_most = 2048;  // the rest comes by itself, as it is in a row
        for (std::size_t at = 0; at < std::min(size, size_most); at += cache_line)
            __builtin_prefetch(bytes + at);
    }
    static LineAhead& next_line(Block& block);
    static void keep_bytes(const LineValues& values, Block& block);
    static void prepare_lines(std::string_view text, Block& block, LineLayouts& layouts);
    static void prepare_elements(std::string_view text, Block& block, LineLayouts& layouts);
    LineLayouts& shared_layouts();
    void turn_to(const TextAhead::Block& block, const LineLayouts& layouts);

    TextAhead::Unit unit_;
    std::array<Block, TextAhead::block_count> blocks_;

    // Of the first thread.
    alignas(cache_line) std::uint64_t block_number_ = 0;
    const LineAhead* next_ = nullptr;
    const LineAhead* end_ = nullptr;

    // What the first thread has learned, for the second.
    alignas(cache_line) std::mutex mutex_;
    LineLayouts shared_;
    std::atomic<std::uint64_t> shared_changes_ = 0;
    // Of the second thread.
    alignas(cache_line) LineLayouts copy_;
    std::uint64_t copied_changes_ = 0;
};

}  // namespace evmmem::traces
