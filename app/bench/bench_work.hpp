// SPDX-License-Identifier: MIT
// What gate's children time: a program on this program's memory or on a backend, the replay of a
// trace, and the control beside them.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "app/command_line/options.hpp"
#include "bench_source.hpp"

namespace evmmem::app {

/// CPU time of the calling thread, in seconds since it began.
double cpu_seconds();

/// run() does it once and says what it came to: the same every time, unless memory is wrong.
class Work {
public:
    virtual ~Work() = default;
    virtual std::uint64_t run() = 0;
    /// Moves what it keeps to other addresses, and makes that warm: where things happen to lie is
    /// worth some percent, and shall not be the same all along. release() gives those pages back,
    /// so that the other process of a pair gets the same ones in its turn.
    virtual void renew() {}
    virtual void release() {}
    virtual std::string result_digest() = 0;
};

/// The work that the arguments of `bench --once` and `bench --worker` describe.
struct GateWork {
    std::unique_ptr<BenchCase> subject;  ///< of a trace it has only the name
    std::string program_digest;          ///< the same work on both sides?
    std::string result_digest;           ///< empty unless asked for
    std::unique_ptr<Work> work;

    /// The error is a sentence for the log.
    static std::expected<GateWork, std::string> make(const BenchArguments& arguments);
};

/// Raw memcpy of a fixed program, the same in every version.
std::unique_ptr<Work> control_work();

}  // namespace evmmem::app
