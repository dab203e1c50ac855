// SPDX-License-Identifier: MIT
// A check that disagrees with the trace: plain data, complete enough to be printed anywhere. The
// replay hands findings to a FindingSink, which the room above implements.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "check.hpp"
#include "core/opcode.hpp"
#include "core/word.hpp"
#include "step_reference.hpp"

namespace evmmem::traces {

enum class Severity : std::uint8_t {
    finding,  ///< the client's EVM is wrong, or its trace contradicts itself
    warning,  ///< only the client's printing can be wrong, or the rule is not settled yet
};

/// The story of a run of wrong bytes: who wrote them last, and where the value was made if it was
/// only copied since.
struct Blame {
    std::uint64_t offset = 0;  ///< in the finding's buffer
    std::uint64_t size = 0;    ///< in bytes
    /// The last step that wrote them; none did when there is none, and they are zero.
    std::optional<StepReference> writer;
    /// The step whose growth made room for bytes that no step wrote.
    std::optional<StepReference> grown_by;
    struct Origin {
        StepReference step;
        std::uint64_t offset = 0;  ///< of the first of these bytes, where that step put it
    };
    std::optional<Origin> origin;  ///< nothing when `writer` made the value itself
    /// `writer` copied the bytes, in too many pieces to be followed: where they came from was not
    /// looked for.
    bool is_origin_lost = false;
};

/// How much of a story is left out.
struct BlameRest {
    std::uint64_t runs = 0;
    std::uint64_t bytes = 0;  ///< in all of them
    bool operator==(const BlameRest&) const = default;
};

struct Finding {
    Check check{};
    Severity severity = Severity::finding;

    // The step whose effect is wrong, as far as that can be known.
    std::uint64_t line = 0;  ///< from 1
    std::uint64_t step = 0;  ///< from 0, over the whole file
    std::uint64_t pc = 0;
    Opcode op{};
    std::string op_name;      ///< as evmmem::op_name() says it
    std::uint32_t depth = 1;  ///< 1 is the outermost frame
    std::uint64_t frame = 0;  ///< frames counted as they were entered, over the whole file, from 0
    std::uint64_t transaction = 0;  ///< from 0

    std::vector<Word> operands;  ///< that the step pops, top first, as far as the trace shows them

    /// Who pushed them: what the second reading of the trace finds out. Nothing of an operand that
    /// no step of the trace made; empty where that was not looked for.
    std::vector<std::optional<StepReference>> pushed_by = {};

    std::string claimed;   ///< by the trace
    std::string computed;  ///< by the replay
    std::string detail;    ///< one sentence: what is wrong, and what to look at

    /// What of a frame the bytes belong to.
    enum class Buffer : std::uint8_t { memory, call_data, return_data };
    /// For findings about bytes: from the first to the last that differ, or all that were hashed.
    struct Bytes {
        std::uint64_t offset = 0;
        std::uint64_t size = 0;
        Buffer buffer = Buffer::memory;
        /// Whose they are: that of the step, or a caller that it returned to.
        std::uint64_t frame = 0;
    };
    std::optional<Bytes> bytes;

    /// Who wrote these bytes, by offset: what the second reading of the trace finds out.
    std::vector<Blame> blame;
    /// Runs after those, which are left out.
    BlameRest blame_rest;
};

/// From the first to the last of the computed bytes that the claimed ones contradict or lack, the
/// buffer's byte `offset` being the first of them; nothing when there is none.
std::optional<Finding::Bytes> differing_bytes(std::span<const std::uint8_t> claimed,
                                              std::span<const std::uint8_t> computed,
                                              std::uint64_t offset, Finding::Buffer buffer);

/// Claimed and computed bytes as hex, for a finding to keep: whole, or of very many those from the
/// word on in which they begin to differ, `shown_max` of each.
inline constexpr std::size_t shown_max = 4096;
std::pair<std::string, std::string> shown(std::span<const std::uint8_t> claimed,
                                          std::span<const std::uint8_t> computed);

/// Two words to be compared by eye: numbers, or all bytes of both where one is more than a number.
std::pair<std::string, std::string> shown(const Word& claimed, const Word& computed);

class FindingSink {
public:
    virtual ~FindingSink() = default;
    virtual void on_finding(const Finding& finding) = 0;
};

}  // namespace evmmem::traces
