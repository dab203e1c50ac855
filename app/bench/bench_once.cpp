// SPDX-License-Identifier: MIT
#include "bench_once.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/host/json.hpp"
#include "app/text/statistics.hpp"
#include "bench_work.hpp"
#include "traces/generate/pattern.hpp"

namespace evmmem::app {
namespace {

// A sample is the median of stretches this long, so that one interruption does not spoil it.
constexpr double stretch_seconds = 0.002;
constexpr double control_seconds_max = 0.004;

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
    return json_line(object);
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
    auto made = GateWork::make(arguments);
    if (!made) return std::unexpected{made.error()};
    Work& work = *made->work;
    sample.subject = made->subject->name;
    sample.program_digest = made->program_digest;
    sample.result_digest = made->result_digest;

    Stopwatch watch{work, arguments.slowdown};
    if (arguments.is_counting) {
        work.run();
        sample.seconds = counted_seconds(made->subject->program, arguments);
        sample.control_seconds = 1e-6;
    } else {
        sample.seconds = watch.seconds_per_run(arguments.seconds, arguments.fixed_runs);
        if (arguments.fixed_runs == 0) {
            const auto control = control_work();
            sample.control_seconds = Stopwatch{*control, 0}.seconds_per_run(control_seconds_max, 0);
        }
    }
    sample.checksum = fmt::format("{:016x}", watch.checksum());
    sample.runs = watch.runs();
    return sample;
}

}  // namespace evmmem::app
