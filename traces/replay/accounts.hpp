// SPDX-License-Identifier: MIT
// What a transaction's steps show of accounts besides storage and code: balances, how many creates
// have raised a nonce, and whether an account without code exists. An account whose address is not
// known, as the outermost frame's often is, may be any other: what it does makes others doubtful.
// Sources: Yellow Paper 7 and 8; EIP-161, EIP-1052.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "core/fork.hpp"
#include "core/rules.hpp"
#include "core/word.hpp"
#include "known_by_account.hpp"

namespace evmmem::traces {

/// Whose code runs, or in whose name.
struct AccountReference {
    std::optional<Word> address;
    std::uint64_t storage = 0;   ///< stands for it where the address is not known; never 0
    bool is_being_made = false;  ///< its init code runs: it is none that was there before
};

class Accounts {
public:
    struct Mark {
        std::size_t balances = 0;
        std::size_t anonymous_balances = 0;
        std::size_t existing = 0;
        std::size_t creates = 0;
    };

    void clear();
    /// Anything may have happened.
    void forget();
    Mark mark() const;
    void rollback(const Mark& mark);

    // ---- value ----------------------------------------------------------------------------------
    std::optional<Word> balance(const AccountReference& account) const;
    /// Nothing: what the trace shows contradicts what was known.
    void learn_balance(const AccountReference& account, const std::optional<Word>& balance);
    void move(const AccountReference& from, const Word& to, const Word& value);
    /// An account gives all that it has away, and is destroyed, if its fork destroys it.
    void give_all(const AccountReference& from, const Word& to);
    /// Value may have moved, from any account to any other.
    void forget_value();

    /// Whether an account without code has a balance, or a nonce.
    std::optional<bool> exists(const Word& address) const { return existing_.find(address); }
    void learn_existence(const Word& address, const std::optional<bool>& exists) {
        existing_.set(address, exists);
    }

    // ---- nonces ---------------------------------------------------------------------------------
    /// A create raises its creator's nonce.
    void count_create(const AccountReference& creator);
    /// How often one did, in this transaction.
    std::uint64_t creates(const AccountReference& creator) const;
    /// Init code begins to run at this address: the account's life begins, with its first nonce.
    void begin_life(const Word& address);
    /// Init code has run, as the account that `storage` stands for, and this is its address.
    void identify(const Word& address, std::uint64_t storage);
    /// What the nonce was when creates() was `creates`; nothing where that is not known.
    std::optional<std::uint64_t> nonce(const AccountReference& creator, std::uint64_t creates,
                                       RulesView rules) const;
    void learn_nonce(const AccountReference& creator, std::uint64_t creates, std::uint64_t nonce);

private:
    /// An account's nonce before any create of this transaction.
    struct FirstNonce {
        std::uint64_t nonce = 0;
        /// Made in this transaction: 1, or 0 before Spurious Dragon (EIP-161).
        bool is_new = false;
    };
    static constexpr std::size_t accounts_max = std::size_t{1} << 16;

    /// No address has more than 160 bits.
    static Word anonymous(std::uint64_t storage) { return {std::uint64_t{1} << 63, 0, 0, storage}; }
    bool may_be_another_creators(const AccountReference& creator) const;

    KnownByAccount<Word> balances_;
    KnownByAccount<Word> anonymous_balances_;
    KnownByAccount<bool> existing_;
    KnownByAccount<std::uint64_t> creates_;
    std::unordered_map<Word, FirstNonce, WordHash> first_nonces_;
    std::uint64_t anonymous_creator_ = 0;  // AccountReference::storage; 0: none
    bool has_many_anonymous_creators_ = false;
    bool are_nonces_lost_ = false;  // until the transaction ends
};

}  // namespace evmmem::traces
