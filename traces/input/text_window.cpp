// SPDX-License-Identifier: MIT
#include "text_window.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace evmmem::traces {

/// Moves what is not taken to the front of the storage, or into a larger one, if less than `least`
/// bytes would be free.
bool TextWindow::make_room(std::size_t least) {
    const std::size_t kept = end_ - begin_;
    const bool is_at_home = block_ == nullptr;
    if (capacity_ - std::min(kept, capacity_) >= least && (begin_ != 0 || !is_at_home)) {
        if (kept != 0) std::memmove(storage_.get() + padding, data_ + begin_, kept);
    } else if (!is_at_home || capacity_ - end_ < least) {
        const std::size_t capacity = std::max({2 * capacity_, block_size, kept + least});
        std::unique_ptr<char[]> larger{new (std::nothrow) char[padding + capacity + padding]};
        if (!larger) return false;
        if (kept != 0) std::memcpy(larger.get() + padding, data_ + begin_, kept);
        storage_ = std::move(larger);
        std::memset(storage_.get(), 0, padding);
        capacity_ = capacity;
    } else {
        return true;
    }
    data_ = storage_.get() + padding;
    begin_ = 0;
    end_ = kept;
    return true;
}

std::unexpected<TraceError> TextWindow::lacks_memory() {
    TraceError& error = error_.emplace();
    error.kind = TraceError::Kind::limit;
    error.message = "the host has no memory for a line this long; lower --max-line";
    return std::unexpected{error};
}

std::expected<bool, TraceError> TextWindow::extend() {
    if (error_) return std::unexpected{*error_};
    if (at_end_) return false;
    if (ahead_options_.is_wanted && bytes_read_ >= ahead_options_.after) start_ahead();
    if (ahead_) return extend_ahead();
    if (!make_room(block_size / 2)) return lacks_memory();
    const auto count = source_.read(data_ + end_, capacity_ - end_);
    if (!count) {
        std::memset(data_ + end_, 0, padding);  // the text before the error is still read
        error_ = count.error();
        return std::unexpected{*error_};
    }
    end_ += *count;
    bytes_read_ += *count;
    at_end_ = *count == 0;
    std::memset(data_ + end_, 0, padding);
    return !at_end_;
}

void TextWindow::read_ahead(const AheadOptions& options, TextAhead::Unit unit,
                            TextAhead::Prepare prepare) {
    ahead_options_ = options;
    ahead_options_.is_wanted = options.is_wanted && source_.may_be_read_elsewhere();
    unit_ = unit;
    prepare_ = std::move(prepare);
}

/// One attempt: where there is no thread left, this one goes on alone.
void TextWindow::start_ahead() {
    ahead_options_.is_wanted = false;
    ahead_ = TextAhead::start(source_, unit_, ahead_options_.block_size, std::move(prepare_));
}

std::expected<bool, TraceError> TextWindow::extend_ahead() {
    if (has_last_block_) return end();
    const TextAhead::Block& block = ahead_->take();
    if (block.is_last) {
        has_last_block_ = true;
        last_error_ = block.error;
    }
    const std::size_t size = block.size;  // append() gives the block back
    if (end_ - begin_ <= TextAhead::room)
        use(block);
    else if (!append(block))
        return lacks_memory();
    bytes_read_ += size;
    return size != 0 ? true : end();
}

/// Moves what is not taken before the block's text: the window is then there.
void TextWindow::use(const TextAhead::Block& block) {
    const std::size_t kept = end_ - begin_;
    if (kept != 0) std::memcpy(block.text - kept, data_ + begin_, kept);
    data_ = block.text - TextAhead::room;
    begin_ = TextAhead::room - kept;
    end_ = TextAhead::room + block.size;
    if (std::exchange(block_, &block) != nullptr) ahead_->give_back();
}

/// Copies the block's text to what is not taken, which is more than the block has room for; false
/// where the host has no memory for that.
bool TextWindow::append(const TextAhead::Block& block) {
    if (!make_room(block.size)) return false;
    if (std::exchange(block_, nullptr) != nullptr) ahead_->give_back();
    std::memcpy(data_ + end_, block.text, block.size);
    end_ += block.size;
    std::memset(data_ + end_, 0, padding);
    ahead_->give_back();
    return true;
}

/// No text comes after what there is, or an error does.
std::expected<bool, TraceError> TextWindow::end() {
    error_ = last_error_;
    if (error_) return std::unexpected{*error_};
    at_end_ = true;
    return false;
}

}  // namespace evmmem::traces
