// SPDX-License-Identifier: MIT
#include "bench_preset.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/host/json.hpp"
#include "app/text/quantity.hpp"
#include "app/text/text_table.hpp"
#include "traces/generate/pattern.hpp"

namespace evmmem::app {
namespace {

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;

AccessProgram empty_program() {
    return AccessProgram{{.bytes_max = std::uint64_t{1} << 30}};
}

AccessProgram expansion(std::uint64_t size) {
    AccessProgram program = empty_program();
    for (int i = 0; i < 1000; ++i) {
        program.grow(size);
        program.reset();
    }
    return program;
}

AccessProgram small_expansion() {
    return expansion(kib - 32);
}
AccessProgram medium_expansion() {
    return expansion(mib - 32);
}

AccessProgram words(bool is_load) {
    constexpr std::uint64_t size = 64 * kib;
    AccessProgram program = empty_program();
    program.grow(size);
    for (int sweep = 0; sweep < 8; ++sweep) {
        for (std::uint64_t at = 0; at < size; at += word_size) {
            if (is_load)
                program.load_word(at);
            else
                program.store_word(at, Word{at});
        }
    }
    return program;
}

AccessProgram word_stores() {
    return words(false);
}
AccessProgram word_loads() {
    return words(true);
}

AccessProgram large_copies(std::uint64_t size) {
    AccessProgram program = empty_program();
    program.grow(2 * size);
    for (int i = 0; i < 16; ++i)
        program.copy(i % 2 == 0 ? size : 0, i % 2 == 0 ? 0 : size, size);
    return program;
}

AccessProgram copies_of_2_mib() {
    return large_copies(2 * mib);
}
AccessProgram copies_of_16_mib() {
    return large_copies(16 * mib);
}

AccessProgram random_words() {
    constexpr std::uint64_t size = mib;
    AccessProgram program = empty_program();
    program.grow(size);
    traces::PatternRandom random{1};
    for (int i = 0; i < 8192; ++i) {
        const std::uint64_t at = random.below(size / word_size) * word_size;
        if (i % 2 == 0)
            program.store_word(at, Word{at});
        else
            program.load_word(at);
    }
    return program;
}

AccessProgram large_writes() {
    constexpr std::uint64_t size = mib;
    AccessProgram program{{.bytes_max = std::uint64_t{1} << 30, .data_size = size}};
    for (int i = 0; i < 16; ++i)
        program.write(0, size, size);
    return program;
}

// clang-format off
using enum TargetKind;
constexpr Target spec_rows[] = {
    // name                sentence                                                    kind              bound   program        ops a figure
    {"expansion/small",    "A new memory grows to 992 bytes, and is reset",             ns_per_op,        100,    small_expansion,  2},
    {"expansion/medium",   "A new memory grows to 1 MiB less a word, and is reset",     ns_per_op,        1000,   medium_expansion, 2},
    {"words/store",        "Words stored in order over 64 KiB",                         bytes_per_second, 1e9,    word_stores},
    {"words/load",         "Words loaded in order over 64 KiB",                         bytes_per_second, 1e9,    word_loads},
    {"copy/2M",            "MCOPY of 2 MiB",                                            bytes_per_second, 5e9,    copies_of_2_mib},
    {"random/1M",          "Words stored and loaded anywhere in 1 MiB",                 ns_per_op,        50,     random_words},
    {"memcpy/copy/2M",     "MCOPY of 2 MiB, against memmove",                           ratio_to_flat,    1.2,    copies_of_2_mib},
    {"memcpy/copy/16M",    "MCOPY of 16 MiB, against memmove",                          ratio_to_flat,    1.2,    copies_of_16_mib},
    {"memcpy/write/1M",    "CALLDATACOPY of 1 MiB, against memcpy",                     ratio_to_flat,    1.2,    large_writes},
};
// clang-format on

std::string in_unit(TargetKind kind, double value) {
    switch (kind) {
        case ns_per_op: return duration(value * 1e-9);
        case bytes_per_second: return scaled(value, "B/s");
        case ratio_to_flat: return fmt::format("{:.2f}x", value);
    }
    return {};
}

std::string bound_text(const Target& target) {
    return (target.kind == bytes_per_second ? "> " : "< ") + in_unit(target.kind, target.bound);
}

std::vector<std::string> cells(const TargetResult& result) {
    const Target& target = *result.target;
    if (!result.wrong.empty())
        return {std::string{target.name}, bound_text(target), "WRONG", "", result.wrong};
    return {std::string{target.name}, bound_text(target),
            in_unit(target.kind, result.figure.median), result.is_met() ? "met" : "MISSED",
            std::string{target.sentence}};
}

const char* unit_name(TargetKind kind) {
    switch (kind) {
        case ns_per_op: return "ns";
        case bytes_per_second: return "bytes_per_second";
        case ratio_to_flat: return "ratio_to_flat";
    }
    return "";
}

}  // namespace

std::span<const Target> spec_targets() {
    return spec_rows;
}

bool TargetResult::is_met() const {
    if (!wrong.empty()) return false;
    return target->kind == bytes_per_second ? figure.median > target->bound
                                            : figure.median < target->bound;
}

TargetResult judge_target(const Target& target, const BenchSubject& subject, const BenchRow& row) {
    TargetResult result{.target = &target, .figure = {}, .wrong = row.wrong};
    if (!result.wrong.empty()) return result;
    if (row.samples.empty() || (target.kind == ratio_to_flat && !row.ratio)) {
        result.wrong = "nothing was measured";
        return result;
    }
    const Spread seconds = spread_of(row.samples);
    const double ns = 1e9 * target.ops_per_figure / static_cast<double>(subject.ops);
    const auto bytes = static_cast<double>(subject.bytes);
    switch (target.kind) {
        case ns_per_op:
            result.figure = {seconds.median * ns, seconds.low * ns, seconds.high * ns};
            break;
        case bytes_per_second:
            result.figure = {bytes / seconds.median, bytes / seconds.high, bytes / seconds.low};
            break;
        case ratio_to_flat: result.figure = *row.ratio; break;
    }
    return result;
}

ExitCode judge_preset(std::span<const TargetResult> results) {
    return std::ranges::all_of(results, &TargetResult::is_met) ? ExitCode::agrees
                                                               : ExitCode::findings;
}

std::string preset_text(std::span<const TargetResult> results, const Palette& palette) {
    using enum TextTable::Align;
    TextTable table_of_results{{left, right, right, left, left}};
    table_of_results.add_row({"target", "asked", "measured", "", ""});
    for (const TargetResult& result : results)
        table_of_results.add_row(cells(result));
    const auto lines = table_of_results.lines();
    std::string text = palette.strong(lines[0]) + "\n";
    for (std::size_t i = 1; i < lines.size(); ++i)
        text += (results[i - 1].is_met() ? lines[i] : palette.bad(lines[i])) + "\n";
    return text;
}

std::string preset_markdown(std::span<const TargetResult> results) {
    std::string text = "| target | asked | measured | | |\n| --- | --: | --: | --- | --- |\n";
    for (const TargetResult& result : results)
        text += fmt::format("| {} |\n", fmt::join(cells(result), " | "));
    return text;
}

std::string preset_json(std::span<const TargetResult> results, const Environment& environment) {
    using nlohmann::ordered_json;
    ordered_json document = {{"tool", "evmmem bench --preset spec"}, {"version", 1}};
    for (const auto& [name, value] : environment.rows())
        document["environment"][name] = value;
    document["targets"] = ordered_json::array();
    for (const TargetResult& result : results) {
        ordered_json object = {{"name", result.target->name},
                               {"sentence", result.target->sentence},
                               {"unit", unit_name(result.target->kind)},
                               {"bound", result.target->bound},
                               {"is_met", result.is_met()}};
        if (result.wrong.empty())
            object["figure"] = {{"median", result.figure.median},
                                {"low_quartile", result.figure.low},
                                {"high_quartile", result.figure.high}};
        else
            object["wrong"] = result.wrong;
        document["targets"].push_back(std::move(object));
    }
    return json_document(document);
}

std::string preset_csv(std::span<const TargetResult> results) {
    std::string text = "target,unit,bound,figure,is_met\n";
    for (const TargetResult& result : results)
        text += fmt::format("{},{},{},{},{}\n", result.target->name, unit_name(result.target->kind),
                            result.target->bound,
                            result.wrong.empty() ? fmt::format("{:.4g}", result.figure.median) : "",
                            result.is_met() ? 1 : 0);
    return text;
}

}  // namespace evmmem::app
