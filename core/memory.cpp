// SPDX-License-Identifier: MIT
#include "memory.hpp"

#include <new>
#include <utility>

#include "hex.hpp"
#include "memory_inline.hpp"

namespace evmmem {
namespace {

/// Up to this size, 128 GiB, the square of the words fits 64 bits.
constexpr std::uint64_t gas_size_max = (std::uint64_t{1} << 32) * word_size - word_size;

}  // namespace

// ---- storage --------------------------------------------------------------------------------

std::expected<Memory, MemoryError> Memory::with_capacity(std::uint64_t capacity) {
    Memory memory;
    if (!memory.take_storage(capacity)) return std::unexpected{MemoryError::out_of_memory};
    return memory;
}

Memory Memory::with_storage(Storage storage, std::uint64_t limit, LimitScope scope) {
    Memory memory;
    memory.storage_ = storage;
    memory.counts_all_frames_ = scope == LimitScope::all_frames;
    if (limit != unlimited) memory.limit_ = limit / word_size * word_size;
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
            use_storage(region_->bytes(), region_->frames(), MemoryFrame::count_max);
            extent_end_ = region_->bytes() + region_->clean_until(0) * block_size;
            cap_extent();
            return true;
        }
    }
    heap_ = MemoryHeap::create(capacity);
    if (heap_ == nullptr) return false;
    storage_ = Storage::doubling;
    use_storage(heap_->bytes(), heap_->frames(), heap_->frame_room());
    return true;
}

/// `frame_room`: how many frames there is room for at `frames`.
void Memory::use_storage(std::uint8_t* bytes, MemoryFrame* frames, std::size_t frame_room) {
    data_ = extent_end_ = bytes;
    frames_ = top_ = frames;
    enter_end_ = frames + std::min(frame_room, frames_max - 1);
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
    const std::uint64_t parents = parents_bytes();
    if (needed > size_max - parents) return false;
    Memory moved = with_storage(Storage::doubling, limit_, limit_scope());
    if (!moved.take_storage(parents + needed)) return false;
    for (std::size_t i = 0; i < frame_count(); ++i) {
        const MemoryFrame frame = frame_at(i);
        if (i > 0 && !moved.enter_frame()) return false;
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
    std::swap(counts_all_frames_, other.counts_all_frames_);
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
    const Bytes32 copied = value;  // it may lie in this memory, which moves
    if (auto ready = grow_for_write(offset, word_size); !ready) return ready;
    std::memcpy(data_ + offset, copied.data(), copied.size());
    return {};
}

/// A small step of growth, by far the most common; on its own, so that it saves no registers.
std::expected<void, MemoryError> Memory::set_u256_beyond(std::uint64_t offset, std::uint64_t l3,
                                                         std::uint64_t l2, std::uint64_t l1,
                                                         std::uint64_t l0) {
    // A word that ends beyond 2^64 is no small step.
    const std::uint64_t rounded = round_up(offset + word_size);
    if (rounded <= offset || !grow_at_once(rounded)) [[unlikely]]
        return set_u256_far(offset, l3, l2, l1, l0);
    store_word(data_ + offset, {l3, l2, l1, l0});
    return {};
}

/// In a block that was reached before, or after all else that growing may be.
[[gnu::noinline]] std::expected<void, MemoryError> Memory::set_u256_far(
    std::uint64_t offset, std::uint64_t l3, std::uint64_t l2, std::uint64_t l1, std::uint64_t l0) {
    if (is_reached(offset, word_size))
        count_detour(word_size);
    else if (auto ready = grow_for_write(offset, word_size); !ready)
        return ready;
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

/// Where the bytes of a view are, if they are this memory's. Whatever growing does with them,
/// view_at() finds them.
std::optional<Memory::Place> Memory::place_of(std::span<const std::uint8_t> view) const {
    if (view.empty() || !is_own(view.data())) return std::nullopt;
    const auto address = [](const std::uint8_t* at) {
        return reinterpret_cast<std::uintptr_t>(at);
    };
    const std::uintptr_t at = address(view.data());
    // The last frame that begins there or before.
    const MemoryFrame* const after =
        std::upper_bound(frames_, top_, at, [&](std::uintptr_t wanted, const MemoryFrame& frame) {
            return wanted < address(frame.data);
        });
    const bool is_current = at >= address(data_);
    if (!is_current && after == frames_) return std::nullopt;
    const std::size_t index =
        is_current ? frame_count() - 1 : static_cast<std::size_t>(after - frames_) - 1;
    const MemoryFrame frame = frame_at(index);
    const std::uint64_t offset = at - address(frame.data);
    if (offset >= frame.size) return std::nullopt;
    return Place{index, offset};
}

std::span<const std::uint8_t> Memory::view_at(const Place& place, std::uint64_t len) const {
    return {frame_at(place.frame).data + place.offset, static_cast<std::size_t>(len)};
}

/// A small step of growth for data that is there, as most is; on its own, so that it saves no
/// registers.
std::expected<void, MemoryError> Memory::set_data_beyond(std::uint64_t memory_offset,
                                                         std::span<const std::uint8_t> data,
                                                         std::uint64_t data_offset,
                                                         std::uint64_t len) {
    const std::uint64_t end = memory_offset + len;
    // Growing by a step moves nothing, so that data may even view this memory.
    if (data_offset > data.size() || len > data.size() - data_offset || end <= memory_offset ||
        !grow_at_once(round_up(end))) [[unlikely]]
        return set_data_far(memory_offset, data, data_offset, len);
    std::memmove(data_ + memory_offset, data.data() + data_offset, len);
    return {};
}

[[gnu::noinline]] std::expected<void, MemoryError> Memory::set_data_far(
    std::uint64_t memory_offset, std::span<const std::uint8_t> data, std::uint64_t data_offset,
    std::uint64_t len) {
    if (len == 0) return {};
    if (is_own(data.data())) [[unlikely]]
        return set_own_data(memory_offset, data, data_offset, len);
    if (auto ready = grow_for_write(memory_offset, len); !ready) return ready;
    write_padded(data_ + memory_offset, data, data_offset, len);
    return {};
}

/// As set_data_far(), with data that view this memory.
[[gnu::noinline]] std::expected<void, MemoryError> Memory::set_own_data(
    std::uint64_t memory_offset, std::span<const std::uint8_t> data, std::uint64_t data_offset,
    std::uint64_t len) {
    const auto place = place_of(data);
    if (auto ready = grow_for_write(memory_offset, len); !ready) return ready;
    if (place) data = view_at(*place, data.size());
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
    const auto place = place_of(snapshot);
    std::vector<std::uint8_t> copied;
    if (snapshot.size() > size_) {
        if (auto grown = grow(snapshot.size()); !grown) return grown;
        if (place) snapshot = view_at(*place, snapshot.size());
    } else if (snapshot.size() < size_) {
        if (place && place->frame == frame_count() - 1) {
            // These bytes end with the frame.
            try {
                copied.assign(snapshot.begin(), snapshot.end());
            } catch (const std::bad_alloc&) {
                return std::unexpected{MemoryError::out_of_memory};
            }
            snapshot = copied;
        }
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

}  // namespace evmmem
