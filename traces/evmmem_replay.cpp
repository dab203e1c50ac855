// SPDX-License-Identifier: MIT
// The C interface to the replay. What can throw is called by guarded() alone.
#include "evmmem_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/rule_presets.hpp"
#include "gap.hpp"
#include "given_step.hpp"
#include "replayer.hpp"
#include "step_reader.hpp"
#include "traces/input/fed_bytes.hpp"

namespace {

using namespace evmmem;
using namespace evmmem::traces;

// Text is handed to the reading thread in pieces of so much at least: changing threads takes longer than reading a line.
constexpr std::size_t piece_size = std::size_t{64} << 10;
constexpr std::size_t waiting_max = 10'000;

/// The caller's struct as ours: what its version of the header does not have is 0.
template <typename Struct>
std::optional<Struct> taken(const Struct* given) {
    static_assert(std::is_trivially_copyable_v<Struct>);
    if (given == nullptr || given->struct_size < sizeof given->struct_size) return std::nullopt;
    Struct ours{};
    std::memcpy(&ours, given, std::min(given->struct_size, sizeof ours));
    return ours;
}

/// As much of ours as the caller's version has.
template <typename Struct>
bool given_back(const Struct& ours, Struct* target) {
    if (target == nullptr || target->struct_size < sizeof target->struct_size) return false;
    const std::size_t size = std::min(target->struct_size, sizeof ours);
    std::memcpy(static_cast<void*>(target), &ours, size);
    target->struct_size = size;
    return true;
}

std::optional<std::vector<std::uint8_t>> copied(const std::uint8_t* bytes, std::size_t size) {
    if (bytes == nullptr) return std::nullopt;
    return std::vector<std::uint8_t>{bytes, bytes + size};
}

/// None where a name is neither a check nor a family.
std::optional<CheckSet> checks_in(std::string_view names) {
    CheckSet set;
    for (;;) {
        const std::size_t comma = names.find(',');
        const CheckSet named = checks_named(names.substr(0, comma));
        if (named.empty()) return std::nullopt;
        set = set | named;
        if (comma == std::string_view::npos) return set;
        names.remove_prefix(comma + 1);
    }
}

std::string names_of(ForkSet forks) {
    std::string names;
    forks.for_each([&](Fork fork) {
        if (!names.empty()) names += ' ';
        names += name(fork);
    });
    return names;
}

/// What reading a text came to, beside the replay's summary.
struct Reading {
    std::uint64_t errors = 0;
    std::optional<TraceError> fatal;
    bool has_read_an_end = false;
    bool is_withdrawn = false;  ///< the findings: they were made of another client's habits
    std::vector<std::string> unread_answers;
    std::uint64_t unread_answer_count = 0;
};

}  // namespace

/// What C sees of a replay.
struct evmmem_replay final : FindingSink {
public:
    explicit evmmem_replay(const evmmem_replay_options& options)
        : on_finding_{options.on_finding}, context_{options.context} {}
    evmmem_replay(const evmmem_replay&) = delete;
    evmmem_replay& operator=(const evmmem_replay&) = delete;
    ~evmmem_replay() override { end_reading(); }

    evmmem_replay_status configure(const evmmem_replay_options& options);
    evmmem_replay_status take_rules(const evmmem_replay_options& options);
    evmmem_replay_status feed(std::string_view text);
    evmmem_replay_status step(const evmmem_step& given);
    evmmem_replay_status end_transaction(const evmmem_transaction_end& end);
    evmmem_replay_status finish(evmmem_replay_result* result);
    bool check_count(std::size_t index, evmmem_check_count* target) const;

    /// Runs what may throw, unless nothing can be done any more.
    template <typename Call>
    evmmem_replay_status guarded(Call call) noexcept {
        if (broken_ != EVMMEM_REPLAY_OK) return broken_;
        if (is_over_) return EVMMEM_REPLAY_OVER;
        const evmmem_replay_status status = caught(call);
        if (status != EVMMEM_REPLAY_OK && status != EVMMEM_REPLAY_INVALID_ARGUMENT)
            broken_ = status;
        return status;
    }

    template <typename Call>
    static evmmem_replay_status caught(Call call) noexcept {
        try {
            return call();
        } catch (const std::bad_alloc&) {
            return EVMMEM_REPLAY_OUT_OF_MEMORY;
        } catch (const std::system_error&) {
            return EVMMEM_REPLAY_OUT_OF_MEMORY;  // a thread was refused
        } catch (...) {
            return EVMMEM_REPLAY_BUG;
        }
    }

    void on_finding(const Finding& finding) override;

private:
    enum class Kind : std::uint8_t { none, text, steps };

    void begin_steps();
    void begin_text();
    void read_text();
    void replay_text(StepReader& reader);
    void end_reading() noexcept;
    void hand_out(const Finding& finding);
    void hand_out_waiting();
    evmmem_verdict judge();
    void say(std::string sentence) { why_ += (why_.empty() ? "" : "\n") + std::move(sentence); }
    void say(Gap gap);

    void (*on_finding_)(void*, const evmmem_finding*);
    void* context_;
    ReplayOptions options_;
    ReaderOptions reader_options_;
    Kind kind_ = Kind::none;
    bool is_over_ = false;
    evmmem_replay_status broken_ = EVMMEM_REPLAY_OK;

    // ---- steps ----------------------------------------------------------------------------------
    std::optional<Replayer> replayer_;
    GivenStep given_;
    std::uint64_t steps_ = 0;
    bool with_stack_text_ = true;

    // ---- text: what the reading thread has, while it runs, but for `fed_` and `pending_` --------
    std::thread thread_;
    FedBytes fed_;
    std::string pending_;  ///< too little to be handed over
    Reading reading_;
    evmmem_replay_status read_status_ = EVMMEM_REPLAY_OK;
    std::vector<Finding> waiting_;  ///< findings for the caller's thread
    std::uint64_t not_handed_out_ = 0;

    // ---- what it came to ------------------------------------------------------------------------
    Dialect dialect_;
    ReplaySummary summary_;
    std::string why_;
    std::string dialect_name_;
    std::string forks_;
};

evmmem_replay_status evmmem_replay::take_rules(const evmmem_replay_options& options) {
    if (options.changes == nullptr && options.change_count != 0)
        return EVMMEM_REPLAY_INVALID_ARGUMENT;
    RuleSet set;
    if (options.rules != nullptr) {
        auto named = rule_preset(options.rules);
        if (!named) return EVMMEM_REPLAY_UNKNOWN_RULES;
        set = *std::move(named);
    }
    for (std::size_t i = 0; i < options.change_count; ++i) {
        const auto& [name, number] = options.changes[i];
        if (name == nullptr) return EVMMEM_REPLAY_INVALID_ARGUMENT;
        const auto key = find_rule_key(name);
        if (!key) return EVMMEM_REPLAY_UNKNOWN_RULES;
        if (!is_in_range(*key, number)) return EVMMEM_REPLAY_IMPOSSIBLE_RULES;
        set.set(*key, number, "evmmem_rule");
    }
    if (!contradiction(set).empty()) return EVMMEM_REPLAY_IMPOSSIBLE_RULES;
    if (options.change_count != 0) set.name += set.name.empty() ? "given" : ", changed";
    options_.rules = ReplayRules{set};
    options_.forks = options_.rules.forks();
    return EVMMEM_REPLAY_OK;
}

evmmem_replay_status evmmem_replay::configure(const evmmem_replay_options& options) {
    if ((options.calldata == nullptr && options.calldata_size != 0) ||
        (options.code == nullptr && options.code_size != 0))
        return EVMMEM_REPLAY_INVALID_ARGUMENT;
    if (const auto status = take_rules(options); status != EVMMEM_REPLAY_OK) return status;
    if (options.fork != nullptr) {
        const auto fork = fork_from_name(options.fork);
        if (!fork) return EVMMEM_REPLAY_UNKNOWN_FORK;
        options_.forks = *fork;
    }
    if (options.dialect != nullptr) {
        reader_options_.dialect = find_dialect(options.dialect);
        if (reader_options_.dialect == nullptr) return EVMMEM_REPLAY_UNKNOWN_DIALECT;
    }
    if (options.checks != nullptr) {
        const auto checks = checks_in(options.checks);
        if (!checks) return EVMMEM_REPLAY_UNKNOWN_CHECK;
        options_.checks = *checks;
    }
    options_.calldata = copied(options.calldata, options.calldata_size);
    options_.code = copied(options.code, options.code_size);
    if (options.memory_max != 0) options_.memory_max = options.memory_max;
    if (options.hash_max != 0) options_.hash_max = options.hash_max;
    if (options.copy_max != 0) options_.copy_max = options.copy_max;
    if (options.line_max != 0) reader_options_.line_max = options.line_max;
    with_stack_text_ = Replayer::look_at_stacks(options_.checks);
    reader_options_.reads_all_operands = with_stack_text_;
    return EVMMEM_REPLAY_OK;
}

// ---- findings -----------------------------------------------------------------------------------

void evmmem_replay::on_finding(const Finding& finding) {
    if (kind_ == Kind::steps)
        hand_out(finding);
    else if (on_finding_ != nullptr && waiting_.size() < waiting_max)
        waiting_.push_back(finding);
    else
        ++not_handed_out_;
}

void evmmem_replay::hand_out(const Finding& finding) {
    if (on_finding_ == nullptr) {
        ++not_handed_out_;
        return;
    }
    const CheckInfo& check = info(finding.check);
    const std::string source{check.source};
    const std::string check_name{check.name};
    const evmmem_finding told{
        .struct_size = sizeof told,
        .check = check_name.c_str(),
        .source = source.c_str(),
        .op_name = finding.op_name.c_str(),
        .claimed = finding.claimed.c_str(),
        .computed = finding.computed.c_str(),
        .detail = finding.detail.c_str(),
        .line = finding.line,
        .step = finding.step,
        .pc = finding.pc,
        .frame = finding.frame,
        .transaction = finding.transaction,
        .depth = finding.depth,
        .op = static_cast<std::uint8_t>(finding.op),
        .is_warning = finding.severity == Severity::warning,
        .has_bytes = finding.bytes.has_value(),
        .bytes_offset = finding.bytes ? finding.bytes->offset : 0,
        .bytes_size = finding.bytes ? finding.bytes->size : 0,
    };
    on_finding_(context_, &told);
}

void evmmem_replay::hand_out_waiting() {
    for (const Finding& finding : waiting_)
        hand_out(finding);
    waiting_.clear();
}

// ---- steps --------------------------------------------------------------------------------------

void evmmem_replay::begin_steps() {
    kind_ = Kind::steps;
    const Dialect* given = reader_options_.dialect;
    dialect_ = given != nullptr ? *given : *find_dialect("eip-3155");
    // As the header has it, whatever the client prints.
    dialect_.summary_gas = SummaryGas::execution;
    replayer_.emplace(dialect_, options_, *this);
}

evmmem_replay_status evmmem_replay::step(const evmmem_step& given) {
    if (!GivenStep::is_valid(given)) return EVMMEM_REPLAY_INVALID_ARGUMENT;
    if (kind_ == Kind::text) return EVMMEM_REPLAY_MIXED;
    if (kind_ == Kind::none) begin_steps();
    replayer_->step(given_.read(given, ++steps_, with_stack_text_));
    return EVMMEM_REPLAY_OK;
}

evmmem_replay_status evmmem_replay::end_transaction(const evmmem_transaction_end& end) {
    if (end.has_output && end.output == nullptr && end.output_size != 0)
        return EVMMEM_REPLAY_INVALID_ARGUMENT;
    if (kind_ == Kind::text) return EVMMEM_REPLAY_MIXED;
    if (kind_ == Kind::none) begin_steps();
    Report report;
    report.kind = Report::Kind::summary;
    report.line = steps_;
    if (end.has_gas_used) report.gas_used = end.gas_used;
    if (end.has_output) report.output.emplace(end.output, end.output_size);
    if (end.error != nullptr) report.error = end.error;
    report.halt = halt_of_end(report.error);
    report.failed = !report.error.empty();
    replayer_->report(report);
    return EVMMEM_REPLAY_OK;
}

// ---- text ---------------------------------------------------------------------------------------

void evmmem_replay::begin_text() {
    kind_ = Kind::text;
    thread_ = std::thread{[this] {
        read_status_ = caught([this] {
            read_text();
            return EVMMEM_REPLAY_OK;
        });
        fed_.stop_reading();
    }};
}

void evmmem_replay::read_text() {
    auto source = ByteSource::from(
        [this](char* target, std::size_t size) -> std::expected<std::size_t, TraceError> {
            return fed_.read(target, size);
        },
        reader_options_.source);
    auto reader = StepReader::from(std::move(source), reader_options_);
    if (!reader) {
        reading_.errors = 1;
        reading_.fatal = std::move(reader.error());
        return;
    }
    replay_text(*reader);
    dialect_ = reader->dialect();
    reading_.has_read_an_end = reader->has_read_an_end();
    // Whose trace it is became clear late, and it cannot be read again.
    reading_.is_withdrawn =
        reader->was_misread() || (reader->has_refined() && summary_.findings > 0);
    for (const UnreadAnswer& answer : reader->unread_answers())
        reading_.unread_answers.push_back(
            fmt::format("line {}: {} was not replayed: {}", answer.line, answer.which, answer.why));
    reading_.unread_answer_count = reader->unread_answer_count();
}

void evmmem_replay::replay_text(StepReader& reader) {
    Replayer replayer{reader.dialect(), options_, *this};
    replayer.replay_all(reader, [this](TraceError error) {
        ++reading_.errors;
        if (!error.is_recoverable()) reading_.fatal = std::move(error);
    });
    summary_ = replayer.finish();
}

evmmem_replay_status evmmem_replay::feed(std::string_view text) {
    if (kind_ == Kind::steps) return EVMMEM_REPLAY_MIXED;
    if (kind_ == Kind::none) begin_text();
    const std::size_t first =
        pending_.empty() ? 0 : std::min(text.size(), piece_size - pending_.size());
    pending_ += text.substr(0, first);
    text.remove_prefix(first);
    if (pending_.size() == piece_size) {
        fed_.give(pending_);
        pending_.clear();
    }
    if (text.size() >= piece_size)
        fed_.give(text);
    else
        pending_ += text;
    // Of a dialect that is given nothing can come to light that unmakes them.
    if (reader_options_.dialect != nullptr) hand_out_waiting();
    return EVMMEM_REPLAY_OK;
}

void evmmem_replay::end_reading() noexcept {
    if (!thread_.joinable()) return;
    fed_.end();
    thread_.join();
}

// ---- the verdict --------------------------------------------------------------------------------

void evmmem_replay::say(Gap gap) {
    using enum Gap;
    const auto beyond = [](const WorkLimit& limit, std::string_view work) {
        return fmt::format("line {}: {} beyond the limit, {} bytes suffice", limit.line, work,
                           limit.suffices);
    };
    switch (gap) {
        case interrupted: return say("what follows was not replayed");
        case unread_lines:
            return say(fmt::format("lines that could not be read: {}",
                                   reading_.errors - (reading_.fatal ? 1 : 0)));
        case unread_rest:
            return say(fmt::format("line {}: {}", reading_.fatal->line, reading_.fatal->message));
        case missing_steps:
            return say(
                fmt::format("places where steps are missing: {}", summary_.gaps - reading_.errors));
        case truncated: return say("the trace ends before its outermost frame does");
        case unknown_instructions:
            return say(fmt::format("steps of instructions that no fork has: {}",
                                   summary_.unknown_instructions));
        case memory_limit: {
            const MemoryLimit& limit = *summary_.memory_limit;
            return say(fmt::format(
                "line {}: {} {} bytes of memory; it is not followed from there", limit.line,
                limit.is_hosts ? "the host has no room for" : "memory_max does not allow for",
                limit.bytes));
        }
        case hash_limit: return say(beyond(*summary_.hash_limit, "hashing goes (hash_max)"));
        case copy_limit: return say(beyond(*summary_.copy_limit, "copying goes (copy_max)"));
        case no_step: return say("there is no step in it");
        case no_check: return say("no check could be made: the trace does not show enough");
    }
    std::unreachable();
}

evmmem_verdict evmmem_replay::judge() {
    if (reading_.fatal && summary_.steps == 0) {
        say(Gap::unread_rest);
        return EVMMEM_UNREADABLE;
    }
    for (const Gap gap :
         gaps_of(summary_, reading_.errors, reading_.fatal.has_value(), summary_.was_cancelled))
        say(gap);
    for (std::string& answer : reading_.unread_answers)
        say(std::move(answer));
    if (const auto more = reading_.unread_answer_count - reading_.unread_answers.size(); more > 0)
        say(fmt::format("more answers without steps: {}", more));
    if (reading_.is_withdrawn)
        say(fmt::format(
            "whose trace it is became clear late, and it cannot be read again; give the "
            "dialect {}",
            dialect_.name));
    if (const auto nothing = gap_of_nothing(summary_, reading_.has_read_an_end)) say(*nothing);
    if (summary_.findings > 0) return EVMMEM_FINDINGS;
    return why_.empty() ? EVMMEM_AGREES : EVMMEM_INCOMPLETE;
}

evmmem_replay_status evmmem_replay::finish(evmmem_replay_result* result) {
    if (result == nullptr || result->struct_size < sizeof result->struct_size)
        return EVMMEM_REPLAY_INVALID_ARGUMENT;
    // No input at all is judged as an empty file is.
    if (kind_ == Kind::none) begin_text();
    if (kind_ == Kind::steps) {
        summary_ = replayer_->finish();
    } else {
        fed_.give(pending_);
        end_reading();
        if (read_status_ != EVMMEM_REPLAY_OK) return read_status_;
        if (reading_.is_withdrawn) {
            waiting_.clear();
            not_handed_out_ = 0;
            summary_.findings = 0;
            summary_.warnings = 0;
        }
        hand_out_waiting();
    }
    const evmmem_verdict verdict = judge();
    dialect_name_ = dialect_.name;
    forks_ = names_of(summary_.forks);
    evmmem_replay_result ours{};
    ours.verdict = verdict;
    ours.why = why_.c_str();
    ours.dialect = dialect_name_.c_str();
    ours.forks = forks_.c_str();
    ours.steps = summary_.steps;
    ours.frames = summary_.frames;
    ours.transactions = summary_.transactions;
    ours.findings = summary_.findings;
    ours.warnings = summary_.warnings;
    ours.not_handed_out = not_handed_out_;
    ours.checks_made = checks_made(summary_);
    for (const CheckCount& count : summary_.checks)
        ours.checks_impossible += count.impossible;
    ours.peak_memory_bytes = summary_.peak_bytes;
    ours.expansions = summary_.expansions;
    ours.memory_gas = summary_.memory_gas;
    ours.has_reached_limit = summary_.memory_limit || summary_.hash_limit || summary_.copy_limit ||
                             (reading_.fatal && reading_.fatal->kind == TraceError::Kind::limit);
    given_back(ours, result);
    is_over_ = true;
    return EVMMEM_REPLAY_OK;
}

bool evmmem_replay::check_count(std::size_t index, evmmem_check_count* target) const {
    if (!is_over_ || index >= evmmem::traces::check_count) return false;
    const CheckCount& count = summary_.checks[index];
    evmmem_check_count ours{};
    // The names in the table are literals.
    ours.check = info(static_cast<Check>(index)).name.data();
    ours.made = count.made;
    ours.failed = count.failed;
    ours.impossible = count.impossible;
    return given_back(ours, target);
}

// ---- C ------------------------------------------------------------------------------------------

const char* evmmem_replay_message(evmmem_replay_status status) {
    switch (status) {
        case EVMMEM_REPLAY_OK: return "no error";
        case EVMMEM_REPLAY_OUT_OF_MEMORY: return "the host refused memory, or a thread";
        case EVMMEM_REPLAY_INVALID_ARGUMENT: return "an argument is not what the header asks for";
        case EVMMEM_REPLAY_UNKNOWN_FORK: return "there is no fork of that name";
        case EVMMEM_REPLAY_UNKNOWN_DIALECT: return "there is no dialect of that name";
        case EVMMEM_REPLAY_UNKNOWN_CHECK:
            return "there is no check, nor family of checks, of that name";
        case EVMMEM_REPLAY_MIXED: return "a replay is given text or steps, not both";
        case EVMMEM_REPLAY_OVER: return "the replay is finished already";
        case EVMMEM_REPLAY_BUG: return "a bug of evmmem; please report it";
        case EVMMEM_REPLAY_UNKNOWN_RULES:
            return "there are no rules of that name, or no number of that key";
        case EVMMEM_REPLAY_IMPOSSIBLE_RULES:
            return "a number of the rules is out of its range, or contradicts another";
    }
    return "no status of this version";
}

evmmem_replay_status evmmem_replay_create(const evmmem_replay_options* options,
                                          evmmem_replay** replay) {
    if (replay == nullptr) return EVMMEM_REPLAY_INVALID_ARGUMENT;
    *replay = nullptr;
    evmmem_replay_options none{};
    none.struct_size = sizeof none;
    const auto ours = taken(options != nullptr ? options : &none);
    if (!ours) return EVMMEM_REPLAY_INVALID_ARGUMENT;
    return evmmem_replay::caught([&] {
        auto created = std::make_unique<evmmem_replay>(*ours);
        const evmmem_replay_status status = created->configure(*ours);
        if (status == EVMMEM_REPLAY_OK) *replay = created.release();
        return status;
    });
}

void evmmem_replay_destroy(evmmem_replay* replay) {
    delete replay;
}

evmmem_replay_status evmmem_replay_feed(evmmem_replay* replay, const void* text, size_t size) {
    if (text == nullptr && size != 0) return EVMMEM_REPLAY_INVALID_ARGUMENT;
    return replay->guarded([&] { return replay->feed({static_cast<const char*>(text), size}); });
}

evmmem_replay_status evmmem_replay_step(evmmem_replay* replay, const evmmem_step* step) {
    const auto ours = taken(step);
    if (!ours) return EVMMEM_REPLAY_INVALID_ARGUMENT;
    return replay->guarded([&] { return replay->step(*ours); });
}

evmmem_replay_status evmmem_replay_end_transaction(evmmem_replay* replay,
                                                   const evmmem_transaction_end* end) {
    const auto ours = taken(end);
    if (!ours) return EVMMEM_REPLAY_INVALID_ARGUMENT;
    return replay->guarded([&] { return replay->end_transaction(*ours); });
}

evmmem_replay_status evmmem_replay_finish(evmmem_replay* replay, evmmem_replay_result* result) {
    return replay->guarded([&] { return replay->finish(result); });
}

bool evmmem_replay_check_count(const evmmem_replay* replay, size_t index,
                               evmmem_check_count* count) {
    return replay->check_count(index, count);
}
