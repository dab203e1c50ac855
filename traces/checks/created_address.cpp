// SPDX-License-Identifier: MIT
#include "created_address.hpp"

#include <fmt/format.h>

#include "core/hex.hpp"
#include "traces/hashes.hpp"

namespace evmmem::traces {
namespace {

/// Nonces that are tried for an account whose nonce is not known, and how many in the whole replay:
/// each costs a hash, less than half a microsecond.
constexpr std::uint64_t nonces_searched = std::uint64_t{1} << 14;
constexpr std::uint64_t nonces_tried_max = std::uint64_t{1} << 17;

Word address_by_nonce(const Word& creator, std::uint64_t nonce) {
    return Word::from_big_endian(create_address(creator, nonce));
}

/// The nonce for which the creator makes this address.
std::optional<std::uint64_t> search_nonce(ReplayState& state, const Word& creator,
                                          const Word& address) {
    if (state.nonces_tried + nonces_searched > nonces_tried_max) return std::nullopt;
    for (std::uint64_t nonce = 0; nonce < nonces_searched; ++nonce) {
        ++state.nonces_tried;
        if (address_by_nonce(creator, nonce) == address) return nonce;
    }
    // What tests of the limit have.
    constexpr std::uint64_t last = ~std::uint64_t{0} - 1;
    if (address_by_nonce(creator, last) == address) return last;
    return std::nullopt;
}

/// What makes CREATE2's address, but for the creator.
std::optional<MadeBy> made_by(ReplayState& state, const PendingStep& step,
                              const CallFrame& creator) {
    if (step.op != Opcode::CREATE2 || !step.has_effect) return std::nullopt;
    const auto hash = state.hash(HashFunction::keccak256, creator, step.effect.reads);
    if (!hash) return std::nullopt;
    return MadeBy{step.operand(3), *hash};
}

/// Tells one account that a creator's CREATE2s make from another: its address where that is known, and
/// what makes it where the creator is not; so that init code is hashed once.
std::optional<MadeBy> what_is_made(ReplayState& state, const PendingStep& step,
                                   const CallFrame& creator, const std::optional<Word>& made_at) {
    if (step.op != Opcode::CREATE2) return std::nullopt;
    if (creator.address) return made_at ? std::optional{MadeBy{*made_at, {}}} : std::nullopt;
    return made_by(state, step, creator);
}

}  // namespace

std::optional<Word> created_address_of(ReplayState& state, const PendingStep& step,
                                       const CallFrame& creator) {
    if (!is_create(step.op) || !creator.address) return std::nullopt;
    if (step.op == Opcode::CREATE2) {
        const auto made = made_by(state, step, creator);
        if (!made) return std::nullopt;
        return Word::from_big_endian(
            create2_address_of(*creator.address, made->salt, made->code_hash));
    }
    const std::uint64_t creates = state.accounts.creates(creator.account());
    std::optional<std::uint64_t> nonce;
    bool is_one = true;
    bool is_first = true;
    state.forks.for_each([&](Fork fork) {
        const auto here = state.accounts.nonce(creator.account(), creates, state.rules(fork));
        is_one = is_one && here && (is_first || here == nonce);
        nonce = here;
        is_first = false;
    });
    if (!is_one || !nonce) return std::nullopt;
    return address_by_nonce(*creator.address, *nonce);
}

bool may_nonce_refuse(ReplayState& state, const PendingStep& step, const CallFrame& creator,
                      const std::optional<Word>& made_at, bool is_said) {
    const AccountReference account = creator.account();
    const std::uint64_t creates = state.accounts.creates(account);
    bool is_known = true;
    bool may_refuse = false;
    state.forks.for_each([&](Fork fork) {
        const auto nonce = state.accounts.nonce(account, creates, state.rules(fork));
        is_known = is_known && nonce;
        may_refuse = may_refuse || nonce == ~std::uint64_t{0};
    });
    if (is_known) return may_refuse;
    if (is_said) return true;
    if (creates != 1) return creates == 0;
    const auto made = what_is_made(state, step, creator, made_at);
    return !made || made != creator.made_last;
}

void remember_create(ReplayState& state, const PendingStep& step, CallFrame& creator,
                     const std::optional<Word>& made_at) {
    creator.made_last = what_is_made(state, step, creator, made_at);
    state.accounts.count_create(creator.account());
}

void check_create2_address(ReplayState& state, const std::optional<Word>& address,
                           PendingStep& step, const Word& result) {
    if (step.op != Opcode::CREATE2) return;
    if (!address) {
        state.impossible(Check::memory_hash);
    } else if (*address == result) {
        state.passed(Check::memory_hash);
    } else {
        state.failed(Check::memory_hash, step, encode_hex_quantity(result),
                     encode_hex_quantity(*address),
                     "CREATE2's address is not the hash of creator, salt and init code in memory");
    }
}

void check_create_address(ReplayState& state, const CallFrame& creator, std::uint64_t creates,
                          PendingStep& step, const Word& result) {
    if (step.op != Opcode::CREATE) return;
    const AccountReference account = creator.account();
    bool is_known = creator.address.has_value();
    std::optional<Word> expected;
    std::uint64_t nonce_expected = 0;
    const auto address_in = [&](Fork fork) -> std::optional<Word> {
        const auto nonce = state.accounts.nonce(account, creates, state.rules(fork));
        if (!nonce) return std::nullopt;
        nonce_expected = *nonce;
        return address_by_nonce(*creator.address, *nonce);
    };
    state.forks.for_each([&](Fork fork) {
        expected = address_in(fork);
        is_known = is_known && expected;
    });
    if (!is_known) {
        state.impossible(Check::account_address);
    } else if (state.strike_forks(step, [&](Fork fork) { return address_in(fork) == result; })) {
        state.passed(Check::account_address);
        return;
    } else {
        state.failed(Check::account_address, step, encode_hex_quantity(result),
                     encode_hex_quantity(*expected),
                     fmt::format("CREATE gives {}, which is not the address that {} makes with its "
                                 "nonce, {}",
                                 encode_hex_quantity(result), encode_hex_quantity(*creator.address),
                                 nonce_expected));
    }
    if (!creator.address || state.is_stack_perhaps_decimal) return;
    if (const auto nonce = search_nonce(state, *creator.address, result))
        state.accounts.learn_nonce(account, creates, *nonce);
}

}  // namespace evmmem::traces
