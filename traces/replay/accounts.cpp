// SPDX-License-Identifier: MIT
#include "accounts.hpp"

#include "core/rules.hpp"
#include "core/word_arithmetic.hpp"

namespace evmmem::traces {

void Accounts::clear() {
    balances_.clear();
    anonymous_balances_.clear();
    existing_.clear();
    creates_.clear();
    empty(first_nonces_);
    anonymous_creator_ = 0;
    has_many_anonymous_creators_ = false;
    are_nonces_lost_ = false;
}

void Accounts::forget() {
    forget_value();
    are_nonces_lost_ = true;
}

Accounts::Mark Accounts::mark() const {
    return {balances_.mark(), anonymous_balances_.mark(), existing_.mark(), creates_.mark()};
}

void Accounts::rollback(const Mark& mark) {
    balances_.rollback(mark.balances);
    anonymous_balances_.rollback(mark.anonymous_balances);
    existing_.rollback(mark.existing);
    creates_.rollback(mark.creates);
}

std::optional<Word> Accounts::balance(const AccountReference& account) const {
    return account.address ? balances_.find(*account.address)
                           : anonymous_balances_.find(anonymous(account.storage));
}

void Accounts::learn_balance(const AccountReference& account, const std::optional<Word>& balance) {
    if (account.address)
        balances_.set(*account.address, balance);
    else
        anonymous_balances_.set(anonymous(account.storage), balance);
}

void Accounts::move(const AccountReference& from, const Word& to, const Word& value) {
    if (value.is_zero()) return;
    if (!from.address) {  // it may be any account, the receiver's own included
        forget_value();
        existing_.set(to, true);
        return;
    }
    anonymous_balances_.forget_all();
    existing_.set(to, true);
    if (*from.address == to) return;
    if (const auto had = balances_.find(*from.address))
        balances_.set(*from.address,
                      *had < value ? std::nullopt : std::optional{op_sub(*had, value)});
    if (const auto had = balances_.find(to)) {
        const Word sum = op_add(*had, value);
        balances_.set(to, sum < value ? std::nullopt : std::optional{sum});
    }
}

void Accounts::give_all(const AccountReference& from, const Word& to) {
    const std::optional<Word> given = balance(from);
    if (given && given->is_zero()) return;
    if (!from.address) {
        forget_value();
        return;
    }
    anonymous_balances_.forget_all();
    if (*from.address == to) {  // it keeps all, or burns it, by fork (EIP-6780)
        balances_.set(to, std::nullopt);
        return;
    }
    if (given) {
        move(from, to, *given);
        return;
    }
    balances_.set(*from.address, Word{0});
    balances_.set(to, std::nullopt);
    if (existing_.find(to) == false) existing_.set(to, std::nullopt);
}

void Accounts::forget_value() {
    balances_.forget_all();
    anonymous_balances_.forget_all();
    existing_.forget_all();
}

void Accounts::count_create(const AccountReference& creator) {
    if (!creator.address && !creator.is_being_made) {
        has_many_anonymous_creators_ =
            has_many_anonymous_creators_ ||
            (anonymous_creator_ != 0 && anonymous_creator_ != creator.storage);
        anonymous_creator_ = creator.storage;
    }
    const Word account = creator.address.value_or(anonymous(creator.storage));
    creates_.set(account, creates_.find(account).value_or(0) + 1);
}

std::uint64_t Accounts::creates(const AccountReference& creator) const {
    // Some may have been counted before the address was known.
    std::uint64_t count = creates_.find(anonymous(creator.storage)).value_or(0);
    if (creator.address) count += creates_.find(*creator.address).value_or(0);
    return count;
}

void Accounts::begin_life(const Word& address) {
    creates_.set(address, 0);
    if (first_nonces_.size() < accounts_max) first_nonces_[address] = {.nonce = 0, .is_new = true};
}

void Accounts::identify(const Word& address, std::uint64_t storage) {
    if (const auto count = creates_.find(anonymous(storage))) {
        creates_.set(address, creates_.find(address).value_or(0) + *count);
        creates_.set(anonymous(storage), 0);  // the account goes by both from now on
    }
    if (first_nonces_.size() < accounts_max) first_nonces_[address] = {.nonce = 0, .is_new = true};
}

/// Whether a create of an account whose address is not known may have been the creator's.
bool Accounts::may_be_another_creators(const AccountReference& creator) const {
    return has_many_anonymous_creators_ ||
           (anonymous_creator_ != 0 && anonymous_creator_ != creator.storage);
}

std::optional<std::uint64_t> Accounts::nonce(const AccountReference& creator, std::uint64_t creates,
                                             RulesView rules) const {
    if (!creator.address || are_nonces_lost_ || creates_.is_full()) return std::nullopt;
    const auto found = first_nonces_.find(*creator.address);
    if (found == first_nonces_.end()) return std::nullopt;
    const FirstNonce& first = found->second;
    if (first.is_new) return creates + rules[Rule::create_nonce];
    if (may_be_another_creators(creator)) return std::nullopt;
    return first.nonce + creates;
}

void Accounts::learn_nonce(const AccountReference& creator, std::uint64_t creates,
                           std::uint64_t nonce) {
    if (!creator.address || nonce < creates || may_be_another_creators(creator)) return;
    if (first_nonces_.size() < accounts_max || first_nonces_.contains(*creator.address))
        first_nonces_[*creator.address] = {nonce - creates, false};
}

}  // namespace evmmem::traces
