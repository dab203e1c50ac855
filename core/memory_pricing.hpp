// SPDX-License-Identifier: MIT
// What the memory of a transaction's calls costs under any rules: by its size, as the Yellow Paper and most
// proposals have it, or by the pages that are touched (EIP-7923); and where rules halt a call for its memory.
// This prices only; the bytes are Memory's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "memory_effect.hpp"
#include "rules.hpp"

namespace evmmem {

/// How memory is priced: the value of Rule::memory_model.
enum class MemoryModel : std::uint8_t {
    quadratic,  ///< by size: word_gas a word, and the square of the words divided by quadratic_divisor
    linear,     ///< by size: word_gas for each words_paid words
    paged,  ///< page_gas for a page touched first in its call, page_again_gas for one not touched of late
};
/// How many models there are.
inline constexpr int memory_model_count = static_cast<int>(MemoryModel::paged) + 1;
/// "quadratic"
std::string_view name(MemoryModel model);

/// What rules of memory are called: the numbers that a name stands for.
struct MemoryPreset {
    std::string_view name;        ///< "eip-7923"
    std::string_view source;      ///< "EIP-7923"
    void (*apply)(Rules& rules);  ///< sets the numbers in these rules
};
/// Mainnet's, EIP-7923, EIP-7686, Monad's.
std::span<const MemoryPreset> memory_presets();

/// The numbers that decide what memory costs, and what a call keeps for it.
std::span<const Rule> memory_rules();

/// Why these rules price no memory: numbers of theirs contradict each other, or leave work without bounds.
/// Empty when nothing is wrong.
std::string_view contradiction(const Rules& rules);

/// Total gas of a memory of `words` words that is priced by its size. Nothing when that is more gas than
/// exists, or when the rules price pages.
std::optional<std::uint64_t> memory_cost(std::uint64_t words, RulesView rules);

/// What touching this can cost at most, whatever the memory was before; nothing when that is more gas than
/// exists.
std::optional<std::uint64_t> touch_cost_at_most(const MemoryEffect& effect, RulesView rules);

/// Why rules halt a call that touches memory.
enum class MemoryHalt : std::uint8_t {
    none,
    too_expensive,       ///< more gas than exists
    beyond_addresses,    ///< Rule::memory_address_max
    beyond_frame,        ///< Rule::memory_frame_bytes_max
    beyond_transaction,  ///< Rule::memory_transaction_bytes_max
    beyond_gas,  ///< more bytes than the call began with gas: Rule::memory_is_bounded_by_gas
};
/// What happened, as a sentence without a full stop: "its memory costs more gas than exists".
std::string_view describe(MemoryHalt halt);

/// The memory of a transaction's open calls, for what it costs. Rules that it is given must outlive it.
class MemoryPricing {
public:
    /// No transaction has begun.
    explicit MemoryPricing(RulesView rules) : rules_{rules} {}

    /// A transaction begins; no call is open.
    void begin();
    /// A call begins with so much gas.
    void enter(std::uint64_t gas);
    /// The innermost call ends.
    void leave();

    /// Calls that are open.
    std::size_t calls() const { return frames_.size(); }
    /// The innermost call's memory has so many bytes, as is known from elsewhere.
    void resize(std::uint64_t bytes);

    /// What an instruction's touch of memory came to.
    struct Touched {
        std::uint64_t gas = 0;               ///< of growing, and of pages
        MemoryHalt halt = MemoryHalt::none;  ///< why the call ends there, if it does
    };
    /// An instruction of the innermost call touches memory. After a halt all is as it was.
    Touched touch(const MemoryEffect& effect);

    /// Bytes of the innermost call's memory, as MSIZE says.
    std::uint64_t size() const { return frames_.empty() ? 0 : frames_.back().size; }
    /// Pages that the transaction has touched first, each once for each call.
    std::uint64_t pages() const { return pages_; }

private:
    struct Page {
        std::uint64_t touched = 0;  ///< when it was last
        bool is_recent = false;
    };
    struct Frame {
        std::uint64_t gas = 0;
        std::uint64_t size = 0;
        std::unordered_map<std::uint64_t, Page> pages;
        /// Pages in the order of their touches; entries that a later touch of the page outdates stay a while.
        std::deque<std::pair<std::uint64_t, std::uint64_t>> order;
        std::uint64_t recent = 0;  ///< pages that are
        std::uint64_t clock = 0;
    };

    MemoryHalt halt_of(const Frame& frame, std::uint64_t end) const;
    std::uint64_t new_pages(const Frame& frame, const MemoryEffect& effect) const;
    std::uint64_t touch_pages(Frame& frame, MemoryRange range);
    std::uint64_t touch_page(Frame& frame, std::uint64_t page);

    RulesView rules_;
    std::vector<Frame> frames_;
    std::uint64_t parents_size_ = 0;  ///< bytes of the memory of all open calls but the innermost
    std::uint64_t pages_ = 0;
};

}  // namespace evmmem
