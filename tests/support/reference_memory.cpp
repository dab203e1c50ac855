// SPDX-License-Identifier: MIT
#include "reference_memory.hpp"

#include <algorithm>

namespace evmmem::tests {
namespace {

__extension__ using Wide = unsigned __int128;

/// offset + len rounded up to a whole word, in a type that cannot overflow.
Wide end_in_whole_words(std::uint64_t offset, std::uint64_t len) {
    return (Wide{offset} + len + 31) / 32 * 32;
}

bool fits_u64(Wide value) {
    return value <= std::numeric_limits<std::uint64_t>::max();
}

/// The gas of having `words` words. Source: Yellow Paper, appendix H, C_mem.
Wide total_gas(std::uint64_t words) {
    return 3 * Wide{words} + Wide{words} * words / 512;
}

}  // namespace

ReferenceMemory::ReferenceMemory(std::uint64_t limit_bytes, LimitScope scope)
    : frames_(1), limit_bytes_{limit_bytes / 32 * 32}, scope_{scope} {}

/// Whether the current frame may have so many bytes.
bool ReferenceMemory::is_within_limit(std::uint64_t size) const {
    Wide counted = size;
    if (scope_ == LimitScope::all_frames)
        for (std::size_t i = 0; i + 1 < frames_.size(); ++i)
            counted += frames_[i].size();
    return counted <= limit_bytes_;
}

std::expected<void, MemoryError> ReferenceMemory::resize(std::uint64_t new_size) {
    if (new_size <= size()) return {};
    const Wide rounded = end_in_whole_words(0, new_size);
    if (!fits_u64(rounded)) return std::unexpected{MemoryError::invalid_size};
    if (!is_within_limit(static_cast<std::uint64_t>(rounded)))
        return std::unexpected{MemoryError::memory_limit_exceeded};
    while (size() < rounded)
        current().push_back(0);
    return {};
}

std::expected<std::uint64_t, MemoryError> ReferenceMemory::ensure_capacity(std::uint64_t min_size) {
    const std::uint64_t words_before = size() / 32;
    if (auto grown = resize(min_size); !grown) return std::unexpected{grown.error()};
    return size() / 32 - words_before;
}

std::expected<std::uint64_t, MemoryError> ReferenceMemory::ensure_capacity_gas(
    std::uint64_t min_size) {
    const std::uint64_t words_before = size() / 32;
    if (auto grown = resize(min_size); !grown) return std::unexpected{grown.error()};
    return static_cast<std::uint64_t>(total_gas(size() / 32) - total_gas(words_before));
}

std::expected<std::uint8_t, MemoryError> ReferenceMemory::get_byte(std::uint64_t offset) const {
    if (offset >= size()) return std::unexpected{MemoryError::invalid_offset};
    return current()[offset];
}

std::expected<Bytes32, MemoryError> ReferenceMemory::get_word(std::uint64_t offset) const {
    const auto slice = get_slice(offset, 32);
    if (!slice) return std::unexpected{slice.error()};
    Bytes32 word{};
    std::ranges::copy(*slice, word.begin());
    return word;
}

std::expected<std::vector<std::uint8_t>, MemoryError> ReferenceMemory::get_slice(
    std::uint64_t offset, std::uint64_t len) const {
    if (len == 0) return std::vector<std::uint8_t>{};
    if (Wide{offset} + len > size()) return std::unexpected{MemoryError::invalid_offset};
    std::vector<std::uint8_t> bytes;
    for (std::uint64_t i = 0; i < len; ++i)
        bytes.push_back(current()[offset + i]);
    return bytes;
}

std::expected<void, MemoryError> ReferenceMemory::set_byte(std::uint64_t offset,
                                                           std::uint8_t value) {
    return set_data(offset, std::span{&value, 1});
}

std::expected<void, MemoryError> ReferenceMemory::set_word(std::uint64_t offset,
                                                           const Bytes32& value) {
    return set_data(offset, value);
}

std::expected<void, MemoryError> ReferenceMemory::set_data(std::uint64_t offset,
                                                           std::span<const std::uint8_t> data) {
    return set_data_bounded(offset, data, 0, data.size());
}

std::expected<void, MemoryError> ReferenceMemory::set_data_bounded(
    std::uint64_t memory_offset, std::span<const std::uint8_t> data, std::uint64_t data_offset,
    std::uint64_t len) {
    if (len == 0) return {};
    const Wide end = end_in_whole_words(memory_offset, len);
    if (!fits_u64(end)) return std::unexpected{MemoryError::invalid_size};
    if (auto grown = resize(static_cast<std::uint64_t>(end)); !grown) return grown;
    for (std::uint64_t i = 0; i < len; ++i) {
        const Wide from = Wide{data_offset} + i;
        current()[memory_offset + i] =
            from < data.size() ? data[static_cast<std::uint64_t>(from)] : std::uint8_t{0};
    }
    return {};
}

std::expected<void, MemoryError> ReferenceMemory::copy(std::uint64_t dest_offset,
                                                       std::uint64_t src_offset,
                                                       std::uint64_t len) {
    if (len == 0) return {};
    const Wide end = end_in_whole_words(std::max(dest_offset, src_offset), len);
    if (!fits_u64(end)) return std::unexpected{MemoryError::invalid_size};
    if (auto grown = resize(static_cast<std::uint64_t>(end)); !grown) return grown;
    const auto buffer = get_slice(src_offset, len);
    for (std::uint64_t i = 0; i < len; ++i)
        current()[dest_offset + i] = (*buffer)[i];
    return {};
}

std::expected<void, MemoryError> ReferenceMemory::restore(std::span<const std::uint8_t> snapshot) {
    if (snapshot.size() % 32 != 0) return std::unexpected{MemoryError::invalid_size};
    if (snapshot.size() > size() && !is_within_limit(snapshot.size()))
        return std::unexpected{MemoryError::memory_limit_exceeded};
    current().assign(snapshot.begin(), snapshot.end());
    return {};
}

std::expected<void, MemoryError> ReferenceMemory::enter_frame() {
    if (frame_count() == frames_max) return std::unexpected{MemoryError::memory_limit_exceeded};
    frames_.emplace_back();
    return {};
}

}  // namespace evmmem::tests
