// SPDX-License-Identifier: MIT
#include "known_bytes.hpp"

#include <algorithm>
#include <cstddef>

namespace evmmem {

std::uint64_t KnownBytes::unknown_in(std::uint64_t begin, std::uint64_t end) const {
    std::uint64_t count = 0;
    auto range = std::ranges::upper_bound(unknown_, begin, {}, &Range::end);
    for (; range != unknown_.end() && range->begin < end; ++range)
        count += std::min(range->end, end) - std::max(range->begin, begin);
    return count;
}

KnownBytes::Range KnownBytes::first_unknown(std::uint64_t begin, std::uint64_t end) const {
    const auto range = std::ranges::upper_bound(unknown_, begin, {}, &Range::end);
    if (range == unknown_.end() || range->begin >= end) return {end, end};
    return {std::max(range->begin, begin), std::min(range->end, end)};
}

std::vector<KnownBytes::Range> KnownBytes::unknown_ranges(std::uint64_t begin,
                                                          std::uint64_t end) const {
    std::vector<Range> ranges;
    for (auto range = first_unknown(begin, end); range.begin != range.end;
         range = first_unknown(range.end, end))
        ranges.push_back(range);
    return ranges;
}

void KnownBytes::mark_known(std::uint64_t begin, std::uint64_t end) {
    if (unknown_.empty() || begin >= end) return;
    auto first = std::ranges::upper_bound(unknown_, begin, {}, &Range::end);
    if (first == unknown_.end() || first->begin >= end) return;
    if (first->begin < begin && first->end > end) {  // a hole in the middle of one range
        const Range tail{end, first->end};
        first->end = begin;
        unknown_.insert(first + 1, tail);
        bound();
        return;
    }
    if (first->begin < begin) {
        first->end = begin;
        ++first;
    }
    auto last = first;
    while (last != unknown_.end() && last->end <= end)
        ++last;
    if (last != unknown_.end() && last->begin < end) last->begin = end;
    unknown_.erase(first, last);
}

void KnownBytes::mark_unknown(std::uint64_t begin, std::uint64_t end) {
    if (begin >= end) return;
    // Every range that overlaps or touches the new one becomes part of it.
    const auto first = std::ranges::lower_bound(unknown_, begin, {}, &Range::end);
    auto last = first;
    Range merged{begin, end};
    for (; last != unknown_.end() && last->begin <= end; ++last) {
        merged.begin = std::min(merged.begin, last->begin);
        merged.end = std::max(merged.end, last->end);
    }
    const auto at = unknown_.erase(first, last);
    unknown_.insert(at, merged);
    bound();
}

void KnownBytes::copy_from(const KnownBytes& source, std::uint64_t source_offset,
                           std::uint64_t target_offset, std::uint64_t size) {
    if (size == 0 || (unknown_.empty() && source.unknown_.empty())) return;
    // Collected before anything is marked: the source may be this very set.
    std::vector<Range> copied;
    const std::uint64_t source_end = source_offset + size;
    for (auto range = source.first_unknown(source_offset, source_end); range.begin != range.end;
         range = source.first_unknown(range.end, source_end))
        copied.push_back({range.begin - source_offset + target_offset,
                          range.end - source_offset + target_offset});
    mark_known(target_offset, target_offset + size);
    if (copied.empty()) return;
    // All of them go to one place, where nothing is unknown now but what may touch the two ends.
    auto after = std::ranges::lower_bound(unknown_, target_offset, {}, &Range::begin);
    if (after != unknown_.begin() && (after - 1)->end == copied.front().begin) {
        copied.front().begin = (after - 1)->begin;
        after = unknown_.erase(after - 1);
    }
    if (after != unknown_.end() && after->begin == copied.back().end) {
        copied.back().end = after->end;
        after = unknown_.erase(after);
    }
    unknown_.insert(after, copied.begin(), copied.end());
    bound();
}

void KnownBytes::bound() {
    while (unknown_.size() > ranges_max) [[unlikely]] {
        const std::size_t half = (unknown_.size() + 1) / 2;
        for (std::size_t i = 0; i < half; ++i) {
            const std::size_t last = std::min(2 * i + 1, unknown_.size() - 1);
            unknown_[i] = {unknown_[2 * i].begin, unknown_[last].end};
        }
        unknown_.resize(half);
    }
}

}  // namespace evmmem
