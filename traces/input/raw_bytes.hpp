// SPDX-License-Identifier: MIT
// Bytes as they lie in a file, come out of a pipe or an archive, or stand in memory, before any decompression. Of
// what may have nothing to give for a while (a FIFO, a terminal) is waited for in a way that can be
// cancelled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "read_bytes.hpp"
#include "spool.hpp"
#include "traces/trace_error.hpp"

namespace evmmem::traces {

/// Asked before every read, and again and again while there is nothing to read yet: whether to give
/// up, which is an io error. Null: never.
using IsCancelled = bool (*)();

class RawBytes {
public:
    /// The bytes of `text`, which must outlive it.
    explicit RawBytes(std::string_view text) : text_{text} {}
    /// Those that `read` gives; the spool may be null.
    RawBytes(ReadBytes read, Spool* spool) : spool_{spool}, read_{std::move(read)} {}
    /// None, until a file is opened.
    RawBytes(Spool* spool, IsCancelled is_cancelled) : spool_{spool}, is_cancelled_{is_cancelled} {}
    RawBytes(const RawBytes&) = delete;
    RawBytes& operator=(const RawBytes&) = delete;
    ~RawBytes();

    /// Opens `path` for reading, without waiting for a FIFO's writer; "-" is standard input. Called
    /// once at most. Errors: io.
    std::expected<void, TraceError> open(const std::string& path);

    /// Writes up to `size` bytes to `target` and returns how many; 0 only at the end. What was read
    /// is also written to the spool, if there is one. Errors: io.
    std::expected<std::size_t, TraceError> read(char* target, std::size_t size);

    /// Where the next `size` bytes stand, which read() then passes over: for read_at(). Nothing where
    /// bytes only come one after the other.
    std::optional<std::uint64_t> claim(std::size_t size);
    /// As read(), of those that stand at `place`; several threads may read at a time.
    std::expected<std::size_t, TraceError> read_at(std::uint64_t place, char* target,
                                                   std::size_t size) const;

    /// Whether there is something to read, or an end or an error of it, within that time; waits so
    /// long at most.
    bool has_more_within(int milliseconds) const;
    void stop_spooling() { spool_ = nullptr; }

    /// Whether reading never waits and leaves no traces: then a second thread may do it.
    bool may_be_read_elsewhere() const { return !may_wait_ && spool_ == nullptr && !read_; }

private:
    bool wait() const;
    std::size_t copy_text(std::uint64_t place, char* target, std::size_t size) const;

    int descriptor_ = -1;
    bool owned_ = false;
    bool may_wait_ = false;
    Spool* spool_ = nullptr;
    IsCancelled is_cancelled_ = nullptr;
    std::string_view text_;
    std::uint64_t position_ = 0;  ///< in it
    ReadBytes read_;
};

}  // namespace evmmem::traces
