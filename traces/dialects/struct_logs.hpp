// SPDX-License-Identifier: MIT
// The steps of a JSON document: finds every array "structLogs", wherever it is nested (a bare
// result, a JSON-RPC answer, an array of transactions, a file of requests and answers), and every
// array "stdout" of a besu test specification, and hands out its elements one by one. The document
// is never whole in memory; of what is around the arrays only the few fields that report a
// transaction's end are kept.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "traces/input/text_ahead.hpp"
#include "traces/input/text_window.hpp"
#include "traces/json/object_fields.hpp"
#include "traces/trace_error.hpp"

namespace evmmem::traces {

class StructLogs {
public:
    enum class Event : std::uint8_t {
        array_begins,  ///< of a transaction's steps
        beginning,     ///< of an element that is an object: taken() or whole() must follow
        element,       ///< of that array, whole
        result_ends,   ///< the object that holds the array: `result` are its fields
        unread,        ///< an answer, or a transaction of a block, that holds no steps
        named,         ///< the last array's transaction turns out to be called `which`
        end,           ///< of the text
    };

    /// Views are valid until the next event is asked for.
    struct Item {
        Event event = Event::end;
        std::uint64_t line = 0;    ///< at which the element begins, or the result ends; from 1
        std::uint64_t column = 0;  ///< likewise
        /// An element's JSON text. Of a beginning: from its bracket on all that is in memory, which
        /// may go on after it or stop short of its end.
        std::string_view text;
        bool is_padded =
            true;  ///< TextWindow::padding bytes before and after the text are readable
        const ObjectFields* result = nullptr;
        /// Of unread, array_begins and named: "answer with id 2", "transaction 0x..", foreign; of an
        /// array empty where nothing was read of it yet.
        std::string_view which;
        std::string_view why;  ///< of unread: the node's words, or what stands there instead
    };

    StructLogs(TextWindow window, std::uint64_t element_max)
        : window_{std::move(window)}, element_max_{element_max} {}

    /// From now on reads on a second thread, as TextWindow does.
    void read_ahead(const AheadOptions& options, TextAhead::Prepare prepare) {
        window_.read_ahead(options, TextAhead::Unit::element, std::move(prepare));
    }
    /// After a beginning: the text from there on.
    const TextWindow& window() const { return window_; }

    /// The next event. After an error the reader is at its end, or past what was wrong where it
    /// is clear where that ends: a comma, a plain value, a field that appears twice.
    /// Errors: malformed (what is around the elements), truncated, limit, and those of ByteSource.
    std::expected<Item, TraceError> next();

    /// After a beginning: the element was read, and is so many bytes. Views into its text are valid
    /// until the next event is asked for. Errors: limit; the reader is then at its end.
    std::expected<void, TraceError> taken(std::size_t size, bool has_newlines);
    /// After a beginning: the element, up to the bracket that closes it. Errors: as next(); the
    /// reader is then at its end.
    std::expected<Item, TraceError> whole();

    /// Whether there was an array of steps at all.
    bool has_found_any() const { return has_found_any_; }
    /// The text of the array at hand that comes next, at most `size` bytes of it, and none that
    /// belongs to another array. Views into it are void at the next event.
    std::string_view look_ahead(std::size_t size);
    /// Bytes up to the end of what was handed out last.
    std::uint64_t bytes_read() const { return window_.bytes_taken() + to_consume_; }

private:
    struct Container {
        bool is_array = false;
        bool holds_steps = false;    ///< an array of them
        bool is_result = false;      ///< an object with such an array in it
        bool holds_results = false;  ///< an array of answers, or of a block's transactions
        bool has_steps = false;      ///< somewhere in it, or says that there are none
        bool has_unread = false;     ///< an answer in it was said to be unread
        bool is_named = false;       ///< its name was said, with an array in it
        bool is_answer = false;      ///< an object with "result", or "error"
        bool has_result = false;
        bool has_error = false;
        bool is_error = false;  ///< the value of "error"
        bool is_step = false;   ///< a step where none can be: outside of all arrays
        std::uint64_t elements = 0;
        std::string name;         ///< its id or its transaction's hash
        std::string why;          ///< the node's words
        std::string_view tracer;  ///< whose result it seems to be
        enum class Awaited : std::uint8_t { first, comma, value };
        Awaited awaited = Awaited::first;
        std::string texts;  ///< JSON texts of the fields kept, one after the other
        struct Kept {
            Field field;
            std::size_t offset, size;
        };
        std::vector<Kept> kept;
    };
    // These return false, with error_ set, when they fail.
    bool skip_to_token();
    bool read_token(Item& item, bool& has_item);
    bool read_member();
    bool read_value(std::string_view key);
    void note_member(std::string_view key, std::string_view value);
    void note_scalar(std::string_view key, std::string_view value);
    void note_unread(const Container& closed);
    std::string_view name_of_array();
    void note_name(const Container& closed);
    bool begins_with_step();
    void want_ahead(std::size_t size);
    bool begin_next_element();
    Item beginning();
    bool read_element(Item& item);
    bool open(bool is_array, std::string_view key);
    void close(Item& item, bool& has_item);

    bool is_within_limit(std::size_t size);
    bool want(std::size_t size);
    bool string_end(std::size_t begin, std::size_t& end);
    bool atom_end(std::size_t begin, std::size_t& end);
    bool container_end(std::size_t begin, std::size_t& end);
    void consume(std::size_t size);
    bool fail(TraceError::Kind kind, std::string message);
    bool complain(std::string message, std::size_t size);
    char at(std::size_t offset) const { return window_.text()[offset]; }

    TextWindow window_;
    std::uint64_t element_max_;
    std::uint64_t line_ = 1;
    std::uint64_t column_ = 1;
    std::vector<Container> containers_;
    std::size_t kept_bytes_ = 0;  ///< of all containers' texts
    std::string element_text_;    ///< of an element that was itself a string with JSON in it
    std::string result_text_;
    ObjectFields result_;
    std::size_t to_consume_ = 0;    ///< of the element handed out last
    std::size_t last_size_ = 0;     ///< of the last element that was an object
    bool has_begun_array_ = false;  ///< an array_begins is due
    bool has_unread_ = false;       ///< an unread is due
    bool has_stray_step_ = false;   ///< there was a step outside of all arrays
    bool has_name_ = false;         ///< a named is due
    std::string name_;              ///< of it, or of the array that begins
    std::string unread_which_, unread_why_;
    bool has_found_any_ = false;
    bool is_finished_ = false;
    TraceError error_;
    bool goes_on_ = false;  ///< after that error
};

}  // namespace evmmem::traces
