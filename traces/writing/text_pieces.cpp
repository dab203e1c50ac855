// SPDX-License-Identifier: MIT
#include "text_pieces.hpp"

#include <algorithm>
#include <cstring>

namespace evmmem::traces {

char* TextPieces::reserve(std::size_t size) {
    if (used_ + size > text_.size()) text_.resize(std::max(used_ + size, piece_size * 2));
    return text_.data() + used_;
}

void TextPieces::append(std::string_view text) {
    char* const at = reserve(text.size());
    std::memcpy(at, text.data(), text.size());
    advance_to(at + text.size());
}

void TextPieces::insert(std::size_t place, std::string_view text) {
    reserve(text.size());
    char* const at = text_.data() + place;
    std::memmove(at + text.size(), at, used_ - place);
    std::memcpy(at, text.data(), text.size());
    used_ += text.size();
}

void TextPieces::flush() {
    if (used_ != 0 && !is_closed_) is_closed_ = !sink_({text_.data(), used_});
    used_ = 0;
    // A long line is an exception, and its room is given back.
    constexpr std::size_t kept_max = 16 * piece_size;
    if (text_.size() > kept_max) {
        text_.clear();
        text_.shrink_to_fit();
    }
}

}  // namespace evmmem::traces
