// SPDX-License-Identifier: MIT
// Calls to precompiled contracts print no lines. What they cost, and whether their input lets them
// succeed, follows from the input; of pairings, KZG and BLS12-381 as far as its length shows.
// Sources: Yellow Paper appendix E; EIP-152, EIP-196, EIP-197, EIP-198, EIP-1108, EIP-2537,
// EIP-2565, EIP-4844, EIP-7823, EIP-7883, EIP-7951.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/fork.hpp"
#include "core/rules.hpp"
#include "core/word.hpp"
#include "known_data.hpp"
#include "replay_rules.hpp"

namespace evmmem::traces {

enum class Callee : std::uint8_t {
    account,  ///< no precompile: without steps of its own it has no code
    ecrecover,
    sha256,
    ripemd160,
    identity,
    modexp,
    bn254_add,
    bn254_mul,
    bn254_pairing,
    blake2f,
    point_evaluation,
    bls_g1_add,
    bls_g1_msm,
    bls_g2_add,
    bls_g2_msm,
    bls_pairing,
    bls_map_fp_to_g1,
    bls_map_fp2_to_g2,
    p256_verify,
};

/// What a call to this address reaches, by the low 160 bits of the word.
Callee callee_at(const Word& address, RulesView rules);

/// Whether the address is a precompile's in every one of these forks.
bool is_precompile(const Word& address, ForkSet forks, const ReplayRules& rules);

/// How a call without steps of its own can end, as far as its input shows.
struct CalleeTerms {
    /// Gas of a call that succeeds; nothing when the input that decides it is not known. More gas
    /// than exists is ~0.
    std::optional<std::uint64_t> cost;
    bool may_succeed = true;  ///< given its gas
    bool may_fail = false;    ///< though it has its gas
};
CalleeTerms terms_of(Callee callee, const KnownData& input, RulesView rules);

/// The rules that decide the terms of a precompile.
std::vector<Rule> rules_of(Callee callee);

/// The lengths that a modexp's input begins with, in bytes; of more than 64 bits the most.
struct ModexpLengths {
    std::uint64_t base = 0;
    std::uint64_t exponent = 0;
    std::uint64_t modulus = 0;
};
/// Nothing where not all three are known.
std::optional<ModexpLengths> modexp_lengths(const KnownData& input);

}  // namespace evmmem::traces
