// SPDX-License-Identifier: MIT
#include "explain.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "traces/observers/provenance.hpp"

namespace evmmem::traces {
namespace {

/// Runs of bytes told apart in one finding; those behind them are counted.
constexpr std::size_t runs_max = 8;
constexpr std::uint64_t steps_between_questions = 4096;

// Asks who wrote the bytes when a finding turns up again: later, others may have.
class Explainer final : public FindingSink {
public:
    Explainer(std::span<Finding* const> findings, const Provenance& provenance)
        : open_(findings.begin(), findings.end()), provenance_{provenance} {}

    void on_finding(const Finding& finding) override {
        const auto found = std::ranges::find_if(open_, [&](const Finding* each) {
            return each->check == finding.check && each->step == finding.step &&
                   each->line == finding.line;
        });
        if (found == open_.end()) return;
        const auto& bytes = *(*found)->bytes;
        auto story = provenance_.of(bytes.frame, bytes.buffer, bytes.offset, bytes.size, runs_max);
        (*found)->blame = std::move(story.runs);
        (*found)->blame_rest = story.rest;
        open_.erase(found);
    }

    std::size_t open_count() const { return open_.size(); }

private:
    std::vector<Finding*> open_;
    const Provenance& provenance_;
};

}  // namespace

bool can_be_explained(const Finding& finding) {
    return finding.bytes && finding.bytes->size > 0;
}

std::size_t explain(StepReader& reader, ReplayOptions options, std::span<Finding* const> findings,
                    const std::function<bool()>& goes_on) {
    Provenance provenance;
    Explainer explainer{findings, provenance};
    options.observer = &provenance;
    options.program = nullptr;
    Replayer replayer{reader.dialect(), std::move(options), explainer};
    Record record;
    for (std::uint64_t steps = 0; explainer.open_count() > 0; ++steps) {
        if (steps % steps_between_questions == 0 && !goes_on()) break;
        const auto more = replayer.replay_next(reader, record);
        if (!more) {
            replayer.gap();
            if (more.error().is_recoverable()) continue;
            // The first reading has told of it; what came before was explained.
            break;
        }
        if (!*more) break;
    }
    replayer.finish();
    return explainer.open_count();
}

}  // namespace evmmem::traces
