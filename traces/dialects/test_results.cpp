// SPDX-License-Identifier: MIT
#include "test_results.hpp"

#include <algorithm>
#include <utility>

#include "traces/json/json_text.hpp"

namespace evmmem::traces {
namespace {

constexpr std::size_t name_bytes_max = 1024;
constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

std::string plain(std::string_view value) {
    if (value.size() < 2 || !value.starts_with('"') || !value.ends_with('"')) return {};
    const std::string_view text = value.substr(1, value.size() - 2);
    if (text.size() > name_bytes_max) return {};
    return unescaped_or_raw(text);
}

/// Takes a letter and the digits after it from the end of `text`.
bool take_number(std::string_view& text, char letter, std::string& index) {
    const std::size_t digits = text.find_last_not_of("0123456789");
    if (digits == std::string_view::npos || digits + 1 == text.size() || text[digits] != letter)
        return false;
    index = std::string{text.substr(digits)} + (index.empty() ? "" : " ") + index;
    text.remove_suffix(text.size() - digits);
    return true;
}

}  // namespace

std::optional<TestResults::Result> TestResults::note(std::string_view line) {
    if (line == "[")
        depth_ = 0;  // at its column no other bracket stands, whatever was cut off before
    line = trimmed(line);
    if (depth_ == 0 && line != "[") return std::nullopt;
    if (line.ends_with(',')) line.remove_suffix(1);
    if (line.empty()) return std::nullopt;
    const bool closes = line.front() == '}' || line.front() == ']';
    const bool opens = line.back() == '{' || line.back() == '[';
    if (closes) {
        --depth_;
        if (depth_ == 1 && line.front() == '}') return std::exchange(result_, {});
        return std::nullopt;
    }
    if (opens) {
        if (++depth_ == 2) result_ = {};
        return std::nullopt;
    }
    if (depth_ != 2) return std::nullopt;
    for (const auto& [key, target] :
         {std::pair{std::string_view{"\"name\""}, &result_.test},
          std::pair{std::string_view{"\"fork\""}, &result_.fork},
          std::pair{std::string_view{"\"stateRoot\""}, &result_.state_root}}) {
        if (!line.starts_with(key)) continue;
        const std::string_view rest = trimmed(line.substr(key.size()));
        if (rest.starts_with(':')) *target = plain(trimmed(rest.substr(1)));
    }
    return std::nullopt;
}

std::optional<TestVerdict> test_verdict(std::string_view line) {
    constexpr std::size_t verdict_bytes_max = 16;  // "\x1b[31mFAIL\x1b[0m "
    std::size_t begin = std::string_view::npos;
    for (const std::string_view word : {"PASS", "FAIL"})
        begin = std::min(begin, line.substr(0, verdict_bytes_max).find(word));
    if (begin == std::string_view::npos) return std::nullopt;
    line.remove_prefix(begin + 4);
    if (line.starts_with("\x1b[0m")) line.remove_prefix(4);
    if (!line.starts_with(" [")) return std::nullopt;
    const std::size_t close = line.find("] ");
    const std::string_view count = line.substr(2, close - std::min<std::size_t>(close, 2));
    if (close == std::string_view::npos || count.find('/') == std::string_view::npos ||
        count.find_first_not_of("0123456789/") != std::string_view::npos)
        return std::nullopt;
    std::string_view name = trimmed(line.substr(close + 2));
    name = name.substr(0, std::min(name.find(" - "), name.size()));

    TestVerdict verdict;
    const std::size_t last = name.rfind('_');
    if (last == std::string_view::npos) return std::nullopt;
    verdict.fork = name.substr(last + 1);
    verdict.test = name.substr(0, last);
    for (const char letter : {'v', 'g', 'd'})
        if (!take_number(verdict.test, letter, verdict.index)) return std::nullopt;
    if (!verdict.test.ends_with('_') || verdict.test.size() > name_bytes_max) return std::nullopt;
    verdict.test.remove_suffix(1);
    return verdict;
}

}  // namespace evmmem::traces
