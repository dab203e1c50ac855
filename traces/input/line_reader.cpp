// SPDX-License-Identifier: MIT
#include "line_reader.hpp"

#include <cstring>

namespace evmmem::traces {

TraceError too_long(std::uint64_t number, std::uint64_t max) {
    TraceError error;
    error.kind = TraceError::Kind::limit;
    error.line = number;
    // How much longer is not known, as the rest is not read.
    const std::uint64_t more = max > ~std::uint64_t{0} / 4 ? ~std::uint64_t{0} : 4 * max;
    error.message = "longer than " + std::to_string(max) + " bytes; --max-line " +
                    std::to_string(more) + " raises the limit";
    return error;
}

TraceError too_noisy(std::uint64_t number, std::uint64_t max) {
    TraceError error;
    error.kind = TraceError::Kind::limit;
    error.line = number;
    error.message = "no step in " + std::to_string(max >> 20) + " MiB; what follows is not read";
    return error;
}

std::string_view LineReader::look_ahead(std::size_t size,
                                        const std::function<bool(std::string_view)>& is_enough) {
    pass_line();
    while (window_.text().size() < size && !window_.at_end() && !is_enough(window_.text()))
        if (const auto more = window_.extend(); !more || !*more) break;
    return window_.text().substr(0, size);
}

std::string_view LineReader::text(std::size_t size) {
    pass_line();
    std::size_t searched = 0;
    while (window_.text().size() < size && !window_.at_end()) {
        const std::string_view text = window_.text();
        if (text.find('\n', searched) != text.npos) break;
        searched = text.size();
        // next() meets the same error.
        if (const auto more = window_.extend(); !more || !*more) break;
    }
    return window_.text();
}

std::expected<std::optional<Line>, TraceError> LineReader::next() {
    if (is_finished_) return std::nullopt;
    pass_line();
    std::size_t searched = 0;
    for (;;) {
        const std::string_view text = window_.text();
        const void* found = searched == text.size()
                                ? nullptr
                                : std::memchr(text.data() + searched, '\n', text.size() - searched);
        std::size_t length = text.size();
        if (found != nullptr)
            length = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
        if (length > line_max_) {
            is_finished_ = true;
            return std::unexpected{too_long(number_ + 1, line_max_)};
        }
        if (found == nullptr && !window_.at_end()) {
            searched = text.size();
            const auto more = window_.extend();
            if (!more) {
                is_finished_ = true;
                TraceError error = more.error();
                error.line = number_ + 1;
                return std::unexpected{std::move(error)};
            }
            continue;
        }
        if (found == nullptr && text.empty()) {
            is_finished_ = true;
            return std::nullopt;
        }
        return hand_out(text.substr(0, length), found != nullptr);
    }
}

std::expected<std::optional<Line>, TraceError> LineReader::next(std::size_t size) {
    if (is_finished_) return std::nullopt;
    pass_line();
    if (size > line_max_) {
        is_finished_ = true;
        return std::unexpected{too_long(number_ + 1, line_max_)};
    }
    return hand_out(window_.text().substr(0, size), true);
}

}  // namespace evmmem::traces
