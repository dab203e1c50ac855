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
constexpr std::uint64_t eager_step_max = 1024;
/// A frame that used up to this many bytes zeroes them when it ends, while they are in the cache;
/// of a larger one the blocks are marked stale.
constexpr std::uint64_t zeroed_at_end_max = 4096;
/// Blocks that sequential work takes at once, at most.
constexpr std::uint64_t batch_max = 32;
/// The largest size that whole words can have.
constexpr std::uint64_t size_max = std::numeric_limits<std::uint64_t>::max() - (word_size - 1);

constexpr std::uint64_t block_floor(std::uint64_t bytes) {
    return bytes / block_size;
}
constexpr std::uint64_t block_ceil(std::uint64_t bytes) {
    return (bytes + block_size - 1) / block_size;
}

/// memset() of a multiple of 32 bytes, without its start-up costs where that is a few hundred
/// bytes.
void zero_words(std::uint8_t* target, std::uint64_t size) {
    if (size > 1024) {
        std::memset(target, 0, size);
        return;
    }
    for (std::uint64_t i = 0; i < size; i += word_size) {
        std::memset(target + i, 0, word_size);
#if defined(__GNUC__)
        asm("" : : : "memory");  // else the loop is compiled to a call of memset()
#endif
    }
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
    return memory;
}

std::uint64_t Memory::capacity() const {
    if (region_ != nullptr) return region_->committed();
    return heap_ != nullptr ? heap_->capacity() : 0;
}

/// The first storage of a memory. False when the system refuses, and nothing has changed.
bool Memory::take_storage(std::uint64_t capacity) {
    if (storage_ == Storage::region) {
        region_ = MemoryRegion::acquire();
        if (region_ != nullptr && !region_->commit(capacity)) {
            MemoryRegion::release(region_);
            region_ = nullptr;
        }
        if (region_ != nullptr) {
            origin_ = data_ = region_->bytes();
            frames_ = region_->frames();
            return true;
        }
    }
    heap_ = MemoryHeap::create(capacity);
    if (heap_ == nullptr) return false;
    storage_ = Storage::doubling;
    origin_ = data_ = heap_->bytes();
    frames_ = heap_->frames();
    return true;
}

void Memory::give_back() {
    if (region_ != nullptr) {
        reset();
        MemoryRegion::release(region_);
    } else {
        MemoryHeap::destroy(heap_);
    }
}

/// From a region that is too small to doubling storage, all frames.
bool Memory::move_to_heap(std::uint64_t needed) {
    const std::uint64_t base = static_cast<std::uint64_t>(data_ - origin_);
    if (needed > size_max - base) return false;
    MemoryHeap* heap = MemoryHeap::create(base + needed);
    if (heap == nullptr) return false;
    std::uint64_t end = 0;
    for (std::size_t i = 0; i <= depth_; ++i) {
        const MemoryFrame frame = frame_at(i);
        copy_out(frame, 0, {heap->bytes() + end, frame.size});
        if (i < depth_)
            heap->frames()[i] = {end, frame.size, frame.size, MemoryFrame::not_lazy, {}};
        else
            data_ = heap->bytes() + end;
        end += frame.size;
    }
    const std::uint64_t size = size_;
    Memory old;
    old.region_ = region_;
    old.frames_ = frames_;
    old.origin_ = origin_;
    old.data_ = origin_ + base;
    old.size_ = size_;
    old.extent_ = extent_;
    old.lazy_ = lazy_;
    old.depth_ = depth_;
    region_ = nullptr;
    heap_ = heap;
    storage_ = Storage::doubling;
    origin_ = heap->bytes();
    frames_ = heap->frames();
    extent_ = size;
    lazy_ = MemoryFrame::not_lazy;
    set_size(size);
    return true;
}

void Memory::swap(Memory& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(word_limit_, other.word_limit_);
    std::swap(size_, other.size_);
    std::swap(ready_, other.ready_);
    std::swap(extent_, other.extent_);
    std::swap(lazy_, other.lazy_);
    std::swap(origin_, other.origin_);
    std::swap(frames_, other.frames_);
    std::swap(depth_, other.depth_);
    std::swap(region_, other.region_);
    std::swap(heap_, other.heap_);
    std::swap(limit_, other.limit_);
    std::swap(storage_, other.storage_);
}

// ---- growth ---------------------------------------------------------------------------------

void Memory::set_size(std::uint64_t size) {
    size_ = size;
    ready_ = std::min(size, extent_);
    word_limit_ = ready_ < word_size ? 0 : ready_ - (word_size - 1);
}

/// `new_size` is larger than size().
std::expected<void, MemoryError> Memory::grow(std::uint64_t new_size) {
    if (new_size > size_max) return std::unexpected{MemoryError::invalid_size};
    const std::uint64_t rounded = (new_size + (word_size - 1)) & ~(word_size - 1);
    if (rounded > limit_) return std::unexpected{MemoryError::memory_limit_exceeded};
    if (rounded <= extent_ && rounded - size_ <= eager_step_max) [[likely]] {
        size_ = ready_ = rounded;
        word_limit_ = rounded - (word_size - 1);
        return {};
    }
    return grow_far(rounded);
}

std::expected<void, MemoryError> Memory::grow_far(std::uint64_t rounded) {
    if (frames_ == nullptr && !take_storage(0)) return std::unexpected{MemoryError::out_of_memory};
    const std::uint64_t base = static_cast<std::uint64_t>(data_ - origin_);
    if (region_ != nullptr &&
        (rounded > region_->size() - base || !region_->commit(base + rounded)))
        if (!move_to_heap(rounded)) return std::unexpected{MemoryError::out_of_memory};
    if (region_ == nullptr) {
        const std::uint64_t heap_base = static_cast<std::uint64_t>(data_ - origin_);
        if (rounded > size_max - heap_base || !heap_->reserve(heap_base + rounded))
            return std::unexpected{MemoryError::out_of_memory};
        origin_ = heap_->bytes();
        data_ = origin_ + heap_base;
        std::memset(data_ + size_, 0, rounded - size_);
        extent_ = rounded;
    } else if (lazy_ == MemoryFrame::not_lazy) {
        const std::uint64_t frontier = block_ceil(base + size_);
        if (rounded - size_ > eager_step_max) {
            // The block that the frame ends in is zero to its end; the blocks after it are lazy.
            lazy_ = extent_ = frontier * block_size - base;
            region_->reached = {};
            region_->batch = 1;
        } else if (rounded > extent_) {
            const std::uint64_t needed = block_ceil(base + rounded);
            std::uint64_t clean_end = region_->clean_until(frontier);
            if (clean_end < needed) {
                // A frame that grows in small steps has its next blocks zeroed before it comes to
                // them.
                const std::uint64_t ahead =
                    std::clamp<std::uint64_t>(block_floor(size_) / 2, 1, batch_max);
                const std::uint64_t end =
                    std::min(std::max(needed, frontier + ahead), block_floor(region_->committed()));
                region_->clean(frontier, end);
                clean_end = region_->clean_until(end);
            }
            extent_ = clean_end * block_size - base;
        }
    }
    set_size(rounded);
    return {};
}

std::expected<std::uint64_t, MemoryError> Memory::grow_words(std::uint64_t min_size) {
    const std::uint64_t before = size_;
    if (auto grown = grow(min_size); !grown) return std::unexpected{grown.error()};
    return (size_ - before) / word_size;
}

std::expected<std::uint64_t, MemoryError> Memory::grow_gas(std::uint64_t min_size) {
    if (min_size > size_max) return std::unexpected{MemoryError::invalid_size};
    const std::uint64_t before = size_words();
    const std::uint64_t after = num_words(min_size);
    // Squares of smaller counts fit 64 bits.
    if (after <= std::numeric_limits<std::uint32_t>::max()) [[likely]] {
        if (auto grown = grow(min_size); !grown) return std::unexpected{grown.error()};
        return 3 * (after - before) + after * after / 512 - before * before / 512;
    }
    if (after * word_size > limit_) return std::unexpected{MemoryError::memory_limit_exceeded};
    const auto gas = expansion_cost(before, after);
    if (!gas) return std::unexpected{MemoryError::out_of_memory};
    if (auto grown = grow(min_size); !grown) return std::unexpected{grown.error()};
    return *gas;
}

// ---- lazy blocks ----------------------------------------------------------------------------

/// Bytes `begin` to `end` of the current frame, which end beyond ready_, can be touched from now
/// on; those that are to be overwritten need no zeros.
void Memory::make_ready(std::uint64_t begin, std::uint64_t end, bool is_overwritten) {
    const std::uint64_t base = static_cast<std::uint64_t>(data_ - origin_);
    const std::uint64_t frontier = block_floor(base + extent_);
    const std::uint64_t first = block_floor(base + std::max(begin, extent_));
    std::uint64_t last = block_ceil(base + end);
    if (is_overwritten) {
        const std::uint64_t covered_end = block_floor(base + end);
        region_->reach(first, last, block_ceil(base + begin), covered_end, region_->reached);
    } else {
        if (first == frontier) {
            const std::uint64_t size_end = block_ceil(base + size_);
            last = std::min(std::max(last, first + region_->batch), size_end);
            region_->batch = std::min(2 * region_->batch, batch_max);
        }
        region_->reach(first, last, 0, 0, region_->reached);
    }
    if (first == frontier) {
        extent_ = region_->first_unreached(last, block_ceil(base + size_)) * block_size - base;
        set_size(size_);
    }
}

/// As make_ready(), for const operations: changes the blocks and their states only, under a lock.
void Memory::make_ready_shared(std::uint64_t begin, std::uint64_t end) const {
    const std::uint64_t base = static_cast<std::uint64_t>(data_ - origin_);
    if (begin >= end) return;
    const std::lock_guard lock{region_->lazy_mutex};
    region_->reach(block_floor(base + std::max(begin, extent_)), block_ceil(base + end), 0, 0,
                   region_->reached);
}

/// Bytes of a frame as they read, without making anything ready.
void Memory::copy_out(const MemoryFrame& frame, std::uint64_t offset,
                      std::span<std::uint8_t> target) const {
    const std::uint8_t* bytes = origin_ + frame.base;
    const std::uint64_t end = offset + target.size();
    std::uint64_t at = offset;
    while (at < end) {
        std::uint64_t next = end;
        bool is_hidden = false;
        if (at >= frame.extent) {
            const std::uint64_t block = block_floor(frame.base + at);
            next = std::min(end, (block + 1) * block_size - frame.base);
            is_hidden = region_->is_hidden(block);
        } else {
            next = std::min(end, frame.extent);
        }
        if (is_hidden)
            std::memset(target.data() + (at - offset), 0, next - at);
        else
            std::memcpy(target.data() + (at - offset), bytes + at, next - at);
        at = next;
    }
}

// ---- reading --------------------------------------------------------------------------------

std::expected<std::uint8_t, MemoryError> Memory::get_byte_beyond(std::uint64_t offset) const {
    if (offset >= size_) return std::unexpected{MemoryError::invalid_offset};
    if (region_->is_hidden(block_floor(static_cast<std::uint64_t>(data_ - origin_) + offset)))
        return 0;
    return data_[offset];
}

std::expected<Bytes32, MemoryError> Memory::get_word_beyond(std::uint64_t offset) const {
    Bytes32 word;
    if (auto copied = read(offset, word); !copied) return std::unexpected{copied.error()};
    return word;
}

std::expected<Word, MemoryError> Memory::get_u256_beyond(std::uint64_t offset) const {
    const auto word = get_word_beyond(offset);
    if (!word) return std::unexpected{word.error()};
    return load_word(word->data());
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
    if (range->end() > ready_) make_ready(offset, range->end(), true);
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

std::expected<void, MemoryError> Memory::set_u256_beyond(std::uint64_t offset, const Word& value) {
    if (auto ready = grow_for_write(offset, word_size); !ready) return ready;
    store_word(data_ + offset, value);
    return {};
}

std::expected<void, MemoryError> Memory::set_data_beyond(std::uint64_t memory_offset,
                                                         std::span<const std::uint8_t> data,
                                                         std::uint64_t data_offset,
                                                         std::uint64_t len) {
    if (len == 0) return {};
    // Data that views this memory moves when doubling storage does.
    const std::uint8_t* const before = origin_;
    const bool is_inside = heap_ != nullptr && !data.empty() && data.data() >= origin_ &&
                           data.data() < origin_ + heap_->capacity();
    if (auto ready = grow_for_write(memory_offset, len); !ready) return ready;
    if (is_inside) data = {origin_ + (data.data() - before), data.size()};
    const std::uint64_t from = std::min<std::uint64_t>(data_offset, data.size());
    const std::uint64_t copied = std::min<std::uint64_t>(len, data.size() - from);
    std::uint8_t* const target = data_ + memory_offset;
    if (copied != 0) std::memmove(target, data.data() + from, copied);
    if (copied != len) std::memset(target + copied, 0, len - copied);
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
    if (src_offset + len > ready_) make_ready(src_offset, src_offset + len, false);
    if (dest_offset + len > ready_) make_ready(dest_offset, dest_offset + len, true);
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
        extent_ = end_frame();
        lazy_ = MemoryFrame::not_lazy;
        set_size(0);
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
    return {static_cast<std::uint64_t>(data_ - origin_), size_, extent_, lazy_, {}};
}

MemoryFrame Memory::frame_at(std::size_t index) const {
    return index == depth_ ? current_frame() : frames_[index];
}

std::expected<void, MemoryError> Memory::enter_frame() {
    if (depth_ + 1 == frames_max) return std::unexpected{MemoryError::memory_limit_exceeded};
    if (frames_ == nullptr && !take_storage(0)) return std::unexpected{MemoryError::out_of_memory};
    const std::uint64_t base = static_cast<std::uint64_t>(data_ - origin_);
    MemoryFrame& parent = frames_[depth_++];
    parent.base = base;
    parent.size = size_;
    parent.extent = extent_;
    parent.lazy = lazy_;
    if (lazy_ == MemoryFrame::not_lazy) {
        data_ += size_;
        extent_ -= size_;
    } else {
        // A lazy block has one owner: the child begins after the block that its parent ends in.
        // What is clean there is found out when the child grows.
        parent.reached = region_->reached;
        data_ = origin_ + block_ceil(base + size_) * block_size;
        extent_ = 0;
        lazy_ = MemoryFrame::not_lazy;
    }
    size_ = ready_ = word_limit_ = 0;
    return {};
}

/// Retires what the current frame used. Returns the extent of an empty frame in its place.
std::uint64_t Memory::end_frame() {
    if (region_ == nullptr) return 0;
    const bool is_lazy = lazy_ != MemoryFrame::not_lazy;
    const std::uint64_t solid = is_lazy ? lazy_ : size_;
    std::uint64_t extent = is_lazy ? lazy_ : extent_;
    if (solid <= zeroed_at_end_max) {
        zero_words(data_, solid);
    } else {
        // The first block may be the parent's last.
        const std::uint64_t base = static_cast<std::uint64_t>(data_ - origin_);
        const std::uint64_t first = block_ceil(base);
        std::memset(data_, 0, first * block_size - base);
        region_->mark_stale(first, block_ceil(base + solid));
        extent = first * block_size - base;
    }
    if (is_lazy) {
        const std::uint64_t base = static_cast<std::uint64_t>(data_ - origin_);
        region_->retire(block_floor(base + lazy_), block_ceil(base + size_), region_->reached);
    }
    return extent;
}

void Memory::leave_frame() {
    assert(depth_ > 0 && "the outermost frame is ended by reset()");
    const std::uint64_t base = static_cast<std::uint64_t>(data_ - origin_);
    const std::uint64_t extent = end_frame();
    const MemoryFrame& parent = frames_[--depth_];
    data_ = origin_ + parent.base;
    lazy_ = parent.lazy;
    if (lazy_ == MemoryFrame::not_lazy) {
        extent_ = base + extent - parent.base;
        size_ = ready_ = parent.size;
        word_limit_ = size_ == 0 ? 0 : size_ - (word_size - 1);
    } else {
        region_->reached = parent.reached;
        extent_ = parent.extent;
        set_size(parent.size);
    }
}

std::expected<void, MemoryError> Memory::leave_frame_returning(std::uint64_t output_offset,
                                                               std::uint64_t len,
                                                               std::uint64_t target_offset) {
    assert(depth_ > 0 && "the outermost frame is ended by reset()");
    if (len != 0) {
        MemoryFrame& parent = frames_[depth_ - 1];
        if (output_offset > size_ || len > size_ - output_offset || target_offset > parent.size ||
            len > parent.size - target_offset)
            return std::unexpected{MemoryError::invalid_offset};
        const std::uint64_t begin = parent.base + target_offset;
        if (target_offset + len > parent.extent)
            region_->reach(block_floor(parent.base + std::max(target_offset, parent.extent)),
                           block_ceil(begin + len), block_ceil(begin), block_floor(begin + len),
                           parent.reached);
        copy_out(current_frame(), output_offset, {origin_ + begin, len});
    }
    leave_frame();
    return {};
}

std::span<const std::uint8_t> Memory::frame(std::size_t index) const {
    assert(index < frame_count());
    return *frame_slice(index, 0, frame_at(index).size);
}

std::expected<std::span<const std::uint8_t>, MemoryError> Memory::frame_slice(
    std::size_t index, std::uint64_t offset, std::uint64_t len) const {
    assert(index < frame_count());
    if (index == depth_) return get_slice(offset, len);
    MemoryFrame& frame = frames_[index];
    if (len == 0) return std::span<const std::uint8_t>{};
    if (offset > frame.size || len > frame.size - offset)
        return std::unexpected{MemoryError::invalid_offset};
    if (offset + len > frame.extent) {
        const std::lock_guard lock{region_->lazy_mutex};
        region_->reach(block_floor(frame.base + std::max(offset, frame.extent)),
                       block_ceil(frame.base + offset + len), 0, 0, frame.reached);
    }
    return std::span<const std::uint8_t>{origin_ + frame.base + offset, len};
}

void Memory::reset() {
    if (frames_ == nullptr) return;
    while (depth_ > 0)
        leave_frame();
    extent_ = end_frame();
    lazy_ = MemoryFrame::not_lazy;
    size_ = ready_ = word_limit_ = 0;
    if (region_ != nullptr) region_->trim();
}

}  // namespace evmmem
