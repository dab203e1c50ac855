// SPDX-License-Identifier: MIT
// What the user asked for: one plain struct per command, already valid when a command sees it. The
// command line fills them in and nothing else does.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "app/host/general_options.hpp"
#include "app/report/price_format.hpp"
#include "app/results/shard.hpp"
#include "core/fork.hpp"
#include "core/memory_pricing.hpp"
#include "core/rule_key.hpp"
#include "core/rule_set.hpp"
#include "traces/compare/compared_field.hpp"
#include "traces/convert/converter.hpp"
#include "traces/dialects/dialect.hpp"
#include "traces/generate/pattern.hpp"
#include "traces/generate/trace_generator.hpp"
#include "traces/replayer.hpp"
#include "traces/step_reader.hpp"

namespace evmmem::app {

/// How a trace is read and what is known of it: for every command that reads one.
struct TraceArguments {
    std::optional<Fork> fork;                  ///< nothing: all that the trace is consistent with
    std::optional<RuleSet> trace_rules;        ///< that it is of; nothing: the forks' own
    const traces::Dialect* dialect = nullptr;  ///< null: recognised
    traces::CheckSet checks = traces::CheckSet::all();
    std::optional<std::vector<std::uint8_t>> calldata;
    std::optional<std::vector<std::uint8_t>> code;
    std::vector<std::string> data_files;  ///< that these two were read from
    std::uint64_t line_bytes_max = traces::ReaderOptions{}.line_max;
    std::uint64_t memory_bytes_max = traces::ReplayOptions{}.memory_max;  ///< of all open frames
    std::uint64_t hash_bytes_max = traces::ReplayOptions{}.hash_max;
    std::uint64_t copy_bytes_max = traces::ReplayOptions{}.copy_max;
    std::uint64_t ratio_max = traces::Swelling{}.ratio_max;  ///< of decompression
    bool reads_ahead = true;  ///< a long trace, on a second processor, where there is one
};

struct ReplayArguments : TraceArguments {
    std::vector<std::string> files;   ///< or folders; "-" is standard input
    std::string files_from;           ///< a list of files, "-" is standard input; empty: none
    std::string format = "text";      ///< a row of reporter_formats()
    std::uint64_t findings_max = 10;  ///< findings, warnings and errors kept of each file
    std::string report;               ///< the file of the HTML page; empty: none
    bool with_blame = true;           ///< findings say what wrote the wrong bytes
    std::size_t jobs = 0;             ///< threads; 0: as many as there are processors
    bool strict_warnings = false;     ///< a warning is a finding
    bool only_failing = false;        ///< what agrees is not printed, but counted in a summary
    /// Transactions one by one, as soon as each is over. Not said: of pipes.
    std::optional<bool> transactions = std::nullopt;
    std::string results;      ///< where to write down what is done; empty: nowhere
    bool resumes = false;     ///< what is written there is not done again
    bool by_content = false;  ///< what is unchanged is told by a file's content, not its time
    std::optional<Shard> shard = std::nullopt;  ///< nothing: all files
    /// Figures of speed, which differ from run to run. Not said: for one file shown as text.
    std::optional<bool> speed = std::nullopt;
};

struct MergeArguments {
    std::vector<std::string> files;  ///< of results
    std::string format = "text";     ///< a row of reporter_formats()
    bool only_failing = false;
    bool with_time = true;  ///< a summary says how long the replays took
};

enum class ListFormat : std::uint8_t { text, json };

struct ShowArguments : TraceArguments {
    std::string file;  ///< "-" is standard input
    ListFormat format = ListFormat::text;
    std::optional<std::uint64_t> step;    ///< from 0; nothing: the history is wanted
    std::optional<std::uint32_t> depth;   ///< 1 is the outermost
    std::optional<std::uint64_t> frame;   ///< of the history; nothing: all frames
    std::uint64_t around = 0;             ///< steps shown before and after it
    bool history = false;                 ///< every write to the bytes at `offset`
    std::optional<std::uint64_t> offset;  ///< with a step: only the rows there
    std::uint64_t size = 32;              ///< bytes at `offset`; not 0
};

struct StatsArguments : TraceArguments {
    std::string file;  ///< "-" is standard input
    ListFormat format = ListFormat::text;
    std::uint64_t top = 10;  ///< rows of each list
    std::string report;      ///< the file of the HTML page; empty: none
};

/// One transaction of several: by its position, or by its hash where that is not empty.
struct TransactionChoice {
    std::uint64_t number = 0;  ///< from 0
    std::string hash;          ///< "0x" and 64 digits
};

struct DiffArguments : TraceArguments {
    std::array<std::string, 2> files;  ///< A and B; one of them may be "-", standard input
    ListFormat format = ListFormat::text;
    traces::ComparedFields ignored;      ///< that may differ
    std::uint64_t differences_max = 10;  ///< that are shown; not 0
    std::uint64_t before_max = 3;        ///< steps shown before each
    /// Of A and of B; nothing: all are compared.
    std::array<std::optional<TransactionChoice>, 2> transactions;
};

struct ConvertArguments : TraceArguments {
    std::string file;  ///< "-" is standard input
    traces::WrittenForm form = traces::WrittenForm::eip3155;
    traces::ConvertOptions convert;
    std::string output = "-";  ///< "-" is standard output
};

struct FillArguments : TraceArguments {
    std::string file;  ///< "-" is standard input
    std::string like;  ///< a trace that shows how memory is printed; empty: the dialect says it
    std::optional<traces::MemoryTiming>
        moment;                ///< at which it is taken; nothing: as the trace shows
    std::string output = "-";  ///< "-" is standard output
};

struct MinimizeArguments : TraceArguments {
    std::string file;                      ///< "-" is standard input
    std::optional<traces::CheckSet> keep;  ///< one of them must fail; nothing: the first finding's
    std::string output = "-";              ///< "-" is standard output
};

struct DialectsArguments {
    ListFormat format = ListFormat::text;
};
struct ChecksArguments {
    ListFormat format = ListFormat::text;
};
struct OpcodesArguments {
    ListFormat format = ListFormat::text;
    std::vector<std::string> names;  ///< mnemonics; empty: all
    std::optional<Fork> fork;        ///< only instructions that it has
};

enum class PriceBreakdownBy : std::uint8_t { transaction, instruction, frame };

/// A number of the rules, and numbers that it takes one after another.
struct RuleSetting {
    RuleKey key;
    std::uint64_t number = 0;
};
struct RuleSweep {
    RuleKey key;
    std::vector<std::uint64_t> numbers;
};
/// Rules that one run prices by, at most.
inline constexpr std::uint64_t sweep_points_max = 256;

struct PriceArguments : TraceArguments {
    std::vector<std::string> files;     ///< or folders; "-" is standard input
    RuleSet rules;                      ///< that it is to be priced by
    std::vector<RuleSetting> settings;  ///< of their numbers
    std::optional<RuleSet> against;     ///< nothing: what the trace shows
    std::vector<RuleSweep> sweeps;      ///< empty: none
    PriceBreakdownBy by = PriceBreakdownBy::transaction;
    std::uint64_t top = 10;  ///< of what changes most
    PriceFormat format = PriceFormat::text;
    std::string plot;  ///< the file of the picture; empty: none
};

enum class RulesFormat : std::uint8_t { text, json, toml };

struct RulesArguments {
    RulesFormat format = RulesFormat::text;
    std::vector<std::string> names;  ///< of numbers or groups of them; empty: all
    std::optional<Fork> fork;        ///< nothing: what each fork changes, or what `rules` do
    std::optional<RuleSet> rules;    ///< whose numbers are listed; nothing: the forks'
    bool is_list = false;            ///< of the rules that have a name
};

enum class BenchFormat : std::uint8_t { text, json, csv, markdown, gbench };

struct BenchArguments {
    std::vector<const traces::Pattern*> patterns;  ///< empty, and no trace: all
    std::vector<std::string> traces;               ///< files
    std::vector<std::string> backends;             ///< names or plug-ins; empty: the built-in ones
    std::vector<std::uint64_t> sizes = {65536};    ///< bytes of memory
    std::uint64_t seed = 1;
    std::uint64_t ops = 4096;  ///< about how many operations a pattern's program has
    int repetitions = 9;
    double seconds = 0.01;  ///< of each repetition, at least
    std::string preset;     ///< "spec", or empty
    BenchFormat format = BenchFormat::text;
    std::string plot;                   ///< where to draw the ratios; empty: nowhere
    std::string compare;                ///< what an earlier run printed as JSON; empty: nothing
    std::uint64_t plugin_timeout = 60;  ///< seconds that a plug-in may be silent
    bool is_list = false;

    // For gate, which runs `bench --once` in a process of its own for each sample; not in the help.
    bool is_once = false;
    bool with_digest = false;      ///< of the results
    double slowdown = 0;           ///< planted: 0.1 is 10 %
    std::uint64_t fixed_runs = 0;  ///< instead of some time
    bool is_counting = false;      ///< operations instead of time, for gate's own test
    std::uint64_t noise_seed = 0;  ///< of the noise on those counts
    bool is_worker = false;        ///< stays and takes a sample for every line that it reads
    int processor = -1;            ///< that a worker keeps to; -1: any
};

struct GenerateArguments {
    traces::TraceOptions trace;  ///< its pattern is never null
    std::string file = "-";      ///< "-" is standard output
};

enum class GateFormat : std::uint8_t { text, json, gbench, junit, markdown, annotations };
/// What says whether the head is slower: time, and instructions where time does not tell.
enum class GateWitness : std::uint8_t { time, instructions, both };
enum class InconclusiveIs : std::uint8_t { itself, pass, fail };

struct GateArguments {
    std::string base;                   ///< an evmmem executable
    std::string head;                   ///< the same; empty: this one
    std::vector<std::string> backends;  ///< two memories to compare in their place, or none
    std::string baseline;               ///< a file of --save in the place of `base`
    std::string save;                   ///< where to store the head's samples; empty: nowhere
    std::vector<const traces::Pattern*> patterns;  ///< empty, and no trace: all
    std::vector<std::string> traces;               ///< files whose replay is gated
    std::vector<std::uint64_t> sizes = {65536};
    std::uint64_t seed = 1;
    std::uint64_t ops = 4096;
    double tolerance = 0.03;
    bool has_tolerance = false;
    double error = 0.01;    ///< probability of a false alarm, all comparisons together
    double seconds = 0.02;  ///< of CPU time that a sample takes, where there are no workers
    double budget = 8;      ///< seconds of time that measuring one comparison may take
    GateWitness witness = GateWitness::both;
    bool has_witness = false;
    InconclusiveIs inconclusive_is = InconclusiveIs::itself;
    bool with_instructions = false;
    bool is_self_test = false;
    bool is_counting = false;  ///< of the self-test: counts instead of time
    double slowdown = 0;       ///< planted in the head
    std::uint64_t order_seed = 0;
    bool has_order_seed = false;
    GateFormat format = GateFormat::text;
    std::vector<std::pair<GateFormat, std::string>> reports;  ///< more of them, into files
};

enum class Shell : std::uint8_t { bash, zsh, fish };

struct CompletionArguments {
    Shell shell = Shell::bash;
};
struct ManualArguments {};

using CommandArguments =
    std::variant<ReplayArguments, MergeArguments, ShowArguments, StatsArguments, DiffArguments,
                 PriceArguments, ConvertArguments, FillArguments, MinimizeArguments,
                 DialectsArguments, ChecksArguments, OpcodesArguments, RulesArguments,
                 BenchArguments, GateArguments, GenerateArguments, CompletionArguments,
                 ManualArguments>;

/// One run of the program.
struct Invocation {
    GeneralOptions general;
    CommandArguments command;
};

}  // namespace evmmem::app
