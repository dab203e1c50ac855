// SPDX-License-Identifier: MIT
// The one door to a trace: opens a file or standard input, recognises its dialect, and hands out
// its records one by one. Memory use is bounded by the longest line, not by the file.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "record.hpp"
#include "trace_error.hpp"
#include "traces/dialects/dialect.hpp"
#include "traces/input/byte_source.hpp"
#include "traces/input/text_ahead.hpp"

namespace evmmem::traces {

class TextTap;
class Transactions;

struct ReaderOptions {
    const Dialect* dialect = nullptr;  ///< forced; null: recognised
    /// Bytes of one line or one structLogs element. So many hold a memory of 64 MiB, printed in
    /// hex, which costs 8.6 Ggas.
    std::uint64_t line_max = std::uint64_t{128} << 20;
    SourceOptions source;  ///< how the bytes are read
    /// Of each stack seven items; otherwise at least what the step's instruction takes, and the top.
    bool reads_all_operands = true;
    bool asks_parser = false;              ///< for every line: slower, and the same
    AheadOptions ahead;                    ///< reads and parses large files on a second thread
    bool reads_ahead = true;               ///< decompresses large files on a second thread
    Transactions* transactions = nullptr;  ///< hears what the stream calls them; may be null
    /// Sees all the text, each line or element when the record after it is asked for. May be null.
    TextTap* tap = nullptr;
};

/// An answer of a batch, or a transaction of a block, that holds no steps: an error, null, another
/// tracer's result. The trace is incomplete without it.
struct UnreadAnswer {
    std::uint64_t line = 0;  ///< where it ends
    std::string which;       ///< "answer with id 2", "transaction 0x..": foreign text
    std::string why;         ///< "the node says: ..": foreign text
};

/// A step's object where it stands in the text that is tapped.
struct TappedObject {
    std::string_view text;  ///< JSON text
    bool is_taken = false;  ///< the tap has seen it, and nothing after it
};

class StepReader {
public:
    /// Opens `path`, "-" for standard input, "ARCHIVE:MEMBER" for a file in a tar archive, and reads as much as it takes to know the dialect.
    /// Errors: io, not_a_trace, truncated, limit.
    static std::expected<StepReader, TraceError> open(const std::string& path,
                                                      const ReaderOptions& options = {});
    /// The same on what is left of a source.
    static std::expected<StepReader, TraceError> from(ByteSource source,
                                                      const ReaderOptions& options = {});
    /// The same on text in memory, which must outlive the reader. `name` stands in messages.
    static std::expected<StepReader, TraceError> over(std::string_view text,
                                                      const ReaderOptions& options = {});

    StepReader(StepReader&&) noexcept;
    StepReader& operator=(StepReader&&) noexcept;
    ~StepReader();

    /// Of the transaction at hand: files put together may hold those of several clients.
    const Dialect& dialect() const;
    /// How many clients' transactions have begun; another dialect() holds from there on.
    std::uint64_t clients() const;
    /// Whether it became clear late whose lines they are: dialect() has changed amid them.
    bool has_refined() const;

    /// The next record. After a recoverable error the call after it goes on after the bad line;
    /// after any other error the reader is at its end.
    std::expected<RecordKind, TraceError> next(Record& record);

    /// The object that the last record was read from; with a tap only, and valid until the next record
    /// is asked for.
    TappedObject object() const;

    /// Bytes of trace text read so far, after decompression.
    std::uint64_t bytes_read() const;
    /// Lines (or elements) skipped because they are no JSON objects or of no interest: log output,
    /// comments.
    std::uint64_t lines_skipped() const;
    /// What was passed over so far though it should have held steps: the first few of them, and how
    /// many there are.
    const std::vector<UnreadAnswer>& unread_answers() const;
    std::uint64_t unread_answer_count() const;
    /// Whether the beginning of the input has a step in it, or is that of a node's answer. If not,
    /// steps may come later all the same.
    bool begins_like_a_trace() const;
    /// Whether something was read that is whole without a step: the end of a transaction that ran
    /// no code, an empty array of steps, a block without transactions.
    bool has_read_an_end() const;
    /// Whether the dialect was taken from less than is usual, for the input paused, and more of it
    /// would have led to another: what was read until then may have been misread.
    bool was_misread() const;
    /// Whether the trace's beginning shows that steps were left out on purpose: an opcode filter, a
    /// sample of them.
    bool leaves_steps_out() const;

private:
    class Impl;
    explicit StepReader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace evmmem::traces
