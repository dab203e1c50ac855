// SPDX-License-Identifier: MIT
#include "known_data.hpp"

#include <algorithm>
#include <cassert>

namespace evmmem::traces {
namespace {

/// How much of data of unknown size is kept when a trace reveals pieces of it.
constexpr std::uint64_t learned_max = std::uint64_t{1} << 20;
/// Storage that is kept when the data is forgotten.
constexpr std::uint64_t capacity_kept_max = std::uint64_t{16} << 10;

}  // namespace

void KnownData::forget() {
    bytes_.clear();
    if (bytes_.capacity() > capacity_kept_max) bytes_.shrink_to_fit();
    known_.mark_all_known();
    size_.reset();
    refused_ = 0;
    viewed_ = nullptr;
}

void KnownData::assign_empty() {
    forget();
    size_ = 0;
}

void KnownData::assign(std::span<const std::uint8_t> bytes) {
    refused_ = 0;
    viewed_ = nullptr;
    bytes_.assign(bytes.begin(), bytes.end());
    known_.mark_all_known();
    size_ = bytes.size();
}

void KnownData::assign(const Memory& memory, const KnownBytes& known, MemoryRange range) {
    const MemoryRange copied = range.first(copied_max);
    const auto slice = memory.get_slice(copied.offset(), copied.size());
    if (!slice) {  // a step that the EVM would not have let go on, or that reached a limit
        forget();
        size_ = range.size();
        return;
    }
    assign(*slice);
    size_ = range.size();
    known_.copy_from(known, copied.offset(), 0, copied.size());
}

void KnownData::view(const Memory& memory, const KnownBytes& known, MemoryRange range) {
    forget();
    size_ = range.size();
    if (memory.size() < range.end()) return;
    viewed_ = &memory;
    view_frame_ = memory.frame_count() - 1;
    view_offset_ = range.offset();
    view_size_ = range.size();
    known_.copy_from(known, range.offset(), 0, range.size());
}

void KnownData::refuse(std::uint64_t size) {
    forget();
    size_ = size;
    refused_ = size;
}

std::span<const std::uint8_t> KnownData::seen(std::uint64_t offset, std::uint64_t len) const {
    if (offset >= seen_size()) return {};
    len = std::min(len, seen_size() - offset);
    if (viewed_ == nullptr) return std::span{bytes_}.subspan(offset, len);
    const auto slice = viewed_->frame_slice(view_frame_, view_offset_ + offset, len);
    assert(slice && "the frame is open, and does not shrink while its callee runs");
    return slice ? *slice : std::span<const std::uint8_t>{};
}

void KnownData::learn_size(std::uint64_t size) {
    size_ = size;
    if (bytes_.size() > size) bytes_.resize(size);
    view_size_ = std::min(view_size_, size);
}

void KnownData::learn(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
    const std::uint64_t end_max = size_ ? std::min(*size_, learned_max) : learned_max;
    if (offset >= end_max) return;
    if (viewed_ != nullptr) {
        const auto viewed = seen(0, seen_size());
        bytes_.assign(viewed.begin(), viewed.end());
        viewed_ = nullptr;
    }
    const std::uint64_t len = std::min<std::uint64_t>(bytes.size(), end_max - offset);
    if (offset + len > bytes_.size()) {
        const std::uint64_t old_size = bytes_.size();
        bytes_.resize(offset + len);
        known_.mark_unknown(old_size, bytes_.size());
    }
    std::copy_n(bytes.begin(), len, bytes_.begin() + static_cast<std::ptrdiff_t>(offset));
    known_.mark_known(offset, offset + len);
}

bool KnownData::is_known(std::uint64_t offset, std::uint64_t len) const {
    if (len == 0) return true;
    const std::uint64_t end = len > ~offset ? ~std::uint64_t{0} : offset + len;
    if (size_ && offset >= *size_) return true;
    const std::uint64_t seen_end = size_ ? std::min(end, *size_) : end;
    return seen_end <= seen_size() && known_.is_known(offset, seen_end);
}

std::optional<std::uint64_t> KnownData::contradiction(std::span<const std::uint8_t> claimed) const {
    const std::span<const std::uint8_t> seen = bytes();
    const std::uint64_t common = std::min(seen.size(), claimed.size());
    for (std::uint64_t at = 0; at < common; ++at)
        if (claimed[at] != seen[at] && known_.is_known(at, at + 1)) return at;
    if (size_ && claimed.size() != *size_) return std::min<std::uint64_t>(claimed.size(), *size_);
    return std::nullopt;
}

std::optional<Bytes32> KnownData::word_at(const Word& offset) const {
    const std::uint64_t at = offset.clamped_to(~std::uint64_t{0});
    if (!is_known(at, word_size)) return std::nullopt;
    Bytes32 word{};
    std::ranges::copy(seen(at, word_size), word.begin());
    return word;
}

KnownData::Comparison KnownData::compare(std::uint64_t offset,
                                         std::span<const std::uint8_t> claimed) const {
    Comparison result;
    const std::span<const std::uint8_t> held = bytes();
    const std::uint64_t seen =
        offset < held.size() ? std::min<std::uint64_t>(claimed.size(), held.size() - offset) : 0;
    // Known bytes, in runs.
    for (std::uint64_t at = 0; at < seen;) {
        const auto unknown = known_.first_unknown(offset + at, offset + seen);
        const std::uint64_t end = unknown.begin - offset;
        result.known_bytes += end - at;
        const auto differing =
            std::mismatch(claimed.begin() + static_cast<std::ptrdiff_t>(at),
                          claimed.begin() + static_cast<std::ptrdiff_t>(end),
                          held.begin() + static_cast<std::ptrdiff_t>(offset + at));
        const auto first = static_cast<std::uint64_t>(differing.first - claimed.begin());
        if (first < end && !result.first_difference) result.first_difference = first;
        at = unknown.end - offset;
    }
    if (!size_) return result;
    // Zeros beyond the end.
    const std::uint64_t end = offset < *size_ ? *size_ - offset : 0;
    for (std::uint64_t at = std::max(end, seen); at < claimed.size(); ++at) {
        ++result.known_bytes;
        if (claimed[at] != 0 && !result.first_difference) result.first_difference = at;
    }
    return result;
}

void KnownData::overwrite_with_known(std::uint64_t offset, std::span<std::uint8_t> bytes) const {
    const std::span<const std::uint8_t> held = this->bytes();
    for (std::uint64_t i = 0; i < bytes.size(); ++i) {
        const std::uint64_t at = i > ~offset ? ~std::uint64_t{0} : offset + i;
        if (at < held.size() ? known_.is_known(at, at + 1) : size_ && at >= *size_)
            bytes[i] = at < held.size() ? held[at] : std::uint8_t{0};
    }
}

Bytes32 KnownData::word_as_known(std::uint64_t offset,
                                 std::span<const std::uint8_t> claimed) const {
    Bytes32 word{};
    std::copy_n(claimed.begin(), std::min<std::size_t>(claimed.size(), word.size()), word.begin());
    overwrite_with_known(offset,
                         std::span{word}.first(std::min<std::size_t>(claimed.size(), word.size())));
    return word;
}

void KnownData::write_to(Memory& memory, KnownBytes& known, std::uint64_t target,
                         std::uint64_t source, std::uint64_t len) const {
    if (len == 0) return;
    // Where the three parts end: what was seen, what was not, and the zeros beyond the end.
    const auto bytes = seen(source, len);
    const std::uint64_t seen_end = bytes.size();
    const std::uint64_t data_end = !size_            ? len
                                   : source < *size_ ? std::min(len, *size_ - source)
                                                     : 0;
    [[maybe_unused]] const auto written = memory.set_data_bounded(target, bytes, 0, len);
    assert(written && "the instruction has grown memory to hold the range");
    known.copy_from(known_, source, target, seen_end);
    known.mark_unknown(target + seen_end, target + std::max(seen_end, data_end));
    known.mark_known(target + std::max(seen_end, data_end), target + len);
}

}  // namespace evmmem::traces
