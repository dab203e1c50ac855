// SPDX-License-Identifier: MIT
// What is known of accounts, by address, at this moment of a transaction: learned when the trace shows
// it, changed by what steps do, and taken back with the frame that failed. Unknown is what was never
// shown, or has become doubtful. Bounded: when too much is known, or changed, nothing is any more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/word.hpp"
#include "word_hash.hpp"

namespace evmmem::traces {

template <typename Value>
class KnownByAccount {
public:
    static constexpr std::size_t changes_max = std::size_t{1} << 18;

    /// Where the changes stand: rollback() to it takes back what came after.
    using Mark = std::size_t;

    void clear() {
        empty(entries_);
        changes_.clear();
        written_ = forgotten_ = 0;
        is_full_ = false;
    }
    Mark mark() const { return changes_.size(); }
    void rollback(Mark mark) {
        while (changes_.size() > mark) {
            const Change& last = changes_.back();
            if (last.is_forgetting)
                forgotten_ = last.before.written;
            else
                entries_[last.key] = last.before;
            changes_.pop_back();
        }
    }

    std::optional<Value> find(const Word& key) const {
        if (is_full_) return std::nullopt;
        const auto found = entries_.find(key);
        if (found == entries_.end() || found->second.written <= forgotten_) return std::nullopt;
        return found->second.value;
    }
    /// Nothing: it is not known any more.
    void set(const Word& key, const std::optional<Value>& value) {
        if (!has_room()) return;
        Entry& entry = entries_[key];
        changes_.push_back({key, entry, false});
        entry = {value, ++written_};
    }
    /// Whether too much has changed for anything to be known.
    bool is_full() const { return is_full_; }
    void forget_all() {
        if (forgotten_ == written_ || !has_room()) return;
        changes_.push_back({Word{}, {std::nullopt, forgotten_}, true});
        forgotten_ = written_;
    }

private:
    struct Entry {
        std::optional<Value> value;
        std::uint64_t written = 0;  ///< older ones than `forgotten_` are void
    };
    struct Change {
        Word key;
        Entry before;
        bool is_forgetting = false;
    };

    bool has_room() {
        is_full_ = is_full_ || changes_.size() >= changes_max;
        return !is_full_;
    }

    std::unordered_map<Word, Entry, WordHash> entries_;
    std::vector<Change> changes_;
    std::uint64_t written_ = 0;
    std::uint64_t forgotten_ = 0;
    bool is_full_ = false;  // until the transaction ends
};

}  // namespace evmmem::traces
