// SPDX-License-Identifier: MIT
// One input of a replay: a file that the user named, or one that a folder, a list or an archive
// gave.
#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "traces/input/byte_source.hpp"
#include "traces/trace_error.hpp"

namespace evmmem::app {

/// What came of a folder or an archive, counted where the results come in order.
struct InputGroup {
    std::string name;  ///< foreign text
    std::uint64_t traces =
        0;  ///< of its files that are taken for traces, or could not be looked at
    std::uint64_t skipped = 0;  ///< of its files that are not
    /// Of its files that another shard has; counted where inputs are asked for.
    std::atomic<std::uint64_t> left_out = 0;
};

struct Input {
    enum class Kind : std::uint8_t {
        file,       ///< at the path that is its name
        text,       ///< in memory
        stream,     ///< that can be read once
        failed,     ///< cannot be read, for `error`
        skipped,    ///< is no file to read, for `skipped_because`
        group_end,  ///< all of the group was handed out
    };
    Kind kind = Kind::file;
    std::string name;                   ///< as reports name it: foreign text
    std::shared_ptr<InputGroup> group;  ///< null: the user named it

    std::shared_ptr<const std::string> text;  ///< and after it, if any, `error`
    traces::ReadBytes stream;
    std::optional<traces::TraceError> error;
    std::string skipped_because;     ///< a sentence without a full stop
    bool undoes_compression = true;  ///< false: a layer is undone already
    bool may_be_archive = true;      ///< of a file: false: it is a trace, or cannot be read
    bool is_only_archive = false;    ///< of a file: of no interest if it is none

    /// Opens it at its beginning; of a stream, once. Errors: as ByteSource::open().
    std::expected<traces::ByteSource, traces::TraceError> open(
        const traces::SourceOptions& options) const;
    bool can_be_read_twice() const;
};

/// Whether a file of that name is a trace even where its first bytes do not show it: reported as
/// unreadable instead of skipped. An empty one says less.
bool is_named_as_trace(std::string_view name, bool is_empty);

}  // namespace evmmem::app
