// SPDX-License-Identifier: MIT
#include "precompiles.hpp"

#include <utility>

#include "core/memory_cost.hpp"
#include "traces/hashes.hpp"

namespace evmmem::traces {
namespace {

/// Ethereum's own precompiles end at 0x11 and 0x100; other chains put theirs at small addresses,
/// too.
constexpr std::uint64_t precompile_address_max = 0xffff;

}  // namespace

Callee callee_at(const Word& address) {
    const bool is_small = (address.limbs[2] & 0xffffffff) == 0 && address.limbs[1] == 0 &&
                          address.limbs[0] <= precompile_address_max && address.limbs[0] != 0;
    if (!is_small) return Callee::account;
    switch (address.limbs[0]) {
        case 1: return Callee::ecrecover;
        case 2: return Callee::sha256;
        case 3: return Callee::ripemd160;
        case 4: return Callee::identity;
        default: return Callee::other_precompile;
    }
}

std::optional<std::uint64_t> call_cost(Callee callee, std::uint64_t input_size) {
    const std::uint64_t words = num_words(input_size);
    switch (callee) {
        case Callee::identity: return 15 + 3 * words;
        case Callee::sha256: return 60 + 12 * words;
        case Callee::ripemd160: return 600 + 120 * words;
        case Callee::ecrecover: return 3000;
        case Callee::other_precompile: return std::nullopt;
        case Callee::account: return 0;
    }
    std::unreachable();
}

void call_output(Callee callee, const KnownData& input, KnownData& output) {
    switch (callee) {
        case Callee::identity: output = input; return;
        case Callee::sha256:
        case Callee::ripemd160:
            output.forget();
            output.learn_size(word_size);
            if (input.is_whole())
                output.assign(callee == Callee::sha256 ? sha256(input.bytes())
                                                       : ripemd160(input.bytes()));
            return;
        case Callee::ecrecover:
        case Callee::other_precompile: output.forget(); return;
        case Callee::account: output.assign_empty(); return;
    }
    std::unreachable();
}

}  // namespace evmmem::traces
