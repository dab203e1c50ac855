// SPDX-License-Identifier: MIT
// Fuzzes the readers, whole: any bytes at all, as every dialect. Nothing may crash or hang; a trace
// must mean the same read with and without the JSON parser; and where a dialect is forced, the same
// as to a second reader on another JSON library, line by line.
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "fuzz_input.hpp"
#include "tests/support/plain_reader.hpp"
#include "tests/support/reading.hpp"

using namespace evmmem;
using fuzz::require;
using test::PlainObject;

namespace {

void compare(const test::Reading& direct, const test::Reading& parsed) {
    require(direct.dialect == parsed.dialect, "the dialects differ");
    for (std::size_t i = 0; i < std::min(direct.steps.size(), parsed.steps.size()); ++i) {
        const std::string wrong = difference(parsed.steps[i], direct.steps[i]);
        require(wrong.empty(), "with and without the parser, " + wrong + " differs");
    }
    require(direct.steps.size() == parsed.steps.size(), "the numbers of steps differ");
    require(direct.reports.size() == parsed.reports.size(), "the reports differ");
    require(direct.lines_skipped == parsed.lines_skipped, "the lines skipped differ");
    require(direct.errors.size() == parsed.errors.size(), "the errors differ");
    for (std::size_t i = 0; i < direct.errors.size(); ++i) {
        require(direct.errors[i].message == parsed.errors[i].message, "the messages differ");
        require(direct.errors[i].line == parsed.errors[i].line, "the errors' lines differ");
        require(!direct.errors[i].message.empty(), "an error says nothing");
    }
}

/// What the second reader says nothing about: whether no bytes mean an empty memory.
test::OwnedStep comparable(test::OwnedStep step) {
    if (step.memory == test::Bytes{}) step.memory.reset();
    if (step.return_data == test::Bytes{}) step.return_data.reset();
    return step;
}

/// The object on a line: all of it, or what stands after a log's prefix.
std::string_view object_on(std::string_view line) {
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    if (line[begin] == '{') return line.substr(begin);
    const std::size_t step = line.find("{\"pc\"");
    return step == std::string_view::npos ? std::string_view{} : line.substr(step);
}

void compare_lines(const fuzz::Input& input, const test::Reading& reading) {
    std::map<std::uint64_t, const test::OwnedStep*> steps;
    for (const test::OwnedStep& step : reading.steps)
        require(steps.emplace(step.line, &step).second, "two steps on one line");
    std::set<std::uint64_t> bad_lines;
    bool is_refused = false;  // as a whole: binary, or no trace
    for (const traces::TraceError& error : reading.errors) {
        bad_lines.insert(error.line);
        is_refused = is_refused || error.kind == traces::TraceError::Kind::not_a_trace;
    }

    std::string_view text = input.text;
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    for (std::uint64_t number = 1; !text.empty(); ++number) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const std::string where = "line " + std::to_string(number);
        const auto found = steps.find(number);
        const std::string_view object = object_on(line);
        if (object.empty()) {
            require(found == steps.end(), where + ": a step where there is no object");
            continue;
        }
        const PlainObject plain = test::read_plainly(object, *input.dialect);
        switch (plain.kind) {
            case PlainObject::Kind::unsure: break;
            case PlainObject::Kind::other:
            case PlainObject::Kind::malformed:
                require(found == steps.end(), where + ": a step where there is none");
                // Whatever else it is, a line that was meant for a replay is not passed over.
                require(plain.kind == PlainObject::Kind::other || is_refused ||
                            (object.find("\"pc\"") == std::string_view::npos &&
                             object.find("\"gasUsed\"") == std::string_view::npos) ||
                            bad_lines.contains(number),
                        where + ": nothing is said of a broken step or end");
                break;
            case PlainObject::Kind::step: {
                require(found != steps.end(), where + ": a step was not read");
                test::OwnedStep expected = plain.step;
                expected.line = number;
                const std::string wrong = difference(expected, comparable(*found->second));
                require(wrong.empty(), wrong + " differs");
                break;
            }
        }
    }
}

void compare_document(const fuzz::Input& input, const test::Reading& reading) {
    const auto plain = test::read_document_plainly(input.text, *input.dialect);
    if (!plain) return;
    std::size_t step = 0;
    std::size_t bad = 0;
    for (const PlainObject& object : *plain) {
        if (object.kind == PlainObject::Kind::malformed) ++bad;
        if (object.kind != PlainObject::Kind::step) continue;
        require(step < reading.steps.size(), "a step of the document was not read");
        test::OwnedStep read = comparable(reading.steps[step]);
        read.line = 0;
        const std::string wrong = difference(object.step, read);
        require(wrong.empty(), "step " + std::to_string(step) + ": " + wrong + " differs");
        ++step;
    }
    require(step == reading.steps.size(), "a step where the document has none");
    require(bad == 0 || !reading.errors.empty(), "nothing is said of a broken step");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Input input{data, size};
    traces::ReaderOptions options;
    options.line_max = 1 << 20;
    options.dialect = input.dialect;
    const test::Reading direct = test::read(input.text, options);
    options.asks_parser = true;
    compare(direct, test::read(input.text, options));
    options.asks_parser = false;
    options.ahead = {.is_wanted = true, .after = 0, .block_size = 64 * (1U + input.salt)};
    const std::string ahead = difference(direct, test::read(input.text, options));
    require(ahead.empty(), "read ahead, or not: " + ahead);
    // A reader that could not even begin has no dialect.
    if (input.dialect == nullptr || direct.dialect.empty()) return 0;
    if (input.dialect->is_document)
        compare_document(input, direct);
    else
        compare_lines(input, direct);
    return 0;
}
