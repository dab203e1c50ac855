// SPDX-License-Identifier: MIT
// Text that is being written: goes to a sink in large pieces, at places where no more will be added before
// it. What is held is bounded by one piece, and by what cannot be handed over yet.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace evmmem::traces {

class TextPieces {
public:
    /// Takes the text, piece by piece; returns false when it wants no more.
    using Sink = std::function<bool(std::string_view)>;

    explicit TextPieces(Sink sink) : sink_{std::move(sink)} {}

    /// Room for `size` characters after what is held; void at the next call of any of these.
    char* reserve(std::size_t size);
    /// What was put there ends at `end`.
    void advance_to(const char* end) { used_ = static_cast<std::size_t>(end - text_.data()); }
    void append(std::string_view text);

    /// Where the text stands that is put next, counted from the first that is held.
    std::size_t place() const { return used_; }
    /// Puts `text` at an earlier place, before what stands there.
    void insert(std::size_t place, std::string_view text);

    /// Nothing will be inserted any more: hands over a piece, if there is one.
    void settle() {
        if (used_ >= piece_size) flush();
    }
    /// Hands over what is held; to be called at the end.
    void flush();

    /// The sink wants no more: nothing that is written from now on goes anywhere.
    bool is_closed() const { return is_closed_; }

    static constexpr std::size_t piece_size = std::size_t{256} * 1024;

private:
    Sink sink_;
    std::vector<char> text_;
    std::size_t used_ = 0;
    bool is_closed_ = false;
};

}  // namespace evmmem::traces
