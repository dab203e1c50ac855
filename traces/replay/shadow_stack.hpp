// SPDX-License-Identifier: MIT
// The stack of every open frame as its last line printed it: the JSON text, not words. What an
// instruction does not touch is printed the same on the next line, so that one comparison of bytes
// vouches for all of it, whatever the stack's height; only where the texts differ are there items to
// be read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/word.hpp"
#include "traces/step.hpp"

namespace evmmem::traces {

/// The stack as one line of a frame shows it, and which part of it the line's instruction leaves
/// alone. Places are bytes from the beginning of the text.
struct ShadowStack {
    std::size_t begin = 0;  ///< of the text, among the texts of all frames
    std::size_t size = 0;
    std::uint32_t items = 0;
    std::uint32_t staying_items = 0;  ///< at the bottom; valid when `tells_staying`
    std::size_t staying_size = 0;     ///< of their text, to the last closing quote
    std::size_t top = 0;              ///< where the top item begins; valid when there is one
    bool is_known = false;            ///< there is a text
    bool tells_staying = false;       ///< the text was cut where the untouched part ends
};

/// The shadow stacks of the open frames, outermost first, in one buffer.
class ShadowStacks {
public:
    /// Of text, all open frames together. A full stack takes 70 KiB at most, and 1025 frames of
    /// ordinary ones less than 2 MiB. What goes beyond is not kept, and cannot be checked.
    static constexpr std::size_t text_max = std::size_t{16} << 20;

    std::size_t frame_count() const { return stacks_.size(); }
    void clear();
    /// A frame about whose stack nothing is known yet.
    void push();
    void pop();

    const ShadowStack& current() const { return stacks_.back(); }
    std::string_view text() const { return {bytes_.data() + current().begin, current().size}; }

    /// Nothing is known of any frame's stack.
    void forget();
    /// The current frame's stack is the one of `step`, whose instruction touches the `touched`
    /// items at the top; nothing says which. `same` is how much of the text that was kept before
    /// begins the new one, too.
    void follow(const Step& step, std::optional<std::uint32_t> touched, std::size_t same);
    /// Whether the untouched part of the current text is there in `next`.
    bool stays_in(std::string_view next) const;

private:
    std::vector<ShadowStack> stacks_;
    std::vector<char> bytes_;
};

/// The item of a stack's text before the place `at`, where an item begins; nothing where there is
/// none, or one that is no text in quotes. Its quotes are part of it.
std::optional<std::string_view> item_before(std::string_view text, std::size_t at);

/// The words of a stack's text, bottom first, none where an item is no hex number in quotes.
void read_items(std::string_view text, std::vector<std::optional<Word>>& items);

}  // namespace evmmem::traces
