// SPDX-License-Identifier: MIT
// JUnit XML, as CI servers read it: a suite for each file, a test case for each check that the
// trace allows, and one named "replay" that fails when not all of the file could be checked.
#include <fmt/format.h>

#include "app/text/quantity.hpp"
#include "app/text/xml_text.hpp"
#include "diagnostic.hpp"
#include "finding_text.hpp"
#include "reporter.hpp"

namespace evmmem::app {
namespace {

struct Counts {
    std::uint64_t tests = 0, failures = 0, errors = 0, skipped = 0;

    std::string attributes() const {
        return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"", tests,
                           failures, errors, skipped);
    }
};

class JunitReporter final : public Reporter {
public:
    explicit JunitReporter(Output& output) : output_{output} {}

    void report(const ReplayReport& report) override {
        Counts counts;
        std::string cases;
        if (report.dialect != nullptr)
            for (const auto& check : traces::checks())
                cases += check_case(report, check, counts);
        cases += replay_case(report, counts);
        suites_ += fmt::format("  <testsuite name=\"{}\" {}>\n{}  </testsuite>\n",
                               xml_text(report.file), counts.attributes(), cases);
        total_.tests += counts.tests;
        total_.failures += counts.failures;
        total_.errors += counts.errors;
        total_.skipped += counts.skipped;
    }

    void finish() override {
        output_.write(
            fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<testsuites name=\"evmmem replay\" {}>\n{}</testsuites>\n",
                        total_.attributes(), suites_));
    }

private:
    static std::string test_case(const ReplayReport& report, std::string_view name,
                                 const std::string& content) {
        const auto open =
            fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml_text(report.file), name);
        return content.empty() ? open + "/>\n" : fmt::format("{}>{}</testcase>\n", open, content);
    }

    static std::string check_case(const ReplayReport& report, const traces::CheckInfo& check,
                                  Counts& counts) {
        const auto& count = report.summary.checks[static_cast<std::size_t>(check.check)];
        if (count.made == 0 && count.impossible == 0) return {};
        ++counts.tests;
        if (count.made == 0) {
            ++counts.skipped;
            return test_case(report, check.name,
                             "<skipped message=\"the trace does not show enough\"/>");
        }
        if (count.failed == 0) return test_case(report, check.name, "");

        ++counts.failures;
        std::string text;
        for (const auto& finding : report.findings)
            if (finding.check == check.check)
                text += finding_text(report.file, finding, Palette{false}) + "\n";
        return test_case(report, check.name,
                         fmt::format("<failure message=\"{}\">{}</failure>",
                                     xml_text(counted(count.failed, "finding")), xml_text(text)));
    }

    static std::string replay_case(const ReplayReport& report, Counts& counts) {
        ++counts.tests;
        const bool is_whole = report.gaps.empty() && report.verdict != Verdict::unreadable;
        if (is_whole) return test_case(report, "replay", "");
        ++counts.errors;
        std::string text;
        for (const auto& error : report.errors)
            text += diagnostic(report.file, error) + "\n";
        for (const auto& gap : report.gaps)
            text += gap + "\n";
        return test_case(
            report, "replay",
            fmt::format("<error message=\"{}\">{}</error>", name(report.verdict), xml_text(text)));
    }

    Output& output_;
    std::string suites_;
    Counts total_;
};

}  // namespace

std::unique_ptr<Reporter> make_junit_reporter(Output& output, const Palette&, std::size_t) {
    return std::make_unique<JunitReporter>(output);
}

}  // namespace evmmem::app
