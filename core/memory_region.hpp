// SPDX-License-Identifier: MIT
// The reserved address range under a memory. It is divided into blocks, and a bitmap says of each
// block whether it is stale (may hold what an ended frame left) and whether it is reached (belongs
// to an open frame that zeroed or overwrote it). A stale block is zeroed when a frame reaches it,
// never before: so growing far costs nothing, and a frame pays for what it uses. A page is never
// handed back to the kernel to clean it (a page fault costs 30 times its zeroing), only to bound
// what stays resident. One mapping costs as much as hundreds of frames, so regions are pooled: each
// thread keeps a few.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "memory_frame.hpp"

namespace evmmem {

/// Used by one memory at a time. Offsets count bytes from bytes(), block numbers blocks.
class MemoryRegion {
public:
    /// Unit of lazy zeroing, in bytes. Measured: at 4096 one far word costs twice as much, at 512 a
    /// sweep over all bytes is slower.
    static constexpr std::uint64_t block_size = 1024;

    /// A region of this thread's pool, all zero, or a new reservation as large as
    /// address_share_now() allows; null when even the smallest is refused, or where memory is
    /// locked (mlockall), so that a region would be resident whole.
    static MemoryRegion* acquire();
    /// Gives a region back to this thread's pool. All its frames have been retired.
    static void release(MemoryRegion* region);
    /// Unmaps the regions in this thread's pool.
    static void drop_pool();

    MemoryRegion(const MemoryRegion&) = delete;
    MemoryRegion& operator=(const MemoryRegion&) = delete;

    std::uint8_t* bytes() const { return bytes_; }
    /// Reserved, in bytes.
    std::uint64_t size() const { return size_; }
    /// Of them usable without asking the system again.
    std::uint64_t committed() const { return committed_; }
    /// Makes the bytes before `end` usable. False when the system refuses.
    bool commit(std::uint64_t end);

    /// Room for the frames of the memory that uses the region: MemoryFrame::count_max of them.
    MemoryFrame* frames() const { return frames_; }

    /// Blocks `begin` to `end` belong to the current frame: those that it has not reached and that
    /// are stale are zeroed, except blocks `covered_begin` to `covered_end`, which the caller is
    /// about to overwrite. Only one thread at a time; others may ask is_zero() meanwhile.
    void reach(std::uint64_t begin, std::uint64_t end, std::uint64_t covered_begin,
               std::uint64_t covered_end, ReachedWords& reached);
    /// As reach(), one block.
    void reach_block(std::uint64_t block, ReachedWords& reached);
    /// `block` has been reached out of order: prefetches the block as far from it as it is from the
    /// one before, as when every page is touched, if that is before `end`. Measured: a word on each
    /// page of 16 MiB takes 0.6 of the time.
    void prefetch_after(std::uint64_t block, std::uint64_t end);
    /// The first block from `begin` on that is not reached, or `end`.
    std::uint64_t first_unreached(std::uint64_t begin, std::uint64_t end) const;
    /// Whether the block, of a lazy part of a frame, reads as zeros though its bytes may say
    /// otherwise.
    bool is_hidden(std::uint64_t block) const {
        const BlockWord& word = words_[block / 64];
        const std::uint64_t bit = std::uint64_t{1} << block % 64;
        if ((load(word.reached) & bit) != 0) return false;
        return (load(word.stale) & bit) != 0;
    }

    /// Whether the current frame has zeroed or overwritten the block, of its lazy part.
    bool is_reached(std::uint64_t block) const {
        return (load(words_[block / 64].reached) >> block % 64 & 1) != 0;
    }

    /// A block number from which on blocks up to it are known to be zero, `begin` at least. None of
    /// them belongs to an open frame.
    std::uint64_t clean_until(std::uint64_t begin) const;
    /// Zeroes what is stale between the blocks `begin` and `end`.
    void clean(std::uint64_t begin, std::uint64_t end);
    /// The blocks are no frame's any more, and may hold anything.
    void mark_stale(std::uint64_t begin, std::uint64_t end);
    /// All blocks `begin` to `end` are reached and the frame's, which is not lazy any more: none of
    /// them has a state.
    void settle(std::uint64_t begin, std::uint64_t end);
    /// The reached ones among the blocks `begin` to `end`, the lazy part of a frame that ends,
    /// become stale.
    void retire(std::uint64_t begin, std::uint64_t end, const ReachedWords& reached);
    /// Called when no frame has bytes: gives pages back to the system if very many were used.
    void trim();

    /// A lazy frame of `size` bytes was used all over, out of order, and would have been better
    /// zeroed whole at once; so are the next ones of about that size.
    void expect_whole(std::uint64_t size) { expected_[size_class(size)] = expected_whole; }
    /// Whether a frame that is about to jump to `size` bytes had better be zeroed whole. Now and
    /// then one is not, to see whether it still needs it.
    bool expects_whole(std::uint64_t size) {
        std::uint8_t& left = expected_[size_class(size)];
        if (left == 0) return false;
        --left;
        return true;
    }

    /// Of the current frame's lazy part; guarded by `lazy_mutex` in const operations.
    ReachedWords reached;
    /// Blocks that the next sequential reach takes at once.
    std::uint64_t batch = 0;
    /// Bytes that could have been zeroed in the time of the current frame's detours.
    std::uint64_t detours = 0;
    /// Held while a const operation reaches blocks.
    std::mutex lazy_mutex;

private:
    /// The state of 64 blocks, lowest bit first.
    struct BlockWord {
        std::uint64_t stale;
        std::uint64_t reached;
    };

    /// Frames that expect_whole() speaks of: a wrong guess costs a zeroing, as others always do.
    static constexpr std::uint8_t expected_whole = 32;
    static std::size_t size_class(std::uint64_t size) {
        return static_cast<std::size_t>(std::bit_width(size)) % 64;
    }

    MemoryRegion() = default;
    struct Reservation {
        MemoryRegion* region;  // null when the system refuses
        bool is_pointless;     // a smaller one would be refused, too
    };
    static Reservation reserve(std::uint64_t size);
    static void unmap(MemoryRegion* region);
    void shrink(std::uint64_t kept);

    // Bits are loaded and stored as atomics: const operations of several threads may look while one
    // of them, which holds the mutex, sets some. On x86-64 both are plain moves.
    static std::uint64_t load(const std::uint64_t& bits) {
        return std::atomic_ref{const_cast<std::uint64_t&>(bits)}.load(std::memory_order_acquire);
    }
    static void store(std::uint64_t& bits, std::uint64_t value) {
        std::atomic_ref{bits}.store(value, std::memory_order_release);
    }
    static std::uint64_t mask(std::uint64_t word, std::uint64_t begin, std::uint64_t end);
    void zero_blocks(std::uint64_t word, std::uint64_t bits);
    void count_stale(std::uint64_t word, std::uint64_t bits);

    std::uint8_t* bytes_ = nullptr;
    BlockWord* words_ = nullptr;
    MemoryFrame* frames_ = nullptr;
    std::uint64_t size_ = 0;
    std::uint64_t committed_ = 0;
    std::uint64_t mapped_bytes_ = 0;    // of the whole mapping, this object included
    std::uint64_t last_scattered_ = 0;  // the last block that prefetch_after() was called with
    std::uint64_t stale_end_ = 0;       // no block from here on is stale
    std::uint64_t far_stale_blocks_ =
        0;  // made stale beyond what is always kept, since the last trim

    std::uint8_t expected_[64] = {};  // by size_class()

    MemoryRegion* next_pooled_ = nullptr;
    friend struct RegionPool;
};

}  // namespace evmmem
