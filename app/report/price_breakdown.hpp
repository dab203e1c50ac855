// SPDX-License-Identifier: MIT
// What a price table says beside the transactions: gas by instruction, and the frames that change most.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/opcode.hpp"
#include "traces/repricing/priced_transaction.hpp"
#include "traces/step_reference.hpp"

namespace evmmem::app {

/// What is compared with what.
struct PriceSubject {
    std::string rules;                  ///< what they are called
    std::string against;                ///< likewise; empty: what the trace shows
    std::optional<std::size_t> before;  ///< their places among the rules that were priced
    std::size_t after = 0;
};

/// Gas by instruction, and the frames that change most, of the transactions that do the same.
class PriceBreakdown {
public:
    struct Instruction {
        Opcode op{};
        std::uint64_t steps = 0;
        std::int64_t before = 0;
        std::int64_t after = 0;
    };
    struct Frame {
        std::string file;
        std::uint64_t transaction = 0;
        traces::StepReference call;
        std::uint64_t frame = 0;
        std::uint32_t depth = 1;
        std::uint64_t before = 0;
        std::uint64_t after = 0;
    };

    PriceBreakdown(PriceSubject subject, std::size_t frames)
        : subject_{std::move(subject)}, frames_max_{frames} {}

    void add(const std::string& file, const traces::PricedTransaction& transaction);

    bool has_instructions() const { return !instructions_.empty(); }
    /// Those that change most, then those that cost most.
    std::vector<Instruction> instructions() const;
    const std::vector<Frame>& frames() const { return frames_; }

private:
    PriceSubject subject_;
    std::size_t frames_max_;
    std::vector<Instruction> instructions_;  ///< by the opcode's byte
    std::vector<Frame> frames_;
};

}  // namespace evmmem::app
