// SPDX-License-Identifier: MIT
// One JSON object for each file, on a line of its own. Keys keep their order; everything is ASCII,
// so that foreign text cannot disturb a terminal that shows it.

#include "app/host/json.hpp"
#include "blame_text.hpp"
#include "core/hex.hpp"
#include "reporter.hpp"
#include "step_json.hpp"

namespace evmmem::app {
namespace {

using nlohmann::ordered_json;

std::string_view name(traces::TraceError::Kind kind) {
    using enum traces::TraceError::Kind;
    switch (kind) {
        case malformed: return "malformed";
        case not_a_trace: return "not_a_trace";
        case truncated: return "truncated";
        case io: return "io";
        case limit: return "limit";
    }
    std::unreachable();
}

std::string_view key(traces::Finding::Buffer buffer) {
    switch (buffer) {
        case traces::Finding::Buffer::memory: return "memory";
        case traces::Finding::Buffer::call_data: return "call_data";
        case traces::Finding::Buffer::return_data: return "return_data";
    }
    std::unreachable();
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
    return {{"kind", name(error.kind)},
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

class JsonReporter final : public Reporter {
public:
    explicit JsonReporter(Output& output) : output_{output} {}

    void report(const ReplayReport& report) override {
        const auto& summary = report.summary;
        ordered_json object;
        object["file"] = report.file;
        object["verdict"] = app::name(report.verdict);
        object["exit_code"] = to_int(report.code);
        object["dialect"] = nullptr;
        if (report.dialect != nullptr) object["dialect"] = report.dialect->name;
        object["steps"] = summary.steps;
        object["frames"] = summary.frames;
        object["transactions"] = summary.transactions;
        object["gaps"] = summary.gaps;
        object["forks"] =
            report.dialect == nullptr ? ordered_json::array() : forks_json(summary.forks);
        object["fork_runs"] = array_of(summary.fork_runs, fork_run_json);
        object["checks"] = checks_json(summary);
        if (summary.chosen != traces::CheckSet::all())
            object["checks_left_out"] = left_out_json(summary.chosen);
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
        // A file's name may be no UTF-8; its bad bytes become replacement characters.
        output_.write(object.dump(-1, ' ', true, ordered_json::error_handler_t::replace) + "\n");
    }

private:
    static ordered_json speed_json(const ReplayReport& report) {
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

    Output& output_;
};

}  // namespace

std::unique_ptr<Reporter> make_json_reporter(Output& output, const Palette&, std::size_t) {
    return std::make_unique<JsonReporter>(output);
}

}  // namespace evmmem::app
