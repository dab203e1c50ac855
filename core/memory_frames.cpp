// SPDX-License-Identifier: MIT
// The memories of nested calls, one after the other in one storage.
#include "memory_inline.hpp"

namespace evmmem {
namespace {

/// A frame that used up to this many bytes zeroes them when it ends, while they are in the cache;
/// of a larger one the blocks are marked stale.
constexpr std::uint64_t zeroed_at_end_max = 4096;

}  // namespace

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
    if (heap_ != nullptr) {
        const auto open = top_ - frames_;
        if (!heap_->reserve_frames()) return std::unexpected{MemoryError::out_of_memory};
        frames_ = heap_->frames();
        top_ = frames_ + open;
        enter_end_ = frames_ + std::min(heap_->frame_room(), frames_max - 1);
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
