// SPDX-License-Identifier: MIT
// The stages of one job, each timed by itself, in rotating order so that a change of the machine's
// speed meets all of them.
#pragma once

#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <functional>
#include <vector>

#include "thread_time.hpp"

namespace evmmem::bench {

template <std::size_t count>
class StageTimes {
public:
    using Stages = std::array<std::function<void()>, count>;

    /// Runs all stages in every round that `state` wants; the time that it is given is that of stage
    /// `reported`.
    StageTimes(benchmark::State& state, const Stages& stages, std::size_t reported) {
        std::size_t round = 0;
        for (auto _ : state) {
            for (std::size_t i = 0; i < count; ++i) {
                const std::size_t turn = (i + round) % count;
                const double begin = thread_ns();
                stages[turn]();
                times_[turn].push_back(thread_ns() - begin);
            }
            ++round;
            state.SetIterationTime(times_[reported].back() * 1e-9);
        }
    }

    /// Medians of nanoseconds, for each of so many steps; as counters of `state`, too.
    std::array<double, count> ns_a_step(benchmark::State& state,
                                        const std::array<const char*, count>& names,
                                        double steps) const {
        std::array<double, count> ns{};
        for (std::size_t i = 0; i < count; ++i) {
            ns[i] = median(times_[i]) / steps;
            state.counters[names[i]] = ns[i];
        }
        return ns;
    }

    /// Of one stage's time over the other's, round by round.
    double median_ratio(std::size_t above, std::size_t below) const {
        std::vector<double> ratios;
        for (std::size_t i = 0; i < times_[above].size(); ++i)
            ratios.push_back(times_[above][i] / times_[below][i]);
        return median(ratios);
    }

private:
    std::array<std::vector<double>, count> times_;
};

}  // namespace evmmem::bench
