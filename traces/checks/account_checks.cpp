// SPDX-License-Identifier: MIT
#include "account_checks.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "core/hex.hpp"
#include "traces/hashes.hpp"
#include "traces/replay/precompiles.hpp"

namespace evmmem::traces {
namespace {

using Verdict = Judgement::Verdict;

Judgement compared(const Word& claimed, const Word& expected, std::string_view reason) {
    if (claimed == expected) return {.verdict = Verdict::holds};
    return {.verdict = Verdict::differs, .expected = expected, .reason = std::string{reason}};
}
Judgement differs(std::string_view reason) {
    return {.verdict = Verdict::differs, .reason = std::string{reason}};
}

const Word& hash_of_nothing() {
    static const Word hash = Word::from_big_endian(keccak256({}));
    return hash;
}

/// What EXTCODEHASH gives of an account without code: 0 where there is none, or an empty one.
bool is_without_code(const Word& hash) {
    return hash.is_zero() || hash == hash_of_nothing();
}

/// The hash of code that is known as a whole, where the replay may hash so much.
std::optional<Word> hash_of(ReplayState& state, const KnownData& code) {
    if (!code.is_whole() || !state.hashing.take(*code.size(), state.steps, state.line))
        return std::nullopt;
    const auto hash =
        traces::hash(HashFunction::keccak256, code.bytes(), state.options.is_cancelled);
    if (!hash) return std::nullopt;
    return Word::from_big_endian(*hash);
}

constexpr std::string_view deployed_here = "that is the code that this trace has deployed there";
constexpr std::string_view shown_before =
    "it follows from what the transaction has shown of that code before";
constexpr std::string_view is_a_precompile = "a precompile has no code";

/// Where the bytes end that are known not to be zero.
std::uint64_t end_of_shown(const KnownData& code) {
    const auto bytes = code.bytes();
    for (std::uint64_t end = bytes.size(); end > 0; --end)
        if (bytes[end - 1] != 0 && code.is_known(end - 1, 1)) return end;
    return 0;
}

Judgement judge_learned_size(ReplayState& state, const Word& address, const Word& claimed) {
    LearnedCodes::Code* const code = state.learned_codes.find_or_add(address);
    if (code == nullptr) return {};
    if (const auto size = code->bytes.size()) return compared(claimed, *size, shown_before);
    if (code->hash && claimed.is_zero()) return differs("more than 0: EXTCODEHASH shows some code");
    // Nothing was asked of it before: the bytes that were copied are few, or the first is known.
    const std::uint64_t least = end_of_shown(code->bytes);
    if (claimed < Word{least})
        return differs(fmt::format("at least {}: so much of the code was copied", least));
    code->bytes.learn_size(claimed.limbs[0]);
    return {};
}

Judgement judge_code_size(ReplayState& state, const Word& address, const Word& claimed) {
    if (!claimed.fits_u64()) return differs("less than 2^64");
    if (const KnownData* code = state.deployed.find(address)) {
        if (!code->size()) return {};
        return compared(claimed, *code->size(), deployed_here);
    }
    if (is_precompile(address, state.forks, state.options.rules))
        return compared(claimed, 0, is_a_precompile);
    Judgement judgement = judge_learned_size(state, address, claimed);
    // A later line may show which of the two is right.
    if (judgement.verdict == Verdict::differs) state.learned_codes.forget(address);
    return judgement;
}

Judgement judge_deployed_hash(ReplayState& state, const Word& address, const KnownData& code,
                              const Word& claimed) {
    if (code.size() == 0U) return compared(claimed, hash_of_nothing(), deployed_here);
    auto hash = state.deployed.hash(address);
    if (!hash) {
        hash = hash_of(state, code);
        if (hash) state.deployed.remember_hash(address, *hash);
    }
    if (hash) return compared(claimed, *hash, deployed_here);
    if (code.size() && is_without_code(claimed))
        return differs("another: this trace has deployed code there");
    return {};
}

/// Of an account without code: whether it exists is learned, and constant until value arrives.
Judgement judge_existence(ReplayState& state, const Word& address, const Word& claimed,
                          std::string_view reason) {
    if (!is_without_code(claimed))
        return differs(fmt::format("0x0 or the hash of no bytes: {}", reason));
    const bool claims_existence = !claimed.is_zero();
    const auto exists = state.accounts.exists(address);
    if (exists == claims_existence) return {.verdict = Verdict::holds};
    state.accounts.learn_existence(address,
                                   exists ? std::nullopt : std::optional{claims_existence});
    if (!exists) return {};
    return compared(claimed, *exists ? hash_of_nothing() : Word{0},
                    "it did so before, or value has arrived there");
}

Judgement judge_learned_hash(ReplayState& state, const Word& address, const Word& claimed) {
    LearnedCodes::Code* const code = state.learned_codes.find_or_add(address);
    if (code == nullptr) return {};
    if (code->bytes.size() == 0U)
        return judge_existence(state, address, claimed, "its code has no bytes");
    if (!code->hash) code->hash = hash_of(state, code->bytes);
    if (code->hash) return compared(claimed, *code->hash, shown_before);
    if (is_without_code(claimed)) {
        if (code->bytes.size() || end_of_shown(code->bytes) != 0)
            return differs("another: the transaction has shown that it has code");
        code->bytes.learn_size(0);
        return judge_existence(state, address, claimed, "its code has no bytes");
    }
    code->hash = claimed;
    return {};
}

Judgement judge_code_hash(ReplayState& state, const Word& address, const Word& claimed) {
    if (const KnownData* code = state.deployed.find(address))
        return judge_deployed_hash(state, address, *code, claimed);
    if (is_precompile(address, state.forks, state.options.rules))
        return judge_existence(state, address, claimed, is_a_precompile);
    Judgement judgement = judge_learned_hash(state, address, claimed);
    if (judgement.verdict == Verdict::differs) state.learned_codes.forget(address);
    return judgement;
}

Judgement judge_balance(ReplayState& state, const AccountReference& account, const Word& claimed) {
    const auto known = state.accounts.balance(account);
    if (known == claimed) return {.verdict = Verdict::holds};
    state.accounts.learn_balance(account, known ? std::nullopt : std::optional{claimed});
    if (!known) return {};
    return compared(claimed, *known,
                    "that is what the account had, and the value that moved since");
}

}  // namespace

Judgement judge_account(ReplayState& state, const CallFrame& frame, const PendingStep& step,
                        const Word& claimed) {
    if (step.op == Opcode::SELFBALANCE) return judge_balance(state, frame.account(), claimed);
    if (!step.has_operand(0)) return {};
    const Word address = address_of(step.operand(0));
    if (step.op == Opcode::BALANCE) {
        return judge_balance(state, AccountReference{.address = address}, claimed);
    }
    return step.op == Opcode::EXTCODESIZE ? judge_code_size(state, address, claimed)
                                          : judge_code_hash(state, address, claimed);
}

namespace {

/// The code that was copied so, where it may be learned.
LearnedCodes::Code* learned_code(ReplayState& state, const CopiedCode& copied) {
    if (copied.findings != state.summary.findings ||
        state.deployed.find(copied.address) != nullptr ||
        is_precompile(copied.address, state.forks, state.options.rules))
        return nullptr;
    LearnedCodes::Code* const code = state.learned_codes.find_or_add(copied.address);
    return code == nullptr || code->bytes.is_whole() ? nullptr : code;
}

/// All of the code may be known now: then so is its hash.
void check_learned_hash(ReplayState& state, const Word& address, LearnedCodes::Code& code,
                        PendingStep& step) {
    const auto hash = code.hash ? hash_of(state, code.bytes) : std::nullopt;
    if (!hash) return;
    if (*hash == *code.hash) {
        state.passed(Check::account_code);
        return;
    }
    const auto [claimed, computed] = shown(*code.hash, *hash);
    state.failed(
        Check::account_code, step, claimed, computed,
        fmt::format("all of the code that EXTCODECOPY has copied is shown, and its hash is {}; "
                    "EXTCODEHASH gave {}",
                    computed, claimed));
    state.learned_codes.forget(address);
}

}  // namespace

void learn_copied_code(ReplayState& state, const CallFrame& frame, PendingStep& step,
                       std::uint64_t offset, std::span<const std::uint8_t> shown_bytes) {
    for (const CopiedCode& copied : frame.copied_codes) {
        std::uint64_t begin = std::max(offset, copied.target.offset());
        const std::uint64_t end = std::min(offset + shown_bytes.size(), copied.target.end());
        if (begin >= end) continue;
        LearnedCodes::Code* const code = learned_code(state, copied);
        if (code == nullptr || !state.may_copy(end - begin)) continue;
        while (begin < end) {
            const auto unknown = frame.memory_known.first_unknown(begin, end);
            const std::uint64_t place = copied.source + (unknown.begin - copied.target.offset());
            if (unknown.begin < unknown.end && place >= copied.source)
                state.learned_codes.learn(
                    *code, place,
                    shown_bytes.subspan(unknown.begin - offset, unknown.end - unknown.begin));
            begin = unknown.end;
        }
        check_learned_hash(state, copied.address, *code, step);
    }
}

bool learn_copied_hash(ReplayState& state, const CallFrame& frame, PendingStep& step,
                       const Word& hash) {
    const MemoryRange range = step.effect.reads;
    const auto is_read = [&](const CopiedCode& copied) {
        return copied.target == range && copied.source == 0;
    };
    const auto found = std::ranges::find_if(frame.copied_codes, is_read);
    // Bytes of it that are known again may have been written since.
    if (found == frame.copied_codes.end() ||
        frame.memory_known.unknown_in(range.offset(), range.end()) != range.size())
        return false;
    LearnedCodes::Code* const code = learned_code(state, *found);
    if (code == nullptr || code->bytes.size() != range.size()) return false;
    if (!code->hash) {
        code->hash = hash;
        return false;
    }
    if (*code->hash == hash) {
        state.passed(Check::memory_hash);
        return true;
    }
    const auto [claimed, computed] = shown(hash, *code->hash);
    state.failed(
        Check::memory_hash, step, claimed, computed,
        fmt::format("KECCAK256 of all of the code of {} gives {}, and its hash was {} before",
                    encode_hex_quantity(found->address), claimed, computed));
    state.learned_codes.forget(found->address);
    return true;
}

std::optional<Word> value_of(const PendingStep& step) {
    if (!is_create(step.op) && !has_value_operand(step.op)) return Word{0};
    const std::size_t operand = is_create(step.op) ? 0 : 2;
    return step.has_operand(operand) ? std::optional{step.operand(operand)} : std::nullopt;
}

std::string explain_poverty(const ReplayState& state, const CallFrame& frame,
                            const PendingStep& step) {
    return fmt::format("{} sends {}, and the account has {}: it must be refused", step.info->name,
                       encode_hex_quantity(value_of(step).value_or(0)),
                       encode_hex_quantity(state.accounts.balance(frame.account()).value_or(0)));
}

std::optional<bool> can_pay(const ReplayState& state, const CallFrame& frame, const Word& value) {
    if (value.is_zero()) return true;
    const auto balance = state.accounts.balance(frame.account());
    if (!balance) return std::nullopt;
    return value <= *balance;
}

void move_value(ReplayState& state, const CallFrame& caller, const PendingStep& step,
                const std::optional<Word>& to) {
    const bool is_creation = is_create(step.op);
    if (!is_creation && step.op != Opcode::CALL) return;  // CALLCODE's goes to the caller itself
    const std::optional<Word> value = value_of(step);
    if (!value) {
        state.accounts.forget_value();
        return;
    }
    if (value->is_zero()) return;
    if (to)
        state.accounts.move(caller.account(), *to, *value);
    else
        state.accounts.forget_value();
}

void destroy_account(ReplayState& state, const CallFrame& frame) {
    if (!frame.last.has_operand(0))
        state.accounts.forget_value();
    else
        state.accounts.give_all(frame.account(), address_of(frame.last.operand(0)));
}

}  // namespace evmmem::traces
