// SPDX-License-Identifier: MIT
// How a memory gets larger: in small steps, whose bytes are zeroed ahead, and in jumps, which leave
// a lazy frame: its blocks are zeroed when they are first used.
#include "memory_inline.hpp"

namespace evmmem {
namespace {

/// Blocks that sequential work takes at once: two at first, then ever more. Three or more at first
/// would take a word on each page for sequential work.
constexpr std::uint64_t batch_min = 2;
constexpr std::uint64_t batch_max = 32;
/// A lazy frame of more bytes than these, the second-level cache of most machines, has the block
/// that it will probably reach next prefetched.
constexpr std::uint64_t cached_size_max = 2 << 20;

}  // namespace

// ---- growth ---------------------------------------------------------------------------------

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
    const std::uint64_t solid = block_ceil(base + size_) * block_size - base;
    if (rounded <= cached_size_max && region_->expects_whole(rounded)) [[unlikely]] {
        const std::uint64_t end = block_ceil(base + rounded);
        region_->clean((base + solid) / block_size, end);
        extent_end_ = region_->bytes() + end * block_size;
        cap_extent();
        set_size(rounded);
        return true;
    }
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
    if (exceeds_limit(rounded)) return std::unexpected{MemoryError::memory_limit_exceeded};
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
            cap_extent();
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

// ---- a limit that all frames share ----------------------------------------------------------
//
// Entering and leaving a frame, which are inline, do not count towards it. They need not: frames
// lie one after the other, so the address where their sizes add up to the limit is the same for all
// of them (a frame after a lazy one begins a little later, and finds its extent anew). extent_end_
// never passes that address, and growth beyond it counts.

std::uint64_t Memory::parents_bytes() const {
    std::uint64_t bytes = 0;
    for (const MemoryFrame* frame = frames_; frame != top_; ++frame)
        bytes += frame->size;
    return bytes;
}

bool Memory::exceeds_shared_limit(std::uint64_t rounded) const {
    // Frames have no more bytes than the addresses that they lie in.
    if (frames_ == nullptr || offset_of(data_) <= limit_ - rounded) return false;
    return parents_bytes() > limit_ - rounded;
}

void Memory::cap_extent() {
    if (!shares_limit()) return;
    const std::uint64_t room = limit_ - parents_bytes();
    if (static_cast<std::uint64_t>(extent_end_ - data_) > room) extent_end_ = data_ + room;
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
    if (exceeds_limit(rounded)) return std::unexpected{MemoryError::memory_limit_exceeded};
    if (rounded <= quick_limit_) [[likely]] {
        if (!jumps(rounded))
            if (auto grown = grow_far(min_size); !grown) return std::unexpected{grown.error()};
        return 3 * (after - before) + after * after / 512 - before * before / 512;
    }
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
    } else {
        if (size_ > cached_size_max) region_->prefetch_after(first, size_end);
        // A few bytes somewhere, as most are.
        if (first + 1 == last && end - begin < block_size) {
            region_->reach_block(first, region_->reached);
            return;
        }
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
            cap_extent();
        }
    }
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

}  // namespace evmmem
