// SPDX-License-Identifier: MIT
// Fuzzes the whole replay: any bytes, read and replayed. Nothing may crash or hang. The work must
// be linear: bounded by the bytes of input, and by the memory that a step may move. And the outcome
// must be the same with every step going through every pass and every line through the JSON parser,
// with observers watching, with the text in other pieces, and across the border of a block.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz_input.hpp"
#include "tests/support/compressing.hpp"
#include "tests/support/work_counter.hpp"
#include "traces/explain.hpp"
#include "traces/input/text_window.hpp"
#include "traces/observers/memory_stats.hpp"
#include "traces/observers/replay_recording.hpp"
#include "traces/observers/write_history.hpp"
#include "traces/replayer.hpp"

using namespace evmmem;
using namespace evmmem::traces;
using fuzz::require;

namespace {

/// What a step may move or compare a few times over. Small, so that work that grows with the input
/// stands out against work that memory excuses.
constexpr std::uint64_t memory_max = 64 * 1024;

class Collector final : public FindingSink {
public:
    void on_finding(const Finding& finding) override {
        if (findings.size() < 1000) findings.push_back(finding);
    }
    std::vector<Finding> findings;
};

struct Outcome {
    std::string dialect;
    std::vector<std::string> words;  ///< errors, findings and totals in words
    ReplaySummary summary;
    std::uint64_t errors = 0;
};

std::string in_words(const Finding& finding) {
    std::string text = std::string{info(finding.check).name} + " line " +
                       std::to_string(finding.line) + " step " + std::to_string(finding.step) +
                       " pc " + std::to_string(finding.pc) + " " + finding.op_name + " depth " +
                       std::to_string(finding.depth) + " frame " + std::to_string(finding.frame) +
                       " of " + std::to_string(finding.transaction) + " claims " + finding.claimed +
                       " computes " + finding.computed + ": " + finding.detail;
    if (finding.severity == Severity::warning) text += " (warning)";
    if (finding.bytes)
        text += " bytes " + std::to_string(finding.bytes->offset) + "+" +
                std::to_string(finding.bytes->size);
    return text;
}

std::string in_words(const ReplaySummary& summary) {
    std::string text;
    for (const std::uint64_t number :
         {summary.steps, summary.frames, summary.transactions, summary.gaps, summary.findings,
          summary.warnings, std::uint64_t{summary.is_truncated}, summary.unknown_instructions,
          summary.memory_limit ? summary.memory_limit->bytes : 0,
          summary.hash_limit ? summary.hash_limit->times : 0,
          summary.copy_limit ? summary.copy_limit->times : 0, summary.peak_bytes,
          summary.expansions, summary.memory_gas, summary.known_bytes, summary.unknown_bytes})
        text += std::to_string(number) + " ";
    for (const CheckCount& count : summary.checks)
        text += std::to_string(count.made) + "/" + std::to_string(count.failed) + "/" +
                std::to_string(count.impossible) + " ";
    summary.forks.for_each([&](Fork fork) { text += std::string{name(fork)} + " "; });
    return text;
}

/// `line_shift` is taken from the numbers of lines.
Outcome replay(std::string_view text, const ReaderOptions& reader_options,
               const ReplayOptions& options, std::uint64_t line_shift = 0) {
    Outcome outcome;
    auto reader = StepReader::over(text, reader_options);
    if (!reader) {
        outcome.words.push_back("error: " + reader.error().message);
        ++outcome.errors;
        return outcome;
    }
    Collector collector;
    Replayer replayer{reader->dialect(), options, collector};
    Record record;
    for (;;) {
        const auto kind = reader->next(record);
        if (!kind) {
            outcome.words.push_back(
                "error: line " + std::to_string(kind.error().line - line_shift) + " column " +
                std::to_string(kind.error().column) + ": " + kind.error().message);
            ++outcome.errors;
            replayer.gap();
            if (kind.error().is_recoverable()) continue;
            break;
        }
        if (*kind == RecordKind::end) break;
        if (*kind == RecordKind::step) {
            record.step.line -= line_shift;
            replayer.step(record.step);
        } else {
            replayer.report(record.report);
        }
    }
    outcome.summary = replayer.finish();
    outcome.dialect = reader->dialect().name;
    for (const Finding& finding : collector.findings)
        outcome.words.push_back(in_words(finding));
    outcome.words.push_back(in_words(outcome.summary));
    return outcome;
}

void require_same(const Outcome& a, const Outcome& b, const std::string& how) {
    require(a.dialect == b.dialect, how + ", the dialect is " + b.dialect + ", not " + a.dialect);
    for (std::size_t i = 0; i < std::min(a.words.size(), b.words.size()); ++i)
        require(a.words[i] == b.words[i],
                how + ", it says\n  " + b.words[i] + "\ninstead of\n  " + a.words[i]);
    require(a.words.size() == b.words.size(), how + ", more or less is said");
}

/// What holds of every outcome.
void require_sound(const Outcome& outcome) {
    const ReplaySummary& summary = outcome.summary;
    // A line that could not be read is a gap or it stands where no step can be missing: at the end
    // or before the first. The program says "incomplete" by the errors themselves.
    std::uint64_t failed = 0;
    for (const CheckCount& count : summary.checks) {
        require(count.failed <= count.made, "more checks failed than were made");
        failed += count.failed;
    }
    require(summary.findings + summary.warnings <= failed, "a finding without a failed check");
    require(failed == 0 || summary.findings + summary.warnings != 0,
            "a failed check without a finding");
    for (const ForkRun& run : summary.fork_runs)
        require(!run.forks.empty(), "no fork is possible");
    require(summary.peak_bytes <= 8 * memory_max, "more memory than is allowed");
    require(summary.peak_bytes % 32 == 0, "memory that is no whole words");
}

/// Pieces of code that a replay may spend on the nonces of creators, however short the trace is: 2^17 hashes.
std::uint64_t nonce_work(std::string_view text) {
    const auto has = [&](std::string_view part) { return text.find(part) != text.npos; };
    return has("240") || has("f0") || has("F0") || has("CREATE") ? 150 << 17 : 0;
}

void require_linear(const test::Work& work, std::string_view text, const ReplaySummary& summary) {
    const std::size_t input = text.size();
    const std::uint64_t steps = summary.steps + 1;
    const auto require_at_most = [&](const char* what, std::uint64_t is, std::uint64_t most) {
        require(is <= most, std::string{what} + ": " + std::to_string(is) + ", more than " +
                                std::to_string(most) + " for " + std::to_string(input) +
                                " bytes and " + std::to_string(steps) + " steps");
    };
    require_at_most(
        "code", work.code,
        200'000 + 200 * input + 20'000 * steps + 300 * summary.frames + nonce_work(text));
    require_at_most("bytes moved", work.bytes,
                    (2 << 20) + 200 * input + 8 * memory_max * steps + 4'096 * summary.frames);
    require_at_most("bytes allocated", work.allocated,
                    (4 << 20) + 100 * input + 4 * memory_max * steps);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Input input{data, size};
    ReaderOptions reading;
    reading.line_max = 1 << 20;
    reading.dialect = input.dialect;
    ReplayOptions options;
    options.memory_max = memory_max;
    if (input.salt % 8 == 1) options.calldata.emplace(input.salt, std::uint8_t{0xcd});
    if (input.salt % 8 == 2) options.code.emplace(std::size_t{input.salt} * 40, std::uint8_t{0x5b});
    if (input.salt % 8 == 3) options.forks = ForkSet{Fork::cancun};

    const test::Work before = test::work_so_far();
    Outcome outcome = replay(input.text, reading, options);
    require_linear(test::work_so_far() - before, input.text, outcome.summary);
    if (outcome.dialect.empty()) return 0;
    require_sound(outcome);

    const auto wants = [&](unsigned way) { return input.mode % 8 == way; };
    if (wants(0) || wants(1)) {
        ReaderOptions slowly = reading;
        slowly.asks_parser = true;
        ReplayOptions thoroughly = options;
        thoroughly.takes_shortcuts = false;
        require_same(outcome, replay(input.text, slowly, thoroughly), "without shortcuts");
    }
    if (wants(2)) {
        std::string members;
        for (std::string_view rest = input.text; !rest.empty();) {
            const std::string_view part = rest.substr(0, 1 + (input.salt * rest.size() + 7) % 700);
            members += test::gzip(part, 0);
            rest.remove_prefix(part.size());
        }
        if (!input.text.starts_with("\x1f\x8b") && !input.text.starts_with("\x28\xb5"))
            require_same(outcome, replay(members, reading, options), "in pieces");
    }
    if (wants(3) && input.dialect != nullptr && !input.dialect->is_document) {
        // After a first line of no client, which is all that is looked at to know what the trace
        // prints: the text lies in one block, and across the end of one.
        const auto after_line = [&](std::size_t skipped) {
            return replay(std::string(skipped - 1, '#').append("\n").append(input.text), reading,
                          options, 1);
        };
        const std::size_t inside = input.salt * input.text.size() / 256;
        if (!input.text.starts_with("\xef\xbb\xbf") && outcome.summary.steps != 0)
            require_same(after_line(TextWindow::block_size + 100),
                         after_line(2 * TextWindow::block_size - inside), "across blocks");
    }
    if (wants(4)) {
        MemoryStats stats{5};
        ReplayRecording recording{
            {.steps = 500, .bytes = 65536, .points = 16, .frames = 8, .context = 2},
            {0, 3, input.salt}};
        std::uint64_t bytes = 0;
        WriteHistory history{{*MemoryRange::from(input.salt * 8U, 40), {}, {}},
                             [&](const MemoryWrite& write) { bytes += write.bytes.size(); }};
        ObserverPair two{stats, recording};
        ObserverPair three{two, history};
        ReplayOptions watched = options;
        watched.observer = &three;
        AccessProgram program{{.ops_max = 4096}};
        watched.program = &program;
        require_same(outcome, replay(input.text, reading, watched), "watched");
        stats.finish();
        recording.finish();
        // A step that a client prints again when it fails is recorded once.
        require(recording.step_count() <= outcome.summary.steps,
                "the recording has steps too many");
    }
    if (wants(5)) {
        // By the program's own loop, which also learns whose trace it is.
        auto reader = StepReader::over(input.text, reading);
        Collector collector;
        Replayer replayer{reader->dialect(), options, collector};
        replayer.replay_all(*reader);
        replayer.finish();
        reader = StepReader::over(input.text, reading);
        std::vector<Finding*> asked;
        for (Finding& finding : collector.findings)
            if (can_be_explained(finding)) asked.push_back(&finding);
        const auto missed = explain(*reader, options, asked, [] { return true; });
        require(missed == 0, "a finding cannot be explained at the second reading");
        for (const Finding& finding : collector.findings)
            for (const Blame& blame : finding.blame) {
                require(blame.size != 0, "nothing is blamed for nothing");
                require(!blame.writer || blame.writer->step <= outcome.summary.steps,
                        "blame on a step that is not there");
            }
    }
    return 0;
}
