// SPDX-License-Identifier: MIT
// The memory of the EVM: a byte array per call frame that grows in 32-byte words, is zero where nobody
// wrote, and never shrinks while its frame lives. Frames share one storage, innermost last, as revm's
// checkpoints do; every operation works on the innermost frame. Gas is computed, never charged, here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "memory_cost.hpp"
#include "memory_error.hpp"
#include "memory_range.hpp"
#include "word.hpp"

namespace evmmem {

/// Not thread-safe for writes; concurrent calls of const members are safe. Moved, never copied.
/// An operation that returns an error leaves the memory exactly as it was.
/// Views that it hands out (slices, pointers) are valid until the next growth, frame change or reset.
class Memory {
public:
    /// Capacity of a memory's storage when it is first used: the page size of most systems, in bytes.
    static constexpr std::uint64_t initial_capacity = 4096;
    /// Frames of one memory at most, the outermost included: the EVM's call depth limit and one more.
    static constexpr std::size_t frames_max = 1026;

    /// An empty memory without a limit. Takes no storage until it first grows.
    Memory() = default;
    /// A memory with room for `capacity` bytes. Errors: out_of_memory.
    static std::expected<Memory, MemoryError> with_capacity(std::uint64_t capacity);
    /// A memory each of whose frames may grow to `limit` bytes (rounded down to whole words).
    static Memory with_limit(std::uint64_t limit);

    Memory(Memory&&) noexcept = default;
    Memory& operator=(Memory&&) noexcept = default;

    /// Size of the current frame in bytes, a multiple of 32: what MSIZE returns.
    std::uint64_t size() const { return buffer_.size() - base_; }
    std::uint64_t size_words() const { return size() / word_size; }
    bool is_empty() const { return size() == 0; }
    /// Bytes of storage held, all frames together.
    std::uint64_t capacity() const { return buffer_.capacity(); }
    std::uint64_t limit() const { return limit_; }

    // ---- growth -------------------------------------------------------------------------------------

    /// Grows to hold `new_size` bytes, rounded up to words, zero-filled; never shrinks.
    /// Errors: invalid_size, memory_limit_exceeded, out_of_memory.
    std::expected<void, MemoryError> resize(std::uint64_t new_size);
    /// As resize(); returns how many words were added.
    std::expected<std::uint64_t, MemoryError> ensure_capacity(std::uint64_t min_size);
    /// As resize(); returns the gas of the expansion, C(new) - C(old).
    std::expected<std::uint64_t, MemoryError> ensure_capacity_gas(std::uint64_t min_size);

    // ---- reading: never grows; invalid_offset beyond size() -----------------------------------------

    std::expected<std::uint8_t, MemoryError> get_byte(std::uint64_t offset) const;
    std::expected<Bytes32, MemoryError> get_word(std::uint64_t offset) const;
    std::expected<Word, MemoryError> get_u256(std::uint64_t offset) const;
    std::expected<std::span<const std::uint8_t>, MemoryError> get_slice(std::uint64_t offset,
                                                                        std::uint64_t len) const;

    // ---- writing: grows as the EVM would ------------------------------------------------------------

    std::expected<void, MemoryError> set_byte(std::uint64_t offset, std::uint8_t value);
    std::expected<void, MemoryError> set_word(std::uint64_t offset, const Bytes32& value);
    std::expected<void, MemoryError> set_u256(std::uint64_t offset, const Word& value);
    /// `data` must not view this memory.
    std::expected<void, MemoryError> set_data(std::uint64_t offset,
                                              std::span<const std::uint8_t> data);
    /// Writes `len` bytes of `data` from `data_offset` on; zeros where `data` has none.
    /// CALLDATACOPY, CODECOPY, EXTCODECOPY. `data` must not view this memory.
    std::expected<void, MemoryError> set_data_bounded(std::uint64_t memory_offset,
                                                      std::span<const std::uint8_t> data,
                                                      std::uint64_t data_offset, std::uint64_t len);
    /// Copies as if through a buffer, first growing memory to hold both ranges. Source: EIP-5656.
    std::expected<void, MemoryError> copy(std::uint64_t dest_offset, std::uint64_t src_offset,
                                          std::uint64_t len);

    // ---- unsafe: the caller has proven that the bytes are inside size() ------------------------------

    std::uint8_t* get_ptr_unsafe(std::uint64_t offset);
    const std::uint8_t* get_const_ptr_unsafe(std::uint64_t offset) const;
    void set_unsafe(std::uint64_t offset, std::span<const std::uint8_t> data);

    // ---- whole memory -------------------------------------------------------------------------------

    /// The current frame as lower-case hex, without a prefix.
    std::expected<std::string, MemoryError> to_hex() const;
    /// A copy of the current frame.
    std::expected<std::vector<std::uint8_t>, MemoryError> snapshot() const;
    /// Makes the current frame what snapshot() saw: the one operation that may shrink it.
    /// Errors: invalid_size when `snapshot` is no whole number of words; as resize().
    std::expected<void, MemoryError> restore(std::span<const std::uint8_t> snapshot);

    // ---- frames -------------------------------------------------------------------------------------

    /// Frames open, the outermost included: 1 for a new memory.
    std::size_t frame_count() const { return bases_.size() + 1; }
    /// Opens an empty child frame. Errors: memory_limit_exceeded at frames_max; out_of_memory.
    std::expected<void, MemoryError> enter_frame();
    /// Ends the current frame; its parent is current again, as it was. Asserts that there is one.
    void leave_frame();
    /// Bytes of an open frame, 0 the outermost. The view is valid as those of get_slice() are.
    std::span<const std::uint8_t> frame(std::size_t index) const;
    /// Ends all frames: one empty frame remains. Storage is kept for the next transaction.
    void reset();

private:
    std::vector<std::uint8_t> buffer_;     // all frames, outermost first
    std::vector<std::uint64_t> bases_;     // where each frame's parent begins, outermost first
    std::uint64_t base_ = 0;               // where the current frame begins
    std::uint64_t limit_ = std::numeric_limits<std::uint64_t>::max();  // bytes a frame
};

}  // namespace evmmem
