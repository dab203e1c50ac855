// SPDX-License-Identifier: MIT
// Benchmarks that compare: each is one workload run by several contenders in one process, in rounds
// of rotating order, so that a change of the machine's speed meets all of them. What counts is the
// median of the rounds' ratios. A contender whose answer is not the one expected is not timed; its
// benchmark ends with an error.
//
// Names are subject/case/size. The counters of a benchmark are nanoseconds of thread CPU time a
// unit, for each contender, and `vs_best`: the best rival's time over evmmem's, so that more than 1
// means evmmem is faster.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace evmmem::bench {

/// One way to do a workload. Each call is one run of it.
struct Contender {
    enum class Role {
        ours,   ///< evmmem: what the others are compared with
        rival,  ///< counts for the best rival
        floor,  ///< no memory, but the cost of moving the bytes: shown, never checked
    };

    std::string name;
    Role role = Role::rival;
    std::function<std::uint64_t()> run;  ///< returns its answer
};

struct Workload {
    explicit Workload(double units_of_a_run = 1) : units{units_of_a_run} {}

    std::string name;
    double units;  ///< operations, words or bytes of a run: what nanoseconds are divided by
    std::uint64_t expected = 0;  ///< the answer, from the reference memory
    std::vector<Contender> contenders;
    /// What is promised: the best rival's time over ours at least, our nanoseconds a unit at most,
    /// our time over the floor's at most; 0 when nothing is.
    double vs_best_min = 0;
    double ns_max = 0;
    double vs_floor_max = 0;
};

/// Adds a workload, which is made when it is run and gone after.
void add(const std::string& name, std::function<Workload()> make);

/// Adds all workloads of the program: each program defines it, and main(), which they share, calls it
/// and runs what was added. Beside Google Benchmark's own options: --rounds=N (default 31), --quick
/// (one short round, for tests), --check (exit code 1 when a promise is broken). Ends with a table
/// of medians.
void add_all();

/// The compiler must have `value` in memory and must expect it to be changed.
template <typename T>
void clobber(T& value) {
    asm volatile("" : : "r"(&value) : "memory");
}

}  // namespace evmmem::bench
