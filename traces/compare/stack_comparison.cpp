// SPDX-License-Identifier: MIT
#include "stack_comparison.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "core/hex.hpp"

namespace evmmem::traces {
namespace {

/// The items of a stack's text, from the last, which is the top, to the first.
class ItemsFromTop {
public:
    explicit ItemsFromTop(std::string_view text) : text_{text} {}

    /// The next item without its quotes; nothing where there is none, or it has none.
    std::optional<std::string_view> next() {
        const std::size_t last = text_.rfind('"');
        if (last == std::string_view::npos || last == 0) return std::nullopt;
        const std::size_t first = text_.rfind('"', last - 1);
        if (first == std::string_view::npos) return std::nullopt;
        const std::string_view item = text_.substr(first + 1, last - first - 1);
        text_ = text_.substr(0, first);
        return item;
    }

private:
    std::string_view text_;
};

std::string_view without_zeros(std::string_view digits) {
    return digits.substr(std::min(digits.size(), digits.find_first_not_of('0')));
}

/// The digits of a hex number; nothing where it may be another one: without 0x and with fewer than all digits.
std::optional<std::string_view> digits_of(std::string_view item) {
    if (item.starts_with("0x") || item.starts_with("0X"))
        item.remove_prefix(2);
    else if (item.size() != 2 * word_size)
        return std::nullopt;
    return without_zeros(item);
}

char lower(char letter) {
    return letter >= 'A' && letter <= 'F' ? static_cast<char>(letter + ('a' - 'A')) : letter;
}

bool are_same_digits(std::string_view a, std::string_view b) {
    return a.size() == b.size() && (a == b || std::ranges::equal(a, b, {}, lower, lower));
}

/// Nothing where the texts cannot be compared.
std::optional<std::uint32_t> compare_texts(const StepStack& a, const StepStack& b,
                                           std::vector<DifferingItem>& differing) {
    if (a.stack_text.data() == nullptr || b.stack_text.data() == nullptr) return std::nullopt;
    const std::uint32_t count = std::min(a.stack_size, b.stack_size);
    const std::uint32_t height = std::max(a.stack_size, b.stack_size);
    ItemsFromTop items_of_a{a.stack_text};
    ItemsFromTop items_of_b{b.stack_text};
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto item_of_a = items_of_a.next();
        const auto item_of_b = items_of_b.next();
        if (!item_of_a || !item_of_b) return std::nullopt;
        const auto digits_of_a = digits_of(*item_of_a);
        const auto digits_of_b = digits_of(*item_of_b);
        if (!digits_of_a || !digits_of_b) return std::nullopt;
        if (!are_same_digits(*digits_of_a, *digits_of_b)) differing.push_back({i, height - 1 - i});
    }
    return count;
}

}  // namespace

std::uint32_t compare_items(const StepStack& a, const StepStack& b,
                            std::vector<DifferingItem>& differing) {
    const std::size_t begin = differing.size();
    auto compared = compare_texts(a, b, differing);
    if (!compared) {
        differing.resize(begin);
        compared = std::min(a.operand_count, b.operand_count);
        const std::uint32_t height = std::max(a.stack_size, b.stack_size);
        for (std::uint32_t i = 0; i < *compared; ++i)
            if (a.operand(i) != b.operand(i)) differing.push_back({i, height - 1 - i});
    }
    std::reverse(differing.begin() + static_cast<std::ptrdiff_t>(begin), differing.end());
    return *compared;
}

std::string item_text(const StepStack& stack, std::uint32_t from_top) {
    if (stack.has_operand(from_top)) return encode_hex_quantity(stack.operand(from_top));
    ItemsFromTop items{stack.stack_text};
    for (std::uint32_t i = 0; i < from_top; ++i)
        items.next();
    const auto item = items.next();
    if (!item) return {};
    const auto digits = digits_of(*item);
    const auto word = digits ? decode_hex_word(digits->empty() ? "0" : *digits) : std::nullopt;
    return word ? encode_hex_quantity(*word) : std::string{*item};
}

}  // namespace evmmem::traces
