// SPDX-License-Identifier: MIT
// The only door from an instruction's 256-bit (offset, size) operands to indices into memory.
// Size 0 touches nothing, wherever it points: that rule lives here and nowhere else.
#pragma once

#include <cstdint>
#include <expected>

#include "memory_error.hpp"
#include "word.hpp"

namespace evmmem {

/// A range of memory proven addressable: offset + size, rounded up to whole words, fits 64 bits.
/// An empty range is always {0, 0}.
class MemoryRange {
public:
    constexpr MemoryRange() = default;

    /// The `size` bytes from `offset` on. Errors: invalid_size when the end, rounded up to a word, is not representable in 64 bits.
    static constexpr std::expected<MemoryRange, MemoryError> from(std::uint64_t offset,
                                                                  std::uint64_t size) {
        if (size == 0) return MemoryRange{};
        if (offset > end_max || size > end_max - offset)
            return std::unexpected{MemoryError::invalid_size};
        return MemoryRange{offset, size};
    }

    /// Likewise of an instruction's operands.
    static constexpr std::expected<MemoryRange, MemoryError> from(const Word& offset,
                                                                  const Word& size) {
        if (size.is_zero()) return MemoryRange{};
        if (!offset.fits_u64() || !size.fits_u64())
            return std::unexpected{MemoryError::invalid_size};
        return from(offset.limbs[0], size.limbs[0]);
    }

    /// The first byte of it.
    constexpr std::uint64_t offset() const { return offset_; }
    /// In bytes.
    constexpr std::uint64_t size() const { return size_; }
    /// One after the last byte of it.
    constexpr std::uint64_t end() const { return offset_ + size_; }
    /// Whether it touches nothing.
    constexpr bool empty() const { return size_ == 0; }

    /// The first `size` bytes of this range, or all of it when it is shorter.
    constexpr MemoryRange first(std::uint64_t size) const {
        if (size == 0) return {};
        return {offset_, size < size_ ? size : size_};
    }

    constexpr bool operator==(const MemoryRange&) const = default;

private:
    static constexpr std::uint64_t end_max = ~std::uint64_t{0} - (word_size - 1);

    constexpr MemoryRange(std::uint64_t offset, std::uint64_t size)
        : offset_{offset}, size_{size} {}

    std::uint64_t offset_ = 0;
    std::uint64_t size_ = 0;
};

}  // namespace evmmem
