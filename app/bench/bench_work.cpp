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

/// A program on a memory, by way of its table: compiled here, as little optimised as the rest of app,
/// the code of the built-in one would be another, and the linker might take it for that one's.
class ProgramWork final : public Work {
public:
    /// `backend` is no baseline.
    ProgramWork(Backend backend, const AccessProgram& program)
        : backend_{std::move(backend)}, program_{program}, buffers_{program} {}

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
        const OwnedMemory memory = make_memory();
        evmmem_run run = buffers_.begin();
        for (const AccessOp& op : program_.ops()) {
            if (memory == nullptr || calls().run(memory.get(), &op, 1, &run) != 0)
                return "out of memory";
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
        if (memory_ == nullptr) memory_ = make_memory();
        if (memory_ == nullptr) return 0;
        evmmem_run run = buffers_.begin();
        const auto ops = moved_ ? moved_->ops() : program_.ops();
        const bool ran = calls().run(memory_.get(), ops.data(), ops.size(), &run) == 0;
        calls().reset(memory_.get());
        return ran ? run.checksum ^ run.size : 0;
    }

    using OwnedMemory = std::unique_ptr<void, DestroyMemory>;
    const evmmem_backend& calls() const { return *backend_.calls; }
    OwnedMemory make_memory() const { return {calls().create(), {&calls()}}; }

    Backend backend_;  // before its memory: a plug-in stays loaded as long
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

std::expected<BenchCase, std::string> program_case(const BenchArguments& arguments) {
    if (!arguments.traces.empty()) {
        auto subject = trace_case(arguments.traces.front());
        if (!subject) return std::unexpected{subject.error().message};
        return std::move(*subject);
    }
    if (arguments.patterns.empty()) return std::unexpected{"no pattern and no trace was named"};
    return pattern_case(
        *arguments.patterns.front(),
        {.size = arguments.sizes.front(), .seed = arguments.seed, .ops = arguments.ops});
}

/// The memory that was named, compared with the reference where digests are wanted; or this
/// program's own.
std::expected<Backend, std::string> memory_of(const BenchArguments& arguments,
                                              const AccessProgram& program) {
    if (arguments.backends.empty()) return builtin_backends().front();
    const std::string& name = arguments.backends.front();
    std::expected<Backend, std::string> backend =
        std::unexpected{fmt::format("there is no backend '{}'", name)};
    if (const Backend* builtin = builtin_backend(name))
        backend = *builtin;
    else if (const auto path = plugin_path(name))
        backend = load_plugin(*path);
    if (!backend) return backend;
    if (backend->is_baseline())
        return std::unexpected{fmt::format("{} is no memory", backend->name)};
    if (arguments.with_digest)
        if (const auto right = check_backend(*backend, program); !right)
            return std::unexpected{fmt::format("{}: {}", backend->name, right.error())};
    return backend;
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
    if (!arguments.traces.empty() && arguments.backends.empty()) {
        const std::string& file = arguments.traces.front();
        made.subject->name = file.substr(file.find_last_of('/') + 1);
        made.program_digest = "replay";
        made.work = std::make_unique<ReplayWork>(file);
    } else {
        auto subject = program_case(arguments);
        if (!subject) return std::unexpected{subject.error()};
        *made.subject = std::move(*subject);
        made.program_digest = fmt::format("{:016x}", made.subject->program.digest());
        auto backend = memory_of(arguments, made.subject->program);
        if (!backend) return std::unexpected{backend.error()};
        made.work = std::make_unique<ProgramWork>(std::move(*backend), made.subject->program);
    }
    if (arguments.with_digest) made.result_digest = made.work->result_digest();
    if (made.result_digest == "unreadable")
        return std::unexpected{fmt::format("{} cannot be replayed", made.subject->name)};
    return made;
}

}  // namespace evmmem::app
