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
#include "text_ahead.hpp"
#include "traces/trace_error.hpp"

namespace evmmem::traces {

/// Sees a window's text as it is taken, all of it and in its order: for those who copy it. One that does
/// nothing is for those who ask the reader where objects stand.
class TextTap {
public:
    virtual ~TextTap() = default;
    /// `text` lies where views into the window lead.
    virtual void on_taken(std::string_view /*text*/) {}
};

class TextWindow {
public:
    /// Readable bytes before and after the text.
    static constexpr std::size_t padding = text_padding;
    static constexpr std::size_t block_size = std::size_t{256} * 1024;

    explicit TextWindow(ByteSource source) : source_{std::move(source)} {}

    /// What is in memory and not taken yet.
    std::string_view text() const { return {data_ + begin_, end_ - begin_}; }
    void take(std::size_t count) {
        if (tap_ != nullptr) tap_->on_taken(text().substr(0, count));
        begin_ += count;
    }
    /// `tap` sees what is taken from now on, and outlives the window.
    void tap(TextTap* tap) { tap_ = tap; }

    /// From now on a second thread reads the text, where there is much of it, and `prepare`s it.
    /// The text is the same. The window must not move after the next extend(), and what `prepare`
    /// uses must outlive it.
    void read_ahead(const AheadOptions& options, TextAhead::Unit unit, TextAhead::Prepare prepare);

    /// Adds more text after what there is; false when there is no more. Views into text() are void
    /// after it. Errors: those of ByteSource, and limit when the host has no memory for a longer
    /// window. After an error every call returns it again.
    std::expected<bool, TraceError> extend();

    /// Whether extend() will have an answer within that time, which passes otherwise.
    bool has_more_within(int milliseconds) const {
        return ahead_ != nullptr || source_.has_more_within(milliseconds);
    }

    /// Whether the source has said that nothing comes after text().
    bool at_end() const { return at_end_; }
    /// Bytes of text taken so far.
    std::uint64_t bytes_taken() const { return bytes_read_ - (end_ - begin_); }

    /// The block that text() is in, and lies still in until it is extended again; null where that
    /// is none.
    const TextAhead::Block* block() const { return block_; }
    /// Whether text() ends where an element or a line does, as far as is known; there need not be
    /// more of it to read one.
    bool ends_where_a_unit_does() const { return block_ != nullptr && block_->is_cut; }

private:
    bool make_room(std::size_t least);
    void start_ahead();
    std::expected<bool, TraceError> extend_ahead();
    bool append(const TextAhead::Block& block);
    void use(const TextAhead::Block& block);
    std::expected<bool, TraceError> end();
    std::unexpected<TraceError> lacks_memory();

    ByteSource source_;
    TextTap* tap_ = nullptr;
    std::unique_ptr<char[]> storage_;
    std::size_t capacity_ = 0;  ///< of it, without the paddings
    /// After the storage's first padding, or the beginning of a block's room.
    char* data_ = nullptr;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t bytes_read_ = 0;
    bool at_end_ = false;
    std::optional<TraceError> error_;  ///< what comes after text()

    AheadOptions ahead_options_;
    TextAhead::Unit unit_{};
    TextAhead::Prepare prepare_;
    const TextAhead::Block* block_ = nullptr;  ///< that `data_` points into
    std::optional<TraceError> last_error_;     ///< of the last block, once that was taken
    bool has_last_block_ = false;
    /// The last member, so that its thread ends before the others go.
    std::unique_ptr<TextAhead> ahead_;
};

}  // namespace evmmem::traces
