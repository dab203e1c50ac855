// SPDX-License-Identifier: MIT
#include "line_layout.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/hex.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace evmmem::traces {
namespace {

constexpr std::uint32_t bit(Field field) {
    return 1U << static_cast<unsigned>(field);
}
constexpr std::uint32_t number_fields =
    bit(Field::pc) | bit(Field::op) | bit(Field::gas) | bit(Field::gasCost) | bit(Field::memSize) |
    bit(Field::depth) | bit(Field::refund) | bit(Field::reservoir) | bit(Field::stateGas);

constexpr Field last_step_field = Field::stateGas;

bool is_decimal(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

/// What the value of a field is from line to line, judged by one; `none` where only the same text
/// will do.
LineLayouts::Kind LineLayouts::kind_of(Field field, std::string_view raw) {
    const bool is_text = raw.size() >= 2 && raw.front() == '"';
    const std::string_view inside = is_text ? raw.substr(1, raw.size() - 2) : std::string_view{};
    if ((number_fields & bit(field)) != 0) {
        if (is_decimal(raw) || is_decimal(inside)) return Kind::decimal;
        if (inside.starts_with("0x") && inside.size() > 2) return Kind::hex_number;
        return field == Field::op && is_text ? Kind::text : Kind::none;
    }
    if (field == Field::opName || field == Field::error) return is_text ? Kind::text : Kind::none;
    if (field == Field::returnData) return inside.starts_with("0x") ? Kind::bytes : Kind::none;
    if (field == Field::memory && is_text)
        return inside.starts_with("0x") ? Kind::bytes : Kind::none;
    if (field == Field::memory && raw.starts_with('[')) return Kind::words;
    if (field == Field::stack && raw.starts_with('[')) return Kind::stack;
    return Kind::none;
}

void LineLayouts::learn(std::string_view line, const ObjectFields& fields) {
    if (!is_on_) return;
    // Where lines differ all the time, in fields that nobody asks for, learning is wasted: pause,
    // then try again.
    if (pause_ != 0) {
        --pause_;
        return;
    }
    constexpr std::uint64_t patience = 64;
    if (++learned_ >= patience) {
        if (reads_since_ < learned_) pause_ = 1000;
        learned_ = 0;
        reads_since_ = 0;
    }
    std::vector<std::pair<const char*, Field>> values;
    for (std::size_t i = 0; i < field_count; ++i) {
        const auto field = static_cast<Field>(i);
        if (fields.has(field)) values.emplace_back(fields[field].data(), field);
    }
    std::ranges::sort(values, {}, &std::pair<const char*, Field>::first);

    Layout layout;
    layout.present = fields.present;
    const char* text_begin = line.data();
    const auto add_text = [&](const char* text_end, Slot last) {
        for (;;) {
            const auto size = static_cast<std::size_t>(text_end - text_begin);
            Slot slot = size > Slot::text_max ? Slot{} : last;
            slot.text_size = static_cast<std::uint8_t>(std::min(size, Slot::text_max));
            slot.text_mask = slot.text_size == 32 ? ~0U : (1U << slot.text_size) - 1;
            std::memcpy(slot.text.data(), text_begin, slot.text_size);
            text_begin += slot.text_size;
            layout.slots.push_back(slot);
            if (size <= Slot::text_max) break;
        }
    };
    for (const auto& [place, field] : values) {
        const std::string_view raw = fields[field];
        Slot slot;
        slot.kind = kind_of(field, raw);
        slot.field = field;
        switch (slot.kind) {
            case Kind::none:
                if (raw == "null" || (field == Field::error && raw == "false"))
                    layout.present &= ~bit(field);  // as good as not there
                else if (field <= last_step_field)
                    return;  // it has a meaning, and no way to read it here
                continue;
            case Kind::decimal: {
                const bool is_quoted = raw.front() == '"';
                add_text(place + (is_quoted ? 1 : 0), slot);
                text_begin = place + raw.size() - (is_quoted ? 1 : 0);
                break;
            }
            case Kind::hex_number:
            case Kind::bytes:
                add_text(place + 3, slot);
                text_begin = place + raw.size() - 1;
                break;
            case Kind::text:
                add_text(place + 1, slot);
                text_begin = place + raw.size() - 1;
                break;
            case Kind::words:
                if (!fields.memory_words.empty())
                    slot.has_0x = fields.memory_words.front().starts_with("\"0x");
                [[fallthrough]];
            case Kind::stack: {
                add_text(place + 1, slot);
                const std::string_view last =
                    slot.kind == Kind::words
                        ? (fields.memory_words.empty() ? std::string_view{}
                                                       : fields.memory_words.back())
                        : (fields.stack_size == 0 ? std::string_view{} : fields.stack_top[0]);
                text_begin = last.empty() ? place + 1 : last.data() + last.size();
                break;
            }
        }
    }
    const char* const line_end = line.data() + line.size();
    if (text_begin > line_end) return;
    add_text(line_end, Slot{});

    const auto* const oldest = layouts_.size() < layouts_max
                                   ? nullptr
                                   : &*std::ranges::min_element(layouts_, {}, &Layout::last_use);
    last_ =
        oldest == nullptr ? layouts_.size() : static_cast<std::size_t>(oldest - layouts_.data());
    layout.last_use = ++uses_;
    if (oldest == nullptr)
        layouts_.push_back(std::move(layout));
    else
        layouts_[last_] = std::move(layout);
}

bool LineLayouts::read(std::string_view line, LineValues& values, Step& step, ByteBuffer& memory,
                       ByteBuffer& return_data) {
    if (pause_ != 0 || layouts_.empty()) return false;
    if (read_as(layouts_[last_], line, values, step, memory, return_data)) {
        layouts_[last_].last_use = ++uses_;
        ++reads_since_;
        return true;
    }
    for (std::size_t i = 0; i < layouts_.size(); ++i) {
        if (i == last_ || !read_as(layouts_[i], line, values, step, memory, return_data)) continue;
        last_ = i;
        layouts_[i].last_use = ++uses_;
        ++reads_since_;
        return true;
    }
    return false;
}

#if defined(__x86_64__)

LineLayouts::LineLayouts()
    : is_on_{__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0 &&
             __builtin_cpu_supports("bmi2") != 0 && __builtin_cpu_supports("lzcnt") != 0 &&
             __builtin_cpu_supports("popcnt") != 0} {}

namespace {

// Only functions so marked can be inlined into one another, and they must be: a line is a hundred
// of their calls.
#define EVMMEM_VECTOR [[gnu::target("avx2,bmi,bmi2,lzcnt,popcnt")]]

/// 64 bytes of which a load at n has its last n set, and the like for shuffles of 16.
alignas(64) constexpr std::array<std::uint8_t, 128> last_bytes = [] {
    std::array<std::uint8_t, 128> table{};
    for (std::size_t i = 64; i < 128; ++i)
        table[i] = 0xff;
    return table;
}();
alignas(32) constexpr std::array<std::uint8_t, 32> move_to_end = [] {
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

}  // namespace

/// A place in a line, and the ways to step over what may come there. Each returns false where
/// something else comes: then the line has another layout, or is none of ours at all.
class LineLayouts::Cursor {
public:
    explicit Cursor(std::string_view line) : at_{line.data()}, end_{line.data() + line.size()} {}

    bool is_at_end() const { return at_ == end_; }

    EVMMEM_VECTOR bool take_text(const Slot& slot) {
        const __m256i differs = _mm256_xor_si256(
            load(at_), _mm256_load_si256(reinterpret_cast<const __m256i*>(slot.text.data())));
        const std::uint32_t same = mask_of(_mm256_cmpeq_epi8(differs, _mm256_setzero_si256()));
        at_ += slot.text_size;
        return (~same & slot.text_mask) == 0;
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
            digits, _mm_loadu_si128(reinterpret_cast<const __m128i*>(move_to_end.data() + count)));
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
            digits, _mm_loadu_si128(reinterpret_cast<const __m128i*>(move_to_end.data() + count)));
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
            const __m256i bytes = load(at_);
            const std::uint32_t quotes = mask_of(equal(bytes, '"'));
            // As signed numbers, those below a blank are the control characters and all that is not
            // ASCII.
            const std::uint32_t foreign = mask_of(_mm256_or_si256(
                _mm256_cmpgt_epi8(_mm256_set1_epi8(' '), bytes), equal(bytes, '\\')));
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
        if (digits >= left || at_[digits] != '"') {
            const void* quote = std::memchr(at_, '"', left);
            if (quote == nullptr) return false;
            digits = static_cast<std::size_t>(static_cast<const char*>(quote) - at_);
        }
        std::uint8_t* const target = buffer.reset(digits / 2);
        if (target == nullptr || !decode_hex({at_, digits}, target)) return false;
        bytes = {target, digits / 2};
        at_ += digits;
        return true;
    }

    /// Items of 64 hex digits, up to the bracket.
    bool take_words(bool has_0x, ByteBuffer& buffer, std::span<const std::uint8_t>& bytes) {
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
        if (target == nullptr) return false;
        std::size_t count = 0;
        for (; count < count_max; ++count, at_ += stride) {
            const char* const behind = at_ + prefix + 64;
            if (at_[0] != '"' || (has_0x && (at_[1] != '0' || at_[2] != 'x')) || behind[0] != '"')
                return false;
            if (!decode_hex({at_ + prefix, 64}, target + 32 * count)) return false;
            if (behind[1] == ',') continue;
            if (behind[1] != ']') return false;
            at_ = behind + 1;
            bytes = {target, 32 * (count + 1)};
            return true;
        }
        return false;
    }

    /// Items in quotes, separated by commas and nothing else, up to the bracket. The last ones are
    /// hex words.
    EVMMEM_VECTOR bool take_stack(Step& step) {
        step.has_stack = true;
        step.stack_size = 0;
        step.operand_count = 0;
        if (*at_ == ']') return true;

        // Every comma, the brackets counted as commas, must stand between quotes, no quote must
        // stand between two commas, and there must be no other quote. Then the quotes are those of
        // the items, and no item has a comma or a quote in it.
        std::uint64_t comma_before = 1;
        std::uint64_t quote_before = 0;
        std::uint64_t commas_before = 2;  // of the two bytes before
        std::uint64_t wrong = 0;
        std::size_t commas = 0;
        std::size_t quotes = 0;
        const char* at = at_;
        for (;; at += 64) {
            const __m256i low = load(at);
            const __m256i high = load(at + 32);
            const __m256i blank = _mm256_set1_epi8(' ');
            const std::uint64_t foreign =
                mask_of(_mm256_or_si256(_mm256_cmpgt_epi8(blank, low), equal(low, '\\')),
                        _mm256_or_si256(_mm256_cmpgt_epi8(blank, high), equal(high, '\\')));
            const std::uint64_t bracket = mask_of(equal(low, ']'), equal(high, ']'));
            std::uint64_t comma = mask_of(equal(low, ','), equal(high, ','));
            std::uint64_t quote = mask_of(equal(low, '"'), equal(high, '"'));
            const std::uint64_t inside = _blsmsk_u64(bracket);  // up to the bracket, or all
            comma = (comma & inside) | (bracket & inside);
            quote &= inside;
            wrong |= foreign & inside;
            wrong |= comma & ~(quote << 1 | quote_before);  // a quote before it
            wrong |=
                (comma << 1 | comma_before) & inside & ~quote;  // a quote behind it, or no item
            wrong |= comma & (comma << 2 | commas_before);
            commas += static_cast<std::size_t>(std::popcount(comma));
            quotes += static_cast<std::size_t>(std::popcount(quote));
            if (bracket != 0) {
                // Behind the bracket nothing is asked for.
                at += std::countr_zero(bracket);
                break;
            }
            if (wrong != 0) return false;
            comma_before = comma >> 63;
            commas_before = comma >> 62;
            quote_before = quote >> 63;
        }
        if (wrong != 0 || quotes != 2 * commas) return false;
        at_ = at;
        step.stack_size = static_cast<std::uint32_t>(commas);
        step.operand_count = static_cast<std::uint32_t>(std::min(commas, operands_max));
        const char* behind = at;  // the last item read
        for (std::size_t i = 0; i < step.operand_count; ++i) {
            const char* const close = behind - 1;
            const char* open = nullptr;
            const std::uint64_t quote_places =
                mask_of(equal(load(close - 64), '"'), equal(load(close - 32), '"'));
            if (quote_places != 0)
                open = close - 1 - std::countl_zero(quote_places);
            else if (close[-65] == '"')
                open = close - 65;
            else if (close[-66] == '"')
                open = close - 66;
            else if (close[-67] == '"')
                open = close - 67;
            else
                return false;
            auto size = static_cast<std::size_t>(close - open) - 1;
            if (size >= 2 && open[1] == '0' && (open[2] | 0x20) == 'x') size -= 2;
            if (size == 0 || size > 64 || !word_before(close, size, step.operands[i])) return false;
            behind = open - 1;
        }
        return true;
    }

private:
    const char* at_;
    const char* end_;
};

EVMMEM_VECTOR bool LineLayouts::read_as(Layout& layout, std::string_view line, LineValues& values,
                                        Step& step, ByteBuffer& memory, ByteBuffer& return_data) {
    step.has_stack = false;
    step.stack_size = 0;
    step.operand_count = 0;
    values.present = layout.present;
    values.op_name = {};
    values.error = {};
    values.mnemonic = {};
    values.memory_form = LineValues::Bytes::absent;
    values.has_return_data = false;
    Cursor cursor{line};
    for (const Slot& slot : layout.slots) {
        if (!cursor.take_text(slot)) return false;
        std::uint64_t& number = values.numbers[static_cast<std::size_t>(slot.field)];
        bool is_good = true;
        switch (slot.kind) {
            case Kind::none: break;
            case Kind::decimal: is_good = cursor.take_decimal(number); break;
            case Kind::hex_number: is_good = cursor.take_hex_number(number); break;
            case Kind::text:
                is_good = cursor.take_string(slot.field == Field::opName  ? values.op_name
                                             : slot.field == Field::error ? values.error
                                                                          : values.mnemonic);
                break;
            case Kind::bytes:
                if (slot.field == Field::memory) {
                    values.memory_form = LineValues::Bytes::text;
                    is_good = cursor.take_bytes(layout.memory_digits, memory, values.memory);
                } else {
                    std::size_t digits = 0;
                    values.has_return_data = true;
                    is_good = cursor.take_bytes(digits, return_data, values.return_data);
                }
                break;
            case Kind::words:
                values.memory_form = LineValues::Bytes::array;
                is_good = cursor.take_words(slot.has_0x, memory, values.memory);
                break;
            case Kind::stack: is_good = cursor.take_stack(step); break;
        }
        if (!is_good) return false;
    }
    return cursor.is_at_end();
}

#else

// Without these instructions simdjson reads every line.
LineLayouts::LineLayouts() = default;
bool LineLayouts::read_as(Layout&, std::string_view, LineValues&, Step&, ByteBuffer&, ByteBuffer&) {
    return false;
}

#endif

}  // namespace evmmem::traces
