// SPDX-License-Identifier: MIT
#include "explain.hpp"

#include <map>
#include <tuple>
#include <utility>

#include "traces/observers/provenance.hpp"
#include "traces/observers/stack_provenance.hpp"

namespace evmmem::traces {
namespace {

/// Runs of bytes that one finding lists; those after them are counted.
constexpr std::size_t runs_max = 8;

// Asks who wrote the bytes, and pushed the operands, when a finding turns up again: later, others may
// have.
class Explainer final : public FindingSink {
public:
    Explainer(std::span<Finding* const> findings, const Provenance& provenance,
              const StackProvenance& stacks)
        : provenance_{provenance}, stacks_{stacks} {
        for (Finding* const finding : findings)
            open_.emplace(key(*finding), finding);
    }

    void on_finding(const Finding& finding) override {
        const auto found = open_.find(key(finding));
        if (found == open_.end()) return;
        Finding& asked = *found->second;
        asked.pushed_by = stacks_.operands_of(asked.frame, asked.step);
        asked.pushed_by.resize(asked.operands.size());
        if (asked.bytes && asked.bytes->size > 0) {
            const auto& bytes = *asked.bytes;
            auto story =
                provenance_.of(bytes.frame, bytes.buffer, bytes.offset, bytes.size, runs_max);
            asked.blame = std::move(story.runs);
            asked.blame_rest = story.rest;
        }
        open_.erase(found);
    }

    std::size_t open_count() const { return open_.size(); }

private:
    using Key = std::tuple<std::uint64_t, std::uint64_t, Check>;
    static Key key(const Finding& finding) { return {finding.step, finding.line, finding.check}; }

    std::multimap<Key, Finding*> open_;
    const Provenance& provenance_;
    const StackProvenance& stacks_;
};

}  // namespace

bool can_be_explained(const Finding& finding) {
    return !finding.operands.empty() || (finding.bytes && finding.bytes->size > 0);
}

std::size_t explain(StepReader& reader, ReplayOptions options, std::span<Finding* const> findings,
                    const std::function<bool()>& goes_on) {
    Provenance provenance;
    StackProvenance stacks;
    ObserverPair observers{provenance, stacks};
    Explainer explainer{findings, provenance, stacks};
    options.observer = &observers;
    options.program = nullptr;
    Replayer replayer{reader.dialect(), std::move(options), explainer};
    Record record;
    while (explainer.open_count() > 0) {
        if (!goes_on()) break;
        const auto more = replayer.replay_next(reader, record);
        if (!more) {
            replayer.gap();
            if (more.error().is_recoverable()) continue;
            // The first reading has reported it; what came before was explained.
            break;
        }
        if (!*more) break;
    }
    replayer.finish();
    return explainer.open_count();
}

}  // namespace evmmem::traces
