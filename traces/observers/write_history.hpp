// SPDX-License-Identifier: MIT
// Every write to some bytes of memory, in the order of the trace: which step, and what it wrote.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/known_bytes.hpp"
#include "traces/replay/replay_observer.hpp"

namespace evmmem::traces {

struct MemoryWrite {
    StepReference step;
    std::uint64_t transaction = 0;
    MemoryRange range;  ///< all that was written
    /// The part of it that was asked for.
    std::uint64_t offset = 0;
    std::vector<std::uint8_t> bytes;
    std::vector<KnownBytes::Range> unknown;  ///< by memory's offsets
    bool is_output = false;                  ///< a call's output: it arrived when the call was over
};

class WriteHistory final : public ReplayObserver {
public:
    struct Wanted {
        MemoryRange range;                   ///< not empty
        std::optional<std::uint32_t> depth;  ///< nothing: frames of any depth
        std::optional<std::uint64_t> frame;  ///< nothing: any frame
    };
    /// `sink` is called for each write that touches the range.
    WriteHistory(Wanted wanted, std::function<void(const MemoryWrite&)> sink)
        : wanted_{wanted}, sink_{std::move(sink)} {}

    void on_effect(const ReplayMoment& moment) override;
    void on_transaction(std::uint64_t number) override { transaction_ = number; }
    void on_call_over(const CallFrame& frame, const PendingStep& call, MemoryRange arrived,
                      bool is_leaf, const Memory& memory) override;

private:
    void report(const PendingStep& step, const CallFrame& frame, MemoryRange range,
                const Memory& memory, bool is_output);

    Wanted wanted_;
    std::function<void(const MemoryWrite&)> sink_;
    std::uint64_t transaction_ = 0;
};

}  // namespace evmmem::traces
