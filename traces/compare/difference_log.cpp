// SPDX-License-Identifier: MIT
#include "difference_log.hpp"

#include <algorithm>
#include <utility>

namespace evmmem::traces {
namespace {

using Verdict = TraceDifference::Verdict;

bool has_finding(const std::vector<Finding>& findings) {
    return std::ranges::any_of(
        findings, [](const Finding& each) { return each.severity == Severity::finding; });
}

/// The forks that the steps of a transaction allow.
ForkSet forks_of(const ReplaySummary& summary, std::optional<std::uint64_t> transaction) {
    if (!transaction) return ForkSet::all();
    for (const ForkRun& run : summary.fork_runs)
        if (*transaction >= run.first && *transaction - run.first < run.count) return run.forks;
    return ForkSet::all();
}

std::string forks_text(ForkSet forks) {
    std::string text;
    forks.for_each([&](Fork fork) {
        if (!text.empty()) text += ", ";
        text += name(fork);
    });
    return text;
}

std::string rule_text(const Finding& finding) {
    return std::string{info(finding.check).name} + " at step " + std::to_string(finding.step);
}

}  // namespace

void DifferenceLog::note_pair(const StepReference& a, const StepReference& b) {
    if (before_max_ == 0) return;
    if (before_.size() == before_max_) before_.pop_front();
    before_.push_back({a, b});
}

Cause DifferenceLog::open(TraceDifference difference) {
    ++counts_[static_cast<std::size_t>(difference.kind)];
    const Cause cause = count_++;
    if (kept_.size() == kept_max_) return cause;
    difference.number = cause;
    difference.before.assign(before_.begin(), before_.end());
    // What only shows when a step is over is about the step that was noted last.
    const bool is_of_last = !difference.before.empty() && difference.steps[0] &&
                            difference.before.back()[0] == difference.steps[0]->step;
    if (is_of_last) difference.before.pop_back();
    kept_.push_back(std::move(difference));
    return cause;
}

TraceDifference* DifferenceLog::kept(Cause cause) {
    return cause < kept_.size() ? &kept_[cause] : nullptr;
}

void DifferenceLog::collect(Cause cause, Side side, std::span<const std::uint64_t> steps) {
    TraceDifference* const difference = kept(cause);
    if (difference == nullptr) return;
    for (std::size_t i = 0; i < steps.size(); ++i)
        if (std::ranges::find(steps.first(i), steps[i]) == steps.first(i).end())
            traces_[index(side)]->collect(steps[i], difference->findings[index(side)]);
}

void DifferenceLog::follow(Cause cause, const StepReference& a, const StepReference& b) {
    TraceDifference* const difference = kept(cause);
    if (difference == nullptr) return;
    ++difference->followers;
    difference->last_follower = {a, b};
}

void DifferenceLog::judge() {
    for (TraceDifference& difference : kept_)
        judge(difference);
}

// Who contradicts the EVM where they part is wrong there, and the other right. Warnings, about what only the
// printing may be, count where no finding says anything.
void DifferenceLog::judge(TraceDifference& difference) const {
    switch (difference.kind) {
        case TraceDifference::Kind::transaction:
            difference.reason = "no rule says which transactions a trace holds";
            return;
        case TraceDifference::Kind::cut:
            difference.reason = "the text of one side ends in the middle of a transaction";
            return;
        case TraceDifference::Kind::gap:
            difference.reason = "steps of one side could not be read, or were left out";
            return;
        case TraceDifference::Kind::values:
        case TraceDifference::Kind::flow:
        case TraceDifference::Kind::ending: break;
    }
    Both<bool> is_wrong{has_finding(difference.findings[0]), has_finding(difference.findings[1])};
    if (!is_wrong[0] && !is_wrong[1])
        is_wrong = {!difference.findings[0].empty(), !difference.findings[1].empty()};
    const auto& [of_a, of_b] = difference.findings;
    if (is_wrong[0] && is_wrong[1]) {
        difference.verdict = Verdict::neither_is_right;
        difference.reason = "both contradict the EVM there: A by " + rule_text(of_a.front()) +
                            ", B by " + rule_text(of_b.front());
        return;
    }
    if (is_wrong[0] || is_wrong[1]) {
        difference.verdict = is_wrong[0] ? Verdict::b_is_right : Verdict::a_is_right;
        difference.reason = std::string{is_wrong[0] ? "A" : "B"} + " contradicts the EVM there: " +
                            rule_text(is_wrong[0] ? of_a.front() : of_b.front());
        return;
    }
    const ForkSet forks_of_a = forks_of(traces_[0]->summary(), difference.transactions[0]);
    const ForkSet forks_of_b = forks_of(traces_[1]->summary(), difference.transactions[1]);
    if ((forks_of_a & forks_of_b).empty()) {
        difference.verdict = Verdict::both_are_right;
        difference.reason = "they run by the rules of different forks: A of " +
                            forks_text(forks_of_a) + ", B of " + forks_text(forks_of_b);
        return;
    }
    difference.reason = "nothing that the traces show contradicts either of them there";
}

}  // namespace evmmem::traces
