// SPDX-License-Identifier: MIT
#include "memory_region.hpp"

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <new>

#include "address_share.hpp"

#if __has_include(<sys/mman.h>)
#include <pthread.h>
#include <sys/mman.h>
#define EVMMEM_HAS_MMAP 1
#endif

namespace evmmem {
namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

/// Bytes from the start of a region that stay resident from transaction to transaction, and bytes
/// beyond them that may become stale before they are given back.
constexpr std::uint64_t kept_bytes = 32 * mib;
constexpr std::uint64_t far_stale_max = 32 * mib;
/// What all but one of the regions of a pool keep, and how many regions that is at most.
constexpr std::uint64_t pooled_bytes = mib;
constexpr std::size_t pooled_max = 4;

/// Bytes are made usable in steps that double from the first of these to the second.
constexpr std::uint64_t commit_step_min = mib / 16;
constexpr std::uint64_t commit_step_max = 2 * mib;

/// Bitmap words that clean_until() looks at before it is content with what it found.
constexpr std::uint64_t scanned_words_max = 16;

/// A multiple of the page size of every system that is supported (arm64 has pages of up to 64 KiB).
constexpr std::uint64_t page_size = 65536;
constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) {
    return (value + unit - 1) / unit * unit;
}

/// Zeroes whole blocks. A size that g++ knows would make it `rep stosq`, which takes twice as long.
void zero(std::uint8_t* target, std::uint64_t size) {
#if defined(__GNUC__)
    asm("" : "+r"(size));
#endif
    std::memset(target, 0, size);
}

}  // namespace

/// Regions that no memory uses, by thread.
struct RegionPool {
    MemoryRegion* first = nullptr;
    std::size_t count = 0;
    bool is_watched = false;  // is unmapped when the thread ends
    bool is_closed = false;   // the thread ends: what comes back is unmapped at once

    static void push(MemoryRegion* region);
    static MemoryRegion* pop();
    static void close();
};

namespace {

constinit thread_local RegionPool pool;

#if defined(EVMMEM_HAS_MMAP)

/// Closes the pools of threads that end. Not by an object of each thread: to register one, the C
/// library allocates, and ends the program when it cannot.
class PoolCloser {
public:
    PoolCloser() {
        is_made_ = pthread_key_create(&key_, [](void*) { RegionPool::close(); }) == 0;
    }
    PoolCloser(const PoolCloser&) = delete;
    PoolCloser& operator=(const PoolCloser&) = delete;
    /// The program ends, or the library is unloaded: other threads' pools stay mapped.
    ~PoolCloser() {
        RegionPool::close();
        if (is_made_) pthread_key_delete(key_);
    }

    /// Whether this thread's pool will be closed.
    bool watch() const { return is_made_ && pthread_setspecific(key_, &pool) == 0; }

private:
    pthread_key_t key_{};
    bool is_made_ = false;
};

bool close_pool_at_thread_end() {
    static const PoolCloser closer;
    return closer.watch();
}

#else

bool close_pool_at_thread_end() {
    return false;
}

#endif

}  // namespace

void RegionPool::close() {
    MemoryRegion::drop_pool();
    pool.is_watched = false;
    pool.is_closed = true;
}

void RegionPool::push(MemoryRegion* region) {
    region->next_pooled_ = pool.first;
    pool.first = region;
    ++pool.count;
}

MemoryRegion* RegionPool::pop() {
    MemoryRegion* region = pool.first;
    pool.first = region->next_pooled_;
    --pool.count;
    return region;
}

MemoryRegion* MemoryRegion::acquire() {
    if (pool.first != nullptr) [[likely]]
        return RegionPool::pop();
    // Where a share cannot be had, smaller ones are tried.
    for (std::uint64_t size = address_share_now(); size >= region_bytes_min; size /= 2) {
        const Reservation reserved = reserve(size);
        if (reserved.region != nullptr || reserved.is_pointless) return reserved.region;
    }
    return nullptr;
}

void MemoryRegion::release(MemoryRegion* region) {
    region->trim();
    if (!pool.is_watched) [[unlikely]]
        pool.is_watched = !pool.is_closed && close_pool_at_thread_end();
    if (pool.count >= pooled_max || !pool.is_watched) [[unlikely]] {
        unmap(region);
        return;
    }
    if (pool.count != 0) region->shrink(pooled_bytes);
    RegionPool::push(region);
}

void MemoryRegion::drop_pool() {
    while (pool.first != nullptr)
        unmap(RegionPool::pop());
}

#if defined(EVMMEM_HAS_MMAP)

MemoryRegion::Reservation MemoryRegion::reserve(std::uint64_t size) {
    constexpr Reservation refused{nullptr, false};
    constexpr Reservation pointless{nullptr, true};
    // The mapping: this object, the frames, the bitmap; then, on a page of their own, the bytes.
    // What of it is never touched is never backed by a page.
    const std::uint64_t frames_at = round_up(sizeof(MemoryRegion), alignof(std::max_align_t));
    const std::uint64_t words_at =
        round_up(frames_at + MemoryFrame::count_max * sizeof(MemoryFrame), 64);
    const std::uint64_t word_count = size / block_size / 64;
    const std::uint64_t bytes_at = round_up(words_at + word_count * sizeof(BlockWord), page_size);
    const std::uint64_t mapped = bytes_at + size;
    if (!count_region(size)) return pointless;

    // Addresses only, which cost nothing anywhere; bytes are made usable as they are needed. Usable
    // ones would count against RLIMIT_DATA and under strict accounting, and mlockall() would make
    // them resident.
    constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void* const mapping = mmap(nullptr, mapped, PROT_NONE, flags, -1, 0);
    if (mapping == MAP_FAILED) {
        uncount_region(size);
        return refused;
    }
    // What is locked (after mlockall(MCL_FUTURE)) is resident as soon as it is usable, touched or
    // not, and cannot be given back: no place for a region. The system says so here, before any of
    // it is.
    const bool is_locked = madvise(mapping, page_size, MADV_DONTNEED) != 0;
    if (is_locked || mprotect(mapping, bytes_at + commit_step_min, PROT_READ | PROT_WRITE) != 0) {
        munmap(mapping, mapped);
        uncount_region(size);
        return is_locked ? pointless : refused;
    }
#if defined(MADV_NOHUGEPAGE)
    // One word on a huge page would cost the zeroing of 2 MiB, and keep them.
    madvise(mapping, mapped, MADV_NOHUGEPAGE);
#endif
    auto* start = static_cast<std::uint8_t*>(mapping);
    auto* region = new (start) MemoryRegion;
    region->frames_ = reinterpret_cast<MemoryFrame*>(start + frames_at);
    region->words_ = reinterpret_cast<BlockWord*>(start + words_at);
    region->bytes_ = start + bytes_at;
    region->size_ = size;
    region->committed_ = commit_step_min;
    region->mapped_bytes_ = mapped;
    return {region, false};
}

void MemoryRegion::unmap(MemoryRegion* region) {
    const std::uint64_t mapped = region->mapped_bytes_;
    const std::uint64_t size = region->size_;
    region->~MemoryRegion();
    munmap(region, mapped);
    uncount_region(size);
}

bool MemoryRegion::commit(std::uint64_t end) {
    if (end <= committed_) return true;
    if (end > size_) return false;
    const std::uint64_t step = std::min(committed_, commit_step_max);
    // More than is needed now, for the next time; where that is refused, what is needed.
    for (const std::uint64_t wanted : {std::max(end, committed_ + step), end}) {
        const std::uint64_t target = std::min(round_up(wanted, page_size), size_);
        if (mprotect(bytes_ + committed_, target - committed_, PROT_READ | PROT_WRITE) != 0)
            continue;
        committed_ = target;
        return true;
    }
    return false;
}

/// Gives back the pages from `kept` bytes on; they are zero when they are next touched.
void MemoryRegion::shrink(std::uint64_t kept) {
    // Whole pages: advice about a part of one is rounded up by Linux, and ignored by qemu.
    const std::uint64_t end = std::min(round_up(stale_end_ * block_size, page_size), committed_);
    if (end <= kept) return;
    if (madvise(bytes_ + kept, end - kept, MADV_DONTNEED) != 0) return;
    const std::uint64_t first = kept / block_size / 64;
    const std::uint64_t last = (stale_end_ + 63) / 64;
    std::fill(words_ + first, words_ + last, BlockWord{});
    stale_end_ = kept / block_size;
    far_stale_blocks_ = 0;
}

#else

MemoryRegion::Reservation MemoryRegion::reserve(std::uint64_t) {
    return {nullptr, true};
}
void MemoryRegion::unmap(MemoryRegion*) {}
bool MemoryRegion::commit(std::uint64_t end) {
    return end <= committed_;
}
void MemoryRegion::shrink(std::uint64_t) {}

#endif

void MemoryRegion::trim() {
    if (far_stale_blocks_ * block_size > far_stale_max) [[unlikely]]
        shrink(kept_bytes);
}

/// The bits of bitmap word `word` that stand for the blocks between `begin` and `end`.
inline std::uint64_t MemoryRegion::mask(std::uint64_t word, std::uint64_t begin,
                                        std::uint64_t end) {
    const std::uint64_t first = word * 64;
    std::uint64_t bits = ~std::uint64_t{0};
    if (end <= first || begin >= first + 64 || begin >= end) return 0;
    if (begin > first) bits &= bits << (begin - first);
    if (end < first + 64) bits &= ~std::uint64_t{0} >> (first + 64 - end);
    return bits;
}

void MemoryRegion::zero_blocks(std::uint64_t word, std::uint64_t bits) {
    while (bits != 0) {
        const int first = std::countr_zero(bits);
        const int count = std::countr_one(bits >> first);
        zero(bytes_ + (word * 64 + static_cast<std::uint64_t>(first)) * block_size,
             static_cast<std::uint64_t>(count) * block_size);
        if (first + count >= 64) return;
        bits &= ~std::uint64_t{0} << (first + count);
    }
}

void MemoryRegion::reach(std::uint64_t begin, std::uint64_t end, std::uint64_t covered_begin,
                         std::uint64_t covered_end, ReachedWords& range) {
    const auto first = static_cast<std::uint32_t>(begin / 64);
    const auto last = static_cast<std::uint32_t>((end - 1) / 64);
    for (std::uint32_t i = first; i <= last; ++i) {
        BlockWord& word = words_[i];
        const std::uint64_t wanted = mask(i, begin, end);
        const std::uint64_t reached_before = load(word.reached);
        const std::uint64_t stale = load(word.stale) & wanted & ~reached_before;
        if (stale != 0) zero_blocks(i, stale & ~mask(i, covered_begin, covered_end));
        store(word.reached, reached_before | wanted);
    }
    range.first = std::min(range.first, first);
    range.end = std::max(range.end, last + 1);
}

void MemoryRegion::reach_block(std::uint64_t block, ReachedWords& range) {
    const auto index = static_cast<std::uint32_t>(block / 64);
    BlockWord& word = words_[index];
    const std::uint64_t bit = std::uint64_t{1} << block % 64;
    const std::uint64_t reached_before = load(word.reached);
    if ((load(word.stale) & bit & ~reached_before) != 0)
        zero(bytes_ + block * block_size, block_size);
    store(word.reached, reached_before | bit);
    range.first = std::min(range.first, index);
    range.end = std::max(range.end, index + 1);
}

void MemoryRegion::prefetch_after(std::uint64_t block, std::uint64_t end) {
    const std::uint64_t next = 2 * block - last_scattered_;
    last_scattered_ = block;
    if (next >= end) return;
#if defined(__GNUC__)
    constexpr std::uint64_t line_size = 64;
    for (std::uint64_t at = 0; at < block_size; at += line_size)
        __builtin_prefetch(bytes_ + next * block_size + at, 1);
#endif
}

std::uint64_t MemoryRegion::first_unreached(std::uint64_t begin, std::uint64_t end) const {
    while (begin < end) {
        const std::uint64_t missing = ~load(words_[begin / 64].reached) >> begin % 64;
        if (missing != 0)
            return std::min(end, begin + static_cast<std::uint64_t>(std::countr_zero(missing)));
        begin = (begin / 64 + 1) * 64;
    }
    return end;
}

std::uint64_t MemoryRegion::clean_until(std::uint64_t begin) const {
    const std::uint64_t end = committed_ / block_size;
    if (begin >= stale_end_) return end;
    const std::uint64_t first = begin / 64;
    std::uint64_t stale = words_[first].stale & ~std::uint64_t{0} << begin % 64;
    for (std::uint64_t i = first;;) {
        if (stale != 0) return i * 64 + static_cast<std::uint64_t>(std::countr_zero(stale));
        ++i;
        if (i * 64 >= stale_end_) return end;
        if (i == first + scanned_words_max) return std::min(i * 64, end);
        stale = words_[i].stale;
    }
}

void MemoryRegion::clean(std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t i = begin / 64; i <= (end - 1) / 64; ++i) {
        const std::uint64_t stale = words_[i].stale & mask(i, begin, end);
        if (stale == 0) continue;
        zero_blocks(i, stale);
        words_[i].stale &= ~stale;
    }
}

void MemoryRegion::count_stale(std::uint64_t word, std::uint64_t bits) {
    if (word >= kept_bytes / block_size / 64) [[unlikely]]
        far_stale_blocks_ += static_cast<std::uint64_t>(std::popcount(bits));
}

void MemoryRegion::mark_stale(std::uint64_t begin, std::uint64_t end) {
    if (begin >= end) return;
    for (std::uint64_t i = begin / 64; i <= (end - 1) / 64; ++i) {
        const std::uint64_t bits = mask(i, begin, end);
        words_[i].stale |= bits;
        count_stale(i, bits);
    }
    stale_end_ = std::max(stale_end_, end);
}

void MemoryRegion::settle(std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t i = begin / 64; i <= (end - 1) / 64; ++i) {
        const std::uint64_t bits = mask(i, begin, end);
        words_[i].stale &= ~bits;
        words_[i].reached &= ~bits;
    }
}

void MemoryRegion::retire(std::uint64_t begin, std::uint64_t end, const ReachedWords& range) {
    if (range.first >= range.end) return;
    for (std::uint32_t i = range.first; i < range.end; ++i) {
        BlockWord& word = words_[i];
        // The words at the ends may be shared with the frame's parent.
        const std::uint64_t bits = word.reached & mask(i, begin, end);
        count_stale(i, bits);
        word.stale |= bits;
        word.reached &= ~bits;
    }
    stale_end_ = std::max(stale_end_, end);
}

}  // namespace evmmem
