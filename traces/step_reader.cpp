// SPDX-License-Identifier: MIT
#include "step_reader.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

#include "core/hex.hpp"
#include "traces/dialects/client_marks.hpp"
#include "traces/dialects/dialect_evidence.hpp"
#include "traces/dialects/eip3155.hpp"
#include "traces/dialects/other_results.hpp"
#include "traces/dialects/struct_logs.hpp"
#include "traces/dialects/test_results.hpp"
#include "traces/input/file_kind.hpp"
#include "traces/input/line_reader.hpp"
#include "traces/input/processors.hpp"
#include "traces/input/text_window.hpp"
#include "traces/json/json_fault.hpp"
#include "traces/json/json_text.hpp"
#include "traces/json/lines_ahead.hpp"
#include "traces/json/object_fields.hpp"
#include "transactions.hpp"

namespace evmmem::traces {
namespace {

/// As much of a trace is looked at to know its dialect: so many bytes, or so many steps.
constexpr std::size_t look_bytes = std::size_t{256} * 1024;
constexpr std::uint32_t look_steps = 1000;
/// After so many bytes without a step the input is no trace.
constexpr std::uint64_t patience_bytes = std::uint64_t{64} << 20;
/// Of a transaction's steps so much is looked at to know what it shows.
constexpr std::size_t transaction_look_bytes = std::size_t{256} * 1024;
constexpr std::size_t array_look_bytes = std::size_t{32} * 1024;
/// So many of the answers that hold no steps are kept to be named.
constexpr std::size_t unread_answers_max = 16;

/// An input that has shown a whole transaction and then pauses for so long, in milliseconds, is
/// not waited for to know its dialect: a client runs its next test, or waits for its name.
constexpr int pause = 20;

bool has_any(std::string_view text, std::span<const std::string_view> marks) {
    return std::ranges::any_of(
        marks, [&](std::string_view mark) { return text.find(mark) != std::string_view::npos; });
}

/// Whether a text that is no JSON object was meant to be a step.
bool looks_like_step(std::string_view text) {
    constexpr std::string_view marks[] = {"\"pc\"", "\"op\"", "\"opName\"", "\"gasCost\"",
                                          "\"depth\""};
    return has_any(text, marks);
}

/// Whether a text in braces that is no JSON object was meant to report an end.
bool looks_like_end(std::string_view text) {
    constexpr std::string_view marks[] = {"\"output\"", "\"gasUsed\""};
    return has_any(text, marks);
}

/// The object on a line: all of it, or what stands after a log's prefix. Empty when there is none.
std::string_view object_of(std::string_view line) {
    if (line.starts_with('{') && line.ends_with('}')) return line;
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r'))
        line.remove_suffix(1);
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    if (line[begin] == '{') return line.substr(begin);
    const std::size_t step = line.find("{\"pc\"");
    return step != std::string_view::npos ? line.substr(step) : std::string_view{};
}

TraceError not_a_trace(std::string message) {
    return TraceError::of(TraceError::Kind::not_a_trace, std::move(message));
}

/// What an object on a line turned out to be. `line` may be longer than `object`: columns count
/// from it.
TraceError placed(TraceError error, const Line& line, std::string_view object) {
    error.line = line.number;
    error.column += static_cast<std::uint64_t>(object.data() - line.text.data());
    return error;
}

std::string_view without_bom(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    return text.substr(std::min(text.size(), text.find_first_not_of(" \t\r\n")));
}

/// Whether a text opens an array of objects, as no JSON lines do.
bool is_array_of_objects(std::string_view text) {
    text = without_bom(text);
    if (!text.starts_with('[')) return false;
    text = without_bom(text.substr(1));
    return text.starts_with('{');
}

/// Whether some `field` in the text has more in it than "0x", as hex or as words. Looks for a character of
/// its name that is rare in steps, which takes a twentieth of the instructions.
bool shows(std::string_view text, std::string_view field, char rare) {
    const std::size_t place = field.find(rare);
    for (std::size_t at = text.find(rare); at != std::string_view::npos;
         at = text.find(rare, at + 1)) {
        if (at < place || !text.substr(at - place).starts_with(field)) continue;
        std::string_view value = text.substr(at - place + field.size());
        const std::size_t skipped = value.find_first_not_of(" \t\r\n:[\"");
        if (skipped == std::string_view::npos) return false;
        const bool is_text = value.substr(0, skipped).find('"') != std::string_view::npos;
        value.remove_prefix(skipped);
        if (value.starts_with("0x")) value.remove_prefix(2);
        if (is_text && !value.empty() && hex_digits.find(value.front()) != std::string_view::npos)
            return true;
    }
    return false;
}

/// Whether a client's last words on a transaction are in the text, on a line that is whole.
bool has_whole_transaction(std::string_view text) {
    return std::ranges::any_of(std::array{"\"stateRoot\"", "\"gasUsed\""}, [text](
                                                                               const char* field) {
        const std::size_t words = find_in(text, field);
        return words != std::string_view::npos && text.find('\n', words) != std::string_view::npos;
    });
}

/// The text of a JSON value; of what is no text, its digits or words.
std::string plain_text(std::string_view raw) {
    constexpr std::size_t bytes_max = 1024;
    if (raw == "null" || raw.size() > bytes_max) return {};
    if (!is_text(raw)) return std::string{raw};
    return unescaped_or_raw(inside(raw));
}

/// What a summary says of the test that it is about.
TransactionName name_in(const ObjectFields& fields) {
    TransactionName name;
    if (fields.has(Field::test)) name.test = plain_text(fields[Field::test]);
    if (fields.has(Field::fork)) name.fork = plain_text(fields[Field::fork]);
    if (fields.has(Field::d) && fields.has(Field::g) && fields.has(Field::v))
        name.index = "d" + plain_text(fields[Field::d]) + " g" + plain_text(fields[Field::g]) +
                     " v" + plain_text(fields[Field::v]);
    return name;
}

/// parity's {"action":"starting","test":"name:fork:0"}
TransactionName starting_name(std::string test) {
    TransactionName name;
    const std::size_t last = test.rfind(':');
    const std::size_t first = last == std::string::npos ? last : test.rfind(':', last - 1);
    if (first != std::string::npos && last > 0) {
        name.index = test.substr(last + 1);
        name.fork = test.substr(first + 1, last - first - 1);
        test.resize(first);
    }
    name.test = std::move(test);
    return name;
}

/// As StructLogs says who an array belongs to.
TransactionName name_of(std::string_view which) {
    constexpr std::string_view transaction = "transaction ";
    constexpr std::string_view answer = "answer with id ";
    TransactionName name;
    if (which.starts_with(transaction)) name.hash = which.substr(transaction.size());
    if (which.starts_with(answer)) name.answer = which.substr(answer.size());
    return name;
}

/// Whether the beginning of an input is that of a document with arrays of steps in it.
bool is_document(std::string_view text) {
    if (is_array_of_objects(text)) return true;
    for (const std::string_view mark : {"\"structLogs\"", "\"stdout\""})
        if (find_in(text, mark) != std::string_view::npos) return true;
    return false;
}

/// Whether the beginning of an input may be that of a document whose arrays come later: its first
/// line opens what it does not close.
bool may_be_document(std::string_view text) {
    text = without_bom(text);
    if (text.starts_with('[')) return true;
    if (!text.starts_with('{')) return false;
    const std::size_t line_end = text.find('\n');
    const std::string_view first = text.substr(0, line_end);
    for (const std::string_view mark : {"\"jsonrpc\"", "\"result\""})
        if (first.find(mark) != std::string_view::npos) return true;
    return line_end != std::string_view::npos &&
           find_json_fault(text.substr(0, line_end)).stops_short;
}

/// The fields of a node's answers, and of documents with arrays of steps.
constexpr std::string_view answer_marks[] = {"\"jsonrpc\"", "\"structLogs\"", "\"stdout\"",
                                             "\"result\""};

/// What a text without a step is, if that is known.
std::string known_as(std::string_view begin) {
    if (const std::string_view kind = file_kind(begin); !kind.empty()) return std::string{kind};
    if (begin.substr(0, 4096).find('\0') != std::string_view::npos)
        return "the input is binary, not a trace";
    if (has_any(begin, answer_marks)) return {};
    return other_result(begin);
}

/// The same for an element, which may span lines.
TraceError placed(TraceError error, const StructLogs::Item& item) {
    const std::string_view before =
        item.text.substr(0, error.column - std::min<std::uint64_t>(error.column, 1));
    const auto lines = std::ranges::count(before, '\n');
    error.line = item.line + static_cast<std::uint64_t>(lines);
    if (lines == 0)
        error.column += item.column - 1;
    else
        error.column = before.size() - before.rfind('\n');
    return error;
}

/// The evidence that the beginning of a document gives. Errors: those that end a reading.
std::expected<Evidence, TraceError> look_at_document(std::string_view text) {
    Evidence evidence;
    evidence.is_document = true;
    FieldPicker picker;
    ObjectFields fields;
    StructLogs logs{TextWindow{ByteSource::over(text)}, text.size()};
    while (evidence.steps < look_steps) {
        auto item = logs.next();
        if (!item && item.error().is_recoverable()) continue;
        if (item && item->event == StructLogs::Event::beginning) item = logs.whole();
        if (!item || item->event == StructLogs::Event::end) break;
        if (item->event != StructLogs::Event::element) continue;
        if (const auto picked = picker.pick(item->text, fields); !picked) {
            if (!picked.error().is_recoverable()) return std::unexpected{picked.error()};
            continue;
        }
        if (fields.has(Field::pc) && fields.has(Field::op)) evidence.note_step(item->text, fields);
    }
    return evidence;
}

/// The evidence that the beginning of JSON lines gives. Errors: those that end a reading.
std::expected<Evidence, TraceError> look_at_lines(std::string_view text) {
    Evidence evidence;
    FieldPicker picker;
    ObjectFields fields;
    LineReader lines{TextWindow{ByteSource::over(text)}, text.size()};
    while (evidence.steps < look_steps) {
        const auto line = lines.next();
        if (!line) return std::unexpected{line.error()};
        if (!*line) break;
        const std::string_view object = object_of((*line)->text);
        if (object.empty()) continue;
        if (const auto picked = picker.pick(object, fields); !picked) {
            if (!picked.error().is_recoverable()) return std::unexpected{picked.error()};
            continue;
        }
        if (fields.has(Field::pc) && fields.has(Field::op))
            evidence.note_step(object, fields);
        else
            evidence.note_other(object, fields);
    }
    return evidence;
}

/// What else than its dialect decides how a client's lines are read.
struct Shown {
    bool memory = false;
    bool return_data = false;
    bool empty_errors = false;  ///< on each line
    bool leaves_steps_out = false;

    bool operator==(const Shown&) const = default;
};

Shown shown_in(const Evidence& seen) {
    return {.memory = seen.memory.hex + seen.words_with_0x + seen.words_without_0x != 0,
            .return_data = seen.return_data.hex != 0,
            .empty_errors = seen.steps > 1 && seen.error.other == seen.steps,
            .leaves_steps_out = seen.leaves_steps_out()};
}

}  // namespace

class StepReader::Impl {
public:
    Impl(TextWindow window, const ReaderOptions& options)
        : window_{std::move(window)}, options_{options}, asks_parser_{options.asks_parser} {
        if (!options.reads_all_operands) eip3155_.read_few_operands();
        window_.tap(options.tap);
    }

    std::expected<void, TraceError> open();
    std::expected<RecordKind, TraceError> next(Record& record);

    const Dialect& dialect() const { return dialect_; }
    std::uint64_t bytes_read() const {
        return lines_ ? lines_->bytes_read() : logs_ ? logs_->bytes_read() : 0;
    }
    std::uint64_t lines_skipped() const { return lines_skipped_; }
    TappedObject object() const { return object_; }
    const std::vector<UnreadAnswer>& unread_answers() const { return unread_; }
    std::uint64_t unread_answer_count() const { return unread_count_; }
    bool has_read_an_end() const { return has_read_an_end_ || (logs_ && logs_->has_found_any()); }
    bool leaves_steps_out() const { return evidence_.leaves_steps_out(); }
    bool was_misread() const { return was_misread_ && clients_ == 1; }
    std::uint64_t clients() const { return clients_; }
    bool has_refined() const { return has_refined_ && clients_ == 1; }
    bool begins_like_a_trace() const { return begins_like_a_trace_; }

private:
    std::expected<RecordKind, TraceError> next_line(Record& record);
    std::expected<RecordKind, TraceError> next_element(Record& record);
    std::expected<bool, TraceError> read_beginning(StructLogs::Item& item, Step& step);
    TraceError bad_line(const Line& line, std::string_view object, TraceError error);
    /// Lines that follow the EIP and nothing else may be any client's until a summary or an error
    /// shows whose they are.
    bool may_refine() const { return options_.dialect == nullptr && dialect_.name == "eip-3155"; }
    void refine(std::string_view object, bool is_step);
    void begin_to_read_ahead();
    /// Whether a line that was read before its turn is a step whose meaning is clear; then `step`
    /// is it.
    bool read_ahead(const LineAhead& line, Step& step) {
        return line.is_read && line.size <= options_.line_max &&
               eip3155_.read_directly(line, step) && is_clear(step);
    }
    /// Whether no more is to be learned of the trace from the step than what it says.
    bool is_clear(const Step& step) const { return step.error.empty() || !may_refine(); }
    bool read_line(Step& step, std::size_t& size_tried);
    RecordKind took_step(Step& step, std::uint64_t line) {
        has_seen_any_ = true;
        is_between_ = false;
        step.line = line;
        return RecordKind::step;
    }
    bool look_at_transaction();
    void look_at_array();
    void expect_of(std::string_view steps) {
        eip3155_.expect(shows(steps, "\"memory\"", 'y'), shows(steps, "\"returnData\"", 'D'));
    }
    bool is_another_client(const ClientMarks& marks);
    void follow_client(std::expected<Evidence, TraceError> seen);
    Dialect dialect_of(const Evidence& seen) const {
        return options_.dialect != nullptr ? *options_.dialect : fitted(recognise(seen), seen);
    }
    void use(const Evidence& evidence);
    void look_on(std::string_view line);
    void conclude_look();
    void skip(std::string_view line);
    void note_report(Report::Kind kind);
    void keep_unread(std::uint64_t line, std::string which, std::string why);
    std::unexpected<TraceError> finish(TraceError error) {
        is_finished_ = true;
        return std::unexpected{std::move(error)};
    }

    TextWindow window_;
    ReaderOptions options_;
    bool asks_parser_ = false;
    Dialect dialect_ = dialects().front();
    Evidence evidence_;
    ClientMarks marks_;  ///< of the transactions so far whose client `dialect_` is of
    std::uint64_t clients_ = 1;
    bool has_refined_ = false;
    FieldPicker picker_;
    ObjectFields fields_;
    Eip3155 eip3155_{dialect_};
    std::unique_ptr<LinesAhead> ahead_;  ///< where lines, or elements, are read ahead
    // After what their second threads use.
    std::optional<LineReader> lines_;  ///< of JSON lines, or
    std::optional<StructLogs> logs_;   ///< of a document
    TappedObject object_;              ///< that was read last
    std::uint64_t lines_skipped_ = 0;
    std::uint64_t last_bytes_read_ = 0;  ///< when next() returned last
    std::size_t last_size_ = 0;          ///< of the last line that was read directly, in bytes
    bool begins_like_a_trace_ = false;
    bool is_finished_ = false;
    bool has_seen_any_ = false;  ///< a step, a report, or a line that was meant to be one
    bool has_read_an_end_ = false;
    bool is_between_ = false;  ///< transactions: the next line may be the first step of another
    bool is_first_array_ = true;
    TestResults test_results_;
    std::optional<std::string> head_;  ///< what is looked at to know the dialect, where it paused
    bool was_misread_ = false;
    std::vector<UnreadAnswer> unread_;
    std::uint64_t unread_count_ = 0;
};

std::expected<void, TraceError> StepReader::Impl::open() {
    while (window_.text().size() < look_bytes && !window_.at_end()) {
        if (!window_.has_more_within(0) && has_whole_transaction(window_.text()) &&
            !window_.has_more_within(pause)) {
            head_.emplace();
            break;
        }
        if (const auto more = window_.extend(); more)
            continue;
        else if (window_.text().empty())
            return std::unexpected{more.error()};
        break;  // what was read before the error is replayed; then it comes again
    }
    const std::string_view text = window_.text().substr(0, look_bytes);
    if (text.empty()) return std::unexpected{not_a_trace("the input is empty")};
    if (const std::string_view kind = binary_kind(text); !kind.empty())
        return std::unexpected{not_a_trace(std::string{kind})};
    bool as_document = is_document(text);
    if (!as_document) {
        OneClient first = lines_of_one_client(text);
        marks_ = std::move(first.marks);
        auto seen = look_at_lines(text.substr(0, first.size));
        if (!seen) return std::unexpected{std::move(seen.error())};
        evidence_ = std::move(*seen);
        as_document = evidence_.steps == 0 && may_be_document(text);
    }
    if (options_.dialect != nullptr) as_document = options_.dialect->is_document;
    if (as_document) {
        OneClient first = documents_of_one_client(text);
        marks_ = std::move(first.marks);
        auto seen = look_at_document(text.substr(0, first.size));
        if (!seen) return std::unexpected{std::move(seen.error())};
        evidence_ = std::move(*seen);
    }
    if (evidence_.steps == 0)
        if (const std::string known = known_as(text); !known.empty())
            return std::unexpected{not_a_trace(known)};
    begins_like_a_trace_ = evidence_.steps > 0 || (as_document && has_any(text, answer_marks));
    use(evidence_);
    if (as_document) head_.reset();
    if (as_document)
        logs_.emplace(std::move(window_), options_.line_max);
    else
        lines_.emplace(std::move(window_), options_.line_max);
    // After a pause, more is still to be looked at on the way.
    if (options_.ahead.is_wanted && !asks_parser_ && !head_ && options_.tap == nullptr)
        begin_to_read_ahead();
    return {};
}

void StepReader::Impl::begin_to_read_ahead() {
    ahead_ = std::make_unique<LinesAhead>(logs_ ? TextAhead::Unit::element : TextAhead::Unit::line);
    auto prepare = [this](std::string_view text, std::size_t place, bool is_second_thread) {
        return ahead_->prepare(text, place, is_second_thread, eip3155_.layouts());
    };
    if (logs_)
        logs_->read_ahead(options_.ahead, std::move(prepare));
    else
        lines_->read_ahead(options_.ahead, std::move(prepare));
}

void StepReader::Impl::use(const Evidence& evidence) {
    dialect_ = dialect_of(evidence);
    const Shown shown = shown_in(evidence);
    eip3155_.expect(shown.memory, shown.return_data);
    eip3155_.expect_empty_errors(shown.empty_errors);
}

/// After a pause: keeps what is usually looked at before the first step is read.
void StepReader::Impl::look_on(std::string_view line) {
    head_->append(line).push_back('\n');
    if (head_->size() >= look_bytes) conclude_look();
}

/// What is usually looked at has been read: would it have been read so?
void StepReader::Impl::conclude_look() {
    std::string head = *std::exchange(head_, std::nullopt);
    const std::size_t size = std::min(head.size(), look_bytes);
    head.append(TextWindow::padding, '\0');
    const std::string_view looked_at = std::string_view{head}.substr(0, size);
    const auto whole = look_at_lines(looked_at.substr(0, lines_of_one_client(looked_at).size));
    if (!whole || clients_ != 1) return;
    was_misread_ =
        dialect_of(*whole) != dialect_of(evidence_) || shown_in(*whole) != shown_in(evidence_);
    if (!was_misread_) return;
    evidence_ = *whole;
    dialect_ = dialect_of(evidence_);
}

std::expected<RecordKind, TraceError> StepReader::Impl::next(Record& record) {
    if (is_finished_) return RecordKind::end;
    last_bytes_read_ = bytes_read();
    return lines_ ? next_line(record) : next_element(record);
}

std::expected<RecordKind, TraceError> StepReader::Impl::next_line(Record& record) {
    for (;;) {
        if (is_between_ && look_at_transaction()) {
            is_between_ = false;
            record.report = {};
            record.report.kind = Report::Kind::transaction_start;
            record.report.line = lines_->number() + 1;
            return RecordKind::report;
        }
        const LineAhead* const ahead =
            ahead_ ? ahead_->at(lines_->window(), eip3155_.layouts()) : nullptr;
        if (ahead != nullptr && read_ahead(*ahead, record.step)) {
            return took_step(record.step, lines_->pass(ahead->size));
        }
        std::size_t size_tried = 0;
        if (ahead == nullptr && !asks_parser_ && !head_ && read_line(record.step, size_tried))
            return RecordKind::step;
        const auto line = ahead != nullptr ? lines_->next(ahead->size) : lines_->next();
        if (!line) return finish(line.error());
        if (head_ && *line) look_on((*line)->text);
        if (!*line) {
            if (head_) conclude_look();
            is_finished_ = true;
            if (has_seen_any_) return RecordKind::end;
            return std::unexpected{not_a_trace("no line of it is a step of a trace")};
        }
        const std::string_view object = object_of((*line)->text);
        if (object.empty()) {
            if (looks_like_step((*line)->text)) {
                has_seen_any_ = true;
                return std::unexpected{
                    bad_line(**line, (*line)->text,
                             malformed((*line)->text, (*line)->text, "expected a JSON object"))};
            }
            if (!(*line)->text.empty()) skip((*line)->text);
            if (!has_seen_any_ && lines_->bytes_read() > patience_bytes)
                return finish(not_a_trace("nothing at its beginning is a step of a trace"));
            if (lines_->bytes_read() - last_bytes_read_ > noise_bytes_max)
                return finish(too_noisy((*line)->number, noise_bytes_max));
            continue;
        }
        object_ = {object};
        const bool was_tried =
            (*line)->text.size() < size_tried && object.size() == (*line)->text.size();
        if (!asks_parser_ && !was_tried && eip3155_.read_directly(object, record.step) &&
            is_clear(record.step)) {
            return took_step(record.step, (*line)->number);
        }
        auto picked = picker_.pick(object, fields_);
        if (!picked) {
            if (!picked.error().is_recoverable())
                return finish(placed(std::move(picked.error()), **line, object));
            if (!(*line)->is_terminated || looks_like_step(object) || looks_like_end(object)) {
                has_seen_any_ = true;
                return std::unexpected{bad_line(**line, object, std::move(picked.error()))};
            }
            skip((*line)->text);
            continue;
        }
        const auto kind = eip3155_.interpret(object, fields_, record);
        if (!kind) {
            has_seen_any_ = true;
            is_finished_ = !kind.error().is_recoverable();
            return std::unexpected{placed(kind.error(), **line, object)};
        }
        if (*kind != ObjectKind::step || !record.step.error.empty())
            refine(object, *kind == ObjectKind::step);
        if (*kind == ObjectKind::step) {
            return took_step(record.step, (*line)->number);
        }
        if (*kind == ObjectKind::report) {
            has_seen_any_ = true;
            const bool is_end = record.report.kind == Report::Kind::output ||
                                record.report.kind == Report::Kind::summary;
            is_between_ = is_between_ || is_end;
            has_read_an_end_ = has_read_an_end_ || is_end;
            record.report.line = (*line)->number;
            note_report(record.report.kind);
            return RecordKind::report;
        }
        // A state root alone is all that is printed of a transaction that ran no code.
        if (fields_.present == 1U << static_cast<unsigned>(Field::stateRoot)) {
            has_seen_any_ = true;
            has_read_an_end_ = true;
            is_between_ = true;
            if (options_.transactions != nullptr)
                options_.transactions->end_unit(plain_text(fields_[Field::stateRoot]));
        }
        if (find_in(object, "\"structLogs\"") != std::string_view::npos)
            keep_unread((*line)->number, "a document",
                        "it stands among JSON lines; give it a file of its own");
        ++lines_skipped_;
    }
}

/// Reads the next line directly, if it has a layout that was learned: then it is taken, without a
/// search for its end. `size_tried` is how much text from its beginning on was there for that.
bool StepReader::Impl::read_line(Step& step, std::size_t& size_tried) {
    // A line as long as the last would otherwise be found to stop short only at its end, and so would
    // one that is much longer: of that no more is tried than this.
    constexpr std::size_t size_least = std::size_t{64} << 10;
    const std::string_view text =
        lines_->text(last_size_ + 1).substr(0, std::max(2 * last_size_, size_least));
    size_tried = text.size();
    const std::size_t size = eip3155_.read_line(text, step);
    if (size == 0 || size > options_.line_max || !is_clear(step)) return false;
    object_ = {object_of(text.substr(0, size))};
    last_size_ = size;
    took_step(step, lines_->pass(size));
    return true;
}

std::expected<RecordKind, TraceError> StepReader::Impl::next_element(Record& record) {
    for (;;) {
        auto item = logs_->next();
        if (!item) {
            is_finished_ = !item.error().is_recoverable();
            return std::unexpected{item.error()};
        }
        switch (item->event) {
            case StructLogs::Event::end:
                is_finished_ = true;
                if (logs_->has_found_any()) return RecordKind::end;
                if (!unread_.empty())
                    return std::unexpected{
                        not_a_trace("no answer in it is a trace: " + unread_.front().which + ": " +
                                    unread_.front().why)};
                return std::unexpected{not_a_trace(
                    "a JSON document without \"structLogs\", and no line of it is a step")};
            case StructLogs::Event::unread:
                keep_unread(item->line, std::string{item->which}, std::string{item->why});
                continue;
            case StructLogs::Event::named:
                if (options_.transactions != nullptr)
                    options_.transactions->name_current(name_of(item->which));
                continue;
            case StructLogs::Event::array_begins:
                if (options_.transactions != nullptr)
                    options_.transactions->name_next(name_of(item->which));
                look_at_array();
                record.report = {};
                record.report.kind = Report::Kind::transaction_start;
                record.report.line = item->line;
                return RecordKind::report;
            case StructLogs::Event::result_ends:
                if (auto read = eip3155_.interpret_summary(*item->result, record.report); !read) {
                    read.error().line = item->line;
                    read.error().column = item->column;
                    return std::unexpected{std::move(read.error())};
                }
                record.report.line = item->line;
                return RecordKind::report;
            case StructLogs::Event::beginning: {
                const auto is_read = read_beginning(*item, record.step);
                if (!is_read) return finish(is_read.error());
                if (!*is_read) break;
                record.step.line = item->line;
                return RecordKind::step;
            }
            case StructLogs::Event::element: object_ = {item->text}; break;
        }
        if (auto picked = picker_.pick(item->text, fields_); !picked) {
            is_finished_ = !picked.error().is_recoverable();
            return std::unexpected{placed(std::move(picked.error()), *item)};
        }
        const auto kind = eip3155_.interpret(item->text, fields_, record);
        if (!kind) {
            is_finished_ = !kind.error().is_recoverable();
            return std::unexpected{placed(kind.error(), *item)};
        }
        if (*kind == ObjectKind::step) {
            record.step.line = item->line;
            return RecordKind::step;
        }
        if (*kind == ObjectKind::report) {
            record.report.line = item->line;
            note_report(record.report.kind);
            return RecordKind::report;
        }
        ++lines_skipped_;
    }
}

/// Reads an element directly, if it has a layout that was learned; true where that is done. Of any
/// other its end is looked for, and `item` is then all of it. Errors: those of StructLogs.
std::expected<bool, TraceError> StepReader::Impl::read_beginning(StructLogs::Item& item,
                                                                 Step& step) {
    if (!asks_parser_) {
        const LineAhead* const ahead =
            ahead_ ? ahead_->at(logs_->window(), eip3155_.layouts()) : nullptr;
        LineLayouts::Beginning read;
        if (ahead != nullptr && eip3155_.read_directly(*ahead, step))
            read = {ahead->size, ahead->has_newlines};
        else
            read = eip3155_.read_beginning(item.text, step);
        object_ = {item.text.substr(0, read.size), true};
        if (read.size != 0) {
            const auto taken = logs_->taken(read.size, read.has_newlines);
            if (!taken) return std::unexpected{taken.error()};
            return true;
        }
    }
    const std::size_t size_seen = item.text.size();
    auto whole = logs_->whole();
    if (!whole) return std::unexpected{std::move(whole.error())};
    item = *whole;
    object_ = {item.text};
    // What was in memory as a whole has no layout that is known.
    return !asks_parser_ && item.text.size() > size_seen && eip3155_.read_directly(item.text, step);
}

/// A text that is no JSON object, on a line that should be one: damaged, or the place where the
/// input ends.
TraceError StepReader::Impl::bad_line(const Line& line, std::string_view object, TraceError error) {
    if (!line.is_terminated && find_json_fault(object).stops_short) {
        error.kind = TraceError::Kind::truncated;
        error.message = "the last line is cut short";
        is_finished_ = true;
    }
    return placed(std::move(error), line, object);
}

/// Lines that follow the EIP and nothing else may be any client's until a summary or an error shows
/// whose they are. And what a summary counts is known of the client whose summary it is.
void StepReader::Impl::refine(std::string_view object, bool is_step) {
    if (options_.dialect != nullptr) return;
    if (may_refine()) {
        if (is_step)
            evidence_.note_later_step(object, fields_);
        else
            evidence_.note_other(object, fields_);
        dialect_ = fitted(recognise(evidence_), evidence_);
        has_refined_ = has_refined_ || !may_refine();
    } else if (!is_step) {
        evidence_.note_other(object, fields_);
        dialect_ = fitted(*find_dialect(dialect_.name), evidence_);
    }
}

/// Whether the transaction ahead is another client's than those before it, as where files were put
/// together.
bool StepReader::Impl::is_another_client(const ClientMarks& marks) {
    if (marks.shape.empty()) return false;
    if (marks_.shape.empty()) marks_ = marks;
    const bool is_another = options_.dialect == nullptr && !marks_.may_be_same(marks);
    if (is_another || marks_.ends == 0) marks_ = marks;
    return is_another;
}

/// From here on the trace is of the client that left this evidence.
void StepReader::Impl::follow_client(std::expected<Evidence, TraceError> seen) {
    if (!seen || seen->steps == 0) return;
    evidence_ = std::move(*seen);
    use(evidence_);
    ++clients_;
}

/// What a client shows is each transaction's own: if one begins at the next line, looks at it. Returns
/// whether it is another client's.
bool StepReader::Impl::look_at_transaction() {
    const auto has_line = [](std::string_view text) { return text.contains('\n'); };
    std::string_view ahead = lines_->look_ahead(transaction_look_bytes, has_line);
    if (!ahead.starts_with('{') || !begins_transaction(ahead.substr(0, ahead.find('\n'))))
        return false;
    // No further than the transaction's end: the next one may be long in coming.
    OtherLine end;
    ahead = lines_->look_ahead(transaction_look_bytes,
                               [&](std::string_view text) { return end.is_in(text); });
    const std::string_view steps = end.before(ahead);
    const bool is_another = is_another_client(marks_of_lines(ahead, steps.size()));
    if (is_another) follow_client(look_at_lines(ahead.substr(0, lines_of_one_client(ahead).size)));
    expect_of(steps.substr(0, array_look_bytes));
    return is_another;
}

/// The same of the array that begins.
void StepReader::Impl::look_at_array() {
    if (std::exchange(is_first_array_, false)) return;
    const std::string_view ahead = logs_->look_ahead(array_look_bytes);
    if (is_another_client(marks_of_elements(ahead)))
        follow_client(look_at_document(std::string{"["}.append(ahead)));
    expect_of(ahead);
}

/// A line that is no part of the trace may still say which test it is about.
void StepReader::Impl::skip(std::string_view line) {
    ++lines_skipped_;
    if (options_.transactions == nullptr) return;
    if (const auto verdict = test_verdict(line))
        options_.transactions->name_last({.test = std::string{verdict->test},
                                          .fork = std::string{verdict->fork},
                                          .index = verdict->index,
                                          .hash = {},
                                          .answer = {}});
    if (auto result = test_results_.note(line); result && !result->state_root.empty())
        options_.transactions->name_by_result({.test = std::move(result->test),
                                               .fork = std::move(result->fork),
                                               .index = {},
                                               .hash = {},
                                               .answer = {}},
                                              result->state_root);
}

/// What a report, whose fields are at hand, says of which transaction it is about.
void StepReader::Impl::note_report(Report::Kind kind) {
    if (options_.transactions == nullptr) return;
    if (kind == Report::Kind::transaction_start && fields_.has(Field::test))
        options_.transactions->name_next(starting_name(plain_text(fields_[Field::test])));
    if (kind != Report::Kind::summary) return;
    if (const TransactionName name = name_in(fields_); !name.empty())
        options_.transactions->name_current(name);
    options_.transactions->end_unit();
}

void StepReader::Impl::keep_unread(std::uint64_t line, std::string which, std::string why) {
    ++unread_count_;
    if (unread_.size() < unread_answers_max)
        unread_.push_back({line, std::move(which), std::move(why)});
}

std::expected<StepReader, TraceError> StepReader::open(const std::string& path,
                                                       const ReaderOptions& options) {
    auto source = ByteSource::open(path, options.source);
    if (!source) return std::unexpected{source.error()};
    return from(std::move(*source), options);
}

std::expected<StepReader, TraceError> StepReader::from(ByteSource source,
                                                       const ReaderOptions& options) {
    // On two processors, one second thread does what there is to do.
    if (options.reads_ahead && (!options.ahead.is_wanted || processors() > 2)) source.read_ahead();
    auto impl = std::make_unique<Impl>(TextWindow{std::move(source)}, options);
    if (auto done = impl->open(); !done) return std::unexpected{done.error()};
    return StepReader{std::move(impl)};
}

std::expected<StepReader, TraceError> StepReader::over(std::string_view text,
                                                       const ReaderOptions& options) {
    auto impl = std::make_unique<Impl>(TextWindow{ByteSource::over(text, options.source)}, options);
    if (auto done = impl->open(); !done) return std::unexpected{done.error()};
    return StepReader{std::move(impl)};
}

StepReader::StepReader(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
StepReader::StepReader(StepReader&&) noexcept = default;
StepReader& StepReader::operator=(StepReader&&) noexcept = default;
StepReader::~StepReader() = default;

const Dialect& StepReader::dialect() const {
    return impl_->dialect();
}
std::expected<RecordKind, TraceError> StepReader::next(Record& record) {
    return impl_->next(record);
}
std::uint64_t StepReader::bytes_read() const {
    return impl_->bytes_read();
}
std::uint64_t StepReader::lines_skipped() const {
    return impl_->lines_skipped();
}
const std::vector<UnreadAnswer>& StepReader::unread_answers() const {
    return impl_->unread_answers();
}
std::uint64_t StepReader::unread_answer_count() const {
    return impl_->unread_answer_count();
}
TappedObject StepReader::object() const {
    return impl_->object();
}
bool StepReader::has_read_an_end() const {
    return impl_->has_read_an_end();
}
bool StepReader::was_misread() const {
    return impl_->was_misread();
}
std::uint64_t StepReader::clients() const {
    return impl_->clients();
}
bool StepReader::has_refined() const {
    return impl_->has_refined();
}
bool StepReader::begins_like_a_trace() const {
    return impl_->begins_like_a_trace();
}
bool StepReader::leaves_steps_out() const {
    return impl_->leaves_steps_out();
}

}  // namespace evmmem::traces
