// SPDX-License-Identifier: MIT
// One sample for gate, taken in a process of its own (`evmmem bench --once`): a program or a replay
// run for some milliseconds, and the control beside it. The line of JSON that it prints is a
// contract between versions of evmmem: fields are added, never changed.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "app/command_line/options.hpp"

namespace evmmem::app {

struct OnceSample {
    std::string subject;         ///< "sparse/64K"
    std::string program_digest;  ///< the same work on both sides?
    std::string result_digest;   ///< the same answers? Empty unless asked for
    std::string checksum;        ///< of the runs that were timed
    double seconds = 0;          ///< of one run
    double control_seconds = 0;  ///< of raw memcpy of a fixed program
    std::uint64_t runs = 0;

    bool operator==(const OnceSample&) const = default;
};

std::string to_json(const OnceSample& sample);
/// Nothing when the text is no sample: the program does not know --once, or failed.
std::expected<OnceSample, std::string> once_sample_from(std::string_view json);

/// Takes the sample that the arguments describe. The error is for the log.
std::expected<OnceSample, std::string> take_sample(const BenchArguments& arguments);

}  // namespace evmmem::app
