// SPDX-License-Identifier: MIT
#include "text_window.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace evmmem::traces {

/// Moves what is not taken to the front, into a larger buffer if less than a block would be free.
bool TextWindow::make_room() {
    const std::size_t kept = end_ - begin_;
    if (capacity_ - kept >= block_size / 2 && begin_ != 0) {
        std::memmove(data_, data_ + begin_, kept);
    } else if (capacity_ - end_ < block_size / 2) {
        const std::size_t capacity = std::max(2 * capacity_, block_size);
        std::unique_ptr<char[]> larger{new (std::nothrow) char[padding + capacity + padding]};
        if (!larger) return false;
        if (kept != 0) std::memcpy(larger.get() + padding, data_ + begin_, kept);
        storage_ = std::move(larger);
        data_ = storage_.get() + padding;
        std::memset(storage_.get(), 0, padding);
        capacity_ = capacity;
    } else {
        return true;
    }
    begin_ = 0;
    end_ = kept;
    return true;
}

std::expected<bool, TraceError> TextWindow::extend() {
    if (error_) return std::unexpected{*error_};
    if (at_end_) return false;
    if (!make_room()) {
        TraceError& error = error_.emplace();
        error.kind = TraceError::Kind::limit;
        error.message = "the host has no memory for a line this long; lower --max-line";
        return std::unexpected{error};
    }
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

}  // namespace evmmem::traces
