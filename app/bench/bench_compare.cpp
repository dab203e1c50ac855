// SPDX-License-Identifier: MIT
#include "bench_compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "app/host/json.hpp"
#include "app/host/table_text.hpp"
#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "app/text/text_table.hpp"

namespace evmmem::app {
namespace {

using nlohmann::ordered_json;

// Each side's median lies outside of its interval with this probability at most: nine samples, of
// which the lowest and the highest are left out, have 3.9 %.
constexpr double side_error = 0.04;

double ns_of(std::span<const double> samples, double ops) {
    return samples.empty() || ops == 0 ? 0 : median(samples) * 1e9 / ops;
}

ComparedRow compared(const BenchSubject& subject, const BenchRow& now, const OldBench::Row& old) {
    ComparedRow row{.subject = subject.name, .backend = now.backend, .ratio = {}};
    row.old_ns = ns_of(old.samples, old.ops);
    row.new_ns = ns_of(now.samples, static_cast<double>(subject.ops));
    if (old.digest != fmt::format("{:016x}", subject.digest)) {
        row.change = BenchChange::other_program;
        return row;
    }
    if (old.samples.empty() || now.samples.empty()) {
        row.change = BenchChange::not_timed;
        return row;
    }
    row.ratio.median = median(now.samples) / median(old.samples);
    const auto before = sign_test_interval(old.samples, side_error);
    const auto after = sign_test_interval(now.samples, side_error);
    if (!before || !after) return row;
    row.ratio.low = after->low / before->high;
    row.ratio.high = after->high / before->low;
    if (row.ratio.high < 1 - placement) row.change = BenchChange::faster;
    if (row.ratio.low > 1 + placement) row.change = BenchChange::slower;
    return row;
}

std::string_view change_name(BenchChange change) {
    switch (change) {
        case BenchChange::none: return "same";
        case BenchChange::faster: return "faster";
        case BenchChange::slower: return "slower";
        case BenchChange::not_timed: return "not timed";
        case BenchChange::other_program: return "another program";
        case BenchChange::only_old: return "not measured now";
        case BenchChange::only_new: return "new";
    }
    return "?";
}

std::string ns_text(double ns) {
    return ns == 0 ? "-" : fmt::format("{:.3g}", ns);
}

std::string interval_text(const ComparedRow& row) {
    if (row.ratio.median == 0) return "-";
    if (row.ratio.high == 0) return fmt::format("{:.3f} (?)", row.ratio.median);
    return fmt::format("{:.3f} ({:.3f}-{:.3f})", row.ratio.median, row.ratio.low, row.ratio.high);
}

std::vector<std::string> comparison_headings() {
    return {"program", "backend", "old ns/op", "ns/op", "new / old (interval)", "change"};
}

std::vector<std::string> comparison_cells(const ComparedRow& row) {
    return {escaped(row.subject), escaped(row.backend, 40), ns_text(row.old_ns),
            ns_text(row.new_ns),  interval_text(row),       std::string{change_name(row.change)}};
}

std::string comparison_summary(const BenchComparison& comparison) {
    const auto count = [&](BenchChange change) {
        return static_cast<std::uint64_t>(
            std::ranges::count(comparison.rows, change, &ComparedRow::change));
    };
    return fmt::format("{} faster and {} slower than {}, of {}", count(BenchChange::faster),
                       count(BenchChange::slower), escaped(comparison.old_program),
                       counted(comparison.rows.size(), "row"));
}

}  // namespace

std::expected<OldBench, std::string> old_bench_from(const std::string& json) {
    const auto document = nlohmann::json::parse(json, nullptr, false);
    const auto wrong = [] {
        return std::unexpected{"it is not what 'evmmem bench --format json' prints"};
    };
    if (!document.is_object() || document.value("tool", "") != "evmmem bench") return wrong();
    if (document.value("version", 0) != 1)
        return std::unexpected{"it is of another version of evmmem"};
    try {
        OldBench run;
        const auto& environment = document.at("environment");
        environment.at("program").get_to(run.program);
        environment.at("cpu").get_to(run.cpu);
        environment.at("system").get_to(run.system);
        for (const auto& program : document.at("programs"))
            for (const auto& backend : program.at("backends")) {
                OldBench::Row row{program.at("digest"), program.at("ops"), {}};
                if (backend.contains("seconds_per_run"))
                    backend.at("seconds_per_run").get_to(row.samples);
                if (std::ranges::any_of(row.samples, [](double each) { return !(each > 0); }))
                    return wrong();
                run.rows[{program.at("name"), backend.at("name")}] = std::move(row);
            }
        return run;
    } catch (const nlohmann::json::exception&) {
        return wrong();
    }
}

BenchComparison compare_benches(OldBench old, const BenchReport& now) {
    BenchComparison comparison{.old_program = old.program, .difference = {}, .rows = {}};
    if (old.cpu != now.environment.cpu || old.system != now.environment.system)
        comparison.difference =
            fmt::format("the old run is of another machine ({}, {}; here {}, {})", old.cpu,
                        old.system, now.environment.cpu, now.environment.system);
    for (const BenchSubject& subject : now.subjects)
        for (const BenchRow& row : subject.rows) {
            const auto found = old.rows.find({subject.name, row.backend});
            if (found == old.rows.end()) {
                comparison.rows.push_back(
                    {.subject = subject.name,
                     .backend = row.backend,
                     .change = BenchChange::only_new,
                     .new_ns = ns_of(row.samples, static_cast<double>(subject.ops)),
                     .ratio = {}});
                continue;
            }
            comparison.rows.push_back(compared(subject, row, found->second));
            old.rows.erase(found);
        }
    for (const auto& [names, row] : old.rows)
        comparison.rows.push_back({.subject = names.first,
                                   .backend = names.second,
                                   .change = BenchChange::only_old,
                                   .old_ns = ns_of(row.samples, row.ops),
                                   .ratio = {}});
    return comparison;
}

std::string comparison_text(const BenchComparison& comparison, const Palette& palette,
                            std::size_t columns_max) {
    using enum TextTable::Align;
    TextTable table{{left, left, right, right, right, left}};
    table.may_leave_out({"old ns/op", "ns/op"});
    table.add_row(comparison_headings());
    for (const ComparedRow& row : comparison.rows)
        table.add_row(comparison_cells(row));
    std::string text = table_text(table, palette, columns_max);
    text += "\n" + wrapped_text(comparison_summary(comparison), columns_max, 0) + "\n";
    if (!comparison.difference.empty())
        text += palette.doubtful(
                    wrapped_text("note: " + escaped(comparison.difference), columns_max, 6)) +
                "\n";
    return text;
}

std::string comparison_markdown(const BenchComparison& comparison) {
    std::string text = fmt::format("| {} |\n| --- | --- | --: | --: | --: | --- |\n",
                                   fmt::join(comparison_headings(), " | "));
    for (const ComparedRow& row : comparison.rows)
        text += fmt::format("| {} |\n", fmt::join(comparison_cells(row), " | "));
    text += "\n- " + comparison_summary(comparison) + "\n";
    if (!comparison.difference.empty()) text += "- " + escaped(comparison.difference) + "\n";
    return text;
}

std::string comparison_json(const BenchComparison& comparison) {
    ordered_json document = {{"tool", "evmmem bench --compare"}, {"version", 1}};
    document["old_program"] = comparison.old_program;
    document["difference"] = comparison.difference;
    document["rows"] = ordered_json::array();
    for (const ComparedRow& row : comparison.rows) {
        ordered_json object = {{"program", row.subject},
                               {"backend", row.backend},
                               {"change", change_name(row.change)}};
        if (row.old_ns != 0) object["old_ns_per_op"] = row.old_ns;
        if (row.new_ns != 0) object["ns_per_op"] = row.new_ns;
        if (row.ratio.median != 0) object["ratio"]["median"] = row.ratio.median;
        if (row.ratio.high != 0) {
            object["ratio"]["low"] = row.ratio.low;
            object["ratio"]["high"] = row.ratio.high;
        }
        document["rows"].push_back(std::move(object));
    }
    return json_document(document);
}

}  // namespace evmmem::app
