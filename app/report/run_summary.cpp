// SPDX-License-Identifier: MIT
#include "run_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"

namespace evmmem::app {
namespace {

constexpr Verdict worst_first[] = {Verdict::findings, Verdict::unreadable, Verdict::incomplete};

std::string dialect_of(const ReplayReport& report) {
    return report.dialect != nullptr ? std::string{report.dialect->name} : std::string{};
}

std::string why(const ReplayReport& report) {
    if (report.verdict == Verdict::findings)
        return report.summary.findings > 0 ? counted(report.summary.findings, "finding")
                                           : counted(report.summary.warnings, "warning");
    if (report.verdict == Verdict::unreadable && !report.errors.empty())
        return report.errors.front().message;
    return report.gaps.empty() ? std::string{} : report.gaps.front();
}

}  // namespace

void RunSummary::add(const ReplayReport& report) {
    const auto verdict = static_cast<std::size_t>(report.verdict);
    ++files_[verdict];
    constexpr std::size_t skipped_max = 5;
    if (report.verdict == Verdict::skipped && skipped_.size() < skipped_max)
        skipped_.push_back(report.file);
    if (report.verdict != Verdict::agrees && report.verdict != Verdict::skipped &&
        failing_[verdict].size() < failing_max)
        failing_[verdict].push_back({report.file, report.verdict, why(report)});
    transactions_ += report.summary.transactions;
    steps_ += report.summary.steps;
    findings_ += report.summary.findings;
    warnings_ += report.summary.warnings;
    for (std::size_t i = 0; i < checks_.size(); ++i) {
        checks_[i].made += report.summary.checks[i].made;
        checks_[i].failed += report.summary.checks[i].failed;
        checks_[i].impossible += report.summary.checks[i].impossible;
    }
    const std::string dialect = dialect_of(report);
    for (const FindingKind& of_file : report.kinds) {
        const std::tuple key{of_file.severity, of_file.check, of_file.op_name, dialect};
        auto found = kinds_.find(key);
        if (found == kinds_.end() && kinds_.size() == kinds_max) {
            more_kinds_ += of_file.count;
            continue;
        }
        if (found == kinds_.end()) {
            Kind kind{.check = of_file.check,
                      .severity = of_file.severity,
                      .op_name = of_file.op_name,
                      .dialect = dialect,
                      .first_file = report.file};
            const auto& kept =
                of_file.severity == traces::Severity::finding ? report.findings : report.warnings;
            const auto first = std::ranges::find_if(kept, [&](const traces::Finding& finding) {
                return finding.check == of_file.check && finding.op_name == of_file.op_name;
            });
            if (first != kept.end()) kind.first_line = first->line;
            found = kinds_.emplace(key, std::move(kind)).first;
        }
        found->second.findings += of_file.count;
        ++found->second.files;
    }
}

std::uint64_t RunSummary::files() const {
    std::uint64_t count = not_replayed_;
    for (const std::uint64_t of_verdict : files_)
        count += of_verdict;
    return count;
}

std::vector<const RunSummary::Kind*> RunSummary::kinds() const {
    std::vector<const Kind*> result;
    for (const auto& [key, kind] : kinds_)
        result.push_back(&kind);
    // The most first; of as many in the order of their names.
    const auto rank = [](const Kind& kind, const Kind& counts) {
        return std::tuple{kind.severity,
                          counts.files,
                          counts.findings,
                          kind.check,
                          std::string_view{kind.op_name},
                          std::string_view{kind.dialect}};
    };
    std::ranges::sort(
        result, [&rank](const Kind* a, const Kind* b) { return rank(*a, *b) < rank(*b, *a); });
    return result;
}

RunSummary::ShownKinds RunSummary::shown_kinds() const {
    ShownKinds result{.kinds = kinds(), .findings_hidden = more_kinds_};
    const auto rest =
        std::span{result.kinds}.subspan(std::min(result.kinds.size(), kinds_shown_max));
    for (const Kind* kind : rest)
        result.findings_hidden += kind->findings;
    result.kinds.resize(result.kinds.size() - rest.size());
    return result;
}

std::string RunSummary::Kind::check_text() const {
    return fmt::format("{}{}", info(check).name,
                       severity == traces::Severity::warning ? " (warning)" : "");
}

std::string RunSummary::Kind::first_place() const {
    return first_line > 0 ? fmt::format("{}:{}", first_file, first_line) : first_file;
}

std::string RunSummary::ShownKinds::hidden_text() const {
    if (findings_hidden == 0) return {};
    return fmt::format("and {} of more kinds", counted(findings_hidden, "finding"));
}

std::string RunSummary::more_failing_text() const {
    const std::uint64_t shown = failing().size();
    const std::uint64_t count = failing_count();
    if (count <= shown) return {};
    return fmt::format("and {} that do not agree", counted(count - shown, "more file"));
}

std::vector<RunSummary::Failing> RunSummary::failing() const {
    std::vector<Failing> result;
    for (const Verdict verdict : worst_first) {
        const auto& of_verdict = failing_[static_cast<std::size_t>(verdict)];
        result.insert(result.end(), of_verdict.begin(), of_verdict.end());
    }
    if (result.size() > failing_max) result.resize(failing_max);
    return result;
}

std::uint64_t RunSummary::failing_count() const {
    return files() - files(Verdict::agrees) - files(Verdict::skipped) - not_replayed();
}

std::string RunSummary::skipped_text() const {
    if (skipped_.empty()) return {};
    std::vector<std::string> names;
    for (const std::string& file : skipped_)
        names.push_back(escaped(file));
    const auto more = files(Verdict::skipped) - skipped_.size();
    return fmt::format("skipped, as they are no traces, or links: {}{}", fmt::join(names, ", "),
                       more > 0 ? fmt::format(", and {} more", grouped(more)) : "");
}

std::string RunSummary::files_text() const {
    std::vector<std::string> parts;
    for (const Verdict verdict : verdicts)
        if (files(verdict) > 0)
            parts.push_back(fmt::format("{} {}", grouped(files(verdict)), name(verdict)));
    if (not_replayed_ > 0) parts.push_back(grouped(not_replayed_) + " not replayed");
    const std::string all = counted(files(), "file");
    return parts.empty() ? all : fmt::format("{}: {}", all, fmt::join(parts, ", "));
}

bool WorthPrinting::operator()(const ReplayReport& report) {
    if (report.verdict == Verdict::agrees || report.verdict == Verdict::skipped) return false;
    if (report.verdict != Verdict::findings)
        return printed_without_[report.verdict]++ < without_findings_max;
    bool is_new = report.kinds.empty();
    for (const FindingKind& kind : report.kinds) {
        std::tuple key{kind.check, kind.op_name, dialect_of(report)};
        if (printed_.size() < kinds_max) is_new = printed_.insert(std::move(key)).second || is_new;
    }
    return is_new;
}

}  // namespace evmmem::app
