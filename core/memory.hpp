// SPDX-License-Identifier: MIT
// The memory of the EVM: a byte array per call frame that grows in 32-byte words, is zero where
// nothing was written, and never shrinks while its frame lives. Frames share one storage, innermost
// last, as revm's checkpoints do; every operation works on the innermost frame. Gas is computed,
// never charged, here.
//
// How it is fast: everything beyond the current frame's end is zero already, so to grow is to
// change a size; a jump far beyond the end zeroes nothing, and the blocks in between are zeroed one
// by one when they are reached; a word is stored or loaded inline after one comparison; the rest is
// out of line.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <expected>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "memory_cost.hpp"
#include "memory_error.hpp"
#include "memory_frame.hpp"
#include "memory_range.hpp"
#include "memory_storage.hpp"
#include "word.hpp"

namespace evmmem {

class MemoryHeap;
class MemoryRegion;

/// What a memory's limit counts.
enum class LimitScope {
    /// The sizes of all open frames together, as revm's memory_limit does: the default, since it is
    /// what bounds the host's memory. A call deep in 1025 frames may have a thousandth of it left.
    all_frames,
    /// Each frame's size by itself: what a frame may do then does not depend on its callers, and
    /// the whole may be 1026 times the limit.
    each_frame,
};

/// The memory of a transaction's open call frames; what is read and written is the innermost one's.
/// Not thread-safe for writes; concurrent calls of const members are safe, also where a read
/// reaches a block that is zeroed lazily: words and bytes are read as zeros without touching it,
/// and what hands out a view makes the block ready under a lock. Moved, never copied. An operation
/// that returns an error leaves the memory exactly as it was. Views that it hands out (slices,
/// pointers) are valid until the next growth, frame change or reset; every operation that takes
/// bytes may be given such a view, whatever it does to the storage.
class Memory {
public:
    /// Frames of one memory at most, the outermost included: the EVM's call depth limit and one
    /// more.
    static constexpr std::size_t frames_max = MemoryFrame::count_max;
    /// A limit that is none.
    static constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

    /// An empty memory without a limit. Takes no storage until it first grows or a frame is
    /// entered.
    Memory() = default;
    /// A memory with room for `capacity` bytes. Errors: out_of_memory.
    static std::expected<Memory, MemoryError> with_capacity(std::uint64_t capacity);
    /// A memory that may grow to `limit` bytes, rounded down to whole words.
    static Memory with_limit(std::uint64_t limit, LimitScope scope = LimitScope::all_frames) {
        return with_storage(Storage::region, limit, scope);
    }
    /// A memory that keeps its bytes in the given way.
    static Memory with_storage(Storage storage, std::uint64_t limit = unlimited,
                               LimitScope scope = LimitScope::all_frames);

    /// Takes the other's bytes and frames, and leaves it as a new one.
    Memory(Memory&& other) noexcept { swap(other); }
    /// Likewise; what this memory held is given back.
    Memory& operator=(Memory&& other) noexcept {
        Memory moved{std::move(other)};
        swap(moved);
        return *this;
    }
    ~Memory() {
        if (frames_ != nullptr) give_back();
    }

    /// Size of the current frame in bytes, a multiple of 32: what MSIZE returns.
    std::uint64_t size() const { return size_; }
    /// The same in words of 32 bytes.
    std::uint64_t size_words() const { return size_ / word_size; }
    /// Whether size() is 0.
    bool is_empty() const { return size_ == 0; }
    /// Bytes of storage that can be used without asking the system for more, all frames together.
    std::uint64_t capacity() const;
    /// In bytes, whole words; or `unlimited`.
    std::uint64_t limit() const { return limit_; }
    /// What limit() counts.
    LimitScope limit_scope() const {
        return counts_all_frames_ ? LimitScope::all_frames : LimitScope::each_frame;
    }
    /// How the bytes are kept: as asked for; or `doubling` when the system refused a region, when
    /// the process had enough of them, or when its region was too small.
    Storage storage() const { return storage_; }

    /// Whether a whole word at `offset` is inside the current frame and can be touched at once. An
    /// interpreter asks this first: when it holds, MLOAD and MSTORE have nothing to charge and one
    /// comparison did it all. False does not mean that the word is outside.
    bool holds_word(std::uint64_t offset) const { return offset < word_limit_; }

    // ---- growth -----------------------------------------------------------------------------

    /// Grows to hold `new_size` bytes, rounded up to words, zero-filled; never shrinks.
    /// Errors: invalid_size, memory_limit_exceeded, out_of_memory.
    std::expected<void, MemoryError> resize(std::uint64_t new_size) {
        if (new_size <= size_) [[likely]]
            return {};
        return grow(new_size);
    }
    /// As resize(); returns how many words were added.
    std::expected<std::uint64_t, MemoryError> ensure_capacity(std::uint64_t min_size) {
        if (min_size <= size_) [[likely]]
            return 0;
        return grow_words(min_size);
    }
    /// As resize(); returns the gas of the expansion, C(new) - C(old). Also out_of_memory where
    /// that is more gas than 64 bits can hold.
    std::expected<std::uint64_t, MemoryError> ensure_capacity_gas(std::uint64_t min_size) {
        if (min_size <= size_) [[likely]]
            return 0;
        return grow_gas(min_size);
    }

    // ---- reading: never grows; invalid_offset beyond size() ---------------------------------

    /// The byte at `offset`.
    std::expected<std::uint8_t, MemoryError> get_byte(std::uint64_t offset) const {
        if (offset < ready_) [[likely]]
            return data_[offset];
        return get_byte_beyond(offset);
    }
    /// The 32 bytes from `offset` on, as they lie.
    std::expected<Bytes32, MemoryError> get_word(std::uint64_t offset) const {
        if (offset < word_limit_) [[likely]] {
            Bytes32 word;
            std::memcpy(word.data(), data_ + offset, word.size());
            return word;
        }
        return get_word_beyond(offset);
    }
    /// As get_word(), straight into `word`: faster, since nothing is copied twice.
    std::expected<void, MemoryError> get_word(std::uint64_t offset, Bytes32& word) const {
        if (offset < word_limit_) [[likely]] {
            std::memcpy(word.data(), data_ + offset, word.size());
            return {};
        }
        return read(offset, word);
    }
    /// The same as a number: what MLOAD pushes.
    std::expected<Word, MemoryError> get_u256(std::uint64_t offset) const {
        std::expected<Word, MemoryError> word;
        if (offset < word_limit_) [[likely]]
            load_word(data_ + offset, *word);
        else
            word = get_u256_beyond(offset);
        return word;
    }
    /// As get_u256(), straight into `word`: what an interpreter's MLOAD wants. A copy of a Word
    /// that was just loaded is made as a vector, which waits 7 ns for the limbs.
    std::expected<void, MemoryError> get_u256(std::uint64_t offset, Word& word) const {
        if (offset < word_limit_) [[likely]] {
            load_word(data_ + offset, word);
            return {};
        }
        const auto loaded = get_u256_beyond(offset);
        if (!loaded) return std::unexpected{loaded.error()};
        word = *loaded;
        return {};
    }
    /// A view of `len` bytes from `offset` on, valid until the next growth, frame change or reset.
    std::expected<std::span<const std::uint8_t>, MemoryError> get_slice(std::uint64_t offset,
                                                                        std::uint64_t len) const {
        if (offset <= ready_ && len <= ready_ - offset) [[likely]]
            return std::span<const std::uint8_t>{data_ + offset, len};
        return get_slice_beyond(offset, len);
    }
    /// Copies target.size() bytes from `offset` on to `target`, outside this memory. Unlike
    /// get_slice() it makes nothing ready.
    std::expected<void, MemoryError> read(std::uint64_t offset,
                                          std::span<std::uint8_t> target) const;

    // ---- writing: grows as the EVM would ----------------------------------------------------

    /// One byte: MSTORE8.
    std::expected<void, MemoryError> set_byte(std::uint64_t offset, std::uint8_t value) {
        if (offset < ready_) [[likely]] {
            data_[offset] = value;
            return {};
        }
        return set_byte_beyond(offset, value);
    }
    /// 32 bytes to `offset`, as they lie. `value` may lie in this memory.
    std::expected<void, MemoryError> set_word(std::uint64_t offset, const Bytes32& value) {
        if (offset < word_limit_) [[likely]] {
            store_bytes(data_ + offset, value);
            return {};
        }
        return set_word_beyond(offset, value);
    }
    /// A number as the 32 bytes from `offset` on: MSTORE.
    std::expected<void, MemoryError> set_u256(std::uint64_t offset, const Word& value) {
        if (offset < word_limit_) [[likely]] {
            store_word(data_ + offset, value);
            return {};
        }
        return set_u256_beyond(offset, value.limbs[3], value.limbs[2], value.limbs[1],
                               value.limbs[0]);
    }
    /// Writes `data` to `offset`. `data` may view this memory, another frame of it too.
    std::expected<void, MemoryError> set_data(std::uint64_t offset,
                                              std::span<const std::uint8_t> data) {
        return set_data_bounded(offset, data, 0, data.size());
    }
    /// Writes `len` bytes of `data` from `data_offset` on; zeros where `data` has none.
    /// CALLDATACOPY, CODECOPY, EXTCODECOPY. `data` may view this memory, another frame of it too.
    std::expected<void, MemoryError> set_data_bounded(std::uint64_t memory_offset,
                                                      std::span<const std::uint8_t> data,
                                                      std::uint64_t data_offset,
                                                      std::uint64_t len) {
        // Size 0 goes the long way: len - 1 wraps.
        if (memory_offset <= ready_ && len - 1 < ready_ - memory_offset) [[likely]] {
            if (data_offset <= data.size() && len <= data.size() - data_offset) [[likely]]
                std::memmove(data_ + memory_offset, data.data() + data_offset, len);
            else
                write_padded(data_ + memory_offset, data, data_offset, len);
            return {};
        }
        return set_data_beyond(memory_offset, data, data_offset, len);
    }
    /// Copies as if through a buffer, first growing memory to hold both ranges. Source: EIP-5656.
    std::expected<void, MemoryError> copy(std::uint64_t dest_offset, std::uint64_t src_offset,
                                          std::uint64_t len) {
        const std::uint64_t last = dest_offset > src_offset ? dest_offset : src_offset;
        if (last > ready_ || len - 1 >= ready_ - last) [[unlikely]]
            return copy_beyond(dest_offset, src_offset, len);
        std::memmove(data_ + dest_offset, data_ + src_offset, len);
        return {};
    }

    // ---- unsafe: the caller has proven that the bytes are inside size() ---------------------

    /// A pointer to the bytes from `offset` to size(). Makes all of them ready, which after a far
    /// jump can be many: where the length is known, the other one is faster.
    std::uint8_t* get_ptr_unsafe(std::uint64_t offset) {
        return get_ptr_unsafe(offset, size_ - offset);
    }
    /// A pointer to `len` bytes from `offset` on, and makes these ready.
    std::uint8_t* get_ptr_unsafe(std::uint64_t offset, std::uint64_t len) {
        assert(!checks_unsafe || (offset <= size_ && len <= size_ - offset));
        if (offset + len > ready_) [[unlikely]]
            make_ready(offset, offset + len, false);
        return data_ + offset;
    }
    /// As get_ptr_unsafe(offset), to be read from only.
    const std::uint8_t* get_const_ptr_unsafe(std::uint64_t offset) const {
        assert(!checks_unsafe || offset <= size_);
        if (size_ > ready_) [[unlikely]]
            make_ready_shared(offset, size_);
        return data_ + offset;
    }
    /// Writes `data` to `offset`. `data` may view this memory.
    void set_unsafe(std::uint64_t offset, std::span<const std::uint8_t> data) {
        assert(!checks_unsafe || (offset <= size_ && data.size() <= size_ - offset));
        if (offset + data.size() > ready_) [[unlikely]]
            make_ready(offset, offset + data.size(), true);
        if (!data.empty()) std::memmove(data_ + offset, data.data(), data.size());
    }

    // ---- whole memory -----------------------------------------------------------------------

    /// The current frame as lower-case hex, without a prefix.
    std::expected<std::string, MemoryError> to_hex() const;
    /// A copy of the current frame.
    std::expected<std::vector<std::uint8_t>, MemoryError> snapshot() const;
    /// Makes the current frame what snapshot() saw: the one operation that may shrink it.
    /// `snapshot` may view this memory; when it views a frame that it shrinks it is copied first.
    /// Errors: invalid_size when `snapshot` is no whole number of words; as resize().
    std::expected<void, MemoryError> restore(std::span<const std::uint8_t> snapshot);

    // ---- frames -----------------------------------------------------------------------------

    /// Frames open, the outermost included: 1 for a new memory.
    std::size_t frame_count() const { return static_cast<std::size_t>(top_ - frames_) + 1; }
    /// Opens an empty child frame. Errors: memory_limit_exceeded at frames_max; out_of_memory.
    std::expected<void, MemoryError> enter_frame() {
        if (top_ == enter_end_) [[unlikely]]
            return enter_frame_slowly();
        top_->data = data_;
        top_->size = size_;
        ++top_;
        data_ += size_;
        size_ = ready_ = word_limit_ = 0;
        return {};
    }
    /// Ends the current frame; its parent is current again, as it was. Asserts that there is one.
    void leave_frame() {
        assert(top_ != frames_ && "the outermost frame is ended by reset()");
        const MemoryFrame& parent = top_[-1];
        if (size_ > small_frame_max || parent.is_lazy) [[unlikely]]  // a lazy frame is not small
            return leave_frame_slowly();
        zero_words(data_, size_);
        --top_;
        data_ = parent.data;
        set_solid_size(parent.size);
    }
    /// As leave_frame(), after copying `len` bytes from `output_offset` of the current frame to
    /// `target_offset` of its parent: how a call's output arrives. Nothing grows: CALL has grown
    /// the parent, RETURN the child. Errors: invalid_offset when either does not hold its range; no
    /// frame is left then.
    std::expected<void, MemoryError> leave_frame_returning(std::uint64_t output_offset,
                                                           std::uint64_t len,
                                                           std::uint64_t target_offset);
    /// Bytes of an open frame, 0 the outermost. The view is valid as those of get_slice() are.
    std::span<const std::uint8_t> frame(std::size_t index) const;
    /// Some of the bytes of an open frame; after a far jump much faster than frame(). Errors:
    /// invalid_offset.
    std::expected<std::span<const std::uint8_t>, MemoryError> frame_slice(std::size_t index,
                                                                          std::uint64_t offset,
                                                                          std::uint64_t len) const;
    /// Ends all frames: one empty frame remains. Storage is kept for the next transaction.
    void reset() {
        if (top_ != frames_ || size_ > small_frame_max || lazy_ != not_lazy) [[unlikely]]
            return reset_slowly();
        zero_words(data_, size_);
        size_ = ready_ = word_limit_ = 0;
    }

private:
#if defined(EVMMEM_DEBUG)
    static constexpr bool checks_unsafe = true;
#else
    static constexpr bool checks_unsafe = false;
#endif

    /// A frame of up to this many bytes is ended inline.
    static constexpr std::uint64_t small_frame_max = 4096;
    static constexpr std::uint64_t not_lazy = std::numeric_limits<std::uint64_t>::max();

    /// memset() of whole words, without its start-up costs where those are a few.
    static void zero_words(std::uint8_t* target, std::uint64_t size) {
        if (size > 4 * word_size) {
            std::memset(target, 0, size);
            return;
        }
        // From both ends, so that no loop is needed: the two meet or overlap.
        if (size == 0) return;
        std::memset(target, 0, word_size);
        std::memset(target + size - word_size, 0, word_size);
        if (size <= 2 * word_size) return;
        std::memset(target + word_size, 0, word_size);
        std::memset(target + size - 2 * word_size, 0, word_size);
    }

    // Out of line: growth and lazy blocks are rare, and their code would crowd out the caller's.
    // Words are passed limb by limb and returned by value, so that on the way of most the caller's
    // may stay in registers.
    std::expected<void, MemoryError> grow(std::uint64_t new_size);
    bool grow_at_once(std::uint64_t rounded);
    bool jumps(std::uint64_t rounded);
    std::expected<void, MemoryError> grow_far(std::uint64_t new_size);
    std::expected<std::uint64_t, MemoryError> grow_words(std::uint64_t min_size);
    std::expected<std::uint64_t, MemoryError> grow_gas(std::uint64_t min_size);
    std::expected<std::uint64_t, MemoryError> grow_gas_far(std::uint64_t min_size);
    std::expected<std::uint8_t, MemoryError> get_byte_beyond(std::uint64_t offset) const;
    std::expected<Bytes32, MemoryError> get_word_beyond(std::uint64_t offset) const;
    std::expected<Word, MemoryError> get_u256_beyond(std::uint64_t offset) const;
    std::expected<std::span<const std::uint8_t>, MemoryError> get_slice_beyond(
        std::uint64_t offset, std::uint64_t len) const;
    std::expected<void, MemoryError> set_byte_beyond(std::uint64_t offset, std::uint8_t value);
    std::expected<void, MemoryError> set_word_beyond(std::uint64_t offset, const Bytes32& value);
    std::expected<void, MemoryError> set_u256_beyond(std::uint64_t offset, std::uint64_t l3,
                                                     std::uint64_t l2, std::uint64_t l1,
                                                     std::uint64_t l0);
    std::expected<void, MemoryError> set_u256_far(std::uint64_t offset, std::uint64_t l3,
                                                  std::uint64_t l2, std::uint64_t l1,
                                                  std::uint64_t l0);
    std::expected<void, MemoryError> set_data_beyond(std::uint64_t memory_offset,
                                                     std::span<const std::uint8_t> data,
                                                     std::uint64_t data_offset, std::uint64_t len);
    std::expected<void, MemoryError> set_data_far(std::uint64_t memory_offset,
                                                  std::span<const std::uint8_t> data,
                                                  std::uint64_t data_offset, std::uint64_t len);
    std::expected<void, MemoryError> set_own_data(std::uint64_t memory_offset,
                                                  std::span<const std::uint8_t> data,
                                                  std::uint64_t data_offset, std::uint64_t len);
    std::expected<void, MemoryError> copy_beyond(std::uint64_t dest_offset,
                                                 std::uint64_t src_offset, std::uint64_t len);
    std::expected<void, MemoryError> grow_for_write(std::uint64_t offset, std::uint64_t len);

    // Bytes of this memory that a caller's view names: growing may move them.
    struct Place {
        std::size_t frame;
        std::uint64_t offset;
    };
    bool is_own(const std::uint8_t* byte) const;
    std::optional<Place> place_of(std::span<const std::uint8_t> view) const;
    std::span<const std::uint8_t> view_at(const Place& place, std::uint64_t len) const;

    bool exceeds_limit(std::uint64_t rounded) const;
    bool exceeds_shared_limit(std::uint64_t rounded) const;
    bool shares_limit() const { return counts_all_frames_ && limit_ != unlimited; }
    std::uint64_t parents_bytes() const;
    void cap_extent();

    std::expected<void, MemoryError> enter_frame_slowly();
    void leave_frame_slowly();
    void reset_slowly();

    static void write_padded(std::uint8_t* target, std::span<const std::uint8_t> data,
                             std::uint64_t data_offset, std::uint64_t len);
    bool take_storage(std::uint64_t capacity);
    void use_storage(std::uint8_t* bytes, MemoryFrame* frames, std::size_t frame_room);
    void give_back();
    bool move_to_heap(std::uint64_t needed);
    bool grow_heap(std::uint64_t rounded);
    void make_ready(std::uint64_t begin, std::uint64_t end, bool is_overwritten);
    bool is_reached(std::uint64_t offset, std::uint64_t len) const;
    void count_detour(std::uint64_t len);
    void make_ready_shared(const MemoryFrame& frame, std::uint64_t begin, std::uint64_t end,
                           ReachedWords& reached) const;
    void make_ready_shared(std::uint64_t begin, std::uint64_t end) const;
    void set_size(std::uint64_t size);
    void set_ready(std::uint64_t bytes) {
        assert(bytes % word_size == 0);
        ready_ = bytes;
        word_limit_ = bytes == 0 ? 0 : bytes - (word_size - 1);
    }
    void set_solid_size(std::uint64_t size) {
        size_ = size;
        set_ready(size);
    }
    void set_solid();
    void end_frame();
    std::uint64_t offset_of(const std::uint8_t* bytes) const;
    MemoryFrame current_frame() const;
    MemoryFrame frame_at(std::size_t index) const;
    void copy_out(const MemoryFrame& frame, std::uint64_t offset,
                  std::span<std::uint8_t> target) const;
    void swap(Memory& other) noexcept;

    std::uint8_t* data_ = nullptr;  // where the current frame begins
    std::uint64_t word_limit_ = 0;  // a whole word is ready at offsets below: ready_ - 31, or 0
    std::uint64_t size_ = 0;        // of the current frame
    std::uint64_t ready_ = 0;     // bytes that can be touched directly: size_, less in a lazy frame
    MemoryFrame* top_ = nullptr;  // beyond the current frame's ancestors
    MemoryFrame* enter_end_ = nullptr;  // while top_ is not here a frame is entered inline; top_
                                        // when the current frame is lazy
    // Up to here bytes are zero or written, also beyond size_; and up to here the current frame is
    // within a limit that all frames share.
    std::uint8_t* extent_end_ = nullptr;
    // A growth to no more than this is within the limit of a frame, and its gas within 64 bits.
    std::uint64_t quick_limit_ = std::uint64_t{1} << 36;
    std::uint64_t limit_ = unlimited;
    std::uint64_t lazy_ = not_lazy;  // offset from which blocks are zeroed when they are reached
    MemoryFrame* frames_ = nullptr;  // the outermost frame; the room for frames is the storage's
    MemoryRegion* region_ = nullptr;
    MemoryHeap* heap_ = nullptr;  // one of the two, once there is storage
    Storage storage_ = Storage::region;
    // Whether the limit does. Of a new memory this is not 0 on purpose: with only zeros here g++
    // clears a memory by `rep stosq`, which takes 10 ns.
    bool counts_all_frames_ = true;
};

}  // namespace evmmem
