// SPDX-License-Identifier: MIT
// Calls to precompiled contracts print no lines. What three of them return can be computed, what a
// few of them cost is known, and of the rest only that they may exist. Sources: Yellow Paper
// appendix E; EIP-152, EIP-196, EIP-197, EIP-198, EIP-2537, EIP-4844, EIP-7951.
#pragma once

#include <cstdint>
#include <optional>

#include "core/word.hpp"
#include "known_data.hpp"

namespace evmmem::traces {

enum class Callee : std::uint8_t {
    identity,          ///< 4
    sha256,            ///< 2
    ripemd160,         ///< 3
    ecrecover,         ///< 1: its cost is known, its result is not
    other_precompile,  ///< or an address that some chain uses for one: cost and result unknown
    account,           ///< any other: without lines of its own it has no code
};

/// What a call to this address reaches, by the low 160 bits of the word.
Callee callee_at(const Word& address);

/// Gas of a successful call with an input of this size; nothing when it is not known.
std::optional<std::uint64_t> call_cost(Callee callee, std::uint64_t input_size);

/// What a successful call returns for this input, as far as it can be told, into `output`.
void call_output(Callee callee, const KnownData& input, KnownData& output);

}  // namespace evmmem::traces
