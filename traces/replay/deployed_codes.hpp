// SPDX-License-Identifier: MIT
// The code that the creates of a transaction deployed, so that later calls, CODESIZE and
// what reads another account's code can be checked. What a failed or reverted frame deployed is taken
// back. While its init code runs an account has no code. Bounded: what a trace deploys beyond that is
// not remembered, and so not checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/word.hpp"
#include "known_data.hpp"
#include "word_hash.hpp"

namespace evmmem::traces {

class DeployedCodes {
public:
    /// Bytes of code that are remembered at most: of 1 300 contracts of the size that Ethereum
    /// allows, and far more than a block can pay for.
    static constexpr std::uint64_t bytes_max = std::uint64_t{32} << 20;
    static constexpr std::size_t codes_max = std::size_t{1} << 16;

    /// Where the list stands: rollback() to it takes back what came after.
    using Mark = std::size_t;

    void clear();
    Mark mark() const { return journal_.size(); }
    void rollback(Mark mark);

    /// Init code begins to run at an address: until add() it has no code. Nothing changes where an
    /// account was made before.
    void begin(const Word& address);
    /// Code was deployed. The first code deployed at an address is the one that stays.
    void add(const Word& address, const KnownData& code);
    /// Null when none was deployed there. Valid until the next change.
    const KnownData* find(const Word& address) const;

    /// The hash of the code at an address that find() knows, as remember_hash() was given it.
    std::optional<Word> hash(const Word& address) const;
    void remember_hash(const Word& address, const Word& hash);

private:
    struct Deployed {
        KnownData code;
        bool is_in_init_code = false;
        std::optional<Word> hash;
    };

    std::unordered_map<Word, Deployed, WordHash> codes_;
    std::vector<Word> journal_;
    std::uint64_t bytes_ = 0;  // of all codes
};

}  // namespace evmmem::traces
