// SPDX-License-Identifier: MIT
// A place in a line, and the ways to step over what may come there, in vectors: texts, numbers,
// strings, hex and the stack. Each proves what it steps over; none looks further than
// TextWindow::padding beyond the line. For processors with AVX2 and BMI only; LineLayouts asks
// before it comes here.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "core/hex.hpp"
#include "traces/input/byte_buffer.hpp"
#include "traces/step.hpp"

namespace evmmem::traces {

// Only functions so marked can be inlined into one another, and they must be: a line is a hundred
// of their calls.
#define EVMMEM_VECTOR [[gnu::target("avx2,bmi,bmi2,lzcnt,popcnt")]]

namespace vector {

/// 64 bytes of which a load at n has its last n set, and the like for shuffles of 16.
alignas(64) inline constexpr std::array<std::uint8_t, 128> last_bytes = [] {
    std::array<std::uint8_t, 128> table{};
    for (std::size_t i = 64; i < 128; ++i)
        table[i] = 0xff;
    return table;
}();
alignas(32) inline constexpr std::array<std::uint8_t, 32> move_to_end = [] {
    std::array<std::uint8_t, 32> table{};
    for (std::uint8_t i = 0; i < 16; ++i) {
        table[i] = 0x80;
        table[16 + i] = i;
    }
    return table;
}();

EVMMEM_VECTOR inline __m256i load(const void* at) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(at));
}
EVMMEM_VECTOR inline std::uint32_t mask_of(__m256i bytes) {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
}
EVMMEM_VECTOR inline std::uint64_t mask_of(__m256i low, __m256i high) {
    return mask_of(low) | std::uint64_t{mask_of(high)} << 32;
}
EVMMEM_VECTOR inline __m256i equal(__m256i bytes, char c) {
    return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(c));
}

/// The values of hex digits, one a byte; `good` is set in the bytes that are digits.
EVMMEM_VECTOR inline __m256i hex_values(__m256i text, __m256i& good) {
    const __m256i decimal = _mm256_sub_epi8(text, _mm256_set1_epi8('0'));
    const __m256i letter =
        _mm256_sub_epi8(_mm256_or_si256(text, _mm256_set1_epi8(0x20)), _mm256_set1_epi8('a'));
    const __m256i is_decimal =
        _mm256_cmpeq_epi8(_mm256_min_epu8(decimal, _mm256_set1_epi8(9)), decimal);
    const __m256i is_letter =
        _mm256_cmpeq_epi8(_mm256_min_epu8(letter, _mm256_set1_epi8(5)), letter);
    good = _mm256_or_si256(is_decimal, is_letter);
    return _mm256_blendv_epi8(decimal, _mm256_add_epi8(letter, _mm256_set1_epi8(10)), is_letter);
}

/// 64 digits that end before `end`, of which only the last `count` are there.
EVMMEM_VECTOR inline bool word_before(const char* end, std::size_t count, Word& word) {
    __m256i good_high;
    __m256i good_low;
    __m256i high = hex_values(load(end - 64), good_high);
    __m256i low = hex_values(load(end - 32), good_low);
    const __m256i wanted_high = load(last_bytes.data() + count);
    const __m256i wanted_low = load(last_bytes.data() + count + 32);
    if ((_mm256_testc_si256(good_high, wanted_high) & _mm256_testc_si256(good_low, wanted_low)) ==
        0)
        return false;
    high = _mm256_and_si256(high, wanted_high);
    low = _mm256_and_si256(low, wanted_low);
    const __m256i high_then_low = _mm256_set1_epi16(0x0110);
    const __m256i packed = _mm256_packus_epi16(_mm256_maddubs_epi16(high, high_then_low),
                                               _mm256_maddubs_epi16(low, high_then_low));
    // Packing left the quarters in the order 0 2 1 3, most significant first; a Word has the least
    // first.
    const __m256i quarters = _mm256_permute4x64_epi64(packed, 0x27);
    const __m256i swap_bytes =
        _mm256_setr_epi8(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8,  //
                         7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(word.limbs.data()),
                        _mm256_shuffle_epi8(quarters, swap_bytes));
    return true;
}

/// The 32 bytes that 64 digits stand for, to `target`; the result is set where there are digits.
EVMMEM_VECTOR inline __m256i word_at(const char* digits, std::uint8_t* target) {
    __m256i good_first;
    __m256i good_second;
    const __m256i first = hex_values(load(digits), good_first);
    const __m256i second = hex_values(load(digits + 32), good_second);
    const __m256i high_then_low = _mm256_set1_epi16(0x0110);
    const __m256i packed = _mm256_packus_epi16(_mm256_maddubs_epi16(first, high_then_low),
                                               _mm256_maddubs_epi16(second, high_then_low));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(target), _mm256_permute4x64_epi64(packed, 0xd8));
    return _mm256_and_si256(good_first, good_second);
}

}  // namespace vector

/// A place in a line, and the ways to step over what may come there. Each returns false where
/// something else comes: then the line has another layout, or is none of ours at all.
class LineCursor {
public:
    explicit LineCursor(std::string_view line)
        : at_{line.data()}, end_{line.data() + line.size()} {}

    const char* at() const { return at_; }

    /// The first `size` bytes of `text`, for each of which `mask` has a bit.
    EVMMEM_VECTOR bool take_text(const std::array<char, 32>& text, std::uint32_t mask,
                                 std::size_t size) {
        const __m256i same = _mm256_cmpeq_epi8(vector::load(at_), vector::load(text.data()));
        at_ += size;
        return (~vector::mask_of(same) & mask) == 0;
    }

    /// A JSON number of at most 16 digits and nothing else.
    EVMMEM_VECTOR bool take_decimal(std::uint64_t& value) {
        const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at_));
        const __m128i digits = _mm_sub_epi8(text, _mm_set1_epi8('0'));
        const __m128i good = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
        const unsigned bad = ~static_cast<unsigned>(_mm_movemask_epi8(good)) & 0xffffU;
        const auto count = static_cast<unsigned>(std::countr_zero(bad | 0x10000U));
        if (count == 0 || (count > 1 && *at_ == '0')) return false;
        const __m128i placed = _mm_shuffle_epi8(
            digits,
            _mm_loadu_si128(reinterpret_cast<const __m128i*>(vector::move_to_end.data() + count)));
        const __m128i pairs = _mm_maddubs_epi16(placed, _mm_set1_epi16(0x010a));
        const __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00010064));
        const __m128i packed = _mm_packus_epi32(fours, fours);
        const __m128i eights = _mm_madd_epi16(packed, _mm_set1_epi32(0x00012710));
        const auto both = static_cast<std::uint64_t>(_mm_cvtsi128_si64(eights));
        value = (both & 0xffffffffU) * 100'000'000U + (both >> 32);
        at_ += count;
        return count < 16;  // a digit may follow the sixteenth
    }

    /// 1 to 16 hex digits.
    EVMMEM_VECTOR bool take_hex_number(std::uint64_t& value) {
        const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at_));
        const __m128i decimal = _mm_sub_epi8(text, _mm_set1_epi8('0'));
        const __m128i letter =
            _mm_sub_epi8(_mm_or_si128(text, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
        const __m128i is_decimal = _mm_cmpeq_epi8(_mm_min_epu8(decimal, _mm_set1_epi8(9)), decimal);
        const __m128i is_letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(5)), letter);
        const auto good =
            static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(is_decimal, is_letter)));
        const auto count = static_cast<unsigned>(std::countr_one(good));
        if (count == 0) return false;
        const __m128i digits =
            _mm_blendv_epi8(decimal, _mm_add_epi8(letter, _mm_set1_epi8(10)), is_letter);
        const __m128i placed = _mm_shuffle_epi8(
            digits,
            _mm_loadu_si128(reinterpret_cast<const __m128i*>(vector::move_to_end.data() + count)));
        const __m128i bytes = _mm_maddubs_epi16(placed, _mm_set1_epi16(0x0110));
        const __m128i packed = _mm_packus_epi16(bytes, bytes);
        value = std::byteswap(static_cast<std::uint64_t>(_mm_cvtsi128_si64(packed)));
        at_ += count;
        return true;
    }

    /// Printable ASCII without a backslash, up to a quote.
    EVMMEM_VECTOR bool take_string(std::string_view& text) {
        const char* begin = at_;
        for (;;) {
            const __m256i bytes = vector::load(at_);
            const std::uint32_t quotes = vector::mask_of(vector::equal(bytes, '"'));
            // As signed numbers, those below a blank are the control characters and all that is not
            // ASCII.
            const std::uint32_t foreign = vector::mask_of(_mm256_or_si256(
                _mm256_cmpgt_epi8(_mm256_set1_epi8(' '), bytes), vector::equal(bytes, '\\')));
            const auto size = static_cast<unsigned>(std::countr_zero(quotes));
            if (quotes == 0 ? foreign != 0 : _bzhi_u32(foreign, size) != 0) return false;
            at_ += size;
            if (quotes != 0) break;
        }
        text = {begin, static_cast<std::size_t>(at_ - begin)};
        return true;
    }

    /// Pairs of hex digits up to a quote. `digits` is how many there were last time, then how many
    /// there are.
    bool take_bytes(std::size_t& digits, ByteBuffer& buffer, std::span<const std::uint8_t>& bytes) {
        if (at_ >= end_) return false;
        const auto left = static_cast<std::size_t>(end_ - at_);
        // A quote where the last one was may be another's, further on.
        if (digits < left && at_[digits] == '"' && take_digits(digits, buffer, bytes)) return true;
        const void* quote = std::memchr(at_, '"', left);
        if (quote == nullptr) return false;
        digits = static_cast<std::size_t>(static_cast<const char*>(quote) - at_);
        return take_digits(digits, buffer, bytes);
    }

    /// Items of 64 hex digits, up to the bracket.
    EVMMEM_VECTOR bool take_words(bool has_0x, ByteBuffer& buffer,
                                  std::span<const std::uint8_t>& bytes) {
        const std::size_t prefix = has_0x ? 3 : 1;
        const std::size_t stride =
            prefix + 64 + 2;  // the closing quote, and a comma or the bracket
        if (*at_ == ']') {
            bytes = {};
            return true;
        }
        if (at_ >= end_) return false;
        const auto count_max = static_cast<std::size_t>(end_ - at_) / stride;
        std::uint8_t* const target = buffer.reset(count_max * 32);
        if (target == nullptr || at_[0] != '"' || (has_0x && (at_[1] != '0' || at_[2] != 'x')))
            return false;
        // What stands between two words, as one number.
        const std::uint64_t between = eight_bytes(has_0x ? "\",\"0x\0\0" : "\",\"\0\0\0\0");
        const std::uint64_t between_mask = (std::uint64_t{1} << 8 * (prefix + 2)) - 1;
        __m256i good = _mm256_set1_epi8(-1);
        for (std::size_t count = 0; count < count_max; ++count, at_ += stride) {
            good = _mm256_and_si256(good, vector::word_at(at_ + prefix, target + 32 * count));
            const char* const after = at_ + prefix + 64;
            if ((eight_bytes(after) & between_mask) == between) continue;
            if (after[0] != '"' || after[1] != ']') return false;
            at_ = after + 1;
            bytes = {target, 32 * (count + 1)};
            return static_cast<std::uint32_t>(~vector::mask_of(good)) == 0;
        }
        return false;
    }

    /// Items in quotes, separated by commas and nothing else, up to the bracket. The last ones, of
    /// which `wanted` are read, are hex words.
    EVMMEM_VECTOR bool take_stack(StepStack& stack, std::size_t wanted = operands_max) {
        stack.has_stack = true;
        stack.stack_size = 0;
        stack.operand_count = 0;
        stack.stack_text = {at_, at_};
        if (*at_ == ']') return true;

        const char* const begin = at_;
        std::size_t count = 0;
        if (!take_items(count)) return false;
        stack.stack_text = {begin, at_};
        stack.stack_size = static_cast<std::uint32_t>(count);
        stack.operand_count = static_cast<std::uint32_t>(std::min(count, wanted));
        return read_operands(at_, stack);
    }

private:
    static std::uint64_t eight_bytes(const char* at) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, at, sizeof bytes);
        return bytes;
    }

    bool take_digits(std::size_t count, ByteBuffer& buffer, std::span<const std::uint8_t>& bytes) {
        std::uint8_t* const target = buffer.reset(count / 2);
        if (target == nullptr || !decode_hex({at_, count}, target)) return false;
        bytes = {target, count / 2};
        at_ += count;
        return true;
    }

    /// Every comma, the brackets counted as commas, must stand between quotes, no quote must stand
    /// between two commas, and there must be no other quote. Then the quotes are those of the
    /// items, and no item has a comma or a quote in it.
    EVMMEM_VECTOR bool take_items(std::size_t& count) {
        std::uint64_t comma_before = 1;
        std::uint64_t quote_before = 0;
        std::uint64_t commas_before = 2;  // of the two bytes before
        std::uint64_t wrong = 0;
        std::size_t commas = 0;
        std::size_t quotes = 0;
        for (const char* at = at_;; at += 64) {
            const __m256i low = vector::load(at);
            const __m256i high = vector::load(at + 32);
            const __m256i blank = _mm256_set1_epi8(' ');
            const std::uint64_t foreign = vector::mask_of(
                _mm256_or_si256(_mm256_cmpgt_epi8(blank, low), vector::equal(low, '\\')),
                _mm256_or_si256(_mm256_cmpgt_epi8(blank, high), vector::equal(high, '\\')));
            const std::uint64_t bracket =
                vector::mask_of(vector::equal(low, ']'), vector::equal(high, ']'));
            std::uint64_t comma =
                vector::mask_of(vector::equal(low, ','), vector::equal(high, ','));
            std::uint64_t quote =
                vector::mask_of(vector::equal(low, '"'), vector::equal(high, '"'));
            const std::uint64_t inside = _blsmsk_u64(bracket);  // up to the bracket, or all
            comma = (comma & inside) | (bracket & inside);
            quote &= inside;
            wrong |= foreign & inside;
            wrong |= comma & ~(quote << 1 | quote_before);           // a quote before it
            wrong |= (comma << 1 | comma_before) & inside & ~quote;  // a quote after it, or no item
            wrong |= comma & (comma << 2 | commas_before);
            commas += static_cast<std::size_t>(std::popcount(comma));
            quotes += static_cast<std::size_t>(std::popcount(quote));
            if (wrong != 0) return false;
            if (bracket != 0) {
                at_ = at + std::countr_zero(bracket);
                count = commas;
                return quotes == 2 * commas;
            }
            comma_before = comma >> 63;
            commas_before = comma >> 62;
            quote_before = quote >> 63;
        }
    }

    /// The quote that opens the item, of at most 64 digits and their "0x", which `close` closes.
    /// Null where there is none.
    EVMMEM_VECTOR static const char* opening_quote(const char* close) {
        const std::uint64_t quotes = vector::mask_of(vector::equal(vector::load(close - 64), '"'),
                                                     vector::equal(vector::load(close - 32), '"'));
        if (quotes != 0) return close - 1 - std::countl_zero(quotes);
        if (close[-65] == '"') return close - 65;
        if (close[-66] == '"') return close - 66;
        return close[-67] == '"' ? close - 67 : nullptr;
    }

    /// The last items before the bracket at `end`, the top of the stack first, as many as operands
    /// are wanted.
    EVMMEM_VECTOR static bool read_operands(const char* end, StepStack& stack) {
        for (std::size_t i = 0; i < stack.operand_count; ++i) {
            const char* const close = end - 1;
            const char* const open = opening_quote(close);
            if (open == nullptr) return false;
            auto size = static_cast<std::size_t>(close - open) - 1;
            if (size >= 2 && open[1] == '0' && (open[2] | 0x20) == 'x') size -= 2;
            if (size == 0 || size > 64 || !vector::word_before(close, size, stack.operands[i]))
                return false;
            stack.operand_text[i] = open;
            end = open - 1;
        }
        return true;
    }

    const char* at_;
    const char* end_;
};

}  // namespace evmmem::traces

#endif
