// SPDX-License-Identifier: MIT
// What the trace has shown of the code of accounts that it did not deploy: EXTCODESIZE tells its size,
// EXTCODEHASH its hash, EXTCODECOPY its bytes where memory or a load shows them. It stays what it is while the
// transaction runs. Of a delegated account (EIP-7702) it is the designator, and not what runs when the
// account is called. Bounded: of accounts beyond that nothing is kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>

#include "core/word.hpp"
#include "known_data.hpp"
#include "word_hash.hpp"

namespace evmmem::traces {

class LearnedCodes {
public:
    struct Code {
        KnownData bytes;
        std::optional<Word> hash;  ///< of code that is not empty
    };
    static constexpr std::size_t codes_max = std::size_t{1} << 16;
    static constexpr std::uint64_t bytes_max = std::uint64_t{8} << 20;  ///< of all codes

    void clear();
    /// Null where nothing was learned.
    Code* find(const Word& address);
    /// Null where no more can be kept.
    Code* find_or_add(const Word& address);
    void forget(const Word& address);
    /// Bytes of the code at `offset` were shown. Nothing is kept where that would be too much.
    void learn(Code& code, std::uint64_t offset, std::span<const std::uint8_t> bytes);

private:
    std::unordered_map<Word, Code, WordHash> codes_;
    std::uint64_t bytes_ = 0;
};

}  // namespace evmmem::traces
