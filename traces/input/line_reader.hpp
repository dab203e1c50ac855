// SPDX-License-Identifier: MIT
// A trace's text as numbered lines, in place. A line ends at "\n" or "\r\n", the last one also at
// the end of the text; a byte order mark before the first is no part of it.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "text_ahead.hpp"
#include "text_window.hpp"

namespace evmmem::traces {

struct Line {
    std::string_view text;  ///< without its end; padded, and valid until the next line is asked for
    std::uint64_t number = 0;   ///< from 1
    bool is_terminated = true;  ///< false: the text ends here without a line end
};

class LineReader {
public:
    LineReader(TextWindow window, std::uint64_t line_max)
        : window_{std::move(window)}, line_max_{line_max} {}

    /// From now on reads on a second thread, as TextWindow does.
    void read_ahead(const AheadOptions& options, TextAhead::Prepare prepare) {
        window_.read_ahead(options, TextAhead::Unit::line, std::move(prepare));
    }
    /// The text from the next line on, as far as it is in memory.
    const TextWindow& window() {
        pass_line();
        return window_;
    }

    /// The text from the next line on. More of it is read while there are neither `size` bytes nor
    /// a whole line.
    std::string_view text(std::size_t size);

    /// The next line; nothing at the end of the text. After an error the reader is at its end.
    /// Errors: limit (a line longer than `line_max` bytes), and those of ByteSource.
    std::expected<std::optional<Line>, TraceError> next();
    /// Passes over the next line, which is known to end at a newline after so many bytes and to be
    /// in memory; its number.
    std::uint64_t pass(std::size_t size) {
        pass_line();
        to_take_ = size + 1;
        return ++number_;
    }
    /// As next() where it is known to end at a newline after so many bytes, and to be in memory.
    std::expected<std::optional<Line>, TraceError> next(std::size_t size);

    /// The text that comes next, at most `size` bytes of it; no more is waited for once `is_enough`
    /// says so of what is there. The last line is void after it.
    std::string_view look_ahead(std::size_t size,
                                const std::function<bool(std::string_view)>& is_enough);

    /// Bytes up to the end of the line handed out last.
    std::uint64_t bytes_read() const { return window_.bytes_taken() + to_take_; }
    /// The number of the line handed out last, 0 before the first.
    std::uint64_t number() const { return number_; }

private:
    void pass_line() {
        window_.take(to_take_);
        to_take_ = 0;
    }
    Line hand_out(std::string_view text, bool is_terminated) {
        Line line{text, ++number_, is_terminated};
        to_take_ = text.size() + (is_terminated ? 1 : 0);
        if (line.text.ends_with('\r')) line.text.remove_suffix(1);
        if (number_ == 1 && line.text.starts_with("\xef\xbb\xbf")) line.text.remove_prefix(3);
        return line;
    }

    TextWindow window_;
    std::uint64_t line_max_;
    std::uint64_t number_ = 0;
    std::size_t to_take_ = 0;  ///< of the line handed out last
    bool is_finished_ = false;
};

/// Between two steps, and after the last, no more bytes are read than these: blank lines are slow, and
/// take next to nothing when they are packed; what else a document holds is small beside its steps.
inline constexpr std::uint64_t noise_bytes_max = std::uint64_t{256} << 20;

/// The error of `max` bytes before line `number` in which there is no step.
TraceError too_noisy(std::uint64_t number, std::uint64_t max);

/// The error of a line or element of more than `max` bytes that begins at line `number`.
TraceError too_long(std::uint64_t number, std::uint64_t max);

}  // namespace evmmem::traces
