// SPDX-License-Identifier: MIT
// Which step pushed each item of a replay's stacks. DUP hands on what it copies, SWAP exchanges; what
// any other instruction pushes is its own. Bounded by the EVM: 1024 items a frame, 1025 frames.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "traces/replay/replay_observer.hpp"

namespace evmmem::traces {

class StackProvenance final : public ReplayObserver {
public:
    /// Who pushed the operands of the step that was the last of frame `frame`, top first; nothing of
    /// an operand that the trace does not show the making of. Empty where that step was another.
    std::vector<std::optional<StepReference>> operands_of(std::uint64_t frame,
                                                          std::uint64_t step) const;

    void on_transaction(std::uint64_t number) override;
    void on_step(const ReplayMoment& moment) override;
    void on_frame_entered(const CallFrame& frame, const PendingStep* call) override;
    void on_frame_left(const CallFrame& frame, const Memory& memory) override;
    void on_gap() override;

private:
    /// A step of the stack's own frame.
    struct Pusher {
        std::uint64_t line = 0;  ///< 0: not known
        std::uint64_t step = 0;
        std::uint64_t pc = 0;
        Opcode op{};
    };
    struct Stack {
        std::uint64_t frame = 0;
        std::uint32_t depth = 1;
        std::vector<Pusher> items;  ///< the last one is the top, after the frame's last step
        std::uint64_t last_step = 0;
        std::vector<Pusher> operands;  ///< of that step, top first
    };

    Stack& stack_of(const ReplayMoment& moment);

    std::vector<Stack> stacks_;  ///< of the open frames
    Stack left_;                 ///< of the frame that was left last
};

}  // namespace evmmem::traces
