// SPDX-License-Identifier: MIT
// What a call to a precompiled contract returns, as far as it is computed. Of pairings, KZG and
// BLS12-381, and of inputs beyond the limits below, only the size is known.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "core/word.hpp"
#include "known_data.hpp"
#include "precompiles.hpp"
#include "traces/hashes.hpp"

namespace evmmem::traces {

/// Bytes of each of a modexp's three numbers. Source: EIP-7823, which refuses longer ones.
inline constexpr std::uint64_t modexp_bytes_max = 1024;
/// Rounds of one BLAKE2b compression; BLAKE2b itself has 12, and these take half a second.
inline constexpr std::uint32_t blake2f_rounds_max = std::uint32_t{1} << 22;

/// What a replay lets a call compute.
struct CallWork {
    /// The hash of the call's input; nothing where not all of it is known, or that is too much.
    std::function<std::optional<Bytes32>(HashFunction)> hash;
    /// Whether as much may be computed as takes as long as hashing so many bytes.
    std::function<bool(std::uint64_t bytes)> may_take;
};

/// What a successful call returns for this input, as far as that can be computed, into `output`.
void call_output(Callee callee, const KnownData& input, const CallWork& work, KnownData& output);

}  // namespace evmmem::traces
