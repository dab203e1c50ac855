// SPDX-License-Identifier: MIT
// Fuzzes what reads hex and digits in vectors against loops over single characters: at every
// alignment, with foreign text around it, valid, and with one wrong character.
#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/hex.hpp"
#include "fuzz_input.hpp"
#include "traces/input/text_window.hpp"
#if defined(__x86_64__)
#include "traces/json/line_cursor.hpp"
#endif

using namespace evmmem;
using fuzz::require;

namespace {

using Bytes = std::vector<std::uint8_t>;

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<Bytes> bytes_of(std::string_view digits) {
    if (digits.size() % 2 != 0) return std::nullopt;
    Bytes bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        const int high = digit_of(digits[i]);
        const int low = digit_of(digits[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    return bytes;
}

std::optional<Word> word_of(std::string_view digits) {
    if (digits.empty() || digits.size() > 64) return std::nullopt;
    Word word;
    for (const char c : digits) {
        const int digit = digit_of(c);
        if (digit < 0) return std::nullopt;
        for (std::size_t limb = 4; limb-- > 0;)
            word.limbs[limb] = word.limbs[limb] << 4 | (limb == 0 ? 0 : word.limbs[limb - 1] >> 60);
        word.limbs[0] |= static_cast<std::uint64_t>(digit);
    }
    return word;
}

/// A text with readable bytes around it, as a line has, all of them foreign.
class Padded {
public:
    Padded(std::string_view text, std::size_t shift, char around)
        : storage_(traces::TextWindow::padding + shift, around), size_{text.size()} {
        begin_ = storage_.size();
        storage_ += text;
        storage_.append(traces::TextWindow::padding, around);
    }
    std::string_view text() const { return std::string_view{storage_}.substr(begin_, size_); }

private:
    std::string storage_;
    std::size_t begin_ = 0;
    std::size_t size_;
};

void check_decoding(std::string_view digits) {
    const auto expected = bytes_of(digits);
    // As large as it is to be: the sanitizer sees a byte too many.
    Bytes target(digits.size() / 2);
    const bool is_good = decode_hex(digits, target.data());
    require(is_good == expected.has_value(), "decode_hex: good and bad differ");
    require(!is_good || target == *expected, "decode_hex: the bytes differ");

    const auto word = decode_hex_word(digits);
    require(word == word_of(digits), "decode_hex_word differs");
    std::optional<std::uint64_t> narrow;
    if (const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
        !digits.empty() && digits.size() - first <= 16)
        if (const auto value = word_of(digits.substr(first))) narrow = value->limbs[0];
    require(decode_hex_u64(digits) == narrow, "decode_hex_u64 differs");
}

void check_encoding(std::span<const std::uint8_t> bytes) {
    const std::string text = encode_hex(bytes);
    require(text.size() == 2 * bytes.size(), "encode_hex: the size is wrong");
    const auto decoded = bytes_of(text);
    require(decoded && std::ranges::equal(*decoded, bytes), "encode_hex: the digits are wrong");
    require(std::ranges::none_of(text, [](char c) { return c >= 'A' && c <= 'F'; }),
            "encode_hex: upper case");
    if (bytes.empty() || bytes.size() > 32) return;
    const auto word = word_of(text);
    const std::string quantity = encode_hex_quantity(*word);
    require(quantity.starts_with("0x") && word_of(quantity.substr(2)) == word &&
                (quantity == "0x0" || quantity[2] != '0'),
            "encode_hex_quantity is wrong");
}

#if defined(__x86_64__)

void check_cursor(const Padded& padded) {
    using traces::LineCursor;
    const std::string_view text = padded.text();
    // What stands after the text is foreign, so that a number ends where it ends.
    std::size_t digits = 0;
    std::size_t hex_digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9')
        ++digits;
    while (hex_digits < text.size() && digit_of(text[hex_digits]) >= 0)
        ++hex_digits;

    std::uint64_t value = 0;
    const bool is_decimal = digits >= 1 && digits < 16 && (digits == 1 || text[0] != '0');
    require(LineCursor{text}.take_decimal(value) == is_decimal,
            "take_decimal: good and bad differ");
    require(!is_decimal || value == std::stoull(std::string{text.substr(0, digits)}),
            "take_decimal: the value differs");

    if (hex_digits >= 1 && hex_digits <= 16) {
        require(LineCursor{text}.take_hex_number(value), "take_hex_number refuses");
        require(value == word_of(text.substr(0, hex_digits))->limbs[0],
                "take_hex_number: the value differs");
    } else if (hex_digits == 0) {
        require(!LineCursor{text}.take_hex_number(value), "take_hex_number takes nothing");
    }

    Word word;
    const std::size_t size = std::min<std::size_t>(text.size(), 64);
    const std::string_view last = text.substr(text.size() - size);
    if (size != 0) {
        const bool is_good = traces::vector::word_before(text.data() + text.size(), size, word);
        require(is_good == word_of(last).has_value(), "word_before: good and bad differ");
        require(!is_good || word == *word_of(last), "word_before: the value differs");
    }

    // Bytes up to a quote, and a string.
    const std::string quoted = std::string{text} + "\"";
    const Padded line{quoted, 0, '0'};
    traces::ByteBuffer buffer;
    std::span<const std::uint8_t> bytes;
    std::size_t guess = text.size() / 2;
    const std::string_view inside = std::string_view{quoted}.substr(0, quoted.find('"'));
    const auto expected = bytes_of(inside);
    const bool is_taken = LineCursor{line.text()}.take_bytes(guess, buffer, bytes);
    // The guess may point at a later quote; then what is before it is no hex, and not taken.
    require(!is_taken || (expected && std::ranges::equal(bytes, *expected)), "take_bytes is wrong");
    guess = ~std::size_t{0};
    require(LineCursor{line.text()}.take_bytes(guess, buffer, bytes) == expected.has_value(),
            "take_bytes: good and bad differ");

    const bool is_plain = std::ranges::all_of(inside, [](char c) {
        return static_cast<unsigned char>(c) >= ' ' && static_cast<unsigned char>(c) < 0x80 &&
               c != '\\';
    });
    std::string_view taken;
    require(LineCursor{line.text()}.take_string(taken) == is_plain,
            "take_string: good and bad differ");
    require(!is_plain || taken == inside, "take_string: the text differs");
}

#else
void check_cursor(const Padded&) {}
#endif

bool has_vectors() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi2") != 0;
#else
    return false;
#endif
}

void check(std::string_view text, std::uint8_t salt) {
    const char around = "\"z,]0"[salt % 4];
    const Padded padded{text, std::size_t{salt} / 4, around};
    check_decoding(padded.text());
    if (has_vectors()) check_cursor(padded);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Input input{data, size};
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(input.text.data());
    check_encoding({bytes, input.text.size()});
    check(input.text, input.salt);
    // The same as digits, all of them good, and with the one in the middle of the options wrong.
    std::string digits;
    for (const char c : input.text)
        digits += "0123456789abcdefABCDEF"[static_cast<unsigned char>(c) % 22];
    check(digits, input.salt);
    if (digits.empty()) return 0;
    digits[input.mode * digits.size() / 256] = static_cast<char>(input.salt);
    check(digits, input.salt);
    return 0;
}
