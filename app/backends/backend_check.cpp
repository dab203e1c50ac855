// SPDX-License-Identifier: MIT
#include "backend_check.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>

#include "core/hex.hpp"
#include "plugin.hpp"
#include "reference_run.hpp"

namespace evmmem::app {
namespace {

// Whole memories are compared as long as they do not add up to more than this.
constexpr std::uint64_t compared_bytes_max = std::uint64_t{256} << 20;

std::string_view name_of(const AccessOp& op) {
    switch (static_cast<evmmem_op_kind>(op.kind)) {
        case EVMMEM_STORE_WORD: return "MSTORE";
        case EVMMEM_LOAD_WORD: return "MLOAD";
        case EVMMEM_STORE_BYTE: return "MSTORE8";
        case EVMMEM_COPY: return "MCOPY";
        case EVMMEM_WRITE: return "write";
        case EVMMEM_READ: return "read";
        case EVMMEM_GROW: return "grow";
        case EVMMEM_ENTER: return "enter";
        case EVMMEM_LEAVE: return "leave";
        case EVMMEM_RESET: return "reset";
    }
    return "?";
}

/// Both memories, and what compares them.
class SideBySide {
public:
    SideBySide(const evmmem_backend& calls, const AccessProgram& program, bool (*cancelled)())
        : calls_{calls},
          program_{program},
          is_cancelled_{cancelled},
          data_{program.data()},
          reference_{data_} {
        output_.resize(std::max(program.output_bytes(), probe_bytes));
        run_.data = data_.data();
        run_.data_size = data_.size();
        run_.output = output_.data();
        run_.output_size = output_.size();
    }
    ~SideBySide() {
        if (memory_ != nullptr) calls_.destroy(memory_);
    }
    SideBySide(const SideBySide&) = delete;
    SideBySide& operator=(const SideBySide&) = delete;

    BackendVerdict check() {
        memory_ = calls_.create();
        if (memory_ == nullptr) return std::unexpected{"it could not create a memory"};
        // Twice in one go, before and after looking at its bytes, as looking may bring them to
        // life.
        if (auto once = step_by_step(); !once) return once;
        calls_.reset(memory_);
        if (auto batch = in_one_batch("in one batch"); !batch) return batch;
        calls_.reset(memory_);
        return in_one_batch("again after a reset");
    }

private:
    bool is_cancelled() const { return is_cancelled_ != nullptr && is_cancelled_(); }

    BackendVerdict step_by_step() {
        const auto ops = program_.ops();
        const std::size_t stride = std::max<std::size_t>(ops.size() / 16, 1);
        for (index_ = 0; index_ < ops.size(); ++index_) {
            if (is_cancelled()) return std::unexpected{"interrupted"};
            const AccessOp& op = ops[index_];
            const bool ends_frame = op.kind == EVMMEM_LEAVE || op.kind == EVMMEM_RESET;
            if (ends_frame || index_ % stride == 0)
                if (auto same = compare_memories(); !same) return same;
            if (auto same = apply(op); !same) return same;
        }
        return compare_memories();
    }

    BackendVerdict apply(const AccessOp& op) {
        reference_.apply(op);
        if (calls_.run(memory_, &op, 1, &run_) != 0) return wrong("it said that it could not grow");
        if (run_.size != reference_.result().size)
            return wrong(fmt::format("memory has {} bytes, expected {}", run_.size,
                                     reference_.result().size));
        if (op.kind == EVMMEM_LOAD_WORD) {
            const Word loaded{run_.word[3], run_.word[2], run_.word[1], run_.word[0]};
            if (loaded != reference_.loaded())
                return wrong(fmt::format("loaded {}, expected {}", encode_hex_quantity(loaded),
                                         encode_hex_quantity(reference_.loaded())));
        }
        if (run_.checksum != reference_.result().checksum)
            return wrong("the checksum of the loads is not evmmem_fold() of them");
        if (op.kind == EVMMEM_READ) return compare(reference_.output(), op.offset);
        if (op.kind == EVMMEM_LEAVE && op.size != 0) return compare_range(op.offset, op.size);
        return {};
    }

    /// Reads a range of the current frame and compares it.
    BackendVerdict compare_range(std::uint64_t offset, std::uint64_t size) {
        const AccessOp probe{offset, size, 0, EVMMEM_READ, 0};
        if (calls_.run(memory_, &probe, 1, &run_) != 0)
            return wrong("a read inside its size failed");
        return compare(std::span{reference_.memory()}.subspan(offset, size), offset);
    }

    BackendVerdict compare_memories() {
        const std::vector<std::uint8_t>& expected = reference_.memory();
        compared_bytes_ += expected.size();
        if (compared_bytes_ > compared_bytes_max) return {};
        for (std::uint64_t at = 0; at < expected.size(); at += probe_bytes) {
            if (is_cancelled()) return std::unexpected{"interrupted"};
            const std::uint64_t size = std::min<std::uint64_t>(probe_bytes, expected.size() - at);
            if (auto same = compare_range(at, size); !same) return same;
        }
        return {};
    }

    BackendVerdict compare(std::span<const std::uint8_t> expected, std::uint64_t offset) const {
        const auto [here, there] = std::ranges::mismatch(expected, output_);
        if (here == expected.end()) return {};
        return wrong(fmt::format("the byte at {:#x} is 0x{:02x}, expected 0x{:02x}",
                                 offset + static_cast<std::uint64_t>(here - expected.begin()),
                                 *there, *here));
    }

    BackendVerdict in_one_batch(std::string_view how) {
        run_.checksum = 0;
        if (calls_.run(memory_, program_.ops().data(), program_.ops().size(), &run_) != 0)
            return std::unexpected{fmt::format("{}: it said that it could not grow", how)};
        if (AccessResult{run_.checksum, run_.size} != reference_.result())
            return std::unexpected{
                fmt::format("{}: not the results of one operation at a time", how)};
        return {};
    }

    std::unexpected<std::string> wrong(const std::string& why) const {
        if (index_ == program_.ops().size())
            return std::unexpected{fmt::format("at the end of the program: {}", why)};
        const AccessOp& op = program_.ops()[index_];
        return std::unexpected{
            fmt::format("operation {} ({} at {:#x}): {}", index_ + 1, name_of(op), op.offset, why)};
    }

    static constexpr std::uint64_t probe_bytes = 65536;

    const evmmem_backend& calls_;
    const AccessProgram& program_;
    bool (*is_cancelled_)();
    std::vector<std::uint8_t> data_;
    std::vector<std::uint8_t> output_;
    ReferenceRun reference_;
    void* memory_ = nullptr;
    evmmem_run run_{};
    std::size_t index_ = 0;
    std::uint64_t compared_bytes_ = 0;
};

/// What a child says until it is done, and whether it fell silent for too long before.
struct Answers {
    std::string text;
    bool has_hung = false;
};

Answers read_answers(int descriptor, std::chrono::seconds timeout) {
    Answers answers;
    char buffer[4096];
    while (true) {
        pollfd waiting{descriptor, POLLIN, 0};
        const auto milliseconds = std::chrono::milliseconds{timeout}.count();
        const int ready = poll(&waiting, 1, static_cast<int>(milliseconds));
        if (ready == 0) answers.has_hung = true;
        if (ready == 0 || (ready < 0 && errno != EINTR)) return answers;
        if (ready < 0) continue;
        const ssize_t got = read(descriptor, buffer, sizeof buffer);
        if (got > 0) answers.text.append(buffer, static_cast<std::size_t>(got));
        if (got == 0 || (got < 0 && errno != EINTR)) return answers;
    }
}

void write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(descriptor, text.data(), text.size());
        if (written < 0 && errno != EINTR) return;
        if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
}

/// In the child: a line for each program, "ok" or what is wrong; then out, without the parent's
/// farewells.
[[noreturn]] void answer_and_exit(int descriptor, const std::string& path,
                                  std::span<const AccessProgram> programs) {
    for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT})
        static_cast<void>(std::signal(signal, SIG_DFL));
    const auto backend = load_plugin(path);
    for (const AccessProgram& program : programs) {
        const BackendVerdict verdict =
            backend ? check_backend(*backend, program) : std::unexpected{backend.error()};
        write_all(descriptor, (verdict ? "ok" : verdict.error()) + "\n");
    }
    _exit(0);
}

/// How a process ended that did not say all that it should have.
std::string last_words(int status) {
    if (WIFSIGNALED(status)) return fmt::format("it crashed: {}", strsignal(WTERMSIG(status)));
    return "it ended the process that checked it";
}

}  // namespace

BackendVerdict check_backend(const Backend& backend, const AccessProgram& program,
                             bool (*is_cancelled)()) {
    if (backend.is_baseline()) return {};
    return SideBySide{*backend.calls, program, is_cancelled}.check();
}

std::vector<BackendVerdict> check_plugin(const std::string& path,
                                         std::span<const AccessProgram> programs,
                                         std::chrono::seconds timeout) {
    const auto all = [&](const char* why) {
        return std::vector<BackendVerdict>(programs.size(), std::unexpected{why});
    };
    int ends[2];
    if (pipe(ends) != 0) return all("it could not be checked: no pipe");
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        answer_and_exit(ends[1], path, programs);
    }
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return all("it could not be checked: no process");
    }
    const auto [answers, has_hung] = read_answers(ends[0], timeout);
    if (has_hung) kill(child, SIGKILL);
    close(ends[0]);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    std::vector<BackendVerdict> verdicts;
    for (std::size_t begin = 0, end; verdicts.size() < programs.size(); begin = end + 1) {
        end = answers.find('\n', begin);
        if (end == std::string::npos) break;
        const std::string answer = answers.substr(begin, end - begin);
        verdicts.push_back(answer == "ok" ? BackendVerdict{} : std::unexpected{answer});
    }
    while (verdicts.size() < programs.size())
        verdicts.push_back(std::unexpected{
            has_hung ? fmt::format("it hangs: it was not done after {} s", timeout.count())
                     : last_words(status)});
    return verdicts;
}

}  // namespace evmmem::app
