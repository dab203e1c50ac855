// SPDX-License-Identifier: MIT
// A check that disagrees with the trace: plain data, complete enough to be printed anywhere. The
// replay hands findings to a FindingSink, which the room above implements.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "checks.hpp"
#include "core/opcode.hpp"

namespace evmmem::traces {

enum class Severity : std::uint8_t {
    finding,  ///< the client's EVM is wrong, or its trace contradicts itself
    warning,  ///< only the client's printing can be wrong, or the rule is not settled yet
};

struct Finding {
    Check check{};
    Severity severity = Severity::finding;

    // The step whose effect is wrong, as far as that can be told.
    std::uint64_t line = 0;  ///< from 1
    std::uint64_t step = 0;  ///< from 0, over the whole file
    std::uint64_t pc = 0;
    Opcode op{};
    std::string op_name;      ///< from our table; for an opcode without a row, "0x" and its byte
    std::uint32_t depth = 1;  ///< 1 is the outermost frame
    std::uint64_t frame = 0;  ///< frames counted as they were entered, over the whole file, from 0
    std::uint64_t transaction = 0;  ///< from 0

    std::string claimed;   ///< by the trace
    std::string computed;  ///< by the replay
    std::string detail;    ///< one sentence: what is wrong, and what to look at

    /// For findings about bytes of memory: the range in the frame at which the two differ first.
    struct Bytes {
        std::uint64_t offset = 0;
        std::uint64_t size = 0;
    };
    std::optional<Bytes> bytes;
};

class FindingSink {
public:
    virtual ~FindingSink() = default;
    virtual void on_finding(const Finding& finding) = 0;
};

}  // namespace evmmem::traces
