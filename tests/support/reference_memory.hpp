// SPDX-License-Identifier: MIT
// The EVM's memory, written to be obviously right and nothing else: one vector of bytes per frame,
// loops over single bytes, a buffer for every copy. What evmmem::Memory does is compared with this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <limits>
#include <span>
#include <vector>

#include "core/memory.hpp"  // LimitScope
#include "core/memory_error.hpp"
#include "core/word.hpp"

namespace evmmem::tests {

class ReferenceMemory {
public:
    static constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();
    /// Frames at most, the outermost included.
    static constexpr std::size_t frames_max = 1026;

    explicit ReferenceMemory(std::uint64_t limit_bytes = no_limit,
                             LimitScope scope = LimitScope::all_frames);

    std::uint64_t size() const { return current().size(); }
    std::size_t frame_count() const { return frames_.size(); }
    const std::vector<std::uint8_t>& frame(std::size_t index) const { return frames_.at(index); }

    std::expected<void, MemoryError> resize(std::uint64_t new_size);
    std::expected<std::uint64_t, MemoryError> ensure_capacity(std::uint64_t min_size);
    std::expected<std::uint64_t, MemoryError> ensure_capacity_gas(std::uint64_t min_size);

    std::expected<std::uint8_t, MemoryError> get_byte(std::uint64_t offset) const;
    std::expected<Bytes32, MemoryError> get_word(std::uint64_t offset) const;
    std::expected<std::vector<std::uint8_t>, MemoryError> get_slice(std::uint64_t offset,
                                                                    std::uint64_t len) const;

    std::expected<void, MemoryError> set_byte(std::uint64_t offset, std::uint8_t value);
    std::expected<void, MemoryError> set_word(std::uint64_t offset, const Bytes32& value);
    std::expected<void, MemoryError> set_data(std::uint64_t offset,
                                              std::span<const std::uint8_t> data);
    std::expected<void, MemoryError> set_data_bounded(std::uint64_t memory_offset,
                                                      std::span<const std::uint8_t> data,
                                                      std::uint64_t data_offset, std::uint64_t len);
    std::expected<void, MemoryError> copy(std::uint64_t dest_offset, std::uint64_t src_offset,
                                          std::uint64_t len);

    std::vector<std::uint8_t> snapshot() const { return current(); }
    std::expected<void, MemoryError> restore(std::span<const std::uint8_t> snapshot);

    std::expected<void, MemoryError> enter_frame();
    void leave_frame() { frames_.pop_back(); }
    void reset() { frames_.assign(1, {}); }

private:
    const std::vector<std::uint8_t>& current() const { return frames_.back(); }
    std::vector<std::uint8_t>& current() { return frames_.back(); }

    std::vector<std::vector<std::uint8_t>> frames_;  // outermost first, never empty
    bool is_within_limit(std::uint64_t size) const;

    std::uint64_t limit_bytes_;
    LimitScope scope_;
};

}  // namespace evmmem::tests
