// SPDX-License-Identifier: MIT
// JUnit XML, as CI servers read it: a suite for each folder, a test case for each file. A case fails
// once for each check that failed; where nothing failed and not all of the file could be checked, it
// has an error. Suites say first how many cases they have, so cases wait in a file without a name
// until the end: memory does not grow with them.
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <map>
#include <memory>

#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "app/text/xml_text.hpp"
#include "diagnostic.hpp"
#include "finding_text.hpp"
#include "reporter.hpp"
#include "transaction_text.hpp"

namespace evmmem::app {
namespace {

struct Counts {
    std::uint64_t tests = 0, failures = 0, errors = 0, skipped = 0;

    std::string attributes() const {
        return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"", tests,
                           failures, errors, skipped);
    }
};

// Text that waits: in a temporary file, or in memory where there can be none.
class Waiting {
public:
    struct Part {
        std::uint64_t offset = 0;
        std::size_t size = 0;
    };

    Waiting() : file_{std::tmpfile()} {}

    Part put(const std::string& text) {
        const Part part{size_, text.size()};
        size_ += text.size();
        if (file_ != nullptr &&
            std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size())
            is_lost_ = true;
        if (file_ == nullptr) text_ += text;
        return part;
    }

    /// Empty where the file system had no room for it.
    std::string get(const Part& part) {
        if (file_ == nullptr) return text_.substr(part.offset, part.size);
        std::string text(part.size, '\0');
        if (is_lost_ || ::fseeko(file_.get(), static_cast<off_t>(part.offset), SEEK_SET) != 0 ||
            std::fread(text.data(), 1, text.size(), file_.get()) != text.size()) {
            is_lost_ = true;
            return {};
        }
        return text;
    }

    bool is_lost() const { return is_lost_; }

private:
    struct Close {
        void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
    };
    std::unique_ptr<std::FILE, Close> file_;
    std::string text_;
    std::uint64_t size_ = 0;
    bool is_lost_ = false;
};

class JunitReporter final : public Reporter {
public:
    JunitReporter(Output& output, const ReporterOptions& options)
        : output_{output}, options_{options} {}

    void report(const ReplayReport& report) override {
        const auto slash = report.file.rfind('/');
        const bool is_bare = slash == std::string::npos;
        Suite& suite = suite_of(is_bare ? "." : slash == 0 ? "/" : report.file.substr(0, slash));
        if (report.verdict == Verdict::skipped)
            return add(suite, is_bare ? report.file : report.file.substr(slash + 1),
                       fmt::format("<skipped message=\"{}\"/>",
                                   xml_text("no trace: " + report.skipped_because)),
                       &Counts::skipped, "");
        std::string content;
        for (const auto& check : traces::checks())
            content += failure(report, check);
        if (content.empty() &&
            report.verdict == Verdict::findings)  // of warnings, which are strict
            content = warnings_failure(report);
        const bool fails = !content.empty();
        const bool is_whole = report.gaps.empty() && report.verdict != Verdict::unreadable;
        if (!fails && !is_whole) content = error(report);
        content += system_out(report, fails && !is_whole);
        add(suite, is_bare ? report.file : report.file.substr(slash + 1), content,
            fails      ? &Counts::failures
            : is_whole ? nullptr
                       : &Counts::errors,
            options_.with_time ? fmt::format(" time=\"{:.6f}\"", report.seconds) : "");
    }

    void lacks(const std::string& sentence) override {
        add(suite_of("evmmem"), "all that was asked for",
            fmt::format("<error message=\"incomplete\">{}</error>", xml_text(sentence)),
            &Counts::errors, "");
    }

    void finish(double) override {
        Counts total;
        for (const Suite& suite : suites_) {
            total.tests += suite.counts.tests;
            total.failures += suite.counts.failures;
            total.errors += suite.counts.errors;
            total.skipped += suite.counts.skipped;
        }
        output_.write(
            fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<testsuites name=\"evmmem replay\" {}>\n",
                        total.attributes()));
        for (const Suite& suite : suites_) {
            output_.write(fmt::format("  <testsuite name=\"{}\" {}>\n",
                                      xml_text(escaped(suite.folder)), suite.counts.attributes()));
            for (const Waiting::Part& part : suite.cases)
                output_.write(waiting_.get(part));
            output_.write("  </testsuite>\n");
        }
        // A report that is not whole must not look like one.
        if (!waiting_.is_lost()) output_.write("</testsuites>\n");
        if (waiting_.is_lost()) output_.fail(ENOSPC);
    }

private:
    struct Suite {
        std::string folder;
        Counts counts;
        std::vector<Waiting::Part> cases;
    };

    // Files of a folder mostly follow each other.
    Suite& suite_of(const std::string& folder) {
        if (last_ < suites_.size() && suites_[last_].folder == folder) return suites_[last_];
        const auto [place, is_new] = places_.try_emplace(folder, suites_.size());
        if (is_new) suites_.push_back({folder, {}, {}});
        last_ = place->second;
        return suites_[last_];
    }

    void add(Suite& suite, const std::string& name, const std::string& content,
             std::uint64_t Counts::* outcome, const std::string& time) {
        ++suite.counts.tests;
        if (outcome != nullptr) ++(suite.counts.*outcome);
        const auto open =
            fmt::format("    <testcase classname=\"{}\" name=\"{}\"{}",
                        xml_text(escaped(suite.folder)), xml_text(escaped(name)), time);
        suite.cases.push_back(waiting_.put(
            content.empty() ? open + "/>\n" : fmt::format("{}>{}</testcase>\n", open, content)));
    }

    std::string texts(const ReplayReport& report, const std::vector<traces::Finding>& findings,
                      traces::Check check) const {
        std::string text;
        for (const auto& finding : findings)
            if (finding.check == check)
                text += finding_text(report.file, finding, Palette{false}, unlimited_columns,
                                     options_.show_options) +
                        "\n";
        return text;
    }

    // A finding may be counted by a check, and said by another one that named the step before.
    std::string failure(const ReplayReport& report, const traces::CheckInfo& check) const {
        std::uint64_t count = 0;
        for (const FindingKind& kind : report.kinds)
            if (kind.check == check.check && kind.severity == traces::Severity::finding)
                count += kind.count;
        if (count == 0) return {};
        return fmt::format("<failure type=\"{}\" message=\"{}\">{}</failure>", check.name,
                           xml_text(counted(count, "finding")),
                           xml_text(texts(report, report.findings, check.check)));
    }

    std::string warnings_failure(const ReplayReport& report) const {
        std::string text;
        for (const auto& check : traces::checks())
            text += texts(report, report.warnings, check.check);
        return fmt::format("<failure type=\"warning\" message=\"{}\">{}</failure>",
                           counted(report.summary.warnings, "warning"), xml_text(text));
    }

    static std::string gaps_text(const ReplayReport& report) {
        std::string text;
        for (const auto& error : report.errors)
            text += diagnostic(report.file, error) + "\n";
        for (const auto& gap : report.gaps)
            text += gap + "\n";
        return text;
    }

    static std::string error(const ReplayReport& report) {
        return fmt::format("<error message=\"{}\">{}</error>", name(report.verdict),
                           xml_text(gaps_text(report)));
    }

    // The transactions, where there are several or they have names; and what was not checked.
    static std::string system_out(const ReplayReport& report, bool with_gaps) {
        std::string text = with_gaps ? gaps_text(report) : std::string{};
        const auto& transactions = report.transactions;
        const bool are_listed =
            transactions.size() > 1 ||
            (transactions.size() == 1 && !transactions.front().result.name.empty());
        if (are_listed)
            for (const TransactionReport& transaction : transactions)
                text += fmt::format("{}  {}\n", name(transaction.verdict),
                                    transaction_text(transaction));
        return text.empty() ? text : fmt::format("<system-out>{}</system-out>", xml_text(text));
    }

    Output& output_;
    ReporterOptions options_;
    Waiting waiting_;
    std::vector<Suite> suites_;
    std::map<std::string, std::size_t> places_;
    std::size_t last_ = 0;
};

}  // namespace

std::unique_ptr<Reporter> make_junit_reporter(Output& output, const ReporterOptions& options) {
    return std::make_unique<JunitReporter>(output, options);
}

}  // namespace evmmem::app
