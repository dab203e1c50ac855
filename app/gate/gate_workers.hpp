// SPDX-License-Identifier: MIT
// Pairs of workers: one process of each side, on one processor, that pass each other the turn every
// fraction of a millisecond. Within a pair the machine's changes of speed meet both alike; what
// chance of placement the two processes have, only fresh pairs average out. So a pair is one number.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "gate_runner.hpp"
#include "traces/generate/pattern.hpp"

namespace evmmem::app {

/// How one pair of workers is measured.
struct WorkerPlan {
    double slice_seconds = 0.0004;    ///< of CPU time, about; a single run may take longer
    double pair_seconds = 0.02;       ///< of CPU time of all slices together, at least
    int slices_min = 5;               ///< of each side, however long they are
    int slices_per_control = 8;       ///< after so many comes one of the control
    double answer_seconds_max = 120;  ///< an answer that takes longer is none
};

/// The command lines that start one of each.
struct WorkerCommands {
    std::vector<std::string> base;
    std::vector<std::string> head;
};

/// Starts a pair, measures it and ends it. `random` decides which side has the first slice of each
/// two; the one that is started first may get the better pages. The error says of which side: it ended (with its words), hangs, or answers nonsense.
std::expected<PairSample, PairError> measure_workers(const WorkerCommands& commands,
                                                     const WorkerPlan& plan, bool is_base_first,
                                                     traces::PatternRandom& random);

/// Why this program has no workers that this evmmem can talk to: it is too old, or too new. Empty:
/// it has, or fails in some other way, which is for measure_workers() to say.
std::string why_no_worker(const std::vector<std::string>& command);

/// The processor that the caller is on, which is where it also has room.
int current_processor();

}  // namespace evmmem::app
