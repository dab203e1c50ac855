// SPDX-License-Identifier: MIT
#include "bench_once.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>

#include "app/host/json.hpp"
#include "app/text/statistics.hpp"
#include "bench_source.hpp"
#include "core/evmmem_backend.hpp"
#include "traces/replayer.hpp"
#include "traces/step_reader.hpp"

namespace evmmem::app {
namespace {

// A sample is the median of stretches this long, so that one interruption does not spoil it.
constexpr double stretch_seconds = 0.002;
constexpr double control_seconds_max = 0.004;

double cpu_seconds() {
    timespec now{};
    static_cast<void>(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now));
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

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

/// What is timed: run() does it once and says what it came to.
class Work {
public:
    virtual ~Work() = default;
    virtual std::uint64_t run() = 0;
    virtual std::string result_digest() = 0;
};

class ProgramWork final : public Work {
public:
    explicit ProgramWork(const AccessProgram& program) : program_{program}, buffers_{program} {}

    std::uint64_t run() override {
        const auto result = run_program(program_, memory_, buffers_);
        return result ? result->checksum ^ result->size : 0;
    }

    /// Every word loaded, every range read, every size.
    std::string result_digest() override {
        Digest digest;
        Memory memory;
        evmmem_run run = buffers_.begin();
        for (const AccessOp& op : program_.ops()) {
            if (!run_ops(memory, std::span{&op, 1}, run)) return "out of memory";
            digest.add(run.size);
            if (op.kind == EVMMEM_LOAD_WORD)
                for (const std::uint64_t limb : run.word)
                    digest.add(limb);
            if (op.kind == EVMMEM_READ) digest.add({run.output, static_cast<std::size_t>(op.size)});
        }
        return digest.text();
    }

private:
    const AccessProgram& program_;
    AccessBuffers buffers_;
    Memory memory_;
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

/// Runs the work for some time and hands out what one run takes. A planted slowdown of 0.1 does
/// every tenth run twice without counting it.
class Stopwatch {
public:
    Stopwatch(Work& work, double slowdown) : work_{work}, slowdown_{slowdown} {}

    double seconds_per_run(double seconds, std::uint64_t fixed_runs) {
        if (fixed_runs != 0) return stretch(fixed_runs);
        std::uint64_t runs = 1;
        double took = stretch(runs);  // also the warm-up
        while (took < stretch_seconds / 4) {
            runs *= 2;
            took = stretch(runs);
        }
        runs = std::max<std::uint64_t>(
            1, static_cast<std::uint64_t>(stretch_seconds / (took / static_cast<double>(runs))));
        std::vector<double> samples;
        double total = 0;
        do {
            const double stretch_took = stretch(runs);
            total += stretch_took;
            samples.push_back(stretch_took / static_cast<double>(runs));
        } while (total < seconds);
        return median(samples);
    }

    std::uint64_t checksum() const { return checksum_; }
    std::uint64_t runs() const { return runs_; }

private:
    double stretch(std::uint64_t runs) {
        const double start = cpu_seconds();
        for (std::uint64_t i = 0; i < runs; ++i) {
            checksum_ = work_.run();
            planted_ += slowdown_;
            if (planted_ >= 1) {
                planted_ -= 1;
                checksum_ = work_.run();
            }
        }
        runs_ += runs;
        return cpu_seconds() - start;
    }

    Work& work_;
    double slowdown_;
    double planted_ = 0;
    std::uint64_t checksum_ = 0;
    std::uint64_t runs_ = 0;
};

class ControlWork final : public Work {
public:
    ControlWork()
        : raw_{generate(*traces::pattern_named("copy"), {.size = 65536, .seed = 1, .ops = 256})} {}
    std::uint64_t run() override { return raw_.run(); }
    std::string result_digest() override { return {}; }

private:
    RawCopies raw_;
};

/// A count in the place of time: the same on every machine but for noise that the seed decides, so
/// that gate's own test needs no clock.
double counted_seconds(const AccessProgram& program, const BenchArguments& arguments) {
    traces::PatternRandom random{arguments.noise_seed};
    const double noise = (static_cast<double>(random.below(10001)) - 5000) / 5000 * 0.02;
    return static_cast<double>(program.ops().size()) * 1e-9 * (1 + arguments.slowdown) *
           (1 + noise);
}

}  // namespace

std::string to_json(const OnceSample& sample) {
    const nlohmann::ordered_json object = {
        {"evmmem_once", 1},
        {"subject", sample.subject},
        {"program_digest", sample.program_digest},
        {"result_digest", sample.result_digest},
        {"checksum", sample.checksum},
        {"seconds", sample.seconds},
        {"control_seconds", sample.control_seconds},
        {"runs", sample.runs},
    };
    return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::expected<OnceSample, std::string> once_sample_from(std::string_view json) {
    const auto object = nlohmann::json::parse(json, nullptr, false);
    if (!object.is_object() || object.value("evmmem_once", 0) != 1)
        return std::unexpected{"it printed no sample: is it an evmmem that knows 'bench --once'?"};
    try {
        OnceSample sample;
        object.at("subject").get_to(sample.subject);
        object.at("program_digest").get_to(sample.program_digest);
        object.at("result_digest").get_to(sample.result_digest);
        object.at("checksum").get_to(sample.checksum);
        object.at("seconds").get_to(sample.seconds);
        object.at("control_seconds").get_to(sample.control_seconds);
        object.at("runs").get_to(sample.runs);
        if (!(sample.seconds > 0)) return std::unexpected{"its sample took no time"};
        return sample;
    } catch (const nlohmann::json::exception& error) {
        return std::unexpected{fmt::format("its sample cannot be read: {}", error.what())};
    }
}

std::expected<OnceSample, std::string> take_sample(const BenchArguments& arguments) {
    OnceSample sample;
    BenchCase subject;
    std::unique_ptr<Work> work;
    if (!arguments.traces.empty()) {
        const std::string& file = arguments.traces.front();
        subject.name = file.substr(file.find_last_of('/') + 1);
        sample.program_digest = "replay";
        work = std::make_unique<ReplayWork>(file);
    } else {
        subject = pattern_case(
            *arguments.patterns.front(),
            {.size = arguments.sizes.front(), .seed = arguments.seed, .ops = arguments.ops});
        sample.program_digest = fmt::format("{:016x}", subject.program.digest());
        work = std::make_unique<ProgramWork>(subject.program);
    }
    sample.subject = subject.name;
    if (arguments.with_digest) sample.result_digest = work->result_digest();
    if (sample.result_digest == "unreadable")
        return std::unexpected{fmt::format("{} cannot be replayed", subject.name)};

    Stopwatch watch{*work, arguments.slowdown};
    if (arguments.is_counting) {
        work->run();
        sample.seconds = counted_seconds(subject.program, arguments);
        sample.control_seconds = 1e-6;
    } else {
        sample.seconds = watch.seconds_per_run(arguments.seconds, arguments.fixed_runs);
        if (arguments.fixed_runs == 0) {
            ControlWork control;
            sample.control_seconds = Stopwatch{control, 0}.seconds_per_run(control_seconds_max, 0);
        }
    }
    sample.checksum = fmt::format("{:016x}", watch.checksum());
    sample.runs = watch.runs();
    return sample;
}

}  // namespace evmmem::app
