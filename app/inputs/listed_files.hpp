// SPDX-License-Identifier: MIT
// The names of files in a list: one on each line, or each ended by a zero byte, as `find -print0` prints
// them. Which of the two, the first bytes show.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "traces/input/byte_source.hpp"
#include "traces/trace_error.hpp"

namespace evmmem::app {

class ListedFiles {
public:
    /// The longest name, in bytes.
    static constexpr std::size_t name_max = 4096;

    /// `path` is the list's, "-" is standard input.
    explicit ListedFiles(const std::string& path);

    /// The next name that is not empty, as soon as it is there; nothing at the end. After an error
    /// the list is at its end. Errors: not_a_trace (a line is no name, or there is none),
    /// and those of ByteSource.
    std::expected<std::optional<std::string>, traces::TraceError> next();

private:
    std::expected<bool, traces::TraceError> read_more();
    std::unexpected<traces::TraceError> failed(const char* why);

    std::optional<traces::ByteSource> source_;
    std::optional<traces::TraceError> error_;
    std::string text_;  ///< read and not handed out
    std::uint64_t number_ = 0;
    char end_ = '\n';
    bool knows_end_ = false;
    bool has_names_ = false;
    bool is_finished_ = false;
};

}  // namespace evmmem::app
