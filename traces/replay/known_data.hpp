// SPDX-License-Identifier: MIT
// Bytes from outside a frame's memory (calldata, code, return data) as far as the trace has shown
// them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/known_bytes.hpp"
#include "core/memory.hpp"
#include "core/word.hpp"

namespace evmmem::traces {

/// What was seen is held here, or, of a range of a caller's memory, there: the caller does not run
/// while its callee does, and so its memory stays as it is. `bytes` holds what was seen, from offset 0; `known` says which of them. What lies between them
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
    /// The bytes `range` of the current frame of a memory that outlives this: not a copy, but a view
    /// of them, for as long as that frame is open and none of its own steps runs. Of a range that
    /// memory does not hold nothing but the size is known.
    void view(const Memory& memory, const KnownBytes& known, MemoryRange range);
    /// Nothing but the size: `size` bytes would have to be held, and must not.
    void refuse(std::uint64_t size);
    /// The size was learned; the bytes stay as they are.
    void learn_size(std::uint64_t size);
    /// The bytes at `offset` were learned; those beyond the end are ignored.
    void learn(std::uint64_t offset, std::span<const std::uint8_t> bytes);

    /// Whether neither the size nor any byte was ever seen.
    bool is_unseen() const { return !size_ && bytes_.empty(); }
    std::optional<std::uint64_t> size() const { return size_; }
    /// Valid until the next change of this, or of the memory that it views.
    std::span<const std::uint8_t> bytes() const { return seen(0, seen_size()); }
    /// Bytes that are held here, and not in a caller's memory.
    std::uint64_t held_bytes() const { return bytes_.size(); }
    /// Bytes that would be held if none had been refused.
    std::uint64_t wanted_bytes() const { return std::max<std::uint64_t>(bytes_.size(), refused_); }
    /// How many bytes would have to be held here for learn() to change one of them.
    std::uint64_t copied_to_learn() const { return viewed_ == nullptr ? 0 : seen_size(); }
    /// Whether size and every byte are known.
    bool is_whole() const { return size_ && seen_size() == *size_ && known_.all_known(); }
    /// Whether every byte of [offset, offset + len), zeros beyond the end included, is known.
    bool is_known(std::uint64_t offset, std::uint64_t len) const;

    /// Where bytes that are claimed to be all of it contradict what is known: the offset of the
    /// first that differs, or the end of the shorter where the size does.
    std::optional<std::uint64_t> contradiction(std::span<const std::uint8_t> claimed) const;

    /// The 32 bytes at `offset`, zero padded, where all are known.
    std::optional<Bytes32> word_at(const Word& offset) const;

    /// What comparing claimed bytes with those that are known came to.
    struct Comparison {
        std::uint64_t known_bytes = 0;  ///< of the claimed ones: so many were compared
        std::optional<std::uint64_t> first_difference;  ///< in the claimed bytes
    };
    /// Compares the claimed bytes with the data at `offset`; beyond the end of data whose size is
    /// known there are zeros.
    Comparison compare(std::uint64_t offset, std::span<const std::uint8_t> claimed) const;
    /// Replaces those of `bytes` that are known of the data at `offset`.
    void overwrite_with_known(std::uint64_t offset, std::span<std::uint8_t> bytes) const;
    /// The word that begins with `claimed`, where bytes of the data at `offset` are known with these.
    Bytes32 word_as_known(std::uint64_t offset, std::span<const std::uint8_t> claimed) const;

    /// Writes [source, source + len) of the data to `target` of the memory's current frame, which
    /// is large enough, zero padded; and to `known` what is known of it.
    void write_to(Memory& memory, KnownBytes& known, std::uint64_t target, std::uint64_t source,
                  std::uint64_t len) const;

private:
    std::uint64_t seen_size() const { return viewed_ == nullptr ? bytes_.size() : view_size_; }
    std::span<const std::uint8_t> seen(std::uint64_t offset, std::uint64_t len) const;

    std::vector<std::uint8_t> bytes_;  // empty while a memory is viewed
    KnownBytes known_;
    std::optional<std::uint64_t> size_;
    std::uint64_t refused_ = 0;
    const Memory* viewed_ = nullptr;
    std::size_t view_frame_ = 0;  // of the viewed memory, 0 the outermost
    std::uint64_t view_offset_ = 0;
    std::uint64_t view_size_ = 0;
};

}  // namespace evmmem::traces
