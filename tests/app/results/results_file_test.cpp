// SPDX-License-Identifier: MIT
#include "app/results/results_file.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace evmmem;
using namespace evmmem::app;

namespace {

/// A folder that is gone after the test.
struct Folder {
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "results-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::string file(const std::string& name) const { return (path / name).string(); }
    std::filesystem::path path;
};

ResultsHeader header() {
    ResultsHeader header;
    header.version = "1.2.3";
    header.options = {{"--fork", nullptr}, {"--checks", "all"}};
    return header;
}

ReplayReport report(const std::string& file, Verdict verdict = Verdict::agrees,
                    ExitCode code = ExitCode::agrees) {
    ReplayReport report;
    report.file = file;
    report.verdict = verdict;
    report.code = code;
    if (verdict != Verdict::unreadable) report.dialect = traces::find_dialect("geth");
    return report;
}

const FileIdentity small{.size = 10, .time_ns = 20, .sha256 = {}};

std::string content(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
}

void append_text(const std::string& path, const std::string& text) {
    std::ofstream{path, std::ios::app} << text;
}

std::unique_ptr<ResultsFile> opened(const std::string& path, bool resumes,
                                    const ResultsHeader& wanted = header()) {
    auto results = ResultsFile::open(path, wanted, resumes);
    CAPTURE(results ? "" : results.error());
    REQUIRE(results);
    return std::move(*results);
}

std::string refusal(const std::string& path, bool resumes, const ResultsHeader& wanted) {
    const auto results = ResultsFile::open(path, wanted, resumes);
    return results ? "" : results.error();
}

}  // namespace

TEST_CASE("what was appended is found by the next run, if the file is the same") {
    const Folder folder;
    const std::string path = folder.file("r");
    {
        const auto results = opened(path, false);
        results->append(report("a"), small);
        results->append(report("b", Verdict::findings, ExitCode::findings), small);
        results->append(report("pipe"), std::nullopt);
    }
    const auto results = opened(path, true);
    CHECK(results->find("a", small).value().verdict == Verdict::agrees);
    CHECK(results->find("b", small).value().code == ExitCode::findings);
    CHECK(!results->find("c", small));
    CHECK(!results->find("a", FileIdentity{.size = 11, .time_ns = 20, .sha256 = {}}));
    CHECK(!results->find("a", FileIdentity{.size = 10, .time_ns = 21, .sha256 = {}}));
    CHECK(!results->find("a", std::nullopt));
    CHECK(!results->find("pipe", small));
}

TEST_CASE("by content the time does not matter, and the content does") {
    const FileIdentity was{.size = 10, .time_ns = 20, .sha256 = "ab"};
    CHECK(was.is_same({.size = 10, .time_ns = 99, .sha256 = "ab"}));
    CHECK(!was.is_same({.size = 10, .time_ns = 20, .sha256 = "ac"}));
    CHECK(!was.is_same(small));  // one of the two was not looked at
}

TEST_CASE("the last line of a file counts, and one that another run may read better does not") {
    const Folder folder;
    const std::string path = folder.file("r");
    {
        const auto results = opened(path, false);
        results->append(report("a"), small);
        results->append(report("a", Verdict::incomplete, ExitCode::incomplete), small);
        results->append(report("b", Verdict::unreadable, ExitCode::io), small);
        results->append(report("c", Verdict::unreadable, ExitCode::not_a_trace), small);
    }
    const auto results = opened(path, true);
    CHECK(results->find("a", small).value().verdict == Verdict::incomplete);
    CHECK(!results->find("b", small));
    CHECK(results->find("c", small).value().code == ExitCode::not_a_trace);
}

TEST_CASE("a line that was not written to its end is cut off, and no other") {
    const Folder folder;
    const std::string path = folder.file("r");
    opened(path, false)->append(report("a"), small);
    const std::string whole = content(path);
    append_text(path, R"({"kind":"file","file":"b")");
    {
        const auto results = opened(path, true);
        CHECK(results->torn_bytes() == 25);
        CHECK(results->find("a", small));
        CHECK(content(path) == whole);
        results->append(report("b"), small);
    }
    CHECK(opened(path, true)->find("b", small));
}

TEST_CASE("a header that was not written to its end is written anew") {
    const Folder folder;
    const std::string path = folder.file("r");
    append_text(path, R"({"kind":"resul)");
    opened(path, true)->append(report("a"), small);
    CHECK(opened(path, true)->find("a", small));
    CHECK(content(path).starts_with("{\"kind\":\"results\",\"format\":1,\"evmmem\":\"1.2.3\""));
}

TEST_CASE("results that do not fit are refused, and left as they are") {
    const Folder folder;
    const std::string path = folder.file("r");
    opened(path, false)->append(report("a"), small);
    const std::string before = content(path);

    CHECK(refusal(path, false, header()) == "there are results in it; --resume goes on with them");
    auto other = header();
    other.version = "1.2.4";
    CHECK(refusal(path, true, other) == "it is of evmmem 1.2.3, not of 1.2.4");
    other = header();
    other.options["--fork"] = "london";
    CHECK(refusal(path, true, other) == "it was made without --fork, not with --fork london");
    other = header();
    other.options["--new"] = 1;
    CHECK(refusal(path, true, other) == "it was made without --new, not with --new 1");
    other = header();
    other.by_content = true;
    CHECK(refusal(path, true, other) == "it was made with --unchanged-by time");
    other = header();
    other.shard = Shard{1, 2};
    CHECK(refusal(path, true, other) == "it is of all files, not of a shard");
    CHECK(content(path) == before);

    const std::string text = folder.file("text");
    append_text(text, "hello\n");
    CHECK(refusal(text, true, header()) == "line 1: it is no results file of evmmem");
    CHECK(content(text) == "hello\n");
    CHECK(refusal(folder.path.string(), true, header()) == "Is a directory");
    CHECK(refusal("/dev/null", true, header()) == "it is no regular file");
}

TEST_CASE("two programs do not write to the same file") {
    const Folder folder;
    const auto first = opened(folder.file("r"), false);
    CHECK(refusal(folder.file("r"), true, header()) == "another evmmem is writing to it");
}

TEST_CASE("results are finished when their last line says so") {
    const Folder folder;
    const std::string path = folder.file("r");
    const auto is_finished = [&] { return ResultsIndex::read(path).value().is_finished(); };
    {
        const auto results = opened(path, false);
        results->append(report("a"), small);
    }
    CHECK(!is_finished());
    opened(path, true)->end(1);
    CHECK(is_finished());
    opened(path, true)->append(report("b"), small);
    CHECK(!is_finished());
}

TEST_CASE("a name that is no UTF-8 keeps its bytes") {
    const Folder folder;
    const std::string path = folder.file("r");
    const std::string name = "a\xff\xfe.jsonl";
    opened(path, false)->append(report(name), small);
    const auto results = opened(path, true);
    REQUIRE(results->find(name, small));
    CHECK(results->find(name, small)->file == name);
}
