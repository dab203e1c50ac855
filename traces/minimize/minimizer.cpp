// SPDX-License-Identifier: MIT
#include "minimizer.hpp"

#include <algorithm>
#include <utility>

#include "core/hex.hpp"
#include "traces/input/text_window.hpp"
#include "traces/replay/replay_observer.hpp"
#include "traces/replayer.hpp"

namespace evmmem::traces {
namespace {

/// A line's object, or an element.
struct Unit {
    std::string text;
    std::uint32_t depth = 0;  ///< of a step
    std::uint64_t step = 0;   ///< likewise, counted over the file
    bool is_step = false;
    bool begins_transaction = false;
};

/// So many units that follow each other are tried together, wherever they are.
constexpr std::size_t neighbours_max = 16;

/// What a document says of a transaction's end, as members after others.
std::string members_of(const Report& report) {
    std::string text;
    if (report.gas_used) text += ",\"gas\":" + std::to_string(*report.gas_used);
    if (report.failed) text += std::string{",\"failed\":"} + (*report.failed ? "true" : "false");
    if (report.output) text += ",\"returnValue\":\"0x" + encode_hex(*report.output) + '"';
    return text;
}

/// Keeps the first finding that is asked for.
class FindingKeeper final : public FindingSink {
public:
    explicit FindingKeeper(std::optional<CheckSet> checks) : checks_{checks} {}
    void on_finding(const Finding& finding) override {
        const bool is_it =
            checks_ ? checks_->contains(finding.check) : finding.severity == Severity::finding;
        if (is_it && !found_) found_ = finding;
    }
    const std::optional<Finding>& found() const { return found_; }

private:
    std::optional<CheckSet> checks_;
    std::optional<Finding> found_;
};

/// Whether the check fails at one step.
class FindingWatch final : public FindingSink {
public:
    FindingWatch(const Finding& wanted, std::uint64_t step) : wanted_{wanted}, step_{step} {}
    void on_finding(const Finding& finding) override {
        if (finding.check == wanted_.check && finding.severity == wanted_.severity &&
            finding.step == step_)
            is_seen_ = true;
        if (finding.severity == Severity::finding) ++findings_;
    }
    bool is_seen() const { return is_seen_; }
    std::uint64_t findings() const { return findings_; }

private:
    const Finding& wanted_;
    std::uint64_t step_;
    bool is_seen_ = false;
    std::uint64_t findings_ = 0;
};

/// Whether a transaction has begun.
class BeginWatch final : public ReplayObserver {
public:
    void on_transaction(std::uint64_t) override { has_begun_ = true; }
    /// Since it was asked last.
    bool has_begun() { return std::exchange(has_begun_, false); }

private:
    bool has_begun_ = false;
};

class Minimizer {
public:
    Minimizer(const MinimizeOptions& options, bool is_document)
        : options_{options}, is_document_{is_document} {}

    std::expected<bool, TraceError> collect(StepReader& reader);
    bool reduce();
    Minimized result();

private:
    using Kept = std::vector<std::size_t>;  ///< indices of units, in their order

    void make_room();
    std::string text_of(const Kept& kept) const;
    bool shows(const Kept& kept);
    bool try_keeping(Kept kept);
    bool try_without(std::size_t begin, std::size_t end);
    bool may_go_on() {
        return work_ < options_.work_max && !(options_.is_cancelled && options_.is_cancelled());
    }
    void drop_beginning();
    void drop_callees();
    void drop_pieces();
    void drop_neighbours();

    const MinimizeOptions& options_;
    bool is_document_;
    std::vector<Unit> units_;
    std::uint64_t bytes_held_ = 0;
    std::uint64_t bytes_dropped_ = 0;
    std::uint64_t steps_dropped_ = 0;
    std::optional<Finding> finding_;
    std::size_t target_ = 0;  ///< the unit of the finding's step
    Kept kept_;
    std::string ending_;  ///< of a document: the members that say how its transaction ended
    bool keeps_ending_ = false;
    std::uint64_t findings_max_ = ~std::uint64_t{0};  ///< that the part kept so far shows
    std::uint64_t work_ = 0;
    std::uint64_t replays_ = 0;
    bool is_shortest_ = false;
};

/// Reads up to where the finding shows, or where its transaction ends. False where there is none.
std::expected<bool, TraceError> Minimizer::collect(StepReader& reader) {
    FindingKeeper keeper{options_.checks};
    BeginWatch begin;
    ReplayOptions replay = options_.replay;
    replay.observer = &begin;
    Replayer replayer{reader.dialect(), std::move(replay), keeper};
    Record record;
    std::uint64_t steps = 0;
    std::optional<TraceError> fatal;
    while (!keeper.found() && may_go_on()) {
        record.step.line = 0;  // only a step's record gets one
        const auto more = replayer.replay_next(reader, record);
        if (!more) {
            replayer.gap();
            if (more.error().is_recoverable()) continue;
            fatal = more.error();
            break;
        }
        if (!*more) break;
        const bool is_step = record.step.line != 0;
        // What stands around the elements of a document is no unit.
        const bool is_around =
            is_document_ || record.report.kind == Report::Kind::transaction_start;
        if (!is_step && is_around) {
            ending_ = members_of(record.report);
            continue;
        }
        Unit unit{.text = std::string{reader.object().text},
                  .depth = is_step ? record.step.depth : 0,
                  .step = steps,
                  .is_step = is_step,
                  .begins_transaction = is_step && begin.has_begun()};
        if (is_step) ++steps;
        bytes_held_ += unit.text.size() + 1;
        units_.push_back(std::move(unit));
        if (bytes_held_ > options_.text_max) make_room();
        if (bytes_held_ > options_.text_max) {
            TraceError error = TraceError::of(TraceError::Kind::limit,
                                              "the transaction is longer than " +
                                                  std::to_string(options_.text_max >> 20) +
                                                  " MiB, and shows no such finding until there; a "
                                                  "part of it that `evmmem convert --steps A..B` "
                                                  "cuts out may show it");
            error.line = record.step.line;
            return std::unexpected{std::move(error)};
        }
    }
    if (!keeper.found()) replayer.finish();
    finding_ = keeper.found();
    if (!finding_) {
        if (fatal && steps == 0) return std::unexpected{*fatal};
        return false;
    }
    const auto target = std::ranges::find_if(
        units_, [&](const Unit& unit) { return unit.is_step && unit.step == finding_->step; });
    if (target == units_.end()) return false;
    target_ = static_cast<std::size_t>(target - units_.begin());
    return true;
}

/// Lets the oldest transactions go, but not the one at hand.
void Minimizer::make_room() {
    const auto last = std::find_if(units_.rbegin(), units_.rend(),
                                   [](const Unit& unit) { return unit.begins_transaction; });
    if (last == units_.rend()) return;
    const auto begin = last.base() - 1;
    for (auto unit = units_.begin(); unit != begin; ++unit) {
        bytes_held_ -= unit->text.size() + 1;
        bytes_dropped_ += unit->text.size() + 1;
        steps_dropped_ += unit->is_step ? 1 : 0;
    }
    units_.erase(units_.begin(), begin);
}

std::string Minimizer::text_of(const Kept& kept) const {
    std::string text;
    if (is_document_) text = R"({"structLogs":[)";
    bool is_first = true;
    for (const std::size_t i : kept) {
        if (is_document_ && !is_first) text += ",\n";
        is_first = false;
        text += units_[i].text;
        if (!is_document_) text += '\n';
    }
    if (is_document_) text += "]" + (keeps_ending_ ? ending_ : std::string{}) + "}\n";
    return text;
}

bool Minimizer::shows(const Kept& kept) {
    std::uint64_t step = 0;
    for (const std::size_t i : kept) {
        if (i == target_) break;
        if (units_[i].is_step) ++step;
    }
    const std::string text = text_of(kept);
    work_ += text.size() + 4096;
    ++replays_;
    ReaderOptions reading = options_.reader;
    reading.transactions = nullptr;
    reading.tap = nullptr;
    reading.source.spool = nullptr;
    auto reader = StepReader::over(text, reading);
    if (!reader) return false;
    FindingWatch watch{*finding_, step};
    Replayer replayer{reader->dialect(), options_.replay, watch};
    replayer.replay_all(*reader);
    replayer.finish();
    // What was left out must not make another finding.
    if (!watch.is_seen() || watch.findings() > findings_max_) return false;
    findings_max_ = watch.findings();
    return true;
}

bool Minimizer::try_keeping(Kept kept) {
    if (!may_go_on() || !shows(kept)) return false;
    kept_ = std::move(kept);
    return true;
}

/// The shortest end of what is kept, by doubling: what is long goes at once where the finding needs little of
/// it.
void Minimizer::drop_beginning() {
    const auto target = std::ranges::find(kept_, target_);
    const auto after = static_cast<std::size_t>(kept_.end() - target);
    for (std::size_t before = 0; after + before < kept_.size(); before = before * 2 + 1) {
        const auto begin = kept_.end() - static_cast<std::ptrdiff_t>(after + before);
        if (try_keeping({begin, kept_.end()})) return;
        if (!may_go_on()) return;
    }
}

/// What ran for a call, where that is of no matter.
void Minimizer::drop_callees() {
    for (std::size_t i = 0; i + 1 < kept_.size() && may_go_on(); ++i) {
        const Unit& call = units_[kept_[i]];
        if (!call.is_step) continue;
        std::size_t end = i + 1;
        bool has_target = false;
        while (end < kept_.size() &&
               (!units_[kept_[end]].is_step || units_[kept_[end]].depth > call.depth)) {
            has_target = has_target || kept_[end] == target_;
            ++end;
        }
        if (end == i + 1 || has_target || end == kept_.size()) continue;
        Kept fewer(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(i + 1));
        fewer.insert(fewer.end(), kept_.begin() + static_cast<std::ptrdiff_t>(end), kept_.end());
        try_keeping(std::move(fewer));
    }
}

bool Minimizer::try_without(std::size_t begin, std::size_t end) {
    Kept fewer;
    for (std::size_t i = 0; i < kept_.size(); ++i)
        if (i < begin || i >= end || kept_[i] == target_) fewer.push_back(kept_[i]);
    return fewer.size() < kept_.size() && try_keeping(std::move(fewer));
}

/// Delta debugging: pieces of half of it, of a quarter, down to one.
void Minimizer::drop_pieces() {
    for (std::size_t size = kept_.size() / 2; size > 0; size = std::min(size, kept_.size()) / 2)
        for (std::size_t begin = 0; begin < kept_.size() && may_go_on();)
            if (!try_without(begin, begin + size)) begin += size;
}

/// Up to `neighbours_max` units that follow each other, from every place, until none can go: a value's PUSH and its POP
/// only go together.
void Minimizer::drop_neighbours() {
    for (std::size_t size = 1; size <= std::min(neighbours_max, kept_.size());) {
        bool has_changed = false;
        for (std::size_t begin = 0; begin + size <= kept_.size();) {
            if (!may_go_on()) return;
            if (try_without(begin, begin + size))
                has_changed = true;
            else
                ++begin;
        }
        size = has_changed ? 1 : size + 1;
    }
    is_shortest_ = true;
}

/// False where not even all that is held shows the finding.
bool Minimizer::reduce() {
    Kept all(units_.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = i;
    std::size_t own = target_;
    while (own > 0 && !units_[own].begins_transaction)
        --own;
    // The finding's own transaction, or with all before it; and with its end, if it is about that.
    const auto try_both = [&] {
        return try_keeping({all.begin() + static_cast<std::ptrdiff_t>(own), all.end()}) ||
               try_keeping(all);
    };
    if (!try_both()) {
        keeps_ending_ = is_document_;
        if (!keeps_ending_ || !try_both()) return false;
    }
    drop_beginning();
    drop_callees();
    drop_pieces();
    drop_neighbours();
    return true;
}

Minimized Minimizer::result() {
    Minimized result{.text = text_of(kept_),
                     .finding = *finding_,
                     .replays = replays_,
                     .is_shortest = is_shortest_};
    result.bytes = result.text.size();
    for (const std::size_t i : kept_)
        result.steps += units_[i].is_step ? 1 : 0;
    result.steps_before = steps_dropped_;
    for (const Unit& unit : units_)
        result.steps_before += unit.is_step ? 1 : 0;
    result.bytes_before = bytes_held_ + bytes_dropped_;
    return result;
}

}  // namespace

std::expected<std::optional<Minimized>, TraceError> minimize(StepReader& reader,
                                                             const MinimizeOptions& options) {
    Minimizer minimizer{options, reader.dialect().is_document};
    const auto has_finding = minimizer.collect(reader);
    if (!has_finding) return std::unexpected{has_finding.error()};
    if (!*has_finding) return std::nullopt;
    if (!minimizer.reduce()) {
        if (options.is_cancelled && options.is_cancelled()) return std::nullopt;
        return std::unexpected{TraceError::of(
            TraceError::Kind::limit, "what is held of the trace does not show the finding alone")};
    }
    return minimizer.result();
}

}  // namespace evmmem::traces
