// SPDX-License-Identifier: MIT
// Where every byte of a replay came from: the step that wrote it last, and the step that first made
// the value when it was only copied since. Follows bytes through memory, calldata, init code and
// return data, across frames. Its memory is bounded by that of the EVM: one record for each run of
// bytes with one history. A copy takes the records along; a trace whose copies are all of bytes in
// pieces could make that endless work, so beyond `pieces_max`, and some for each step, a copied
// range is one run whose origin is not known.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "range_map.hpp"
#include "traces/finding.hpp"
#include "traces/replay/replay_observer.hpp"

namespace evmmem::traces {

class Provenance final : public ReplayObserver {
public:
    /// Records that are copied, for all copies together; each step adds `pieces_a_step` more.
    static constexpr std::uint64_t pieces_max = std::uint64_t{1} << 20;
    static constexpr std::uint64_t pieces_a_step = 16;

    struct Story {
        std::vector<Blame> runs;
        BlameRest rest;
    };
    /// Who wrote the bytes [offset, offset + size) of the buffer of an open frame, run by run and
    /// in order of the offsets: `runs_max` runs at most, and how much is after them. Runs that no
    /// step wrote are among them; bytes of which nothing is known are not.
    Story of(std::uint64_t frame, Finding::Buffer buffer, std::uint64_t offset, std::uint64_t size,
             std::size_t runs_max) const;

    void on_transaction(std::uint64_t number) override;
    void on_effect(const ReplayMoment& moment) override;
    void on_frame_entered(const CallFrame& frame, const PendingStep* call) override;
    void on_frame_left(const CallFrame& frame, const Memory& memory) override;
    void on_call_over(const CallFrame& frame, const PendingStep& call, MemoryRange arrived,
                      bool is_leaf, const Memory& memory) override;
    void on_gap() override;

private:
    /// The history of a run of bytes. `shift` plus a byte's offset here is the byte's offset where
    /// `origin` wrote it; so that a run can be cut without changing it.
    struct History {
        StepReference writer;
        StepReference origin;
        std::uint64_t shift = 0;
        bool is_origin_lost = false;
        bool operator==(const History&) const = default;
    };
    using Histories = RangeMap<History>;

    struct Growth {
        std::uint64_t size = 0;  ///< in bytes, from this step on
        StepReference step;
    };
    struct Frame {
        std::uint64_t id = 0;
        Histories memory, calldata, code, return_data;
        std::vector<Growth> growths;
        bool is_partial = false;  ///< steps are missing: a byte without a writer may have one

        void begin(std::uint64_t new_id);
    };

    void copy(Histories& target, std::uint64_t target_offset, const Histories& source,
              std::uint64_t source_offset, std::uint64_t size, const StepReference& writer);
    static void note_growth(Frame& frame, std::uint64_t size, const StepReference& step);
    Frame* find(std::uint64_t id) const;

    std::vector<std::unique_ptr<Frame>> frames_;  // those below `open_` are open, outermost first
    std::size_t open_ = 0;
    Histories returned_;  // by the frame that ended last
    std::uint64_t pieces_copied_ = 0;
    std::uint64_t steps_ = 0;
};

}  // namespace evmmem::traces
