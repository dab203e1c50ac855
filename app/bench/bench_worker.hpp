// SPDX-License-Identifier: MIT
// A long-lived child of gate (`evmmem bench --worker`): it says who it is in one line of JSON, then
// answers each line that it reads with one. A contract between versions of evmmem:
//
//   run N       runs the program N times, warm, at addresses of their own; answers "seconds CHECKSUM": CPU time of this thread, for
//               all N together, and what the last run came to, in hex
//   control N   the same with raw memcpy of a fixed program
//   quit        ends, as the end of its input does
//   anything else is answered with "error ..."
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "app/command_line/options.hpp"

namespace evmmem::app {

/// Of the protocol: a gate asks only workers of its own.
inline constexpr int worker_version = 1;

struct WorkerHello {
    int version = worker_version;
    std::string subject;         ///< "sparse/64K"
    std::string program_digest;  ///< the same work on both sides?
    std::string result_digest;   ///< the same answers? Empty unless asked for
    int processor = -1;          ///< that it keeps to; -1: to none

    bool operator==(const WorkerHello&) const = default;
};
/// One line, without its end.
std::string to_json(const WorkerHello& hello);
std::expected<WorkerHello, std::string> worker_hello_from(std::string_view line);

struct WorkerSlice {
    double seconds = 0;
    std::string checksum;
};
std::string to_line(const WorkerSlice& slice);
/// The error is what the worker said instead.
std::expected<WorkerSlice, std::string> worker_slice_from(std::string_view line);

/// Serves until its input ends. `say` hands out a line, without its end, at once. The error is for
/// the log: there is no such work.
std::expected<void, std::string> serve_worker(const BenchArguments& arguments, std::istream& input,
                                              const std::function<void(const std::string&)>& say);

}  // namespace evmmem::app
