// SPDX-License-Identifier: MIT
// Where gate's samples come from: child processes of two executables, a stored run, or counts under
// cachegrind.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <vector>

#include "app/command_line/options.hpp"
#include "app/host/environment.hpp"
#include "gate_runner.hpp"

namespace evmmem::app {

/// What is compared: a pattern at a size, or the replay of a trace.
struct GateSubject {
    std::string name;                ///< "sparse/64K", or the trace's file name
    std::vector<std::string> words;  ///< options of `evmmem bench --once` that choose it
};
std::vector<GateSubject> gate_subjects(const GateArguments& arguments);
/// The same of one side: with the memory that is compared there, where memories are.
GateSubject subject_of(const GateArguments& arguments, GateSubject subject, GateSide side);

/// One sample of an executable, taken in a process of its own.
std::expected<OnceSample, std::string> sample_of(const std::string& executable,
                                                 const GateSubject& subject,
                                                 const std::vector<std::string>& more_words);

/// Instructions that one run of the subject takes, by cachegrind: the difference of many runs and
/// few, so that what is done once does not count.
std::expected<double, std::string> instructions_of(const std::string& executable,
                                                   const GateSubject& subject, double slowdown);
/// The number after "summary:" in what cachegrind writes.
std::expected<double, std::string> cachegrind_total(const std::string& text);

/// Samples of an executable that was measured some other time.
struct StoredRun {
    Environment environment;
    struct Subject {
        std::string name;
        std::vector<OnceSample> samples;  ///< the first one has the digest of its results
    };
    std::vector<Subject> subjects;
};
std::string to_json(const StoredRun& run);
std::expected<StoredRun, std::string> stored_run_from(const std::string& json);
/// Why figures of one machine and build say nothing about the other; empty: they are of one kind.
std::string difference(const Environment& stored, const Environment& here);

}  // namespace evmmem::app
