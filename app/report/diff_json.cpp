// SPDX-License-Identifier: MIT
#include <algorithm>

#include "app/host/json.hpp"
#include "diff_report.hpp"
#include "step_json.hpp"

namespace evmmem::app {
namespace {

using nlohmann::ordered_json;
using traces::Both;
using traces::TraceDifference;

// "a_is_right" of "A is right".
std::string key_of(std::string_view words) {
    std::string key{words};
    for (char& letter : key)
        letter = letter == ' ' ? '_' : letter == 'A' ? 'a' : letter == 'B' ? 'b' : letter;
    return key;
}

ordered_json diff_trace_json(const DiffReport::Trace& trace) {
    return {{"file", trace.file},
            {"dialect", trace.dialect},
            {"steps", trace.summary.steps},
            {"transactions", trace.summary.transactions},
            {"findings", trace.summary.findings},
            {"warnings", trace.summary.warnings},
            {"gaps", trace.gaps}};
}

template <typename T, typename ToJson>
ordered_json both_json(const Both<T>& both, ToJson to_json) {
    return {{"a", to_json(both[0])}, {"b", to_json(both[1])}};
}

template <typename ToJson>
auto or_null(ToJson to_json) {
    return [to_json](const auto& value) {
        return value ? ordered_json(to_json(*value)) : ordered_json(nullptr);
    };
}

ordered_json same_json(const auto& value) {
    return value;
}

ordered_json diff_findings_json(const std::vector<traces::Finding>& findings) {
    auto result = ordered_json::array();
    for (const traces::Finding& finding : findings)
        result.push_back(
            {{"check", info(finding.check).name},
             {"severity", finding.severity == traces::Severity::finding ? "finding" : "warning"},
             {"step", finding.step},
             {"line", finding.line},
             {"pc", finding.pc},
             {"op", finding.op_name},
             {"depth", finding.depth},
             {"claimed", finding.claimed},
             {"computed", finding.computed},
             {"detail", finding.detail}});
    return result;
}

ordered_json difference_json(const TraceDifference& difference) {
    ordered_json object;
    object["number"] = difference.number;
    object["kind"] = name(difference.kind);
    object["transactions"] = both_json(difference.transactions,
                                       or_null([](const auto& each) { return same_json(each); }));
    object["transactions_alone"] = difference.transactions_alone;
    object["steps"] =
        both_json(difference.steps,
                  or_null([](const traces::StepLine& each) { return step_line_json(each); }));
    auto& before = object["before"] = ordered_json::array();
    for (const auto& pair : difference.before)
        before.push_back(both_json(pair, step_json));
    auto& fields = object["fields"] = ordered_json::array();
    for (const traces::FieldDifference& field : difference.fields)
        fields.push_back({{"field", name(field.field)},
                          {"at", field.at ? ordered_json(*field.at) : ordered_json(nullptr)},
                          {"a", field.values[0]},
                          {"b", field.values[1]}});
    object["fields_left_out"] = difference.fields_left_out;
    object["followers"] = difference.followers;
    const auto reference =
        or_null([](const traces::StepReference& each) { return step_json(each); });
    object["last_follower"] = both_json(difference.last_follower, reference);
    object["steps_alone"] =
        both_json(difference.steps_alone, [](std::uint64_t each) { return ordered_json(each); });
    object["met_again"] = both_json(difference.met_again, reference);
    object["verdict"] = key_of(name(difference.verdict));
    object["reason"] = difference.reason;
    object["findings"] = both_json(difference.findings, diff_findings_json);
    return object;
}

}  // namespace

std::string diff_json(const DiffReport& report) {
    ordered_json object;
    object["a"] = diff_trace_json(report.traces[0]);
    object["b"] = diff_trace_json(report.traces[1]);
    if (const std::string& rules = report.traces[0].summary.rules; !rules.empty())
        object["rules"] = rules;
    object["verdict"] = name(report.verdict);
    object["exit_code"] = to_int(report.code);
    auto& counts = object["difference_counts"] = ordered_json::object();
    counts["all"] = report.difference_count;
    for (std::size_t i = 0; i < report.by_kind.size(); ++i)
        counts[std::string{name(static_cast<TraceDifference::Kind>(i))}] = report.by_kind[i];
    auto& differences = object["differences"] = ordered_json::array();
    for (const TraceDifference& difference : report.differences)
        differences.push_back(difference_json(difference));
    auto& compared = object["compared"] = ordered_json::object();
    compared["transactions"] = report.transactions;
    for (std::size_t i = 0; i < report.compared.size(); ++i)
        compared[std::string{name(static_cast<traces::ComparedField>(i))}] = report.compared[i];
    object["stops_left_out"] = report.stops_left_out;
    return json_line(object);
}

}  // namespace evmmem::app
