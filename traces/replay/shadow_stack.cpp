// SPDX-License-Identifier: MIT
#include "shadow_stack.hpp"

#include <algorithm>
#include <cstring>

#include "core/hex.hpp"

namespace evmmem::traces {
namespace {

bool separates(char c) {
    return c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Without what separates the last item from the one after it.
std::size_t end_of_items(std::string_view text, std::size_t end) {
    while (end > 0 && separates(text[end - 1]))
        --end;
    return end;
}

std::optional<Word> word_of_item(std::string_view item) {
    if (item.size() < 2 || item.front() != '"' || item.back() != '"') return std::nullopt;
    item = item.substr(1, item.size() - 2);
    if (item.starts_with("0x") || item.starts_with("0X")) item.remove_prefix(2);
    return decode_hex_word(item);
}

}  // namespace

std::optional<std::string_view> item_before(std::string_view text, std::size_t at) {
    const std::size_t end = end_of_items(text, at);
    if (end < 2 || text[end - 1] != '"') return std::nullopt;
    const void* const open = memrchr(text.data(), '"', end - 1);
    if (open == nullptr) return std::nullopt;
    const auto begin = static_cast<std::size_t>(static_cast<const char*>(open) - text.data());
    return text.substr(begin, end - begin);
}

void read_items(std::string_view text, std::vector<std::optional<Word>>& items) {
    items.clear();
    std::size_t at = 0;
    while (at < text.size()) {
        if (separates(text[at])) {
            ++at;
            continue;
        }
        std::size_t end = text[at] == '"' ? text.find('"', at + 1) : text.find(',', at);
        if (end != std::string_view::npos && text[at] == '"') ++end;
        end = std::min(end, text.size());
        items.push_back(word_of_item(text.substr(at, end - at)));
        at = end;
    }
}

void ShadowStacks::clear() {
    stacks_.clear();
}

void ShadowStacks::push() {
    ShadowStack stack;
    if (!stacks_.empty()) stack.begin = stacks_.back().begin + stacks_.back().size;
    stacks_.push_back(stack);
}

void ShadowStacks::pop() {
    stacks_.pop_back();
}

void ShadowStacks::forget() {
    for (ShadowStack& stack : stacks_)
        stack = {};
}

void ShadowStacks::follow(const Step& step, std::optional<std::uint32_t> touched,
                          std::size_t same) {
    ShadowStack& stack = stacks_.back();
    const std::string_view text = step.stack_text;
    stack.is_known = stack.tells_staying = false;
    stack.size = 0;
    if (text.data() == nullptr || text.size() > text_max - stack.begin) return;
    if (bytes_.size() < stack.begin + text.size())
        bytes_.resize(std::min(text_max, std::max(2 * bytes_.size(), stack.begin + text.size())));
    if (text.size() > same)
        std::memcpy(bytes_.data() + stack.begin + same, text.data() + same, text.size() - same);
    stack.size = text.size();
    stack.items = step.stack_size;
    stack.is_known = true;
    if (step.operand_count != 0)
        stack.top = static_cast<std::size_t>(step.operand_text[0] - text.data());

    if (!touched || *touched > step.stack_size) return;
    std::size_t end = text.size();
    if (*touched != 0 && step.operand_count != 0) {
        const std::uint32_t told = std::min(*touched, step.operand_count);
        end = static_cast<std::size_t>(step.operand_text[told - 1] - text.data());
        for (std::uint32_t i = told; i < *touched; ++i) {
            const auto item = item_before(text, end);
            if (!item) return;
            end = static_cast<std::size_t>(item->data() - text.data());
        }
    }
    end = end_of_items(text, end);
    // Only a quote ends an item for certain: a number may go on with another digit.
    if (end != 0 && text[end - 1] != '"') return;
    stack.staying_items = step.stack_size - *touched;
    stack.staying_size = end;
    stack.tells_staying = true;
}

bool ShadowStacks::stays_in(std::string_view next) const {
    const ShadowStack& stack = stacks_.back();
    return next.size() >= stack.staying_size &&
           (stack.staying_size == 0 ||
            std::memcmp(next.data(), bytes_.data() + stack.begin, stack.staying_size) == 0);
}

}  // namespace evmmem::traces
