// SPDX-License-Identifier: MIT
#include "bench_report.hpp"

#include <fmt/format.h>

#include "app/host/json.hpp"
#include "app/host/table_text.hpp"
#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "app/text/text_table.hpp"

namespace evmmem::app {
namespace {

using nlohmann::ordered_json;

double seconds_of(const BenchRow& row) {
    return median(row.samples);
}

double op_ns(const BenchSubject& subject, const BenchRow& row) {
    return subject.ops == 0 ? 0 : seconds_of(row) * 1e9 / static_cast<double>(subject.ops);
}

double data_rate(const BenchSubject& subject, const BenchRow& row) {
    return static_cast<double>(subject.bytes) / seconds_of(row);
}

std::string percent(double fraction) {
    return fmt::format("{:.0f}%", fraction * 100);
}

std::string ratio_text(const BenchRow& row) {
    if (!row.ratio) return "-";
    return fmt::format("{} ({}-{})", three_digits(row.ratio->median), three_digits(row.ratio->low),
                       three_digits(row.ratio->high));
}

std::vector<std::string> report_headings() {
    return {"program", "backend", "ns/op", "spread", "bytes/s", "time / flat (quartiles)"};
}

std::vector<std::string> cells(const BenchSubject& subject, const BenchRow& row) {
    if (row.samples.empty()) return {escaped(subject.name), row.backend, "WRONG", "", "", ""};
    return {escaped(subject.name),
            row.backend,
            three_digits(op_ns(subject, row)),
            percent(spread_of(row.samples).relative()),
            subject.bytes != 0 ? scaled(data_rate(subject, row), "B/s") : "-",
            ratio_text(row)};
}

/// Sentences below the table.
std::vector<std::string> notes(const BenchReport& report) {
    std::vector<std::string> notes;
    for (const BenchSubject& subject : report.subjects) {
        for (const BenchRow& row : subject.rows)
            if (!row.wrong.empty())
                notes.push_back(fmt::format("{} on {} is wrong and was not timed: {}", row.backend,
                                            escaped(subject.name), escaped(row.wrong)));
        if (subject.is_cut)
            notes.push_back(fmt::format("{}: only its first {} were run", escaped(subject.name),
                                        counted(subject.ops, "operation")));
    }
    for (const BenchBuild& each : report.builds) {
        const std::string& ours = report.builds.front().build;
        if (each.build.empty())
            notes.push_back(fmt::format("{} does not say what compiled it; {} was compiled by {}",
                                        each.backend, report.builds.front().backend, ours));
        else if (each.build != ours)
            notes.push_back(fmt::format("{} was compiled by {}, {} by {}", each.backend,
                                        escaped(each.build, 80), report.builds.front().backend,
                                        ours));
    }
    if (report.noise() > noise_max)
        notes.push_back(
            fmt::format("the machine was noisy: repetitions differ by {}, so smaller "
                        "differences cannot be seen",
                        percent(report.noise())));
    return notes;
}

std::string csv_cell(const std::string& text) {
    if (text.find_first_of(",\"\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text)
        quoted += c == '"' ? std::string{"\"\""} : std::string{c};
    return quoted + "\"";
}

}  // namespace

double BenchReport::noise() const {
    std::vector<double> spreads;
    for (const BenchSubject& subject : subjects)
        for (const BenchRow& row : subject.rows)
            if (row.samples.size() > 1) spreads.push_back(spread_of(row.samples).relative());
    return spreads.empty() ? 0 : median(spreads);
}

bool BenchReport::has_wrong() const {
    for (const BenchSubject& subject : subjects)
        for (const BenchRow& row : subject.rows)
            if (!row.wrong.empty()) return true;
    return false;
}

std::string bench_text(const BenchReport& report, const Palette& palette, std::size_t columns_max) {
    using enum TextTable::Align;
    TextTable table{{left, left, right, right, right, right}};
    table.may_leave_out({"bytes/s", "spread"});
    table.add_row(report_headings());
    for (const BenchSubject& subject : report.subjects) {
        bool is_first = true;
        for (const BenchRow& row : subject.rows) {
            auto line = cells(subject, row);
            if (!is_first) line[0].clear();
            is_first = false;
            table.add_row(std::move(line));
        }
    }
    std::string text = table_text(table, palette, columns_max) + "\n";
    for (const std::string& note : notes(report))
        text += palette.doubtful(wrapped_text("note: " + note, columns_max, 6)) + "\n";
    for (const auto& [name, value] : report.environment.rows())
        text += palette.dim(fmt::format("{:<11} {}", name, escaped(value))) + "\n";
    text +=
        palette.dim(fmt::format(
            "{:<11} {}, seed {}; medians, CPU time of one thread", "measured",
            counted(static_cast<std::uint64_t>(report.repetitions), "repetition"), report.seed)) +
        "\n";
    return text;
}

std::string bench_markdown(const BenchReport& report) {
    std::string text = fmt::format("| {} |\n| --- | --- | --: | --: | --: | --: |\n",
                                   fmt::join(report_headings(), " | "));
    for (const BenchSubject& subject : report.subjects)
        for (const BenchRow& row : subject.rows)
            text += fmt::format("| {} |\n", fmt::join(cells(subject, row), " | "));
    text += "\n";
    for (const std::string& note : notes(report))
        text += fmt::format("- {}\n", note);
    for (const auto& [name, value] : report.environment.rows())
        text += fmt::format("- {}: {}\n", name, escaped(value));
    return text +
           fmt::format("- measured: {} repetitions, seed {}\n", report.repetitions, report.seed);
}

std::string bench_csv(const BenchReport& report) {
    std::string text =
        "program,backend,ops,bytes,ns_per_op,ns_per_op_low,ns_per_op_high,bytes_per_second,"
        "ratio_to_flat,wrong\n";
    for (const BenchSubject& subject : report.subjects) {
        for (const BenchRow& row : subject.rows) {
            std::string figures = ",,,,";
            if (!row.samples.empty()) {
                const Spread spread = spread_of(row.samples);
                const double ns =
                    1e9 / static_cast<double>(std::max<std::uint64_t>(subject.ops, 1));
                figures = fmt::format("{:.4f},{:.4f},{:.4f},{:.0f},{}", spread.median * ns,
                                      spread.low * ns, spread.high * ns, data_rate(subject, row),
                                      row.ratio ? fmt::format("{:.4f}", row.ratio->median) : "");
            }
            text += fmt::format("{},{},{},{},{},{}\n", csv_cell(subject.name), row.backend,
                                subject.ops, subject.bytes, figures, csv_cell(row.wrong));
        }
    }
    return text;
}

std::string bench_json(const BenchReport& report) {
    ordered_json document = {{"tool", "evmmem bench"}, {"version", 1}};
    for (const auto& [name, value] : report.environment.rows())
        document["environment"][name] = value;
    document["seed"] = report.seed;
    document["repetitions"] = report.repetitions;
    document["backends"] = ordered_json::array();
    for (const BenchBuild& each : report.builds)
        document["backends"].push_back({{"name", each.backend}, {"build", each.build}});
    document["noise"] = report.noise();
    document["is_noisy"] = report.noise() > noise_max;
    document["programs"] = ordered_json::array();
    for (const BenchSubject& subject : report.subjects) {
        ordered_json object = {
            {"name", subject.name},         {"ops", subject.ops},
            {"bytes_moved", subject.bytes}, {"digest", fmt::format("{:016x}", subject.digest)},
            {"is_cut", subject.is_cut},     {"backends", ordered_json::array()}};
        for (const BenchRow& row : subject.rows) {
            ordered_json entry = {{"name", row.backend}};
            if (!row.wrong.empty()) entry["wrong"] = row.wrong;
            if (!row.samples.empty()) {
                entry["ns_per_op"] = op_ns(subject, row);
                entry["bytes_per_second"] = data_rate(subject, row);
                entry["seconds_per_run"] = row.samples;
            }
            if (row.ratio)
                entry["ratio_to_flat"] = {{"median", row.ratio->median},
                                          {"low_quartile", row.ratio->low},
                                          {"high_quartile", row.ratio->high}};
            object["backends"].push_back(std::move(entry));
        }
        document["programs"].push_back(std::move(object));
    }
    return document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace evmmem::app
