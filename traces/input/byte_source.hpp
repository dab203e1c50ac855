// SPDX-License-Identifier: MIT
// Where the bytes of a trace come from: a file, standard input, a FIFO, a member of a tar archive, or
// text in memory; plain or compressed, which the first bytes show and not the name. Compression is
// undone in one layer, around an archive or around its member,
// its checksums are verified, and a compressed input that stops short or is damaged is an error,
// never a shorter trace.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "archive.hpp"
#include "decompression.hpp"
#include "member_path.hpp"
#include "raw_bytes.hpp"
#include "spool.hpp"
#include "traces/trace_error.hpp"

namespace evmmem::traces {

struct SourceOptions {
    /// Keeps a copy of what is read, as it lies there; outlives the source.
    Spool* spool = nullptr;
    Swelling swelling{};                 ///< that is allowed
    bool undoes_compression = true;      ///< false: the bytes are handed out as they are
    IsCancelled is_cancelled = nullptr;  ///< ends the reading, as an io error
};

class ByteSource {
public:
    /// Opens `path`; "-" is standard input, and "ARCHIVE:MEMBER" a file in a tar archive.
    /// Errors: io; of an archive, also those of Archive.
    static std::expected<ByteSource, TraceError> open(const std::string& path,
                                                      const SourceOptions& options = {});
    /// The bytes of `text`, which must outlive the source; compressed ones are decompressed, too.
    static ByteSource over(std::string_view text, const SourceOptions& options = {});

    /// The bytes that `read` gives.
    static ByteSource from(ReadBytes read, const SourceOptions& options = {});

    ByteSource(ByteSource&&) noexcept;
    ByteSource& operator=(ByteSource&&) noexcept;
    ~ByteSource();

    /// From now on decompresses on a second thread, where there is much to decompress. The bytes
    /// are the same.
    void read_ahead();

    /// The first tar_block decompressed bytes, or all that there are, or fewer where they begin as
    /// JSON lines do; read() gives them again.
    /// Errors: as read(), when there is nothing before the error.
    std::expected<std::string_view, TraceError> begin();
    /// Whether another thread may read it, and be waited for: reading never takes long.
    bool may_be_read_elsewhere() const;
    /// From now on keeps no copy of what is read.
    void stop_spooling();
    /// Whether it is compressed; known once something was read.
    bool is_compressed() const;

    /// Writes up to `size` decompressed bytes to `target` and returns how many; 0 only at the end.
    /// Errors: io, truncated, limit. After an error the source is at its end. The bytes before the
    /// end or an error are the same for all sizes.
    std::expected<std::size_t, TraceError> read(char* target, std::size_t size);

    /// As RawBytes::claim(), where the bytes are handed out as they lie there.
    std::optional<std::uint64_t> claim(std::size_t size);
    /// As RawBytes::read_at(), of what was claimed.
    std::expected<std::size_t, TraceError> read_at(std::uint64_t place, char* target,
                                                   std::size_t size) const;

    /// Whether the next read() will have an answer within that time, which passes otherwise. True of
    /// what is compressed: what is unpacked is not known to be waited for.
    bool has_more_within(int milliseconds) const;

private:
    class Impl;
    static std::expected<ByteSource, TraceError> open_member(const MemberPath& path,
                                                             const SourceOptions& options);
    explicit ByteSource(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace evmmem::traces
