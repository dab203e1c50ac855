// SPDX-License-Identifier: MIT
// Reads a line without a JSON parser, where a parser has nothing left to find out. A client prints
// all its lines in one layout, or in few: the texts between the values are the same on every line.
// They are learned from a line that simdjson read; the next line is proven, byte for byte, to have
// them, and its values to be nothing but digits, hex or plain text. Then it means what simdjson
// would find in it, and is read directly. Any line that does not fit, valid or not, is not read
// here: simdjson stays the referee.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "object_fields.hpp"
#include "traces/input/byte_buffer.hpp"
#include "traces/step.hpp"

namespace evmmem::traces {

/// A line's values before any dialect has its say. Views are into the line, and into the buffers
/// given.
struct LineValues {
    enum class Bytes : std::uint8_t { absent, text, array };
    static constexpr std::size_t number_count = static_cast<std::size_t>(last_number_field) + 1;

    std::uint32_t present = 0;  ///< a bit for each Field, as in ObjectFields
    std::uint32_t nulls = 0;    ///< the same of fields whose value is null, which are not present
    bool has_mnemonic = false;  ///< `op` is a text, and no number
    Bytes memory_form = Bytes::absent;
    bool has_return_data = false;
    std::array<std::uint64_t, number_count> numbers{};  ///< of the numeric fields present
    std::string_view op_name, error;
    std::string_view mnemonic;
    std::span<const std::uint8_t> memory;
    std::span<const std::uint8_t> return_data;

    bool has(Field field) const { return (present & bit(field)) != 0; }
    bool is_null(Field field) const { return (nulls & bit(field)) != 0; }
    std::uint64_t operator[](Field field) const { return numbers[static_cast<std::size_t>(field)]; }
};

class LineLayouts {
public:
    LineLayouts();

    /// Reads `line` into `values` and `stack`, if it has a layout learned before.
    /// False: not read, and what was filled means nothing. TextWindow::padding bytes before and
    /// after it must be readable.
    bool read(std::string_view line, LineValues& values, StepStack& stack, ByteBuffer& memory,
              ByteBuffer& return_data);

    /// Of stacks only the operands are read from now on that each step's instruction takes, and the
    /// top; where the instruction stands before the stack.
    void read_few_operands() { reads_few_operands_ = true; }

    struct Beginning {
        std::size_t size = 0;  ///< 0: not read
        bool has_newlines = false;
    };
    /// The same of an object at the beginning of `text`, which may go on after it or stop short of
    /// its end: a layout proves every byte up to the bracket that closes the object, and so where
    /// that is. After `text` there must be TextWindow::padding zeros.
    Beginning read_beginning(std::string_view text, LineValues& values, StepStack& stack,
                             ByteBuffer& memory, ByteBuffer& return_data);

    /// How many bytes of the line at the beginning of `text` stand before its newline, which is thus
    /// found without a search; 0 where it was not read.
    std::size_t read_line(std::string_view text, LineValues& values, StepStack& stack,
                          ByteBuffer& memory, ByteBuffer& return_data);

    /// Whether others were learned: a number that changes with them.
    std::uint64_t changes() const { return changes_; }
    /// A line was read by a copy of these.
    void note_read() { ++reads_since_; }

    /// Learns the layout of `line`, a step, whose fields simdjson has picked.
    void learn(std::string_view line, const ObjectFields& fields);

private:
    enum class Kind : std::uint8_t {
        none,  ///< only the text
        decimal,
        hex_number,  ///< digits, without their "0x"
        text,        ///< up to a quote
        bytes,       ///< hex digits up to a quote, without their "0x"
        words,       ///< array items of 64 digits, up to the bracket
        stack,       ///< array items, up to the bracket
    };
    /// A text that every line has, and the value after it.
    struct Slot {
        static constexpr std::size_t text_max = 32;
        alignas(32) std::array<char, text_max> text{};
        std::uint32_t text_mask = 0;  ///< a bit for each byte of it
        std::uint8_t text_size = 0;
        Kind kind = Kind::none;
        Field field{};
        bool has_0x = false;  ///< before each item of `words`
    };
    /// What is written with each line read is in no cache line with what another thread writes.
    struct alignas(64) Layout {
        std::vector<Slot> slots;
        std::uint32_t present = 0;
        std::uint32_t nulls = 0;
        std::uint64_t last_use = 0;
        std::size_t memory_digits = 0;  ///< of the last line: a guess for the next
        bool has_newlines = false;      ///< in its texts; there are none in values
    };
    class LayoutMaker;
    static Kind kind_of(Field field, std::string_view raw);
    /// False now and then: where lines differ all the time, in fields that no reader asks for,
    /// learning is wasted; it pauses, then tries again.
    bool is_worth_learning();
    /// Keeps a layout, in place of the one that was not used for the longest time.
    void keep(Layout layout);
    /// Where the layout's last text ends in `text`; null if that has another layout.
    const char* read_as(Layout& layout, std::string_view text, LineValues& values, StepStack& stack,
                        ByteBuffer& memory, ByteBuffer& return_data);
    /// Tries all layouts, that of the last line first, until `fits` where one ends. Null: none did.
    template <typename Fits>
    const char* read_any(std::string_view text, LineValues& values, StepStack& stack,
                         ByteBuffer& memory, ByteBuffer& return_data, Fits fits);

    static constexpr std::size_t layouts_max = 8;
    std::vector<Layout> layouts_;
    std::size_t last_ = 0;  ///< the layout of the line read last
    std::uint64_t uses_ = 0;
    std::uint64_t changes_ = 0;
    std::uint64_t reads_since_ = 0;  ///< that learning was last weighed, likewise:
    std::uint64_t learned_ = 0;
    std::uint64_t pause_ = 0;  ///< lines to let pass before the next attempt
    bool reads_few_operands_ = false;
    bool is_on_ = false;  ///< the processor has the instructions
};

}  // namespace evmmem::traces
