// SPDX-License-Identifier: MIT
#include "memory_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/word.hpp"

namespace evmmem::app {
namespace {

constexpr std::uint64_t group_size = 8;

// How a row is set.
struct Layout {
    std::uint64_t row_size = 32;
    bool with_ascii = true;
    std::size_t digits = 4;  // of an offset
};

std::size_t width_of(const Layout& layout) {
    const std::size_t hex = 2 * layout.row_size + layout.row_size / group_size - 1;
    return 2 + layout.digits + 2 + hex + (layout.with_ascii ? 2 + layout.row_size : 0);
}

// The widest that there is room for; `end` is one past the last offset.
Layout layout_for(std::size_t columns, std::uint64_t end) {
    Layout layout;
    if (end > 0x10000)
        layout.digits = std::max<std::size_t>(8, fmt::formatted_size("{:x}", end - 1));
    for (const std::uint64_t size : {32, 16, 8})
        for (const bool with_ascii : {true, false}) {
            layout.row_size = size;
            layout.with_ascii = with_ascii;
            if (width_of(layout) <= columns) return layout;
        }
    return layout;
}

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

std::string row_text(const MemoryRows& rows, std::uint64_t begin, const Layout& layout,
                     const Palette& palette) {
    std::string text = fmt::format("0x{:0{}x}  ", begin, layout.digits);
    std::string ascii;
    std::string marks(text.size(), ' ');
    // Bytes that look alike are painted together.
    for (std::uint64_t at = begin; at < begin + layout.row_size;) {
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
    if (layout.with_ascii) text += "  " + ascii;
    text.erase(text.find_last_not_of(' ') + 1);
    marks.erase(marks.find_last_not_of(' ') + 1);
    return marks.empty() ? text : text + "\n" + marks;
}

bool is_dull(const MemoryRows& rows, std::uint64_t begin, std::uint64_t size) {
    for (std::uint64_t at = begin; at < begin + size; ++at)
        if (look(rows, at) != Look::zero || mark(rows, at) != ' ') return false;
    return true;
}

}  // namespace

std::vector<std::string> memory_lines(const MemoryRows& rows, const Palette& palette) {
    // What is written lies beyond the end when the step grows memory; what is only read is zero.
    std::uint64_t end = std::max<std::uint64_t>(rows.bytes.size(), rows.writes.end());
    if (rows.only) end = std::min(end, rows.only->end());
    const Layout layout = layout_for(rows.columns, end);
    const std::uint64_t row_size = layout.row_size;
    std::vector<std::string> lines;
    for (std::uint64_t at = rows.only ? rows.only->offset() / row_size * row_size : 0; at < end;
         at += row_size) {
        std::uint64_t dull_end = at;
        while (dull_end < end && dull_end + row_size <= rows.bytes.size() &&
               is_dull(rows, dull_end, row_size))
            dull_end += row_size;
        if (dull_end > at + 2 * row_size) {
            lines.push_back(
                palette.dim(fmt::format("0x{:0{}x}  zero up to 0x{:x}, {} rows", at, layout.digits,
                                        dull_end - 1, (dull_end - at) / row_size)));
            at = dull_end - row_size;
            continue;
        }
        if (at >= rows.bytes.size() && mark(rows, at) == ' ' &&
            at + row_size <= rows.writes.offset()) {  // a gap up to what is written
            const std::uint64_t gap_end = rows.writes.offset() / row_size * row_size;
            lines.push_back(palette.dim(fmt::format("0x{:0{}x}  not there yet up to 0x{:x}", at,
                                                    layout.digits, gap_end - 1)));
            at = gap_end - row_size;
            continue;
        }
        lines.push_back(row_text(rows, at, layout, palette));
    }
    return lines;
}

}  // namespace evmmem::app
