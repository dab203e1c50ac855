// SPDX-License-Identifier: MIT
// Bytes from outside a frame's memory (calldata, code, return data) as far as the trace has shown
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/known_bytes.hpp"
#include "core/memory.hpp"
#include "core/word.hpp"

namespace evmmem::traces {

/// `bytes` holds what was seen, from offset 0; `known` says which of them. What lies between them
/// and `size` was not seen. What lies beyond `size` is zero, if `size` is known, and was not seen
/// otherwise.
class KnownData {
public:
    /// How much of a range of memory is copied: more than any block so far could pay for. A trace
    /// that claims gas without end can hand its whole memory to call after call.
    static constexpr std::uint64_t copied_max = std::uint64_t{16} << 20;

    /// Nothing is known, not even the size. Keeps the capacity.
    void forget();
    /// Known to be empty. Keeps the capacity.
    void assign_empty();
    /// These bytes, all known.
    void assign(std::span<const std::uint8_t> bytes);
    /// The bytes `range` of a memory's current frame, and what is known of them; of a range that
    /// memory does not hold nothing but the size, of a huge one the first part.
    void assign(const Memory& memory, const KnownBytes& known, MemoryRange range);
    /// The size was learned; the bytes stay as they are.
    void learn_size(std::uint64_t size);
    /// The bytes at `offset` were learned; those beyond the end are ignored.
    void learn(std::uint64_t offset, std::span<const std::uint8_t> bytes);

    std::optional<std::uint64_t> size() const { return size_; }
    std::span<const std::uint8_t> bytes() const { return bytes_; }
    /// Of the host's memory that it takes, about.
    std::uint64_t held_bytes() const { return bytes_.capacity(); }
    /// Whether size and every byte are known.
    bool is_whole() const { return size_ && bytes_.size() == *size_ && known_.all_known(); }
    /// Whether every byte of [offset, offset + len), zeros beyond the end included, is known.
    bool is_known(std::uint64_t offset, std::uint64_t len) const;

    /// Where bytes that are claimed to be all of it contradict what is known: the offset of the
    /// first that differs, or the end of the shorter where the size does.
    std::optional<std::uint64_t> contradiction(std::span<const std::uint8_t> claimed) const;

    /// The 32 bytes at `offset`, zero padded, where all are known.
    std::optional<Bytes32> word_at(const Word& offset) const;

    /// Writes [source, source + len) of the data to `target` of the memory's current frame, which
    /// is large enough, zero padded; and to `known` what is known of it.
    void write_to(Memory& memory, KnownBytes& known, std::uint64_t target, std::uint64_t source,
                  std::uint64_t len) const;

private:
    std::vector<std::uint8_t> bytes_;
    KnownBytes known_;
    std::optional<std::uint64_t> size_;
};

}  // namespace evmmem::traces
