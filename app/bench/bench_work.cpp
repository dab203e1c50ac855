// SPDX-License-Identifier: MIT
#include "bench_work.hpp"

#include <fmt/format.h>

#include <sys/mman.h>

#include <ctime>
#include <memory>
#include <optional>
#include <random>
#include <span>

#include "app/backends/backend_check.hpp"
#include "app/backends/plugin.hpp"
#include "traces/generate/pattern.hpp"
#include "traces/replayer.hpp"
#include "traces/step_reader.hpp"

namespace evmmem::app {
namespace {

/// A 64-bit digest of numbers, FNV-1a over their bytes.
class Digest {
public:
    void add(std::uint64_t value) {
        for (int i = 0; i < 8; ++i, value >>= 8)
            byte(static_cast<std::uint8_t>(value));
    }
    void add(std::span<const std::uint8_t> bytes) {
        for (const std::uint8_t each : bytes)
            byte(each);
    }
    std::string text() const { return fmt::format("{:016x}", state_); }

private:
    void byte(std::uint8_t value) { state_ = (state_ ^ value) * 0x100000001b3; }
    std::uint64_t state_ = 0xcbf29ce484222325;
};

/// Pages of its own for some operations, at an address that differs from time to time.
class MovedOps {
public:
    MovedOps(std::span<const AccessOp> ops, traces::PatternRandom& random) {
        // What is mapped after the gap, here and in the memory, lies lower by its size.
        gap_size_ = (1 + random.below(gap_pages_max)) * page_size;
        gap_ =
            mmap(nullptr, gap_size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        const std::size_t shift = random.below(page_size / cache_line) * cache_line;
        size_ = ops.size_bytes() + page_size;
        pages_ = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages_ == MAP_FAILED) {
            ops_ = ops;
            return;
        }
        auto* const first = reinterpret_cast<AccessOp*>(static_cast<std::byte*>(pages_) + shift);
        std::uninitialized_copy(ops.begin(), ops.end(), first);
        ops_ = {first, ops.size()};
    }
    ~MovedOps() {
        if (pages_ != MAP_FAILED) munmap(pages_, size_);
        if (gap_ != MAP_FAILED) munmap(gap_, gap_size_);
    }
    MovedOps(const MovedOps&) = delete;
    MovedOps& operator=(const MovedOps&) = delete;

    std::span<const AccessOp> ops() const { return ops_; }

private:
    static constexpr std::size_t page_size = 4096;
    static constexpr std::size_t cache_line = 64;
    static constexpr std::uint64_t gap_pages_max = 1 << 16;

    void* gap_ = nullptr;
    std::size_t gap_size_ = 0;
    void* pages_ = nullptr;
    std::size_t size_ = 0;
    std::span<const AccessOp> ops_;
};

class ProgramWork final : public Work {
public:
    explicit ProgramWork(const AccessProgram& program) : program_{program}, buffers_{program} {}

    std::uint64_t run() override {
        // Moves the stack of what follows.
        auto* volatile gap = static_cast<char*>(__builtin_alloca(stack_gap_ + 1));
        gap[0] = 0;
        return run_here();
    }

    void renew() override {
        moved_.emplace(program_.ops(), random_);
        stack_gap_ = random_.below(256) * 16;
        run();
    }
    void release() override {
        memory_.reset();
        moved_.reset();
    }

    /// Every word loaded, every range read, every size.
    std::string result_digest() override {
        Digest digest;
        const OwnedMemory memory{calls_.create(), {&calls_}};
        evmmem_run run = buffers_.begin();
        for (const AccessOp& op : program_.ops()) {
            if (calls_.run(memory.get(), &op, 1, &run) != 0) return "out of memory";
            digest.add(run.size);
            if (op.kind == EVMMEM_LOAD_WORD)
                for (const std::uint64_t limb : run.word)
                    digest.add(limb);
            if (op.kind == EVMMEM_READ) digest.add({run.output, static_cast<std::size_t>(op.size)});
        }
        return digest.text();
    }

private:
    [[gnu::noinline]] std::uint64_t run_here() {
        if (memory_ == nullptr) memory_ = {calls_.create(), {&calls_}};
        if (memory_ == nullptr) return 0;
        evmmem_run run = buffers_.begin();
        const auto ops = moved_ ? moved_->ops() : program_.ops();
        const bool ran = calls_.run(memory_.get(), ops.data(), ops.size(), &run) == 0;
        calls_.reset(memory_.get());
        return ran ? run.checksum ^ run.size : 0;
    }

    using OwnedMemory = std::unique_ptr<void, DestroyMemory>;
    // By way of the table: compiled here, as little optimised as the rest of app, the code of a
    // memory would be another, and the linker might take it for that of the built-in one.
    const evmmem_backend& calls_ = *builtin_backends().front().calls;

    const AccessProgram& program_;
    AccessBuffers buffers_;
    OwnedMemory memory_;
    traces::PatternRandom random_{std::random_device{}()};
    std::optional<MovedOps> moved_;
    std::size_t stack_gap_ = 0;
};

class FindingDigest final : public traces::FindingSink {
public:
    void on_finding(const traces::Finding& finding) override {
        digest.add(finding.step);
        digest.add(static_cast<std::uint64_t>(finding.check));
    }
    Digest digest;
};

class ReplayWork final : public Work {
public:
    explicit ReplayWork(std::string file) : file_{std::move(file)} {}

    std::uint64_t run() override { return replay(); }

    std::string result_digest() override {
        replay();
        return digest_;
    }

private:
    std::uint64_t replay() {
        FindingDigest sink;
        auto reader = traces::StepReader::open(file_, {});
        if (!reader) {
            digest_ = "unreadable";
            return 0;
        }
        traces::Replayer replayer{reader->dialect(), {}, sink};
        replayer.replay_all(*reader);
        const auto summary = replayer.finish();
        // The verdict and what it rests on. How many checks were made may change with a better
        // evmmem.
        sink.digest.add(summary.steps);
        sink.digest.add(summary.frames);
        sink.digest.add(summary.findings);
        sink.digest.add(summary.peak_bytes);
        sink.digest.add(summary.memory_gas);
        digest_ = sink.digest.text();
        return summary.steps;
    }

    std::string file_;
    std::string digest_;
};

/// A memory implementation that was named, in the place of this program's own.
class BackendWork final : public Work {
public:
    BackendWork(Backend backend, const AccessProgram& program)
        : backend_{std::move(backend)}, program_{program} {}

    std::uint64_t run() override {
        if (!made_) {
            auto made = BackendRun::make(backend_, program_);
            if (!made) return 0;
            made_ = std::move(*made);
        }
        if (!made_->run()) return 0;
        const AccessResult result = made_->result();
        return result.checksum ^ result.size;
    }

    void renew() override { run(); }
    void release() override { made_.reset(); }

    /// The caller compares it with the reference, operation by operation.
    std::string result_digest() override {
        Digest digest;
        digest.add(run());
        return digest.text();
    }

private:
    Backend backend_;
    const AccessProgram& program_;
    std::optional<BackendRun> made_;
};

std::expected<Backend, std::string> backend_named(const std::string& name) {
    if (const Backend* builtin = builtin_backend(name)) return *builtin;
    if (const auto path = plugin_path(name)) return load_plugin(*path);
    return std::unexpected{fmt::format("there is no backend '{}'", name)};
}

class ControlWork final : public Work {
public:
    ControlWork()
        : raw_{generate(*traces::pattern_named("copy"), {.size = 65536, .seed = 1, .ops = 256})} {}
    std::uint64_t run() override { return raw_.run(); }
    std::string result_digest() override { return {}; }

private:
    RawCopies raw_;
};

}  // namespace

double cpu_seconds() {
    timespec now{};
    static_cast<void>(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now));
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::unique_ptr<Work> control_work() {
    return std::make_unique<ControlWork>();
}

std::expected<GateWork, std::string> GateWork::make(const BenchArguments& arguments) {
    GateWork made;
    made.subject = std::make_unique<BenchCase>();
    if (!arguments.traces.empty() && !arguments.backends.empty()) {
        auto subject = trace_case(arguments.traces.front());
        if (!subject) return std::unexpected{subject.error().message};
        *made.subject = std::move(*subject);
        made.program_digest = fmt::format("{:016x}", made.subject->program.digest());
    } else if (!arguments.traces.empty()) {
        const std::string& file = arguments.traces.front();
        made.subject->name = file.substr(file.find_last_of('/') + 1);
        made.program_digest = "replay";
        made.work = std::make_unique<ReplayWork>(file);
    } else if (arguments.patterns.empty()) {
        return std::unexpected{"no pattern and no trace was named"};
    } else {
        *made.subject = pattern_case(
            *arguments.patterns.front(),
            {.size = arguments.sizes.front(), .seed = arguments.seed, .ops = arguments.ops});
        made.program_digest = fmt::format("{:016x}", made.subject->program.digest());
        made.work = std::make_unique<ProgramWork>(made.subject->program);
    }
    if (!arguments.backends.empty()) {
        auto backend = backend_named(arguments.backends.front());
        if (!backend) return std::unexpected{backend.error()};
        if (arguments.with_digest)
            if (const auto right = check_backend(*backend, made.subject->program); !right)
                return std::unexpected{fmt::format("{}: {}", backend->name, right.error())};
        made.work = std::make_unique<BackendWork>(std::move(*backend), made.subject->program);
    }
    if (arguments.with_digest) made.result_digest = made.work->result_digest();
    if (made.result_digest == "unreadable")
        return std::unexpected{fmt::format("{} cannot be replayed", made.subject->name)};
    return made;
}

}  // namespace evmmem::app
