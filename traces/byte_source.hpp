// SPDX-License-Identifier: MIT
// Where the bytes of a trace come from: a file, standard input, a FIFO, or text in memory; plain,
// gzip or zstd, told by the first bytes and not by the name. Compression is undone in one layer,
// its checksums are verified, and a compressed input that stops short or is damaged is an error,
// never a shorter trace.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "spool.hpp"
#include "trace_error.hpp"

namespace evmmem::traces {

class ByteSource {
public:
    /// Opens `path`; "-" is standard input. What is read of it, as it lies there, is also written
    /// to the spool, if there is one, which must outlive the source. Errors: io.
    static std::expected<ByteSource, TraceError> open(const std::string& path,
                                                      Spool* spool = nullptr);
    /// The bytes of `text`, which must outlive the source; compressed ones are decompressed, too.
    static ByteSource over(std::string_view text);

    ByteSource(ByteSource&&) noexcept;
    ByteSource& operator=(ByteSource&&) noexcept;
    ~ByteSource();

    /// From now on decompresses on a second thread, where there is much to decompress. The bytes
    /// are the same.
    void read_ahead();

    /// Writes up to `size` decompressed bytes to `target` and returns how many; 0 only at the end.
    /// Errors: io, truncated. After an error the source is at its end.
    std::expected<std::size_t, TraceError> read(char* target, std::size_t size);

private:
    class Impl;
    explicit ByteSource(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace evmmem::traces
