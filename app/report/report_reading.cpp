// SPDX-License-Identifier: MIT
// Reads what report_json() has made. The JSON library throws where a key is missing or has another
// type; the one door below turns that into an error.
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "core/hex.hpp"
#include "core/opcode_table.hpp"
#include "report_json.hpp"

namespace evmmem::app {
namespace {

using nlohmann::ordered_json;

struct Unreadable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

[[noreturn]] void refuse(std::string_view what, const std::string& text) {
    throw Unreadable{fmt::format("there is no {} '{}'", what, text)};
}

std::string text_in(const ordered_json& object, const char* key) {
    return object.at(key).get<std::string>();
}
std::uint64_t count_in(const ordered_json& object, const char* key) {
    return object.at(key).get<std::uint64_t>();
}
std::string text_or_empty(const ordered_json& object, const char* key) {
    return object.at(key).is_null() ? std::string{} : text_in(object, key);
}

const ordered_json& list_in(const ordered_json& object, const char* key) {
    const ordered_json& list = object.at(key);
    if (!list.is_array()) throw Unreadable{fmt::format("{} is no list", key)};
    return list;
}

Fork read_fork(const ordered_json& name) {
    const auto fork = fork_from_name(name.get<std::string>());
    if (!fork) refuse("fork", name);
    return *fork;
}

ForkSet read_forks(const ordered_json& names) {
    ForkSet forks;
    for (const auto& name : names)
        forks |= read_fork(name);
    return forks;
}

const traces::CheckInfo& read_check(const std::string& name) {
    const auto found = std::ranges::find(traces::checks(), name, &traces::CheckInfo::name);
    if (found == traces::checks().end()) refuse("check", name);
    return *found;
}

Opcode read_opcode(const std::string& name) {
    if (const OpcodeInfo* row = find_opcode(name)) return row->opcode;
    for (unsigned byte = 0; byte < 256; ++byte)
        if (op_name(static_cast<Opcode>(byte)) == name) return static_cast<Opcode>(byte);
    refuse("instruction", name);
}

traces::StepReference read_step(const ordered_json& step) {
    return {.line = count_in(step, "line"),
            .step = count_in(step, "step"),
            .pc = count_in(step, "pc"),
            .frame = count_in(step, "frame"),
            .op = read_opcode(text_in(step, "op")),
            .depth = step.at("depth").get<std::uint32_t>()};
}

traces::ForkRun read_fork_run(const ordered_json& object) {
    traces::ForkRun run{.first = count_in(object, "first_transaction"),
                        .count = count_in(object, "transactions"),
                        .forks = read_forks(object.at("forks")),
                        .strikes = {}};
    for (const auto& by : list_in(object, "struck_by"))
        run.strikes.push_back({read_forks(by.at("forks")), read_step(by)});
    return run;
}

void read_checks(const ordered_json& object, traces::ReplaySummary& summary) {
    for (const auto& [name, counts] : object.at("checks").items())
        summary.checks[static_cast<std::size_t>(read_check(name).check)] = {
            count_in(counts, "made"), count_in(counts, "failed"), count_in(counts, "impossible")};
    if (!object.contains("checks_left_out")) return;
    for (const auto& name : list_in(object, "checks_left_out"))
        summary.chosen = summary.chosen.without(read_check(name.get<std::string>()).check);
}

traces::Finding::Buffer read_buffer(const std::string& name) {
    using enum traces::Finding::Buffer;
    if (name == "memory") return memory;
    if (name == "call_data") return call_data;
    if (name == "return_data") return return_data;
    refuse("kind of bytes", name);
}

traces::Blame read_blame(const ordered_json& object) {
    traces::Blame run;
    run.offset = count_in(object, "offset");
    run.size = count_in(object, "size");
    if (!object.at("writer").is_null()) run.writer = read_step(object.at("writer"));
    if (!object.at("grown_by").is_null()) run.grown_by = read_step(object.at("grown_by"));
    if (const auto& origin = object.at("origin"); !origin.is_null())
        run.origin = {read_step(origin), count_in(origin, "offset")};
    run.is_origin_lost = object.at("origin_lost").get<bool>();
    return run;
}

Word read_word(const std::string& text) {
    const auto word =
        text.starts_with("0x") ? decode_hex_word(std::string_view{text}.substr(2)) : std::nullopt;
    if (!word) refuse("word", text);
    return *word;
}

traces::Finding read_finding(const ordered_json& object, traces::Severity severity) {
    traces::Finding finding;
    finding.check = read_check(text_in(object, "check")).check;
    finding.severity = severity;
    finding.line = count_in(object, "line");
    finding.step = count_in(object, "step");
    finding.pc = count_in(object, "pc");
    finding.op_name = text_in(object, "op");
    finding.op = read_opcode(finding.op_name);
    finding.depth = object.at("depth").get<std::uint32_t>();
    finding.frame = count_in(object, "frame");
    finding.transaction = count_in(object, "transaction");
    for (const auto& operand : list_in(object, "operands"))
        finding.operands.push_back(read_word(operand.get<std::string>()));
    finding.claimed = text_in(object, "claimed");
    finding.computed = text_in(object, "computed");
    finding.detail = text_in(object, "detail");
    if (object.contains("pushed_by"))
        for (const auto& step : list_in(object, "pushed_by"))
            finding.pushed_by.push_back(step.is_null() ? std::nullopt
                                                       : std::optional{read_step(step)});
    if (object.contains("bytes")) {
        const auto& bytes = object.at("bytes");
        finding.bytes = {.offset = count_in(bytes, "offset"),
                         .size = count_in(bytes, "size"),
                         .buffer = read_buffer(text_in(bytes, "of")),
                         .frame = count_in(bytes, "frame")};
    }
    if (object.contains("blame")) {
        for (const auto& run : list_in(object, "blame"))
            finding.blame.push_back(read_blame(run));
        const auto& rest = object.at("blame_left_out");
        finding.blame_rest = {count_in(rest, "runs"), count_in(rest, "bytes")};
    }
    return finding;
}

traces::TraceError read_error(const ordered_json& object) {
    using Kind = traces::TraceError::Kind;
    traces::TraceError error;
    const std::string kind = text_in(object, "kind");
    const std::pair<std::string_view, Kind> kinds[] = {{"malformed", Kind::malformed},
                                                       {"not_a_trace", Kind::not_a_trace},
                                                       {"truncated", Kind::truncated},
                                                       {"io", Kind::io},
                                                       {"limit", Kind::limit}};
    const auto* found =
        std::ranges::find_if(kinds, [&](const auto& each) { return each.first == kind; });
    if (found == std::end(kinds)) refuse("kind of error", kind);
    error.kind = found->second;
    error.line = count_in(object, "line");
    error.column = count_in(object, "column");
    error.field = text_in(object, "field");
    error.message = text_in(object, "message");
    // The text around the place is kept in results files only.
    if (object.contains("excerpt")) {
        error.excerpt = object.at("excerpt").at(0).get<std::string>();
        error.excerpt_place = error.excerpt.size();
        error.excerpt += object.at("excerpt").at(1).get<std::string>();
    }
    return error;
}

Verdict read_verdict(const std::string& text) {
    for (const Verdict verdict : verdicts)
        if (name(verdict) == text) return verdict;
    refuse("verdict", text);
}

ExitCode read_exit_code(const ordered_json& number) {
    const auto code = exit_code_of(number.get<int>());
    if (!code) refuse("exit code", number.dump());
    return *code;
}

TransactionReport read_transaction(const ordered_json& object) {
    TransactionReport transaction;
    transaction.verdict = read_verdict(text_in(object, "verdict"));
    traces::TransactionResult& result = transaction.result;
    result.number = count_in(object, "transaction");
    result.name = {.test = text_or_empty(object, "test"),
                   .fork = text_or_empty(object, "fork"),
                   .index = text_or_empty(object, "index"),
                   .hash = text_or_empty(object, "hash"),
                   .answer = text_or_empty(object, "answer")};
    result.first_step = count_in(object, "first_step");
    result.steps = count_in(object, "steps");
    result.first_line = count_in(object, "first_line");
    result.last_line = count_in(object, "last_line");
    result.findings = count_in(object, "findings_count");
    result.warnings = count_in(object, "warnings_count");
    result.is_whole = transaction.verdict != Verdict::incomplete;
    return transaction;
}

FindingKind read_kind(const ordered_json& object) {
    return {.check = read_check(text_in(object, "check")).check,
            .severity = object.at("is_warning").get<bool>() ? traces::Severity::warning
                                                            : traces::Severity::finding,
            .op_name = text_in(object, "op"),
            .count = count_in(object, "count")};
}

ReplayReport read_report(const ordered_json& object) {
    ReplayReport report;
    report.file = text_in(object, "file");
    report.verdict = read_verdict(text_in(object, "verdict"));
    report.code = read_exit_code(object.at("exit_code"));
    if (const std::string name = text_or_empty(object, "dialect"); !name.empty()) {
        report.dialect = traces::find_dialect(name);
        if (report.dialect == nullptr) refuse("dialect", name);
    } else if (report.verdict == Verdict::skipped) {
        report.skipped_because = text_in(object, "skipped_because");
    } else if (report.verdict != Verdict::unreadable) {
        throw Unreadable{"it was read, and says no dialect"};
    }
    traces::ReplaySummary& summary = report.summary;
    summary.steps = count_in(object, "steps");
    summary.frames = count_in(object, "frames");
    summary.transactions = count_in(object, "transactions");
    summary.gaps = count_in(object, "gaps");
    if (object.contains("rules")) summary.rules = text_in(object, "rules");
    summary.forks = read_forks(object.at("forks"));
    for (const auto& run : list_in(object, "fork_runs"))
        summary.fork_runs.push_back(read_fork_run(run));
    for (const auto& transaction : list_in(object, "by_transaction"))
        report.transactions.push_back(read_transaction(transaction));
    read_checks(object, summary);
    for (const auto& kind : list_in(object, "finding_kinds"))
        report.kinds.push_back(read_kind(kind));
    for (const auto& finding : list_in(object, "findings"))
        report.findings.push_back(read_finding(finding, traces::Severity::finding));
    for (const auto& warning : list_in(object, "warnings"))
        report.warnings.push_back(read_finding(warning, traces::Severity::warning));
    if (object.contains("unexplained_because"))
        report.unexplained = text_in(object, "unexplained_because");
    summary.findings = count_in(object, "findings_count");
    summary.warnings = count_in(object, "warnings_count");
    for (const auto& error : list_in(object, "errors"))
        report.errors.push_back(read_error(error));
    report.error_count = count_in(object, "errors_count");
    for (const auto& gap : list_in(object, "incomplete_because"))
        report.gaps.push_back(gap.get<std::string>());
    const auto& memory = object.at("memory");
    summary.peak_bytes = count_in(memory, "peak_bytes");
    summary.expansions = count_in(memory, "expansions");
    summary.memory_gas = count_in(memory, "gas");
    summary.known_bytes = count_in(memory, "known_bytes");
    summary.unknown_bytes = count_in(memory, "unknown_bytes");
    report.bytes_read = count_in(object.at("input"), "bytes");
    report.lines_skipped = count_in(object.at("input"), "lines_skipped");
    return report;
}

}  // namespace

std::expected<ReplayReport, std::string> report_from_json(const ordered_json& object) {
    try {
        return read_report(object);
    } catch (const nlohmann::json::exception&) {
        return std::unexpected{std::string{"its line is not as --results writes it"}};
    } catch (const Unreadable& error) {
        return std::unexpected{std::string{error.what()}};
    }
}

}  // namespace evmmem::app
