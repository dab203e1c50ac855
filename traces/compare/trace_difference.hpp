// SPDX-License-Identifier: MIT
// Where two traces part, as plain data: the steps of both sides, what differs there, what follows from it, and what the
// rules of the EVM say of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compared_field.hpp"
#include "traces/finding.hpp"
#include "traces/observers/step_view.hpp"
#include "traces/transactions.hpp"

namespace evmmem::traces {

/// The two traces that are compared, in the order in which they are named.
enum class Side : std::uint8_t { a, b };
inline constexpr Side sides[] = {Side::a, Side::b};
constexpr std::size_t index(Side side) {
    return static_cast<std::size_t>(side);
}
constexpr Side other(Side side) {
    return side == Side::a ? Side::b : Side::a;
}
template <typename T>
using Both = std::array<T, 2>;

/// Two values of a field, in decimal.
template <typename Number>
Both<std::string> numbers(Number a, Number b) {
    return {std::to_string(a), std::to_string(b)};
}

/// What of a field differs, and what each side has there, as text.
struct FieldDifference {
    ComparedField field{};
    /// Of a stack: which item, 0 the top; nothing where the heights differ. Of bytes: the offset of the first.
    std::optional<std::uint64_t> at;
    Both<std::string> values;
};

struct TraceDifference {
    enum class Kind : std::uint8_t {
        values,       ///< both are at one step, and show other values of it
        flow,         ///< they go on at different steps, or one goes on and the other does not
        ending,       ///< a transaction ends with another output, or for other gas
        transaction,  ///< one side has transactions that the other has not
        cut,  ///< one side's text ends early: incomplete, and no difference as far as it goes
        gap,  ///< lines of one side could not be read, or were left out: incomplete
    };
    static constexpr std::size_t kind_count = 6;
    Kind kind = Kind::values;
    std::uint64_t number = 0;  ///< from 0, in the order in which they were met

    /// The transaction, counted from 0 on each side; nothing where the side has none.
    Both<std::optional<std::uint64_t>> transactions;
    std::uint64_t transactions_alone = 0;  ///< that one side has, from that one on
    /// The first steps that differ; nothing where a side has no step there.
    Both<std::optional<StepLine>> steps;
    std::vector<Both<StepReference>> before;  ///< the last steps at which both were alike
    std::vector<FieldDifference> fields;      ///< the first ones, in the order of the fields
    std::uint64_t fields_left_out = 0;

    // ---- what follows from it -------------------------------------------------------------------
    /// Steps, after the first, whose values differ for no other reason.
    std::uint64_t followers = 0;
    Both<std::optional<StepReference>> last_follower;
    /// Of flow: how many steps each side makes alone, and where both are at one step again; nothing
    /// where that is not before the transaction's end.
    Both<std::uint64_t> steps_alone{};
    Both<std::optional<StepReference>> met_again;

    // ---- what the rules say ---------------------------------------------------------------------
    enum class Verdict : std::uint8_t {
        a_is_right,  ///< b contradicts the EVM where they part, and a does not
        b_is_right,
        both_are_right,    ///< each by the rules of the forks that its steps allow
        neither_is_right,  ///< both contradict the EVM where they part
        cannot_be_told,    ///< nothing that the traces show contradicts either
    };
    Verdict verdict = Verdict::cannot_be_told;
    std::string reason;  ///< one sentence without a full stop
    /// What says so: of each side the findings, and warnings, about the steps where they part.
    Both<std::vector<Finding>> findings;
};

/// "values"; as reports print it.
std::string_view name(TraceDifference::Kind kind);
/// "A is right".
std::string_view name(TraceDifference::Verdict verdict);

}  // namespace evmmem::traces
