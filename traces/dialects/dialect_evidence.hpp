// SPDX-License-Identifier: MIT
// What the first part of a trace shows of the client that printed it: which fields, written how, in
// which order. The table of dialects is matched against it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "traces/json/object_fields.hpp"

namespace evmmem::traces {

/// How often a field was written in which way.
struct Spelling {
    std::uint32_t absent = 0;
    std::uint32_t null = 0;
    std::uint32_t number = 0;
    std::uint32_t hex = 0;        ///< "0x.." in quotes, with digits
    std::uint32_t empty_hex = 0;  ///< "0x"
    std::uint32_t empty = 0;      ///< ""
    std::uint32_t text = 0;       ///< other text in quotes
    std::uint32_t array = 0;
    std::uint32_t other = 0;

    std::uint32_t strings() const { return hex + empty_hex + empty + text; }
    std::uint32_t present() const { return null + number + strings() + array + other; }
    void note(const ObjectFields& fields, Field field);
};

struct Evidence {
    bool is_document = false;  ///< steps stand in arrays of a larger document
    std::uint32_t steps = 0;

    Spelling op, gas, gas_cost, memory_size, memory, refund, return_data, op_name, error, reservoir;
    std::string order;      ///< the keys of the first step, in its order, each followed by a blank
    bool is_sorted = true;  ///< the keys of every step are in alphabetical order

    std::uint32_t stack_size_max = 0;
    /// PUSH and DUP steps after which the printed stack did not grow.
    std::uint32_t full_stacks_cut = 0;
    std::uint32_t memory_size_set = 0;  ///< steps whose memSize is not 0
    std::uint32_t depth_zero = 0;       ///< steps whose depth is 0
    bool is_first_depth_zero = false;

    std::uint32_t stack_with_0x = 0, stack_without_0x = 0, stack_padded_0x = 0;
    std::uint32_t words_with_0x = 0, words_without_0x = 0, words_compact = 0, words_half = 0;
    std::uint32_t words_empty_0x = 0;
    bool words_upper_case = false;

    // Where a frame's memory appears: already on the line of the instruction that made it, or
    // after it.
    std::uint32_t memory_on_own_line = 0, memory_on_next_line = 0;
    /// Where memory grew, by its size: between an instruction that touches memory and one that does
    /// not.
    struct Growth {
        std::uint32_t on_own_line = 0, on_next_line = 0;
    };
    Growth growth_by_size;   ///< by memSize
    Growth growth_by_field;  ///< by the length of the memory field

    // gasCost against the gas that went, where the next step shows it.
    std::uint32_t cost_right = 0;  ///< on instructions that pass no gas on
    std::uint32_t cost_zero = 0;   ///< was 0, though gas went
    std::uint32_t cost_base = 0;   ///< only the base part of an SSTORE or a growing memory access
    std::uint32_t cost_wrong = 0;  ///< on instructions of constant cost
    std::uint32_t cost_grown = 0;  ///< right, and more than the base part of a memory access
    /// Steps that their predecessor does not lead to, and more gas went than that costs.
    std::uint32_t skips = 0;
    std::uint64_t depth_max = 0;
    /// Calls at that depth that took more gas than any whose callee runs no code: the callee's steps are
    /// missing.
    std::uint32_t callees_hidden = 0;
    std::uint32_t calls_full = 0, calls_own = 0;  ///< with, without the gas passed on
    std::uint32_t creates_full = 0, creates_own = 0;

    std::uint32_t errors_class_name = 0;  ///< execution-specs: "OutOfGasError"
    std::uint32_t errors_nimbus = 0;      ///< "Opcode Dispatch Error: .."
    std::uint32_t errors_besu = 0;        ///< "Out of gas", "Invalid opcode: 0xef"
    std::uint32_t errors_geth = 0;        ///< "out of gas", "stack underflow (1 <=> 2)"

    std::uint32_t outputs = 0;             ///< {"output","gasUsed"}
    std::uint32_t outputs_inside = 0;      ///< of these, with more steps of the same frames after
    std::uint32_t outputs_prefixed = 0;    ///< the output is "0x.."
    std::uint32_t state_roots_spaced = 0;  ///< {"stateRoot": "0x.."}
    std::uint32_t state_roots = 0;         ///< {"stateRoot":"0x.."}
    std::uint32_t summaries_besu = 0;      ///< of a state test: test, fork, postLogsHash
    /// Of a run without a test: stateRoot, output, pass, fork.
    std::uint32_t summaries_besu_run = 0;
    std::uint32_t summaries_evmone = 0;
    std::uint32_t summaries_revm = 0;
    std::uint32_t summaries_parity = 0;
    std::uint32_t summaries_ethereumjs = 0;

    /// A step's object. `text` is its JSON text.
    void note_step(std::string_view text, const ObjectFields& fields);
    /// A step that is not the next one after the last noted: nothing is compared with that.
    void note_later_step(std::string_view text, const ObjectFields& fields) {
        last_.reset();
        note_step(text, fields);
        last_.reset();
    }
    /// Whether steps are missing again and again: a filter, or a sample. One place may be a client's
    /// fault, and of more than a few steps two may.
    bool leaves_steps_out() const {
        const std::uint32_t places = skips + callees_hidden;
        return places > 2 || (places == 2 && steps <= 6);
    }
    /// Any other object that stands on a line of its own.
    void note_other(std::string_view text, const ObjectFields& fields);

private:
    struct Last {
        std::uint64_t pc = 0;
        std::optional<std::uint8_t> op;
        std::uint64_t gas = 0;
        std::optional<std::uint64_t> cost;
        std::uint64_t depth = 0;
        bool has_memory = false;
        bool fails = false;
        std::optional<std::uint64_t> memory_size;  ///< as memSize says
        std::uint64_t memory_length = 0;           ///< of the memory field, in bytes of memory
        /// Where the memory ends that the instruction touches, in whole words; nothing where that is not
        /// shown.
        std::optional<std::uint64_t> reach;
        /// What the instruction costs at most if it is a call whose callee runs no code, in gas; nothing
        /// where that cannot be told.
        std::optional<std::uint64_t> leaf_cost_max;
    };
    void compare_costs(const Last& now);
    void compare_places(const Last& now);
    void compare_depths(const Last& now);
    void compare_memory(const Last& now);
    void compare_growth(const Last& now);
    void note_words(const ObjectFields& fields);
    void note_error(std::string_view raw);

    std::optional<Last> last_;
    bool output_is_last_ = false;
};

}  // namespace evmmem::traces
