// SPDX-License-Identifier: MIT
#include "gate_workers.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>

#include "app/bench/bench_worker.hpp"
#include "app/host/exit_code.hpp"
#include "app/host/process.hpp"
#include "app/text/statistics.hpp"

namespace evmmem::app {
namespace {

/// One side's process, from its greeting on.
class Worker {
public:
    static std::expected<Worker, std::string> start(const std::vector<std::string>& command,
                                                    double answer_seconds_max) {
        auto process = LineProcess::start(
            {.words = command, .environment = {}, .seconds_max = answer_seconds_max});
        if (!process) return std::unexpected{process.error()};
        const auto line = (*process)->read_line();
        if (!line) return std::unexpected{line.error()};
        auto hello = worker_hello_from(*line);
        if (!hello) return std::unexpected{hello.error()};
        if (hello->version != worker_version)
            return std::unexpected{fmt::format("it is a worker of version {}, not {}",
                                               hello->version, worker_version)};
        return Worker{std::move(*process), std::move(*hello)};
    }

    std::expected<WorkerSlice, std::string> slice(std::string_view verb, std::uint64_t runs) {
        const auto line = process_->ask(fmt::format("{} {}", verb, runs));
        if (!line) return std::unexpected{line.error()};
        return worker_slice_from(*line);
    }

    const WorkerHello& hello() const { return hello_; }

private:
    Worker(std::unique_ptr<LineProcess> process, WorkerHello hello)
        : process_{std::move(process)}, hello_{std::move(hello)} {}

    std::unique_ptr<LineProcess> process_;
    WorkerHello hello_;
};

/// One verb's slices of both workers: seconds of one run, and the log ratio of each two.
class Slices {
public:
    Slices(std::string_view verb, Worker& base, Worker& head, traces::PatternRandom& random)
        : verb_{verb}, base_{base}, head_{head}, random_{random} {}

    /// Finds how many runs take about that long on the faster side. Both do the same in turn, also
    /// here: what a processor has learned to predict by now it keeps for a long time.
    std::expected<void, PairError> calibrate(double slice_seconds) {
        double took = 0;
        for (runs_ = 1; took < slice_seconds / 2 && runs_ < runs_max;) {
            if (took > 0) runs_ *= 2;
            const auto both = ask_both();
            if (!both) return std::unexpected{both.error()};
            took = std::min((*both)[0].seconds, (*both)[1].seconds);
        }
        runs_ = std::max<std::uint64_t>(
            1, static_cast<std::uint64_t>(slice_seconds / took * static_cast<double>(runs_)));
        if (const auto both = ask_both(); !both) return std::unexpected{both.error()};
        return {};
    }

    std::expected<void, PairError> take_both() {
        const auto both = ask_both();
        if (!both) return std::unexpected{both.error()};
        for (const int side : {0, 1}) {
            seconds_[side].push_back((*both)[side].seconds / static_cast<double>(runs_));
            total_ += (*both)[side].seconds;
        }
        log_ratios_.push_back(std::log((*both)[1].seconds / (*both)[0].seconds));
        return {};
    }

    int count() const { return static_cast<int>(log_ratios_.size()); }
    double total_seconds() const { return total_; }
    double log_ratio() const { return median(log_ratios_); }
    double seconds_per_run(GateSide side) const { return median(seconds_[side == GateSide::head]); }
    const std::string& checksum(GateSide side) const { return checksums_[side == GateSide::head]; }
    std::uint64_t runs() const { return runs_ * static_cast<std::uint64_t>(count()); }

private:
    static constexpr std::uint64_t runs_max = std::uint64_t{1} << 30;

    /// A slice of each, the base's first; which of them came first is chance.
    std::expected<std::array<WorkerSlice, 2>, PairError> ask_both() {
        std::array<WorkerSlice, 2> both;
        const bool is_base_first = random_.below(2) == 0;
        for (const bool is_second : {false, true}) {
            const GateSide side = is_base_first != is_second ? GateSide::base : GateSide::head;
            auto slice = (side == GateSide::base ? base_ : head_).slice(verb_, runs_);
            if (!slice) return std::unexpected{PairError{side, slice.error()}};
            std::string& checksum = checksums_[side == GateSide::head];
            if (checksum.empty()) checksum = slice->checksum;
            if (checksum != slice->checksum)
                return std::unexpected{PairError{side, "its results are not the same every time"}};
            both[side == GateSide::head] = std::move(*slice);
        }
        return both;
    }

    std::string_view verb_;
    Worker& base_;
    Worker& head_;
    traces::PatternRandom& random_;
    std::uint64_t runs_ = 1;
    double total_ = 0;
    std::vector<double> seconds_[2];
    std::vector<double> log_ratios_;
    std::string checksums_[2];
};

}  // namespace

std::expected<PairSample, PairError> measure_workers(const WorkerCommands& commands,
                                                     const WorkerPlan& plan, bool is_base_first,
                                                     traces::PatternRandom& random) {
    std::optional<Worker> workers[2];
    for (const bool is_second : {false, true}) {
        const GateSide side = is_base_first != is_second ? GateSide::base : GateSide::head;
        auto worker = Worker::start(side == GateSide::base ? commands.base : commands.head,
                                    plan.answer_seconds_max);
        if (!worker) return std::unexpected{PairError{side, worker.error()}};
        workers[side == GateSide::head] = std::move(*worker);
    }
    Worker& base = *workers[0];
    Worker& head = *workers[1];

    Slices work{"run", base, head, random};
    Slices control{"control", base, head, random};
    for (Slices* slices : {&work, &control})
        if (const auto done = slices->calibrate(plan.slice_seconds); !done)
            return std::unexpected{done.error()};
    while (work.count() < plan.slices_min || work.total_seconds() < plan.pair_seconds) {
        if (const auto done = work.take_both(); !done) return std::unexpected{done.error()};
        if (work.count() % plan.slices_per_control != 1) continue;
        if (const auto done = control.take_both(); !done) return std::unexpected{done.error()};
    }

    PairSample pair;
    for (const GateSide side : {GateSide::base, GateSide::head}) {
        const WorkerHello& hello = (side == GateSide::base ? base : head).hello();
        (side == GateSide::base ? pair.base : pair.head) = {
            hello.subject,       hello.program_digest,       hello.result_digest,
            work.checksum(side), work.seconds_per_run(side), control.seconds_per_run(side),
            work.runs()};
    }
    pair.log_ratio = work.log_ratio();
    pair.control_log_ratio = control.log_ratio();
    return pair;
}

std::string why_no_worker(const std::vector<std::string>& command) {
    constexpr double greeting_seconds_max = 120;
    auto process = LineProcess::start(
        {.words = command, .environment = {}, .seconds_max = greeting_seconds_max});
    if (!process) return {};
    const auto line = (*process)->read_line();
    if (!line)
        return (*process)->exit_code() == to_int(ExitCode::usage)
                   ? fmt::format("{} is an older evmmem, without workers", command.front())
                   : "";
    const auto hello = worker_hello_from(*line);
    return hello && hello->version != worker_version
               ? fmt::format("{} has workers of version {}, this evmmem asks those of {}",
                             command.front(), hello->version, worker_version)
               : "";
}

int current_processor() {
    return sched_getcpu();
}

}  // namespace evmmem::app
