// SPDX-License-Identifier: MIT
// The addresses that a transaction has touched, so that the second touch must be warm; its storage
// slots: storage.hpp. A touch that a failed or reverted frame made is taken back. What the transaction's own
// access list holds is not in a trace, so an entry that is absent here may be warm all the same;
// but not one that once paid the price of a cold one.
// Source: EIP-2929.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_set>
#include <vector>

#include "core/gas_schedule.hpp"
#include "core/word.hpp"
#include "word_hash.hpp"

namespace evmmem::traces {

class AccessList {
public:
    /// Entries that are kept: more than 100 blocks can pay for. What is touched beyond them is
    /// taken for touched the first time.
    static constexpr std::size_t entries_max = std::size_t{1} << 20;

    /// Where the list stands: rollback() to it takes back what came after.
    using Mark = std::size_t;

    void clear();
    Mark mark() const { return journal_.size(); }
    void rollback(Mark mark);

    /// What is known of the address before it is touched; touches it.
    Access touch_address(const Word& address);

    /// The address was cold when it was touched last: in no access list, and cold again if that
    /// touch is taken back.
    void prove_cold_address(const Word& address);
    /// An address that the trace does not show was touched: it may be any.
    void forget_cold_addresses() { cold_addresses_.clear(); }

private:
    std::unordered_set<Word, WordHash> touched_;
    std::unordered_set<Word, WordHash> cold_addresses_;  // before their first touch
    std::vector<Word> journal_;
};

/// The low 160 bits of a word: what an instruction takes from the stack as an address.
constexpr Word address_of(const Word& word) {
    return {0, word.limbs[2] & 0xffffffff, word.limbs[1], word.limbs[0]};
}

}  // namespace evmmem::traces
