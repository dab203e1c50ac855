// SPDX-License-Identifier: MIT
#include "trace_mutator.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <vector>

#include "core/opcode_table.hpp"
#include "core/splitmix64.hpp"
#include "fuzz_input.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t size_max);

namespace evmmem::fuzz {
namespace {

/// Values at which something else begins.
constexpr std::uint64_t corners[] = {
    0,          1,          2,
    31,         32,         33,
    63,         64,         95,
    96,         100,        127,
    128,        255,        256,
    1023,       1024,       1025,
    4095,       4096,       4097,
    24576,      49152,      65535,
    65536,      1 << 20,    (1 << 20) + 1,
    1U << 30,   1U << 31,   0xffffffff,
    1ULL << 32, 1ULL << 53, (1ULL << 53) + 1,
    1ULL << 62, 1ULL << 63, ~0ULL - 31,
    ~0ULL - 1,  ~0ULL,
};
/// Values that no 64 bits hold, and texts that are no values at all.
constexpr std::string_view strange[] = {
    "null",
    "true",
    "false",
    "\"\"",
    "\"0x\"",
    "[]",
    "{}",
    "-1",
    "-0",
    "1.5",
    "1e3",
    "01",
    "18446744073709551615",
    "18446744073709551616",
    "\"-1\"",
    "\"-0x1\"",
    "\"0x10000000000000000\"",
    "\"0X1\"",
    "\"0xg\"",
    "\"12\"",
    "\"0x00\"",
    "\"0x123\"",
    "\"\\u0030\"",
    "[\"0x\"]",
    "[null]",
    "[\"0x1\",2]",
    "{\"a\":[1,{}]}",
    "\"0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe\"",
    "\"execution reverted\"",
    "\"out of gas\"",
    "\"Some(Revert)\"",
    "[[]]",
    "[tru]",
    "\"a\\\"b\"",
};
constexpr std::string_view keys[] = {
    "pc",         "op",      "gas",    "gasCost",   "memSize",      "depth",       "refund",
    "opName",     "error",   "stack",  "memory",    "returnData",   "reservoir",   "stateGas",
    "output",     "gasUsed", "failed", "fork",      "from",         "type",        "input",
    "action",     "pass",    "test",   "stateRoot", "postLogsHash", "returnValue", "return",
    "structLogs", "stdout",  "x",
};

class Mutation {
public:
    Mutation(std::string& text, const std::function<std::uint64_t()>& random)
        : text_{text}, random_{random} {}

    void run() {
        switch (below(12)) {
            case 0: remove_line(); break;
            case 1: repeat_line(); break;
            case 2: move_line(); break;
            case 3:
            case 4: change_opcode(); break;
            case 5: change_member(); break;
            default: change_value(); break;
        }
    }

private:
    struct Span {
        std::size_t begin = 0;
        std::size_t end = 0;
        std::size_t size() const { return end - begin; }
    };

    std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : random_() % bound; }
    bool chance(std::uint64_t one_in) { return below(one_in) == 0; }
    template <typename Table>
    auto pick(const Table& table) {
        return table[below(std::size(table))];
    }
    std::string_view view(Span span) const {
        return std::string_view{text_}.substr(span.begin, span.size());
    }
    void replace(Span span, std::string_view with) { text_.replace(span.begin, span.size(), with); }

    /// A line, its end included; of a document on one line, one of its objects and the comma
    /// after it.
    Span any_line() {
        const std::size_t at = below(text_.size());
        const std::size_t before = at == 0 ? std::string::npos : text_.rfind('\n', at - 1);
        const std::size_t end = text_.find('\n', at);
        Span line{before == std::string::npos ? 0 : before + 1,
                  end == std::string::npos ? text_.size() : end + 1};
        const std::size_t pc = text_.find("{\"", line.begin);
        if (pc == std::string::npos || std::count(text_.begin(), text_.end(), '\n') > 2)
            return line;
        const std::size_t open = at == 0 ? std::string::npos : text_.rfind("{\"", at - 1);
        if (open == std::string::npos) return line;
        const std::size_t close = value_end(open);
        return {open, close < text_.size() && text_[close] == ',' ? close + 1 : close};
    }
    void remove_line() {
        if (text_.empty()) return;
        replace(any_line(), "");
    }
    void repeat_line() {
        if (text_.empty()) return;
        const Span line = any_line();
        const std::string copy{view(line)};
        text_.insert(chance(2) ? line.end : any_line().begin, copy);
    }
    void move_line() {
        if (text_.empty()) return;
        const Span line = any_line();
        const std::string moved{view(line)};
        replace(line, "");
        text_.insert(text_.empty() ? 0 : any_line().begin, moved);
    }

    /// The end of the JSON value that begins at `begin`, as far as brackets and quotes show it.
    std::size_t value_end(std::size_t begin) const {
        std::size_t depth = 0;
        for (std::size_t i = begin; i < text_.size(); ++i) {
            const char c = text_[i];
            if (c == '"') {
                for (++i; i < text_.size() && text_[i] != '"'; ++i)
                    if (text_[i] == '\\') ++i;
                if (depth == 0) return std::min(i + 1, text_.size());
            } else if (c == '{' || c == '[') {
                ++depth;
            } else if (c == '}' || c == ']') {
                if (depth == 0) return i;
                if (--depth == 0) return i + 1;
            } else if (depth == 0 && (c == ',' || c == '\n')) {
                return i;
            }
        }
        return text_.size();
    }
    /// Some member's key with its quotes, and its value; empty where there is none.
    std::pair<Span, Span> any_member() {
        if (text_.empty()) return {};
        std::size_t colon = text_.find("\":", below(text_.size()));
        if (colon == std::string::npos) colon = text_.find("\":");
        if (colon == std::string::npos || colon == 0) return {};
        const std::size_t open = text_.rfind('"', colon - 1);
        if (open == std::string::npos) return {};
        std::size_t begin = colon + 2;
        while (begin < text_.size() && text_[begin] == ' ')
            ++begin;
        return {{open, colon + 1}, {begin, value_end(begin)}};
    }
    /// The member `key` around the place `at`.
    Span member_near(std::string_view key, std::size_t at) const {
        const std::string name = "\"" + std::string{key} + "\":";
        const std::size_t line_begin = at == 0 ? 0 : text_.rfind('{', at) + 1;
        const std::size_t found = text_.find(name, line_begin);
        if (found == std::string::npos || found > line_begin + 4096) return {};
        return {found + name.size(), value_end(found + name.size())};
    }

    static std::string hex(std::uint64_t value) {
        std::array<char, 24> digits{};
        std::snprintf(digits.data(), digits.size(), "%llx", static_cast<unsigned long long>(value));
        return digits.data();
    }
    std::uint64_t changed(std::uint64_t value) {
        switch (below(9)) {
            case 0: return value + 1;
            case 1: return value - 1;
            case 2: return value + 32;
            case 3: return value - 32;
            case 4: return value * 2;
            case 5: return value ^ 1ULL << below(64);
            case 6: return value + below(65) - 32;
            case 7: return below(300);
            default: return pick(corners);
        }
    }
    static bool is_digits(std::string_view text, bool is_hex) {
        return !text.empty() && std::ranges::all_of(text, [&](char c) {
            return (c >= '0' && c <= '9') ||
                   (is_hex && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')));
        });
    }

    void change_value() {
        const auto [key, value] = any_member();
        if (value.size() == 0) return;
        if (chance(16)) return replace(value, pick(strange));
        change(value);
    }
    void change(Span value) {
        const std::string text{view(value)};
        if (text.starts_with('[')) return change_array(value);
        if (is_digits(text, false) && text.size() < 20)
            return replace(value, std::to_string(changed(std::stoull(text))));
        if (text.starts_with("\"0x") && text.ends_with('"') && text.size() > 3)
            return replace(value, "\"0x" + changed_hex(text.substr(3, text.size() - 4)) + "\"");
        if (text.starts_with('"') &&
            is_digits(std::string_view{text}.substr(1, text.size() - 2), true))
            return replace(value, "\"" + changed_hex(text.substr(1, text.size() - 2)) + "\"");
        if (text.starts_with("\"") && text.size() > 2) {
            std::string inside = text.substr(1, text.size() - 2);
            switch (below(3)) {
                case 0: inside.erase(below(inside.size())); break;
                case 1: inside += inside; break;
                default: inside[below(inside.size())] = static_cast<char>(' ' + below(95)); break;
            }
            return replace(value, "\"" + inside + "\"");
        }
        replace(value, pick(strange));
    }
    std::string changed_hex(std::string digits) {
        if (digits.size() <= 16 && is_digits(digits, true) && !chance(6))
            return hex(changed(std::stoull(digits, nullptr, 16)));
        switch (below(8)) {
            case 0: return digits + std::string(64, '0');
            case 1:
                return digits.substr(0, digits.size() - std::min<std::size_t>(64, digits.size()));
            case 2: return digits + hex(random_());
            case 3: return std::string(64 - std::min<std::size_t>(64, digits.size()), '0') + digits;
            case 4: return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
            case 5: return digits + digits;
            case 6: return std::string(below(130), 'f');
            default:
                if (!digits.empty())
                    digits[below(digits.size())] = "0123456789abcdefABCDEFg"[below(23)];
                return digits;
        }
    }
    void change_array(Span array) {
        std::vector<Span> items;
        for (std::size_t at = array.begin + 1; at + 1 < array.end && at < text_.size();) {
            const std::size_t end = value_end(at);
            items.push_back({at, end});
            if (end >= text_.size() || text_[end] != ',') break;
            at = end + 1;
        }
        if (items.empty()) {
            text_.insert(std::min(array.begin + 1, text_.size()), "\"0x" + hex(changed(0)) + "\"");
            return;
        }
        const Span item = items[below(items.size())];
        const std::string copy{view(item)};
        switch (below(6)) {
            case 0: text_.insert(item.begin, copy + ","); break;
            case 1:
                replace(
                    {item.begin, item.end + (item.end < text_.size() && text_[item.end] == ',')},
                    "");
                break;
            case 2: text_.insert(array.begin + 1, "\"0x" + hex(changed(0)) + "\","); break;
            default: change(item); break;
        }
    }
    void change_member() {
        const auto [key, value] = any_member();
        if (value.end == 0) return;
        const std::string member{view({key.begin, value.end})};
        switch (below(4)) {
            case 0: text_.insert(key.begin, member + ","); break;
            case 1:
                replace(
                    {key.begin, value.end + (value.end < text_.size() && text_[value.end] == ',')},
                    "");
                break;
            case 2: replace(key, "\"" + std::string{pick(keys)} + "\""); break;
            default:
                text_.insert(key.begin, "\"" + std::string{pick(keys)} +
                                            "\":" + std::string{pick(strange)} + ",");
                break;
        }
    }
    /// An instruction becomes another, by its byte and its name; what the step's stack holds stays.
    void change_opcode() {
        if (text_.empty()) return;
        const auto rows = opcode_rows();
        const auto& row = rows[below(rows.size())];
        const std::size_t at = below(text_.size());
        if (const Span name = member_near("opName", at); name.size() != 0)
            replace(name, "\"" + std::string{row.name} + "\"");
        const Span op = member_near("op", at);
        if (op.size() == 0) return;
        const auto byte = static_cast<unsigned>(row.opcode);
        if (text_[op.begin] != '"')
            replace(op, std::to_string(byte));
        else if (view(op).starts_with("\"0x"))
            replace(op, "\"0x" + hex(byte) + "\"");
        else
            replace(op, "\"" + std::string{row.name} + "\"");
    }

    std::string& text_;
    const std::function<std::uint64_t()>& random_;
};

class Random {
public:
    explicit Random(std::uint64_t seed) : state_{seed} {}
    std::uint64_t operator()() { return splitmix64(state_); }

private:
    std::uint64_t state_;
};

}  // namespace

void mutate_trace(std::string& text, const std::function<std::uint64_t()>& random) {
    for (std::uint64_t count = 1 + random() % 4; count != 0; --count)
        Mutation{text, random}.run();
}

std::string cross_traces(std::string_view first, std::string_view second,
                         const std::function<std::uint64_t()>& random) {
    const auto cut = [&](std::string_view text) {
        const std::size_t at = text.empty() ? 0 : random() % text.size();
        const std::size_t line = text.find('\n', at);
        return line == std::string_view::npos ? text.size() : line + 1;
    };
    return std::string{first.substr(0, cut(first))}.append(second.substr(cut(second)));
}

}  // namespace evmmem::fuzz

using evmmem::fuzz::Input;

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t size_max, unsigned seed) {
    evmmem::fuzz::Random source{seed};
    const std::function<std::uint64_t()> random = source;
    if (random() % 8 == 0) return LLVMFuzzerMutate(data, size, size_max);
    const Input input{data, size};
    std::string text{input.text};
    std::string options{reinterpret_cast<const char*>(data) + text.size(), size - text.size()};
    if (options.empty() && random() % 4 == 0) options.assign(Input::options_size, '\xff');
    if (!options.empty() && random() % 4 == 0) {
        options[0] = '\0';
        const std::size_t which = 1 + random() % 3;
        options[which] = static_cast<char>(
            which == 1 ? random() % (evmmem::traces::dialects().size() + 1) : random());
    } else {
        evmmem::fuzz::mutate_trace(text, random);
    }
    if (options.size() > size_max) options.clear();
    text.resize(std::min(text.size(), size_max - options.size()));
    text += options;
    std::memcpy(data, text.data(), text.size());
    return text.size();
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data1, std::size_t size1,
                                                 const std::uint8_t* data2, std::size_t size2,
                                                 std::uint8_t* out, std::size_t out_size_max,
                                                 unsigned seed) {
    evmmem::fuzz::Random source{seed};
    const std::function<std::uint64_t()> random = source;
    const Input first{data1, size1};
    const Input second{data2, size2};
    std::string text = evmmem::fuzz::cross_traces(first.text, second.text, random);
    const std::string_view options{reinterpret_cast<const char*>(data1) + first.text.size(),
                                   size1 - first.text.size()};
    if (options.size() > out_size_max) return 0;
    text.resize(std::min(text.size(), out_size_max - options.size()));
    text += options;
    std::memcpy(out, text.data(), text.size());
    return text.size();
}
