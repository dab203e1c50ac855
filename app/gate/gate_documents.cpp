// SPDX-License-Identifier: MIT
// The reports of gate that programs read: JSON, Google Benchmark's JSON, JUnit's XML.
#include <fmt/format.h>

#include <algorithm>

#include "app/host/json.hpp"
#include "app/text/xml_text.hpp"
#include "gate_report.hpp"

namespace evmmem::app {
namespace {

using nlohmann::ordered_json;

ordered_json gbench_row(const std::string& name, std::size_t index, std::size_t count,
                        double seconds) {
    return {{"name", name},         {"run_name", name},           {"run_type", "iteration"},
            {"repetitions", count}, {"repetition_index", index},  {"threads", 1},
            {"iterations", 1},      {"real_time", seconds * 1e9}, {"cpu_time", seconds * 1e9},
            {"time_unit", "ns"}};
}

}  // namespace

std::string gate_json(const GateReport& report) {
    ordered_json document = {{"tool", "evmmem gate"}, {"version", 1}};
    document["verdict"] = name(report.verdict());
    document["base"] = report.base;
    document["head"] = report.head;
    document["unit"] = report.is_counting ? "instructions" : "seconds";
    document["tolerance"] = report.tolerance;
    document["error"] = report.error;
    document["is_base_stored"] = report.is_stored;
    document["has_workers"] = report.has_workers;
    document["seed"] = report.seed;
    for (const auto& [key, value] : report.environment.rows())
        document["environment"][key] = value;
    document["comparisons"] = ordered_json::array();
    for (const GateComparison& each : report.comparisons) {
        document["comparisons"].push_back({
            {"name", each.name},
            {"verdict", name(each.verdict)},
            {"reason", each.reason},
            {"ratio",
             {{"median", each.ratio.median}, {"low", each.ratio.low}, {"high", each.ratio.high}}},
            {"pairs", each.pairs},
            {"fresh_pairs", each.fresh_pairs},
            {"control_ratio", each.control.median},
            {"is_control_moved", each.is_control_moved},
            {"instruction_ratio", each.instruction_ratio > 0 ? ordered_json(each.instruction_ratio)
                                                             : ordered_json(nullptr)},
            {"program_digest", each.program_digest},
            {"result_digest", each.result_digest},
            {"base", each.base_seconds},
            {"head", each.head_seconds},
            {"base_control_seconds", each.base_control},
            {"head_control_seconds", each.head_control},
        });
    }
    return json_document(document);
}

std::string gate_gbench(const GateReport& report) {
    ordered_json document;
    document["context"] = {{"executable", report.head},
                           {"num_cpus", report.environment.cpus},
                           {"library_build_type", "release"}};
    document["benchmarks"] = ordered_json::array();
    for (const GateComparison& each : report.comparisons) {
        for (const auto& [side, samples] :
             {std::pair{"base", &each.base_seconds}, {"head", &each.head_seconds}})
            for (std::size_t i = 0; i < samples->size(); ++i)
                document["benchmarks"].push_back(gbench_row(fmt::format("{}/{}", each.name, side),
                                                            i, samples->size(), (*samples)[i]));
    }
    return json_document(document);
}

std::string gate_junit(const GateReport& report) {
    const auto count = [&](GateVerdict verdict) {
        return std::ranges::count(report.comparisons, verdict, &GateComparison::verdict);
    };
    std::string text = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuite name=\"evmmem gate\" tests=\"{}\" failures=\"{}\" errors=\"0\" "
        "skipped=\"{}\">\n",
        report.comparisons.size(), count(GateVerdict::fail), count(GateVerdict::inconclusive));
    for (const GateComparison& each : report.comparisons) {
        const std::string said = fmt::format(
            "head/base {:.4f} ({:.4f} .. {:.4f}), {} pairs{}{}", each.ratio.median, each.ratio.low,
            each.ratio.high, each.pairs, each.reason.empty() ? "" : "; ", each.reason);
        text +=
            fmt::format("  <testcase classname=\"evmmem.gate\" name=\"{}\">", xml_text(each.name));
        switch (each.verdict) {
            case GateVerdict::pass:
                text += fmt::format("<system-out>{}</system-out>", xml_text(said));
                break;
            case GateVerdict::fail:
                text += fmt::format("<failure message=\"{}\"/>", xml_text(said));
                break;
            case GateVerdict::inconclusive:
                text += fmt::format("<skipped message=\"inconclusive: {}\"/>", xml_text(said));
                break;
        }
        text += "</testcase>\n";
    }
    return text + "</testsuite>\n";
}

}  // namespace evmmem::app
