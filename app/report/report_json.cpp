// SPDX-License-Identifier: MIT
// The keys keep their order; everything is ASCII, so that foreign text cannot disturb a terminal that
// shows it.
#include "report_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "blame_text.hpp"
#include "core/hex.hpp"
#include "core/opcode_table.hpp"
#include "step_json.hpp"

namespace evmmem::app {
namespace {

using nlohmann::ordered_json;

// Each name as JSON has it; read and written by the same tables.
constexpr std::pair<traces::TraceError::Kind, std::string_view> error_kinds[] = {
    {traces::TraceError::Kind::malformed, "malformed"},
    {traces::TraceError::Kind::not_a_trace, "not_a_trace"},
    {traces::TraceError::Kind::truncated, "truncated"},
    {traces::TraceError::Kind::io, "io"},
    {traces::TraceError::Kind::limit, "limit"},
};
constexpr std::pair<traces::Finding::Buffer, std::string_view> buffers[] = {
    {traces::Finding::Buffer::memory, "memory"},
    {traces::Finding::Buffer::call_data, "call_data"},
    {traces::Finding::Buffer::return_data, "return_data"},
};

template <typename Value, std::size_t Size>
std::string_view name_in(const std::pair<Value, std::string_view> (&table)[Size], Value value) {
    for (const auto& [each, name] : table)
        if (each == value) return name;
    std::unreachable();
}
std::string_view key(traces::TraceError::Kind kind) {
    return name_in(error_kinds, kind);
}
std::string_view key(traces::Finding::Buffer buffer) {
    return name_in(buffers, buffer);
}

ordered_json forks_json(ForkSet forks) {
    auto names = ordered_json::array();
    forks.for_each([&](Fork fork) { names.push_back(evmmem::name(fork)); });
    return names;
}

ordered_json fork_run_json(const traces::ForkRun& run) {
    auto struck = ordered_json::array();
    for (const auto& strike : run.strikes) {
        ordered_json by = step_json(strike.step);
        by["forks"] = forks_json(strike.forks);
        struck.push_back(std::move(by));
    }
    return {{"first_transaction", run.first},
            {"transactions", run.count},
            {"forks", forks_json(run.forks)},
            {"struck_by", std::move(struck)}};
}

ordered_json checks_json(const traces::ReplaySummary& summary) {
    ordered_json result = ordered_json::object();
    for (const auto& check : traces::checks()) {
        const auto& count = summary.checks[static_cast<std::size_t>(check.check)];
        if (!summary.chosen.contains(check.check)) continue;
        result[std::string{check.name}] = {
            {"made", count.made}, {"failed", count.failed}, {"impossible", count.impossible}};
    }
    return result;
}

ordered_json left_out_json(traces::CheckSet chosen) {
    auto result = ordered_json::array();
    for (const auto& check : traces::checks())
        if (!chosen.contains(check.check)) result.push_back(check.name);
    return result;
}

ordered_json blame_json(const traces::Blame& run) {
    ordered_json result = {{"offset", run.offset}, {"size", run.size},
                           {"writer", nullptr},    {"grown_by", nullptr},
                           {"origin", nullptr},    {"origin_lost", run.is_origin_lost}};
    if (run.writer) result["writer"] = step_json(*run.writer);
    if (run.grown_by) result["grown_by"] = step_json(*run.grown_by);
    if (run.origin) {
        result["origin"] = step_json(run.origin->step);
        result["origin"]["offset"] = run.origin->offset;
    }
    return result;
}

ordered_json finding_json(const traces::Finding& finding) {
    auto operands = ordered_json::array();
    for (const Word& word : finding.operands)
        operands.push_back(encode_hex_quantity(word));
    ordered_json result = {{"check", info(finding.check).name},
                           {"step", finding.step},
                           {"line", finding.line},
                           {"pc", finding.pc},
                           {"op", finding.op_name},
                           {"depth", finding.depth},
                           {"frame", finding.frame},
                           {"transaction", finding.transaction},
                           {"operands", operands},
                           {"claimed", finding.claimed},
                           {"computed", finding.computed},
                           {"detail", finding.detail}};
    if (!finding.pushed_by.empty()) {
        auto& pushers = result["pushed_by"] = ordered_json::array();
        for (const auto& pusher : finding.pushed_by)
            pushers.push_back(pusher ? step_json(*pusher) : ordered_json{});
    }
    if (finding.bytes)
        result["bytes"] = {{"of", key(finding.bytes->buffer)},
                           {"frame", finding.bytes->frame},
                           {"offset", finding.bytes->offset},
                           {"size", finding.bytes->size}};
    if (!finding.blame.empty()) {
        auto& runs = result["blame"] = ordered_json::array();
        for (const auto& run : finding.blame)
            runs.push_back(blame_json(run));
        result["blame_left_out"] = {{"runs", finding.blame_rest.runs},
                                    {"bytes", finding.blame_rest.bytes}};
    }
    return result;
}

ordered_json error_json(const traces::TraceError& error) {
    return {{"kind", key(error.kind)},
            {"line", error.line},
            {"column", error.column},
            {"field", error.field},
            {"message", error.message}};
}

template <typename Element, typename ToJson>
ordered_json array_of(const std::vector<Element>& elements, ToJson to_json) {
    auto result = ordered_json::array();
    for (const auto& element : elements)
        result.push_back(to_json(element));
    return result;
}

ordered_json speed_json(const ReplayReport& report) {
    const double seconds = report.speed->seconds;
    const auto rate = [&](std::uint64_t count) {
        return seconds > 0 ? static_cast<double>(count) / seconds : 0.0;
    };
    ordered_json object = {{"seconds", seconds},
                           {"trace_bytes_per_second", rate(report.bytes_read)},
                           {"steps_per_second", rate(report.summary.steps)},
                           {"memory", nullptr}};
    if (const auto& memory = report.speed->memory)
        object["memory"] = {
            {"operations", memory->operations},         {"is_prefix", memory->is_prefix},
            {"bytes_moved", memory->bytes_moved},       {"seconds", memory->seconds},
            {"memcpy_seconds", memory->memcpy_seconds}, {"ratio", memory->ratio()}};
    return object;
}

ordered_json kind_json(const FindingKind& kind) {
    return {{"check", info(kind.check).name},
            {"op", kind.op_name},
            {"is_warning", kind.severity == traces::Severity::warning},
            {"count", kind.count}};
}

ordered_json text_or_null(const std::string& text) {
    return text.empty() ? ordered_json{} : ordered_json(text);
}

}  // namespace

ordered_json transaction_json(const TransactionReport& transaction) {
    const traces::TransactionResult& result = transaction.result;
    return {{"transaction", result.number},
            {"verdict", name(transaction.verdict)},
            {"test", text_or_null(result.name.test)},
            {"fork", text_or_null(result.name.fork)},
            {"index", text_or_null(result.name.index)},
            {"hash", text_or_null(result.name.hash)},
            {"answer", text_or_null(result.name.answer)},
            {"first_step", result.first_step},
            {"steps", result.steps},
            {"first_line", result.first_line},
            {"last_line", result.last_line},
            {"findings_count", result.findings},
            {"warnings_count", result.warnings}};
}

ordered_json report_json(const ReplayReport& report) {
    const auto& summary = report.summary;
    ordered_json object;
    object["file"] = report.file;
    object["verdict"] = name(report.verdict);
    object["exit_code"] = to_int(report.code);
    if (report.verdict == Verdict::skipped) object["skipped_because"] = report.skipped_because;
    object["dialect"] = nullptr;
    if (report.dialect != nullptr) object["dialect"] = report.dialect->name;
    object["steps"] = summary.steps;
    object["frames"] = summary.frames;
    object["transactions"] = summary.transactions;
    object["gaps"] = summary.gaps;
    if (!summary.rules.empty()) object["rules"] = summary.rules;
    object["forks"] = report.dialect == nullptr ? ordered_json::array() : forks_json(summary.forks);
    object["fork_runs"] = array_of(summary.fork_runs, fork_run_json);
    object["by_transaction"] = array_of(report.transactions, transaction_json);
    object["checks"] = checks_json(summary);
    if (summary.chosen != traces::CheckSet::all())
        object["checks_left_out"] = left_out_json(summary.chosen);
    object["finding_kinds"] = array_of(report.kinds, kind_json);
    object["findings"] = array_of(report.findings, finding_json);
    if (!report.unexplained.empty()) object["unexplained_because"] = report.unexplained;
    object["findings_count"] = summary.findings;
    object["warnings"] = array_of(report.warnings, finding_json);
    object["warnings_count"] = summary.warnings;
    object["errors"] = array_of(report.errors, error_json);
    object["errors_count"] = report.error_count;
    object["incomplete_because"] = report.gaps;
    object["memory"] = {{"peak_bytes", summary.peak_bytes},
                        {"expansions", summary.expansions},
                        {"gas", summary.memory_gas},
                        {"known_bytes", summary.known_bytes},
                        {"unknown_bytes", summary.unknown_bytes}};
    object["input"] = {{"bytes", report.bytes_read}, {"lines_skipped", report.lines_skipped}};
    if (report.speed) object["speed"] = speed_json(report);
    return object;
}

}  // namespace evmmem::app
