// SPDX-License-Identifier: MIT
// The one door to a trace: opens a file or standard input, recognises its dialect, and hands out
// its records one by one. Memory use is bounded by the longest line, not by the file.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "byte_source.hpp"
#include "dialect.hpp"
#include "step.hpp"
#include "trace_error.hpp"

namespace evmmem::traces {

/// What a client says of a frame, a transaction or a test besides its steps.
struct Report {
    enum class Kind : std::uint8_t {
        transaction_start,  ///< a structLogs array begins; the next step is of a new transaction
        frame_entry,        ///< geth's --trace.callframes: from, to, gas, input
        output,             ///< "output" and "gasUsed" of a frame's or the transaction's end
        summary,            ///< the last words on a transaction or a test; may have an output, too
    };

    Kind kind = Kind::output;
    std::uint64_t line = 0;
    /// Bytes returned; of frame_entry: its input.
    std::optional<std::span<const std::uint8_t>> output;
    bool is_creation = false;  ///< of frame_entry: the input is the code that runs
    std::optional<std::uint64_t> gas_used;
    std::string_view error;  ///< as printed, foreign text
    std::optional<bool> failed;
    std::string_view fork;  ///< as printed, foreign text
};

enum class RecordKind : std::uint8_t { step, report, end };

/// Refilled by every StepReader::next(); views in it are valid until the next call.
struct Record {
    Step step;
    Report report;
};

struct ReaderOptions {
    const Dialect* dialect = nullptr;  ///< forced; null: recognised
    /// Bytes of one line or one structLogs element. So many hold a memory of 64 MiB, printed in
    /// hex, which costs 8.6 Ggas.
    std::uint64_t line_max = std::uint64_t{128} << 20;
    SourceOptions source;      ///< how the bytes are read
    bool asks_parser = false;  ///< for every line: slower, and the same
    bool reads_ahead = true;   ///< decompresses large files on a second thread
};

class StepReader {
public:
    /// Opens `path`, "-" for standard input, and reads as much as it takes to know the dialect.
    /// Errors: io, not_a_trace, truncated, limit.
    static std::expected<StepReader, TraceError> open(const std::string& path,
                                                      const ReaderOptions& options = {});
    /// The same on text in memory, which must outlive the reader. `name` stands in messages.
    static std::expected<StepReader, TraceError> over(std::string_view text,
                                                      const ReaderOptions& options = {});

    StepReader(StepReader&&) noexcept;
    StepReader& operator=(StepReader&&) noexcept;
    ~StepReader();

    const Dialect& dialect() const;

    /// The next record. After a recoverable error the call after it goes on behind the bad line;
    /// after any other error the reader is at its end.
    std::expected<RecordKind, TraceError> next(Record& record);

    /// Bytes of trace text read so far, after decompression.
    std::uint64_t bytes_read() const;
    /// Lines (or elements) skipped because they are no JSON objects or of no interest: log output,
    /// comments.
    std::uint64_t lines_skipped() const;

private:
    class Impl;
    explicit StepReader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace evmmem::traces
