// SPDX-License-Identifier: MIT
// JSON objects, each on a line of its own. `json`: one for each file, in the order of the files.
// `jsonl`: as they come, one for each transaction and file, and one for all of it at the end; each
// says its kind first.
#include "report_json.hpp"
#include "reporter.hpp"
#include "run_summary.hpp"

namespace evmmem::app {
namespace {

using nlohmann::ordered_json;

class JsonReporter final : public Reporter {
public:
    JsonReporter(Output& output, const ReporterOptions& options)
        : output_{output}, only_failing_{options.only_failing} {}

    void report(const ReplayReport& report) override {
        if (!only_failing_ || report.verdict != Verdict::agrees)
            output_.write(json_line(report_json(report)));
    }
    // An object has nothing to be missing in: the exit code says so, and standard error which.
    void lacks(const std::string&) override {}

private:
    Output& output_;
    bool only_failing_;
};

class JsonlReporter final : public Reporter {
public:
    JsonlReporter(Output& output, const ReporterOptions& options)
        : output_{output}, options_{options} {}

    void transaction(const std::string& file, const TransactionReport& transaction) override {
        if (options_.only_failing && transaction.verdict == Verdict::agrees) return;
        write("transaction", {{"file", file}}, transaction_json(transaction));
    }
    void done(const ReplayReport& report) override {
        if (options_.only_failing && report.verdict == Verdict::agrees) return;
        write("file", ordered_json::object(), report_json(report));
    }
    void report(const ReplayReport& report) override { summary_.add(report); }
    void not_replayed(const std::string& file) override {
        summary_.add_not_replayed();
        write("not_replayed", {{"file", file}}, ordered_json::object());
    }
    void lacks(const std::string& sentence) override { lacks_.push_back(sentence); }

    void finish(double seconds) override {
        ordered_json object = {
            {"files", summary_.files()},
            {"agrees", summary_.files(Verdict::agrees)},
            {"findings", summary_.files(Verdict::findings)},
            {"incomplete", summary_.files(Verdict::incomplete)},
            {"unreadable", summary_.files(Verdict::unreadable)},
            {"skipped", summary_.files(Verdict::skipped)},
            {"not_replayed", summary_.not_replayed()},
            {"transactions", summary_.transactions()},
            {"steps", summary_.steps()},
            {"findings_count", summary_.findings()},
            {"warnings_count", summary_.warnings()},
            {"kinds", kinds()},
            {"lacks", lacks_},
        };
        if (options_.with_time) object["seconds"] = seconds;
        write("summary", ordered_json::object(), object);
    }

private:
    void write(std::string_view kind, const ordered_json& head, const ordered_json& rest) {
        ordered_json object = {{"kind", kind}};
        object.update(head);
        object.update(rest);
        output_.write(json_line(object));
        output_.flush();
    }

    ordered_json kinds() const {
        auto result = ordered_json::array();
        for (const RunSummary::Kind* kind : summary_.kinds())
            result.push_back({{"check", info(kind->check).name},
                              {"op", kind->op_name},
                              {"dialect", kind->dialect},
                              {"is_warning", kind->severity == traces::Severity::warning},
                              {"count", kind->findings},
                              {"files", kind->files},
                              {"first_file", kind->first_file},
                              {"first_line", kind->first_line}});
        return result;
    }

    Output& output_;
    ReporterOptions options_;
    RunSummary summary_;
    std::vector<std::string> lacks_;
};

}  // namespace

std::unique_ptr<Reporter> make_json_reporter(Output& output, const ReporterOptions& options) {
    return std::make_unique<JsonReporter>(output, options);
}

std::unique_ptr<Reporter> make_jsonl_reporter(Output& output, const ReporterOptions& options) {
    return std::make_unique<JsonlReporter>(output, options);
}

}  // namespace evmmem::app
