// SPDX-License-Identifier: MIT
#include "memory.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>
#include <stdexcept>

#include "hex.hpp"

namespace evmmem {

std::expected<Memory, MemoryError> Memory::with_capacity(std::uint64_t capacity) {
    Memory memory;
    try {
        memory.buffer_.reserve(capacity);
    } catch (const std::bad_alloc&) {
        return std::unexpected{MemoryError::out_of_memory};
    } catch (const std::length_error&) {
        return std::unexpected{MemoryError::out_of_memory};
    }
    return memory;
}

Memory Memory::with_limit(std::uint64_t limit) {
    Memory memory;
    memory.limit_ = limit / word_size * word_size;
    return memory;
}

std::expected<void, MemoryError> Memory::resize(std::uint64_t new_size) {
    if (new_size <= size()) return {};
    const auto range = MemoryRange::from(0, new_size);
    if (!range) return std::unexpected{range.error()};
    const std::uint64_t rounded = num_words(new_size) * word_size;
    if (rounded > limit_) return std::unexpected{MemoryError::memory_limit_exceeded};
    if (rounded > buffer_.max_size() - base_) return std::unexpected{MemoryError::out_of_memory};
    try {
        const std::uint64_t needed = base_ + rounded;
        if (needed > buffer_.capacity())
            buffer_.reserve(std::max({needed, 2 * buffer_.capacity(), initial_capacity}));
        buffer_.resize(needed);
    } catch (const std::bad_alloc&) {
        return std::unexpected{MemoryError::out_of_memory};
    }
    return {};
}

std::expected<std::uint64_t, MemoryError> Memory::ensure_capacity(std::uint64_t min_size) {
    const std::uint64_t before = size_words();
    if (auto grown = resize(min_size); !grown) return std::unexpected{grown.error()};
    return size_words() - before;
}

std::expected<std::uint64_t, MemoryError> Memory::ensure_capacity_gas(std::uint64_t min_size) {
    const std::uint64_t before = size_words();
    if (auto grown = resize(min_size); !grown) return std::unexpected{grown.error()};
    return *expansion_cost(before, size_words());
}

std::expected<std::uint8_t, MemoryError> Memory::get_byte(std::uint64_t offset) const {
    if (offset >= size()) return std::unexpected{MemoryError::invalid_offset};
    return *get_const_ptr_unsafe(offset);
}

std::expected<Bytes32, MemoryError> Memory::get_word(std::uint64_t offset) const {
    const auto slice = get_slice(offset, word_size);
    if (!slice) return std::unexpected{slice.error()};
    Bytes32 word;
    std::memcpy(word.data(), slice->data(), word.size());
    return word;
}

std::expected<Word, MemoryError> Memory::get_u256(std::uint64_t offset) const {
    const auto word = get_word(offset);
    if (!word) return std::unexpected{word.error()};
    return Word::from_big_endian(*word);
}

std::expected<std::span<const std::uint8_t>, MemoryError> Memory::get_slice(
    std::uint64_t offset, std::uint64_t len) const {
    if (len == 0) return std::span<const std::uint8_t>{};
    if (offset > size() || len > size() - offset)
        return std::unexpected{MemoryError::invalid_offset};
    return std::span{get_const_ptr_unsafe(offset), len};
}

std::expected<void, MemoryError> Memory::set_byte(std::uint64_t offset, std::uint8_t value) {
    return set_data(offset, std::span{&value, 1});
}

std::expected<void, MemoryError> Memory::set_word(std::uint64_t offset, const Bytes32& value) {
    return set_data(offset, value);
}

std::expected<void, MemoryError> Memory::set_u256(std::uint64_t offset, const Word& value) {
    return set_data(offset, value.to_big_endian());
}

std::expected<void, MemoryError> Memory::set_data(std::uint64_t offset,
                                                  std::span<const std::uint8_t> data) {
    return set_data_bounded(offset, data, 0, data.size());
}

std::expected<void, MemoryError> Memory::set_data_bounded(std::uint64_t memory_offset,
                                                          std::span<const std::uint8_t> data,
                                                          std::uint64_t data_offset,
                                                          std::uint64_t len) {
    const auto range = MemoryRange::from(memory_offset, len);
    if (!range) return std::unexpected{range.error()};
    if (range->empty()) return {};
    if (auto grown = resize(range->end()); !grown) return grown;
    const std::uint64_t from = std::min<std::uint64_t>(data_offset, data.size());
    const std::uint64_t copied = std::min<std::uint64_t>(len, data.size() - from);
    std::uint8_t* target = get_ptr_unsafe(memory_offset);
    if (copied != 0) std::memcpy(target, data.data() + from, copied);
    std::memset(target + copied, 0, len - copied);
    return {};
}

std::expected<void, MemoryError> Memory::copy(std::uint64_t dest_offset, std::uint64_t src_offset,
                                              std::uint64_t len) {
    const auto dest = MemoryRange::from(dest_offset, len);
    if (!dest) return std::unexpected{dest.error()};
    const auto src = MemoryRange::from(src_offset, len);
    if (!src) return std::unexpected{src.error()};
    if (dest->empty()) return {};
    if (auto grown = resize(std::max(dest->end(), src->end())); !grown) return grown;
    std::memmove(get_ptr_unsafe(dest_offset), get_const_ptr_unsafe(src_offset), len);
    return {};
}

std::uint8_t* Memory::get_ptr_unsafe(std::uint64_t offset) {
    return buffer_.data() + base_ + offset;
}

const std::uint8_t* Memory::get_const_ptr_unsafe(std::uint64_t offset) const {
    return buffer_.data() + base_ + offset;
}

void Memory::set_unsafe(std::uint64_t offset, std::span<const std::uint8_t> data) {
    if (!data.empty()) std::memcpy(get_ptr_unsafe(offset), data.data(), data.size());
}

std::expected<std::string, MemoryError> Memory::to_hex() const {
    try {
        return encode_hex(frame(bases_.size()));
    } catch (const std::bad_alloc&) {
        return std::unexpected{MemoryError::out_of_memory};
    }
}

std::expected<std::vector<std::uint8_t>, MemoryError> Memory::snapshot() const {
    const auto bytes = frame(bases_.size());
    try {
        return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
    } catch (const std::bad_alloc&) {
        return std::unexpected{MemoryError::out_of_memory};
    }
}

std::expected<void, MemoryError> Memory::restore(std::span<const std::uint8_t> snapshot) {
    if (snapshot.size() % word_size != 0) return std::unexpected{MemoryError::invalid_size};
    if (auto grown = resize(snapshot.size()); !grown) return grown;
    buffer_.resize(base_ + snapshot.size());
    set_unsafe(0, snapshot);
    return {};
}

std::expected<void, MemoryError> Memory::enter_frame() {
    if (frame_count() == frames_max) return std::unexpected{MemoryError::memory_limit_exceeded};
    try {
        bases_.push_back(base_);
    } catch (const std::bad_alloc&) {
        return std::unexpected{MemoryError::out_of_memory};
    }
    base_ = buffer_.size();
    return {};
}

void Memory::leave_frame() {
    assert(!bases_.empty() && "the outermost frame is ended by reset()");
    buffer_.resize(base_);
    base_ = bases_.back();
    bases_.pop_back();
}

std::span<const std::uint8_t> Memory::frame(std::size_t index) const {
    assert(index < frame_count());
    const std::uint64_t begin = index == bases_.size() ? base_ : bases_[index];
    const std::uint64_t end = index == bases_.size()       ? buffer_.size()
                              : index + 1 == bases_.size() ? base_
                                                           : bases_[index + 1];
    return {buffer_.data() + begin, end - begin};
}

void Memory::reset() {
    buffer_.clear();
    bases_.clear();
    base_ = 0;
}

}  // namespace evmmem
