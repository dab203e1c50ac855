// SPDX-License-Identifier: MIT
#include "memory_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/word.hpp"

namespace evmmem::app {
namespace {

constexpr std::uint64_t row_size = 32;
constexpr std::uint64_t group_size = 8;

enum class Look : std::uint8_t { plain, zero, unknown, absent };

bool contains(const MemoryRange& range, std::uint64_t at) {
    return range.offset() <= at && at < range.end();
}

bool is_unknown(const MemoryRows& rows, std::uint64_t at) {
    const auto range = std::ranges::upper_bound(rows.unknown, at, {}, &KnownBytes::Range::end);
    return range != rows.unknown.end() && range->begin <= at;
}

Look look(const MemoryRows& rows, std::uint64_t at) {
    if (at >= rows.bytes.size()) return Look::absent;
    if (is_unknown(rows, at)) return Look::unknown;
    return rows.bytes[at] == 0 ? Look::zero : Look::plain;
}

// '^' read, '+' written, '*' both.
char mark(const MemoryRows& rows, std::uint64_t at) {
    const bool is_read = contains(rows.reads, at);
    const bool is_written = contains(rows.writes, at);
    return is_read && is_written ? '*' : is_read ? '^' : is_written ? '+' : ' ';
}

std::string painted(const std::string& text, Look byte, char marked, const Palette& palette) {
    switch (marked) {
        case '+':
        case '*': return palette.bad(text);
        case '^': return palette.doubtful(text);
        default: return byte == Look::plain ? text : palette.dim(text);
    }
}

std::string row_text(const MemoryRows& rows, std::uint64_t begin, int digits,
                     const Palette& palette) {
    std::string text = fmt::format("0x{:0{}x}  ", begin, digits);
    std::string ascii;
    std::string marks(text.size(), ' ');
    // Bytes that look alike are painted together.
    for (std::uint64_t at = begin; at < begin + row_size;) {
        if (at > begin && at % group_size == 0) {
            text += ' ';
            marks += ' ';
        }
        const Look first = look(rows, at);
        const char marked = mark(rows, at);
        const std::uint64_t group_end = (at / group_size + 1) * group_size;
        std::string run;
        for (; at < group_end && look(rows, at) == first && mark(rows, at) == marked; ++at) {
            switch (first) {
                case Look::unknown: run += "??"; break;
                case Look::absent: run += marked == ' ' ? "  " : ".."; break;
                case Look::zero:
                case Look::plain: run += fmt::format("{:02x}", rows.bytes[at]); break;
            }
            const bool is_printable =
                first == Look::plain && rows.bytes[at] >= 0x20 && rows.bytes[at] < 0x7f;
            ascii += first == Look::unknown  ? '?'
                     : first == Look::absent ? ' '
                     : is_printable          ? static_cast<char>(rows.bytes[at])
                                             : '.';
            marks.append(2, marked);
        }
        text += painted(run, first, marked, palette);
    }
    if (rows.with_ascii) text += "  " + ascii;
    text.erase(text.find_last_not_of(' ') + 1);
    marks.erase(marks.find_last_not_of(' ') + 1);
    return marks.empty() ? text : text + "\n" + marks;
}

bool is_dull(const MemoryRows& rows, std::uint64_t begin) {
    for (std::uint64_t at = begin; at < begin + row_size; ++at)
        if (look(rows, at) != Look::zero || mark(rows, at) != ' ') return false;
    return true;
}

}  // namespace

std::vector<std::string> memory_lines(const MemoryRows& rows, const Palette& palette) {
    std::uint64_t begin = 0;
    // What is written lies beyond the end when the step grows memory; what is only read is zero.
    std::uint64_t end = std::max<std::uint64_t>(rows.bytes.size(), rows.writes.end());
    if (rows.only) {
        begin = rows.only->offset() / row_size * row_size;
        end = std::min(end, rows.only->end());
    }
    std::vector<std::string> lines;
    const int digits = end > 0x10000 ? 8 : 4;
    for (std::uint64_t at = begin; at < end; at += row_size) {
        std::uint64_t dull_end = at;
        while (dull_end < end && dull_end + row_size <= rows.bytes.size() &&
               is_dull(rows, dull_end))
            dull_end += row_size;
        if (dull_end > at + 2 * row_size) {
            lines.push_back(
                palette.dim(fmt::format("0x{:0{}x}  zero up to 0x{:x}, {} rows", at, digits,
                                        dull_end - 1, (dull_end - at) / row_size)));
            at = dull_end - row_size;
            continue;
        }
        if (at >= rows.bytes.size() && mark(rows, at) == ' ' &&
            at + row_size <= rows.writes.offset()) {  // a gap up to what is written
            const std::uint64_t gap_end = rows.writes.offset() / row_size * row_size;
            lines.push_back(palette.dim(
                fmt::format("0x{:0{}x}  not there yet up to 0x{:x}", at, digits, gap_end - 1)));
            at = gap_end - row_size;
            continue;
        }
        lines.push_back(row_text(rows, at, digits, palette));
    }
    return lines;
}

}  // namespace evmmem::app
