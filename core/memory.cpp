// SPDX-License-Identifier: MIT
#include "memory.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "hex.hpp"
#include "memory_heap.hpp"
#include "memory_region.hpp"

namespace evmmem {
namespace {

constexpr std::uint64_t block_size = MemoryRegion::block_size;

/// A growth by more bytes than these is lazy.
constexpr std::uint64_t eager_step_max = 2048;
/// A frame that used up to this many bytes zeroes them when it ends, while they are in the cache;
/// of a larger one the blocks are marked stale.
constexpr std::uint64_t zeroed_at_end_max = 4096;
/// Blocks that sequential work takes at once: two at first, then ever more. Three or more at first
/// would take a word on each page for sequential work.
constexpr std::uint64_t batch_min = 2;
constexpr std::uint64_t batch_max = 32;
/// A lazy frame of more bytes than these, the second-level cache of most machines, has the block
/// that it will probably reach next prefetched.
constexpr std::uint64_t cached_size_max = 2 << 20;
/// What a write to a lazy frame that goes the long way, and one that has to reach a block for it,
/// are counted for, in bytes zeroed: about three times what they take, so that a memory that is
/// used all over is late by a third of the zeroing that others begin with. Once the count, and what
/// was written, make up the frame's size, the rest of it is zeroed at once. A word on each page
/// must not get there.
constexpr std::uint64_t detour_bytes = 992;
constexpr std::uint64_t reach_bytes = 1024;
/// Up to this size, 128 GiB, the square of the words fits 64 bits.
constexpr std::uint64_t gas_size_max = (std::uint64_t{1} << 32) * word_size - word_size;
/// The largest size that whole words can have.
constexpr std::uint64_t size_max = std::numeric_limits<std::uint64_t>::max() - (word_size - 1);

/// To whole words; 0 for what is more than size_max.
constexpr std::uint64_t round_up(std::uint64_t bytes) {
    return (bytes + (word_size - 1)) & ~(word_size - 1);
}

constexpr std::uint64_t block_ceil(std::uint64_t bytes) {
    return (bytes + block_size - 1) / block_size;
}

}  // namespace

// ---- storage --------------------------------------------------------------------------------

std::expected<Memory, MemoryError> Memory::with_capacity(std::uint64_t capacity) {
    Memory memory;
    if (!memory.take_storage(capacity)) return std::unexpected{MemoryError::out_of_memory};
    return memory;
}

Memory Memory::with_storage(Storage storage, std::uint64_t limit) {
    Memory memory;
    memory.storage_ = storage;
    memory.limit_ = limit / word_size * word_size;
    memory.quick_limit_ = std::min(memory.limit_, gas_size_max);
    return memory;
}

std::uint64_t Memory::capacity() const {
    if (region_ != nullptr) return region_->committed();
    return heap_ != nullptr ? heap_->capacity() : 0;
}

/// The first storage of a memory. False when the system refuses, and nothing has changed.
[[gnu::noinline]] bool Memory::take_storage(std::uint64_t capacity) {
    if (storage_ == Storage::region) {
        region_ = MemoryRegion::acquire();
        if (region_ != nullptr && !region_->commit(capacity)) {
            MemoryRegion::release(region_);
            region_ = nullptr;
        }
        if (region_ != nullptr) {
            use_storage(region_->bytes(), region_->frames());
            extent_end_ = region_->bytes() + region_->clean_until(0) * block_size;
            return true;
        }
    }
    heap_ = MemoryHeap::create(capacity);
    if (heap_ == nullptr) return false;
    storage_ = Storage::doubling;
    use_storage(heap_->bytes(), heap_->frames());
    return true;
}

void Memory::use_storage(std::uint8_t* bytes, MemoryFrame* frames) {
    data_ = extent_end_ = bytes;
    frames_ = top_ = frames;
    enter_end_ = frames + (frames_max - 1);
}

void Memory::give_back() {
    if (region_ != nullptr) {
        reset();
        MemoryRegion::release(region_);
    } else {
        MemoryHeap::destroy(heap_);
    }
}

/// From a region that is too small to doubling storage, all frames, with room for the current one
/// to have `needed` bytes.
[[gnu::noinline]] bool Memory::move_to_heap(std::uint64_t needed) {
    std::uint64_t parents = 0;
    for (const MemoryFrame* frame = frames_; frame != top_; ++frame)
        parents += frame->size;
    if (needed > size_max - parents) return false;
    Memory moved;
    moved.storage_ = Storage::doubling;
    moved.limit_ = limit_;
    moved.quick_limit_ = quick_limit_;
    if (!moved.take_storage(parents + needed)) return false;
    for (std::size_t i = 0; i < frame_count(); ++i) {
        const MemoryFrame frame = frame_at(i);
        if (i > 0) static_cast<void>(moved.enter_frame());
        copy_out(frame, 0, {moved.data_, frame.size});
        moved.set_solid_size(frame.size);
        moved.extent_end_ = moved.data_ + frame.size;
    }
    swap(moved);
    return true;
}

void Memory::swap(Memory& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(word_limit_, other.word_limit_);
    std::swap(size_, other.size_);
    std::swap(ready_, other.ready_);
    std::swap(top_, other.top_);
    std::swap(enter_end_, other.enter_end_);
    std::swap(extent_end_, other.extent_end_);
    std::swap(limit_, other.limit_);
    std::swap(quick_limit_, other.quick_limit_);
    std::swap(lazy_, other.lazy_);
    std::swap(frames_, other.frames_);
    std::swap(region_, other.region_);
    std::swap(heap_, other.heap_);
    std::swap(storage_, other.storage_);
}

/// An address in the storage, as an offset from its start.
inline std::uint64_t Memory::offset_of(const std::uint8_t* bytes) const {
    return static_cast<std::uint64_t>(bytes -
                                      (region_ != nullptr ? region_->bytes() : heap_->bytes()));
}

// ---- growth ---------------------------------------------------------------------------------

void Memory::set_size(std::uint64_t size) {
    const auto extent = static_cast<std::uint64_t>(extent_end_ - data_);
    size_ = size;
    set_ready(std::min(size, extent));
}

/// Grows to `rounded` bytes, more than size() unless rounding up wrapped to 0, when that changes
/// nothing but the size. Where it wrapped, the first comparison fails: 0 - size_ - 1 is large.
inline bool Memory::grow_at_once(std::uint64_t rounded) {
    if (rounded - size_ - 1 >= eager_step_max ||
        rounded > static_cast<std::uint64_t>(extent_end_ - data_) || rounded > quick_limit_)
        return false;
    size_ = ready_ = rounded;
    word_limit_ = rounded - (word_size - 1);
    return true;
}

/// `new_size` is larger than size().
std::expected<void, MemoryError> Memory::grow(std::uint64_t new_size) {
    if (grow_at_once(round_up(new_size))) [[likely]]
        return {};
    return grow_far(new_size);
}

std::expected<std::uint64_t, MemoryError> Memory::grow_gas(std::uint64_t min_size) {
    const std::uint64_t before = size_ / word_size;
    const std::uint64_t rounded = round_up(min_size);
    if (!grow_at_once(rounded)) [[unlikely]]
        return grow_gas_far(min_size);
    const std::uint64_t after = rounded / word_size;
    return 3 * (after - before) + after * after / 512 - before * before / 512;
}

/// Grows to `rounded` bytes, which is within the limit, when that is so far that the frame gets
/// lazy and there is room. The block that the frame ends in is zero to its end; the blocks after it
/// are lazy.
bool Memory::jumps(std::uint64_t rounded) {
    static_assert(small_frame_max <= eager_step_max, "leave_frame() takes no lazy frame for small");
    if (region_ == nullptr || lazy_ != not_lazy || rounded - size_ <= eager_step_max) return false;
    const auto base = static_cast<std::uint64_t>(data_ - region_->bytes());
    if (rounded > region_->committed() - base) return false;
    const std::uint64_t solid = (base + size_ + (block_size - 1)) / block_size * block_size - base;
    lazy_ = solid;
    extent_end_ = data_ + solid;
    size_ = rounded;
    set_ready(solid);
    enter_end_ = top_;
    region_->reached = {};
    region_->batch = batch_min;
    region_->detours = 0;
    return true;
}

/// What grow() leaves; on its own, so that a small step saves no registers.
[[gnu::noinline]] std::expected<void, MemoryError> Memory::grow_far(std::uint64_t new_size) {
    if (new_size > size_max) return std::unexpected{MemoryError::invalid_size};
    const std::uint64_t rounded = round_up(new_size);
    if (rounded > limit_) return std::unexpected{MemoryError::memory_limit_exceeded};
    if (jumps(rounded)) return {};
    if (frames_ == nullptr) {
        if (!take_storage(0)) return std::unexpected{MemoryError::out_of_memory};
        return grow(new_size);
    }
    if (region_ != nullptr) {
        const std::uint64_t base = offset_of(data_);
        if (rounded > region_->size() - base || !region_->commit(base + rounded))
            if (!move_to_heap(rounded)) return std::unexpected{MemoryError::out_of_memory};
    }
    if (region_ == nullptr) {
        if (!grow_heap(rounded)) return std::unexpected{MemoryError::out_of_memory};
    } else if (lazy_ == not_lazy) {
        const std::uint64_t base = offset_of(data_);
        const std::uint64_t frontier = block_ceil(base + size_);
        if (rounded - size_ > eager_step_max) {
            // There was no room at once, now there is.
            [[maybe_unused]] const bool has_jumped = jumps(rounded);
            assert(has_jumped);
            return {};
        }
        if (data_ + rounded > extent_end_) {
            const std::uint64_t needed = block_ceil(base + rounded);
            std::uint64_t clean_end = region_->clean_until(frontier);
            if (clean_end < needed) {
                // A frame that grows in small steps has its next blocks zeroed before it comes
                // there.
                const std::uint64_t ahead =
                    std::clamp<std::uint64_t>(size_ / block_size / 2, 1, batch_max);
                const std::uint64_t end =
                    std::min(std::max(needed, frontier + ahead), region_->committed() / block_size);
                region_->clean(frontier, end);
                clean_end = region_->clean_until(end);
            }
            extent_end_ = region_->bytes() + clean_end * block_size;
        }
    }
    set_size(rounded);
    return {};
}

/// Makes room in doubling storage and zeroes the new bytes. False when the system refuses.
[[gnu::noinline]] bool Memory::grow_heap(std::uint64_t rounded) {
    const std::uint64_t base = offset_of(data_);
    const std::uint8_t* const before = heap_->bytes();
    if (rounded > size_max - base || !heap_->reserve(base + rounded)) return false;
    data_ = heap_->bytes() + base;
    for (MemoryFrame* frame = frames_; frame != top_; ++frame)
        frame->data = heap_->bytes() + (frame->data - before);
    std::memset(data_ + size_, 0, rounded - size_);
    extent_end_ = data_ + rounded;
    return true;
}

std::expected<std::uint64_t, MemoryError> Memory::grow_words(std::uint64_t min_size) {
    const std::uint64_t before = size_;
    if (auto grown = grow(min_size); !grown) return std::unexpected{grown.error()};
    return (size_ - before) / word_size;
}

[[gnu::noinline]] std::expected<std::uint64_t, MemoryError> Memory::grow_gas_far(
    std::uint64_t min_size) {
    if (min_size > size_max) return std::unexpected{MemoryError::invalid_size};
    const std::uint64_t rounded = round_up(min_size);
    const std::uint64_t before = size_words();
    const std::uint64_t after = rounded / word_size;
    if (rounded <= quick_limit_) [[likely]] {
        if (!jumps(rounded))
            if (auto grown = grow_far(min_size); !grown) return std::unexpected{grown.error()};
        return 3 * (after - before) + after * after / 512 - before * before / 512;
    }
    if (rounded > limit_) return std::unexpected{MemoryError::memory_limit_exceeded};
    const auto gas = expansion_cost(before, after);
    if (!gas) return std::unexpected{MemoryError::out_of_memory};  // for more gas than exists
    if (auto grown = grow_far(min_size); !grown) return std::unexpected{grown.error()};
    return *gas;
}

// ---- lazy blocks ----------------------------------------------------------------------------

/// Bytes `begin` to `end` of the current frame, which end beyond ready_, can be touched from now
/// on; those that are to be overwritten need no zeros.
[[gnu::noinline]] void Memory::make_ready(std::uint64_t begin, std::uint64_t end,
                                          bool is_overwritten) {
    const std::uint64_t base = offset_of(data_);
    const std::uint64_t frontier = offset_of(extent_end_) / block_size;
    const std::uint64_t size_end = block_ceil(base + size_);
    const std::uint64_t first = std::max((base + begin) / block_size, frontier);
    std::uint64_t last = block_ceil(base + end);
    if (first == frontier) {
        last = std::min(std::max(last, first + region_->batch), size_end);
        region_->batch = std::min(2 * region_->batch, batch_max);
    } else if (size_ > cached_size_max) {
        region_->prefetch_after(first, size_end);
    }
    const std::uint64_t covered_begin = is_overwritten ? block_ceil(base + begin) : 0;
    const std::uint64_t covered_end = is_overwritten ? (base + end) / block_size : 0;
    region_->reach(first, last, covered_begin, covered_end, region_->reached);
    if (first == frontier) {
        const std::uint64_t next = region_->first_unreached(last, size_end);
        extent_end_ = region_->bytes() + next * block_size;
        set_size(size_);
        if (next == size_end) {
            region_->settle((base + lazy_) / block_size, size_end);
            set_solid();
        }
    }
}

/// Whether the bytes, not all of which are ready, are in blocks that the current frame has reached,
/// as most are in memory that is used at random.
bool Memory::is_reached(std::uint64_t offset, std::uint64_t len) const {
    if (lazy_ == not_lazy || offset > size_ || len > size_ - offset) return false;
    const std::uint64_t begin = offset_of(data_ + offset);
    const std::uint64_t first = begin / block_size;
    const std::uint64_t end = (begin + len - 1) / block_size + 1;
    return region_->is_reached(first) &&
           (first + 1 == end || region_->first_unreached(first + 1, end) == end);
}

/// A write of `len` bytes to what was a lazy frame went the long way.
void Memory::count_detour(std::uint64_t len) {
    if (lazy_ == not_lazy) return;
    region_->detours += detour_bytes + len;
    if (region_->detours > size_) [[unlikely]]
        make_ready(ready_, size_, false);
}

/// As make_ready(), for const operations: changes the blocks and their states only, under a lock.
[[gnu::noinline]] void Memory::make_ready_shared(const MemoryFrame& frame, std::uint64_t begin,
                                                 std::uint64_t end, ReachedWords& reached) const {
    const std::uint64_t base = offset_of(frame.data);
    const std::lock_guard lock{region_->lazy_mutex};
    region_->reach(std::max(base + begin, offset_of(frame.extent_end)) / block_size,
                   block_ceil(base + end), 0, 0, reached);
}

void Memory::make_ready_shared(std::uint64_t begin, std::uint64_t end) const {
    if (begin < end && end > ready_ && !is_reached(begin, end - begin))
        make_ready_shared(current_frame(), begin, end, region_->reached);
}

/// Bytes of a frame as they read, without making anything ready.
[[gnu::noinline]] void Memory::copy_out(const MemoryFrame& frame, std::uint64_t offset,
                                        std::span<std::uint8_t> target) const {
    const std::uint64_t end = offset + target.size();
    const std::uint64_t ready = frame.ready();
    for (std::uint64_t at = offset; at < end;) {
        std::uint64_t next = std::min(end, ready);
        bool is_hidden = false;
        if (at >= ready) {
            const std::uint64_t block = offset_of(frame.data + at) / block_size;
            next = std::min(end, (block + 1) * block_size - offset_of(frame.data));
            is_hidden = region_->is_hidden(block);
        }
        std::uint8_t* const to = target.data() + (at - offset);
        if (is_hidden)
            std::memset(to, 0, next - at);
        else
            std::memcpy(to, frame.data + at, next - at);
        at = next;
    }
}

// ---- reading --------------------------------------------------------------------------------

std::expected<std::uint8_t, MemoryError> Memory::get_byte_beyond(std::uint64_t offset) const {
    if (offset >= size_) return std::unexpected{MemoryError::invalid_offset};
    if (region_->is_hidden(offset_of(data_ + offset) / block_size)) return 0;
    return data_[offset];
}

std::expected<Bytes32, MemoryError> Memory::get_word_beyond(std::uint64_t offset) const {
    Bytes32 word;
    if (auto copied = read(offset, word); !copied) return std::unexpected{copied.error()};
    return word;
}

std::expected<Word, MemoryError> Memory::get_u256_beyond(std::uint64_t offset) const {
    std::expected<Word, MemoryError> word;
    if (lazy_ != not_lazy && offset <= size_ - word_size) {
        // Two blocks at most; where one is hidden and the other is not, the bytes are put together.
        const std::uint64_t at = offset_of(data_ + offset);
        const bool is_hidden = region_->is_hidden(at / block_size);
        if (is_hidden == region_->is_hidden((at + word_size - 1) / block_size)) [[likely]] {
            if (!is_hidden) load_word(data_ + offset, *word);
            return word;
        }
    }
    Bytes32 bytes;
    if (auto copied = read(offset, bytes); copied)
        load_word(bytes.data(), *word);
    else
        word = std::unexpected{copied.error()};
    return word;
}

std::expected<std::span<const std::uint8_t>, MemoryError> Memory::get_slice_beyond(
    std::uint64_t offset, std::uint64_t len) const {
    if (len == 0) return std::span<const std::uint8_t>{};
    if (offset > size_ || len > size_ - offset) return std::unexpected{MemoryError::invalid_offset};
    make_ready_shared(offset, offset + len);
    return std::span<const std::uint8_t>{data_ + offset, len};
}

std::expected<void, MemoryError> Memory::read(std::uint64_t offset,
                                              std::span<std::uint8_t> target) const {
    if (target.empty()) return {};
    if (offset > size_ || target.size() > size_ - offset)
        return std::unexpected{MemoryError::invalid_offset};
    copy_out(current_frame(), offset, target);
    return {};
}

// ---- writing --------------------------------------------------------------------------------

/// Grows to hold the range, which is not empty, and makes it ready to be overwritten.
std::expected<void, MemoryError> Memory::grow_for_write(std::uint64_t offset, std::uint64_t len) {
    const auto range = MemoryRange::from(offset, len);
    if (!range) return std::unexpected{range.error()};
    if (range->end() > size_)
        if (auto grown = grow(range->end()); !grown) return grown;
    if (range->end() > ready_) {
        if (is_reached(offset, len)) {
            count_detour(len);
        } else {
            make_ready(offset, range->end(), true);
            count_detour(reach_bytes + len);
        }
    }
    return {};
}

std::expected<void, MemoryError> Memory::set_byte_beyond(std::uint64_t offset, std::uint8_t value) {
    if (auto ready = grow_for_write(offset, 1); !ready) return ready;
    data_[offset] = value;
    return {};
}

std::expected<void, MemoryError> Memory::set_word_beyond(std::uint64_t offset,
                                                         const Bytes32& value) {
    if (auto ready = grow_for_write(offset, word_size); !ready) return ready;
    std::memcpy(data_ + offset, value.data(), value.size());
    return {};
}

std::expected<void, MemoryError> Memory::set_u256_beyond(std::uint64_t offset, std::uint64_t l3,
                                                         std::uint64_t l2, std::uint64_t l1,
                                                         std::uint64_t l0) {
    // Three ways, the most common first: a small step of growth; a block that was reached before;
    // all else. A word that ends beyond 2^64 is none of the first two.
    const std::uint64_t rounded = round_up(offset + word_size);
    if (rounded <= offset || !grow_at_once(rounded)) {
        if (is_reached(offset, word_size))
            count_detour(word_size);
        else if (auto ready = grow_for_write(offset, word_size); !ready)
            return ready;
    }
    store_word(data_ + offset, {l3, l2, l1, l0});
    return {};
}

/// Writes `len` bytes of `data` from `data_offset` on, and zeros where it has none.
[[gnu::noinline]] void Memory::write_padded(std::uint8_t* target,
                                            std::span<const std::uint8_t> data,
                                            std::uint64_t data_offset, std::uint64_t len) {
    const std::uint64_t from = std::min<std::uint64_t>(data_offset, data.size());
    const std::uint64_t copied = std::min<std::uint64_t>(len, data.size() - from);
    if (copied != 0) std::memmove(target, data.data() + from, copied);
    if (copied != len) std::memset(target + copied, 0, len - copied);
}

std::expected<void, MemoryError> Memory::set_data_beyond(std::uint64_t memory_offset,
                                                         std::span<const std::uint8_t> data,
                                                         std::uint64_t data_offset,
                                                         std::uint64_t len) {
    if (len == 0) return {};
    // Data that views this memory moves when doubling storage does.
    const std::uint8_t* const before = heap_ != nullptr ? heap_->bytes() : nullptr;
    const bool is_inside =
        before != nullptr && data.data() >= before && data.data() < before + heap_->capacity();
    if (auto ready = grow_for_write(memory_offset, len); !ready) return ready;
    if (is_inside) data = {heap_->bytes() + (data.data() - before), data.size()};
    write_padded(data_ + memory_offset, data, data_offset, len);
    return {};
}

std::expected<void, MemoryError> Memory::copy_beyond(std::uint64_t dest_offset,
                                                     std::uint64_t src_offset, std::uint64_t len) {
    if (len == 0) return {};
    const auto range = MemoryRange::from(std::max(dest_offset, src_offset), len);
    if (!range) return std::unexpected{range.error()};
    if (range->end() > size_)
        if (auto grown = grow(range->end()); !grown) return grown;
    // The source first: where the target covers it, it must not be taken for bytes to be
    // overwritten.
    if (src_offset + len > ready_ && !is_reached(src_offset, len))
        make_ready(src_offset, src_offset + len, false);
    if (dest_offset + len > ready_ && !is_reached(dest_offset, len))
        make_ready(dest_offset, dest_offset + len, true);
    count_detour(len);
    std::memmove(data_ + dest_offset, data_ + src_offset, len);
    return {};
}

// ---- whole memory ---------------------------------------------------------------------------

std::expected<std::string, MemoryError> Memory::to_hex() const {
    const auto bytes = snapshot();
    if (!bytes) return std::unexpected{bytes.error()};
    try {
        return encode_hex(*bytes);
    } catch (const std::bad_alloc&) {
        return std::unexpected{MemoryError::out_of_memory};
    }
}

std::expected<std::vector<std::uint8_t>, MemoryError> Memory::snapshot() const {
    try {
        std::vector<std::uint8_t> bytes(size_);
        copy_out(current_frame(), 0, bytes);
        return bytes;
    } catch (const std::bad_alloc&) {
        return std::unexpected{MemoryError::out_of_memory};
    }
}

std::expected<void, MemoryError> Memory::restore(std::span<const std::uint8_t> snapshot) {
    if (snapshot.size() % word_size != 0) return std::unexpected{MemoryError::invalid_size};
    if (snapshot.size() > size_) {
        if (auto grown = grow(snapshot.size()); !grown) return grown;
    } else if (snapshot.size() < size_) {
        end_frame();
        if (!snapshot.empty()) {
            // There was room for more.
            [[maybe_unused]] const auto grown = grow(snapshot.size());
            assert(grown);
        }
    }
    set_unsafe(0, snapshot);
    return {};
}

// ---- frames ---------------------------------------------------------------------------------

MemoryFrame Memory::current_frame() const {
    return {data_, size_, lazy_ != not_lazy, lazy_, extent_end_, {}};
}

MemoryFrame Memory::frame_at(std::size_t index) const {
    return frames_ + index == top_ ? current_frame() : frames_[index];
}

[[gnu::noinline]] std::expected<void, MemoryError> Memory::enter_frame_slowly() {
    if (frame_count() == frames_max) return std::unexpected{MemoryError::memory_limit_exceeded};
    if (frames_ == nullptr) {
        if (!take_storage(0)) return std::unexpected{MemoryError::out_of_memory};
        return enter_frame();
    }
    *top_++ = {data_, size_, true, lazy_, extent_end_, region_->reached};
    enter_end_ = frames_ + (frames_max - 1);
    lazy_ = not_lazy;
    // A lazy block has one owner: the child begins after the block that its parent ends in. What is
    // clean there is found out when the child grows.
    data_ = region_->bytes() + block_ceil(offset_of(data_) + size_) * block_size;
    extent_end_ = data_;
    size_ = ready_ = word_limit_ = 0;
    return {};
}

/// Retires what the current frame used: an empty frame is in its place.
[[gnu::noinline]] void Memory::end_frame() {
    const bool was_lazy = lazy_ != not_lazy;
    if (region_ != nullptr) {
        const std::uint64_t base = offset_of(data_);
        const std::uint64_t solid = was_lazy ? lazy_ : size_;
        const std::uint64_t first = block_ceil(base);
        if (was_lazy) {
            if (region_->reached.first < region_->reached.end)
                region_->retire((base + lazy_) / block_size, block_ceil(base + size_),
                                region_->reached);
            extent_end_ = data_ + lazy_;
        }
        if (solid <= zeroed_at_end_max) {
            if (solid != 0) zero_words(data_, solid);
        } else {
            // The first block may be the parent's last.
            std::memset(data_, 0, first * block_size - base);
            region_->mark_stale(first, block_ceil(base + solid));
            extent_end_ = region_->bytes() + first * block_size;
        }
    } else if (heap_ != nullptr) {
        extent_end_ = data_;
    }
    if (was_lazy) set_solid();
    size_ = ready_ = word_limit_ = 0;
}

/// The current frame is not lazy any more.
void Memory::set_solid() {
    lazy_ = not_lazy;
    enter_end_ = frames_ + (frames_max - 1);
}

[[gnu::noinline]] void Memory::leave_frame_slowly() {
    end_frame();
    MemoryFrame& parent = *--top_;
    data_ = parent.data;
    if (!parent.is_lazy) {
        set_solid_size(parent.size);
        return;
    }
    parent.is_lazy = false;
    region_->reached = parent.reached;
    lazy_ = parent.lazy;
    extent_end_ = parent.extent_end;
    enter_end_ = top_;
    set_size(parent.size);
}

std::expected<void, MemoryError> Memory::leave_frame_returning(std::uint64_t output_offset,
                                                               std::uint64_t len,
                                                               std::uint64_t target_offset) {
    assert(top_ != frames_ && "the outermost frame is ended by reset()");
    if (len != 0) {
        MemoryFrame& parent = top_[-1];
        if (output_offset > size_ || len > size_ - output_offset || target_offset > parent.size ||
            len > parent.size - target_offset)
            return std::unexpected{MemoryError::invalid_offset};
        if (target_offset + len > parent.ready()) {
            const std::uint64_t begin = offset_of(parent.data) + target_offset;
            region_->reach(std::max(begin, offset_of(parent.extent_end)) / block_size,
                           block_ceil(begin + len), block_ceil(begin), (begin + len) / block_size,
                           parent.reached);
        }
        if (output_offset + len <= ready_)
            std::memcpy(parent.data + target_offset, data_ + output_offset, len);
        else
            copy_out(current_frame(), output_offset, {parent.data + target_offset, len});
    }
    leave_frame();
    return {};
}

std::span<const std::uint8_t> Memory::frame(std::size_t index) const {
    assert(index < frame_count());
    return *frame_slice(index, 0, frames_ + index == top_ ? size_ : frames_[index].size);
}

std::expected<std::span<const std::uint8_t>, MemoryError> Memory::frame_slice(
    std::size_t index, std::uint64_t offset, std::uint64_t len) const {
    assert(index < frame_count());
    if (frames_ + index == top_) return get_slice(offset, len);
    MemoryFrame& frame = frames_[index];
    if (len == 0) return std::span<const std::uint8_t>{};
    if (offset > frame.size || len > frame.size - offset)
        return std::unexpected{MemoryError::invalid_offset};
    if (offset + len > frame.ready()) make_ready_shared(frame, offset, offset + len, frame.reached);
    return std::span<const std::uint8_t>{frame.data + offset, len};
}

void Memory::reset_slowly() {
    if (frames_ == nullptr) return;
    while (top_ != frames_)
        leave_frame();
    end_frame();
    if (region_ != nullptr) region_->trim();
}

}  // namespace evmmem
