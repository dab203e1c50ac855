// SPDX-License-Identifier: MIT
#include "difference_log.hpp"

#include <algorithm>
#include <utility>

namespace evmmem::traces {
namespace {

using Verdict = TraceDifference::Verdict;

/// Whether a wrong price can be why they differ: not where no field is about gas.
bool may_price_matter(const TraceDifference& difference) {
    if (difference.kind == TraceDifference::Kind::flow) return true;
    return std::ranges::any_of(difference.fields, [](const FieldDifference& each) {
        using enum ComparedField;
        return each.field == gas || each.field == gas_cost || each.field == refund ||
               each.field == gas_used || each.field == error || each.field == pc ||
               each.field == op || each.field == depth;
    });
}

bool is_about_price(const Finding& finding) {
    return finding.check == Check::gas_continuity || finding.check == Check::gas_cost ||
           finding.check == Check::gas_refund;
}

/// What says that this side is wrong where they differ, and the other is not in the same way.
std::vector<const Finding*> own_findings(const TraceDifference& difference, Side side) {
    const std::vector<Finding>& of_other = difference.findings[index(other(side))];
    std::vector<const Finding*> own;
    for (const Finding& finding : difference.findings[index(side)]) {
        if (is_about_price(finding) && !may_price_matter(difference)) continue;
        const bool is_common = std::ranges::any_of(of_other, [&](const Finding& each) {
            return each.check == finding.check && each.op == finding.op &&
                   each.claimed == finding.claimed && each.computed == finding.computed;
        });
        if (!is_common) own.push_back(&finding);
    }
    // Warnings, about what only the printing may be, count where no finding says anything.
    const auto is_warning = [](const Finding* each) { return each->severity != Severity::finding; };
    if (!std::ranges::all_of(own, is_warning)) std::erase_if(own, is_warning);
    return own;
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
    Both<std::vector<const Finding*>> own{own_findings(difference, Side::a),
                                          own_findings(difference, Side::b)};
    const auto has_finding = [&](Side side) {
        const auto& findings = own[index(side)];
        return !findings.empty() && findings.front()->severity == Severity::finding;
    };
    // A warning of one side says nothing beside a finding of the other.
    for (const Side side : sides)
        if (has_finding(other(side)) && !has_finding(side)) own[index(side)].clear();
    const auto& [of_a, of_b] = own;
    if (!of_a.empty() && !of_b.empty()) {
        difference.verdict = Verdict::neither_is_right;
        difference.reason = "both contradict the EVM there: A by " + rule_text(*of_a.front()) +
                            ", B by " + rule_text(*of_b.front());
        return;
    }
    if (!of_a.empty() || !of_b.empty()) {
        const bool is_a_wrong = !of_a.empty();
        difference.verdict = is_a_wrong ? Verdict::b_is_right : Verdict::a_is_right;
        difference.reason = std::string{is_a_wrong ? "A" : "B"} + " contradicts the EVM there: " +
                            rule_text(*(is_a_wrong ? of_a : of_b).front());
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
