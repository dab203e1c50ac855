// SPDX-License-Identifier: MIT
// The transactions of a trace: what the stream calls each of them, and what came of it. The reader
// says what it reads of names, the replayer where transactions begin and end; who asked for the
// replay hears of each transaction as soon as it is over, and again when more is known of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/word.hpp"
#include "finding.hpp"
#include "replay_summary.hpp"

namespace evmmem::traces {

/// What the stream says of which transaction it is; foreign text, empty where it does not say it.
struct TransactionName {
    std::string test;    ///< of a state test
    std::string fork;    ///< that the test names, in the client's spelling
    std::string index;   ///< of the test's data, gas and value: "d0 g1 v0"
    std::string hash;    ///< of a block's transaction
    std::string answer;  ///< id of the JSON-RPC answer that holds it

    bool empty() const {
        return test.empty() && fork.empty() && index.empty() && hash.empty() && answer.empty();
    }
    bool operator==(const TransactionName&) const = default;
};

struct TransactionResult {
    std::uint64_t number = 0;  ///< from 0, as findings count them: those that have steps
    TransactionName name;
    std::uint64_t first_step = 0;  ///< from 0, over the whole file
    std::uint64_t steps = 0;
    std::uint64_t first_line = 0;  ///< from 1
    std::uint64_t last_line = 0;   ///< of its last step, or of what reports its end
    std::uint64_t findings = 0;
    std::uint64_t warnings = 0;
    /// All of it was read and followed: no line is missing or could not be read, its frames ended,
    /// and no limit was reached.
    bool is_whole = true;

    bool operator==(const TransactionResult&) const = default;
};

/// The replayer's counts that a transaction may change.
struct TransactionCounts {
    std::uint64_t steps = 0;
    std::uint64_t gaps = 0;
    std::uint64_t unknown_instructions = 0;
    std::uint64_t refused = 0;     ///< hashes and copies that a limit refused
    bool has_lost_memory = false;  ///< a limit was reached: memory is not followed any more
};

class Transactions {
public:
    using Listener = std::function<void(const TransactionResult&)>;

    /// The first `kept_max` transactions are kept. `listener`, which may be empty, is called when a
    /// transaction is over, and again for a kept one when something about it changes after that.
    explicit Transactions(std::size_t kept_max, Listener listener = {})
        : kept_max_{kept_max}, listener_{std::move(listener)} {}

    // ---- what the reader says -------------------------------------------------------------------
    /// The transaction that begins next is called so.
    void name_next(TransactionName name);
    /// The transaction that has begun since the last unit ended, if one has, is called so.
    void name_current(const TransactionName& name);
    /// The one that has begun in the unit that ended last is called so.
    void name_last(const TransactionName& name);
    /// Here ends what a client prints of one test, or of one answer: of one transaction or of none.
    void end_unit();
    /// The same, and the root of the state after it, as JSON prints it without its quotes.
    void end_unit(std::string_view state_root);
    /// A client's list of results comes after the units that it is about, in their order. Each is
    /// recognised by its state root; once one fits no unit, no more names are taken from lists.
    void name_by_result(const TransactionName& name, std::string_view state_root);

    // ---- what the replayer says -----------------------------------------------------------------
    void begin(std::uint64_t number, std::uint64_t line, const TransactionCounts& counts);
    /// `is_cut`: steps are missing at its end.
    void end(std::uint64_t line, const TransactionCounts& counts, bool is_cut);

    // ---- what the asker says --------------------------------------------------------------------
    void note_finding(const Finding& finding);
    /// A line could not be read: of the transaction at hand, or of the one that begins next.
    void note_error();
    /// The findings are taken back: what was made of their transactions is not known.
    void withdraw_findings();
    /// The replay begins anew.
    void clear();

    /// Those that are kept, in their order.
    const std::vector<TransactionResult>& kept() const { return kept_; }
    std::uint64_t count() const { return count_; }

private:
    TransactionResult* find(std::uint64_t number);
    void name(std::uint64_t number, const TransactionName& name);
    bool is_over(std::uint64_t number) const { return !is_open_ || number != current_.number; }
    void tell(const TransactionResult& result) const {
        if (listener_) listener_(result);
    }

    struct Unit {
        Word state_root;
        std::optional<std::uint64_t> transaction;
    };

    std::size_t kept_max_;
    Listener listener_;
    std::vector<TransactionResult> kept_;
    std::uint64_t count_ = 0;
    TransactionResult current_;  ///< kept or not
    TransactionCounts at_begin_;
    bool is_open_ = false;
    bool has_error_next_ = false;
    TransactionName next_name_;
    std::optional<std::uint64_t> in_unit_;    ///< that has begun since the last unit ended
    std::optional<std::uint64_t> last_unit_;  ///< that had begun when the last unit ended
    std::deque<Unit> units_;                  ///< that no list of results was about yet
    bool fits_lists_ = true;
};

}  // namespace evmmem::traces
