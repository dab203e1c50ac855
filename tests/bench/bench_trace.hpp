// SPDX-License-Identifier: MIT
// What the stages of the replay benchmark have in common, of lines and of documents: a trace in
// memory and in a file, reading it, and replaying it.
#pragma once

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/access_program.hpp"
#include "traces/input/text_window.hpp"
#include "traces/replayer.hpp"
#include "traces/step_reader.hpp"

namespace evmmem::bench {

/// A trace in memory and in a file.
class Trace {
public:
    explicit Trace(std::string text) : text_{std::move(text)} {
        size_ = text_.size();
        text_.resize(size_ + traces::TextWindow::padding);

        file_ = std::tmpfile();
        if (file_ == nullptr || std::fwrite(text_.data(), 1, size_, file_) != size_ ||
            std::fflush(file_) != 0)
            std::abort();
    }
    Trace(const Trace&) = delete;
    Trace& operator=(const Trace&) = delete;
    ~Trace() { std::fclose(file_); }

    std::string_view text() const { return {text_.data(), size_}; }
    int descriptor() const { return ::fileno(file_); }
    /// Opens at the file's beginning.
    std::string path() const { return "/dev/fd/" + std::to_string(descriptor()); }

private:
    std::string text_;
    std::size_t size_ = 0;
    std::FILE* file_ = nullptr;
};

class NoFindings final : public traces::FindingSink {
public:
    void on_finding(const traces::Finding& finding) override {
        std::fprintf(stderr, "line %llu: %s\n", static_cast<unsigned long long>(finding.line),
                     finding.detail.c_str());
        std::abort();
    }
};

inline void read_file(const Trace& trace) {
    static std::vector<char> block(traces::TextWindow::block_size);
    ::lseek(trace.descriptor(), 0, SEEK_SET);
    while (::read(trace.descriptor(), block.data(), block.size()) > 0)
        benchmark::ClobberMemory();
}

/// The whole file, in a buffer that was there before: padded, as simdjson asks for.
inline std::string_view loaded(const Trace& trace) {
    static std::vector<char> buffer;
    const std::size_t size = trace.text().size();
    if (buffer.size() < size + traces::TextWindow::padding)
        buffer.resize(size + traces::TextWindow::padding);
    ::lseek(trace.descriptor(), 0, SEEK_SET);
    std::size_t done = 0;
    while (done < size) {
        const ssize_t count = ::read(trace.descriptor(), buffer.data() + done, size - done);
        if (count <= 0) std::abort();
        done += static_cast<std::size_t>(count);
    }
    return {buffer.data(), size};
}

template <typename Visit>
void parse(const Trace& trace, Visit visit) {
    auto reader = traces::StepReader::open(trace.path());
    if (!reader) std::abort();
    traces::Record record;
    for (;;) {
        const auto kind = reader->next(record);
        if (!kind) std::abort();
        if (*kind == traces::RecordKind::end) return;
        visit(*kind, record);
    }
}

inline traces::ReplaySummary replay(const Trace& trace, const char* dialect,
                                    AccessProgram* program = nullptr) {
    NoFindings findings;
    traces::ReplayOptions replay_options;
    replay_options.program = program;
    traces::Replayer replayer{*traces::find_dialect(dialect), std::move(replay_options), findings};
    parse(trace, [&](traces::RecordKind kind, const traces::Record& record) {
        if (kind == traces::RecordKind::step)
            replayer.step(record.step);
        else
            replayer.report(record.report);
    });
    return replayer.finish();
}

}  // namespace evmmem::bench
