// SPDX-License-Identifier: MIT
// The storage that a transaction uses, lasting and transient: what is known of each slot's value now
// and when the transaction began, and whether the slot is warm. What a failed or reverted frame did
// is taken back; what was learned of the values from before stays.
//
// Accounts are told apart by a number that stands for one account. The address of some is not known,
// mostly that of the outermost frame: it may be the address of another frame, too. So what is
// written to a slot of such an account may be written to the same slot of any other that was there
// before the transaction, and the other way round; what is known of that slot then is not known any
// more. Sources: EIP-2929, EIP-1153.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/gas_schedule.hpp"
#include "core/word.hpp"
#include "word_hash.hpp"

namespace evmmem::traces {

/// Whose storage a frame uses.
struct StorageOwner {
    std::uint64_t id = 0;   ///< stands for the account, and only for it; 0: nothing is known of it
    bool is_named = false;  ///< its address is known
    bool is_created = false;  ///< in this transaction: it is no account that was there before
};

/// A value of which all is known, or only what it is not.
struct PartlyKnown {
    bool is_known = false;
    bool is_not_zero = false;   ///< while it is not known
    bool is_not_value = false;  ///< while it is not known
    Word value{};               ///< its value, or one that it is not

    static PartlyKnown of(const Word& word) { return {.is_known = true, .value = word}; }
    bool may_be(const Word& word) const {
        if (is_known) return value == word;
        return !(is_not_zero && word.is_zero()) && !(is_not_value && word == value);
    }
};

/// What is known of a slot before a step.
struct SlotState {
    PartlyKnown original{};         ///< when the transaction began
    std::optional<Word> current{};  ///< now
    bool is_unchanged = false;      ///< it is now what it was when the transaction began
    std::uint64_t line = 0;         ///< of the step that shows `current`; 0: none does
    bool is_written = false;        ///< that step has written it
};

class Storage {
public:
    /// Slots that are kept for a transaction, and changes to them: more than the gas limit of a
    /// transaction pays for (EIP-7825). Beyond them nothing is known until its end.
    static constexpr std::size_t slots_max = std::size_t{1} << 17;
    static constexpr std::size_t changes_max = std::size_t{1} << 18;

    enum class Kind : std::uint8_t { lasting, transient };
    /// Where the storage stands: rollback() to it takes back what came after.
    using Mark = std::size_t;

    struct Write {
        std::uint64_t moment = 0;  ///< 0: none
        std::uint64_t owner = 0;
    };
    /// What the accounts do with their slots of one key: the last writes, and whose.
    struct KeyUse {
        Write by_nameless;
        Write by_named;
        std::uint64_t first_owner = 0;
        bool is_shared = false;  ///< by several accounts
        bool has_nameless_owner = false;
    };
    enum class Known : std::uint8_t { nothing, unchanged, value };
    /// Moments are counted from the transaction's beginning; 0: never.
    struct Slot {
        std::uint64_t owner = 0;
        KeyUse* use = nullptr;  ///< null: of an account that was created, and so like no other
        PartlyKnown original;
        Word value;
        std::uint64_t moment = 0;  ///< when `value` was
        std::uint64_t line = 0;
        std::size_t changed_at = 0;  ///< where the journal has its last change, from 1
        std::uint64_t touched_at = 0;
        std::uint64_t cold_at = 0;  ///< when it was seen to be cold before its first touch
        Known known = Known::unchanged;
        bool is_written = false;
        bool is_touch_in_doubt = false;  ///< what touched it may have been taken back, or not
    };

    /// A transaction begins.
    void clear();
    /// Anything may have been written to any slot, and any slot touched.
    void forget();
    Mark mark();
    void rollback(Mark mark);
    /// What came after the mark may have been taken back, or not.
    void doubt(Mark mark);

    /// The slot, for the functions below; null where so much is used that nothing is kept. Valid
    /// until clear().
    Slot* find(const StorageOwner& owner, const Word& key, Kind kind);
    /// What is known of the slot before it is touched; touches it.
    Access touch(Slot& slot);
    /// Whether no step of the transaction can have touched it: where it is warm all the same, an access list
    /// has it (EIP-2930). To be asked before touch().
    bool is_untouched(const Slot& slot) const;
    /// A slot was touched of which nothing is known: it may be any.
    void touch_any() { is_any_touched_ = true; }
    /// It was cold when it was touched last: in no access list, and cold again if that touch is
    /// taken back.
    void prove_cold(Slot& slot) { slot.cold_at = moment_; }

    SlotState state(const Slot& slot) const;
    /// A load has shown the value.
    void learn(Slot& slot, const Word& value, std::uint64_t line);
    /// What the slot held when the transaction began.
    void learn_original(Slot& slot, const PartlyKnown& original) { slot.original = original; }
    /// What was known of the slot's value is wrong, or else the trace is.
    void contradict(Slot& slot);
    /// The value is written; nothing: any may be.
    void write(Slot& slot, const std::optional<Word>& value, std::uint64_t line);

    /// The account's address is known now, and is no other's here.
    void name(std::uint64_t id);

private:
    struct Entry {
        std::uint64_t owner;
        Word key;
        bool operator==(const Entry&) const = default;
    };
    struct Hash {
        WordHash by_key;
        std::size_t operator()(const Entry& entry) const { return by_key(entry.key, entry.owner); }
    };
    struct Change {
        Slot* slot;
        Write by_nameless;
        Write by_named;
        Word value;
        std::uint64_t moment;
        std::uint64_t line;
        std::size_t changed_at;
        Known known;
        std::uint64_t touched_at;
        bool is_written;
    };

    bool is_touched(const Slot& slot) const {
        return slot.touched_at != 0 && slot.touched_at >= known_since_;
    }
    bool is_nameless(std::uint64_t owner) const;
    bool may_be_anothers(const Slot& slot) const;
    bool is_valid(const Slot& slot) const;
    bool keep(Slot& slot);

    std::unordered_map<Entry, Slot, Hash> slots_;
    std::unordered_map<Entry, KeyUse, Hash> uses_;
    std::vector<Change> journal_;
    std::vector<std::uint64_t> nameless_;
    std::size_t nameless_seen_ = 0;
    std::size_t section_ = 0;  // where the journal's part begins that no mark divides
    std::uint64_t moment_ = 1;
    std::uint64_t known_since_ = 0;  // what is older is not known any more
    bool is_full_ = false;
    bool is_any_touched_ = false;
};

}  // namespace evmmem::traces
