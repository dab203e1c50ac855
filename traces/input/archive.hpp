// SPDX-License-Identifier: MIT
// The members of a tar archive, one after the other, while it streams by. libarchive reads the
// format; it gets plain bytes and undoes no compression. What could grow without bound in it is
// bounded here: the headers of one member, and sparse members, which are refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "read_bytes.hpp"
#include "traces/trace_error.hpp"

namespace evmmem::traces {

/// As much of a text decides whether it is a tar archive.
inline constexpr std::size_t tar_block = 512;

/// Whether a text begins with a tar header, which its checksum shows.
bool looks_like_tar(std::string_view begin);

/// Whether a text that does not begin with a tar header began with one before it was damaged: the
/// header's mark stands at its place, in bytes that are no text. Of a `name` as archives have it, of
/// which the format of 1979 has no mark, it is enough that they are no text.
bool looks_like_damaged_tar(std::string_view begin, std::string_view name = {});

/// Whether a text begins as an archive of nothing does: with a block of zeros.
bool looks_like_empty_tar(std::string_view begin);

/// Whether archives, plain or compressed, have names like it.
bool is_named_as_tar(std::string_view name);

class Archive {
public:
    /// Between two members, headers and padding take no more bytes than these.
    static constexpr std::uint64_t header_max = std::uint64_t{4} << 20;

    struct Member {
        /// Folders are not handed out.
        enum class Kind : std::uint8_t { file, link, hard_link, other };
        /// As it stands there: foreign text. Where there was a member of that name before, as after
        /// `tar -r`, "#2" follows, and so on: all names of an archive differ.
        std::string name;
        std::uint64_t size = 0;  ///< in bytes
        Kind kind = Kind::file;
        std::string target;  ///< of a link: foreign text
    };

    /// `read` gives the archive's bytes, decompressed.
    explicit Archive(ReadBytes read);
    Archive(const Archive&) = delete;
    Archive& operator=(const Archive&) = delete;
    ~Archive();

    /// The next member, what is left of the last one passed over; nothing at the end. An archive
    /// that ends without the zeros that mark its end is truncated. After an error it is at its end.
    /// Errors: truncated, io (damaged), limit, and those of `read`.
    std::expected<std::optional<Member>, TraceError> next();

    /// Writes up to `size` bytes of the member to `target` and returns how many; 0 only at its end.
    /// Errors: as next(); io where it is a sparse file, and the next member can be asked for.
    std::expected<std::size_t, TraceError> read(char* target, std::size_t size);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace evmmem::traces
