// SPDX-License-Identifier: MIT
// Values for ranges of 64-bit offsets: what was last assigned to a byte, in as many pieces as there
// are different values. Offsets that nothing was assigned to have no value.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <utility>

namespace evmmem::traces {

template <typename Value>
class RangeMap {
public:
    /// Every offset of [begin, end) has this value from now on. Neighbours of equal value become
    /// one.
    void assign(std::uint64_t begin, std::uint64_t end, const Value& value) {
        if (begin >= end) return;
        erase(begin, end);
        auto next = pieces_.lower_bound(begin);
        if (next != pieces_.end() && next->first == end && next->second.value == value) {
            end = next->second.end;
            next = pieces_.erase(next);
        }
        if (next != pieces_.begin()) {
            auto& [start, before] = *std::prev(next);
            if (before.end == begin && before.value == value) {
                before.end = end;
                return;
            }
        }
        pieces_.emplace_hint(next, begin, Piece{end, value});
    }

    /// No offset of [begin, end) has a value from now on.
    void erase(std::uint64_t begin, std::uint64_t end) {
        if (begin >= end) return;
        auto at = pieces_.upper_bound(begin);
        if (at != pieces_.begin()) {
            const auto before = std::prev(at);
            const std::uint64_t before_end = before->second.end;
            if (before_end > begin) {
                if (before_end > end)
                    pieces_.emplace_hint(at, end, Piece{before_end, before->second.value});
                if (before->first == begin)
                    pieces_.erase(before);
                else
                    before->second.end = begin;
            }
        }
        at = pieces_.lower_bound(begin);
        while (at != pieces_.end() && at->first < end) {
            if (at->second.end > end) {
                const Piece rest = at->second;
                pieces_.erase(at);
                pieces_.emplace(end, rest);
                return;
            }
            at = pieces_.erase(at);
        }
    }

    void clear() { pieces_.clear(); }

    /// Calls `visit(begin, end, value)` for each piece in [begin, end), in order, cut to it.
    template <typename Visit>
    void for_each(std::uint64_t begin, std::uint64_t end, Visit visit) const {
        for_each_while(begin, end, [&](std::uint64_t from, std::uint64_t to, const Value& value) {
            visit(from, to, value);
            return true;
        });
    }

    /// As for_each(), until `visit` returns false. Returns whether it never did.
    template <typename Visit>
    bool for_each_while(std::uint64_t begin, std::uint64_t end, Visit visit) const {
        auto at = pieces_.upper_bound(begin);
        if (at != pieces_.begin() && std::prev(at)->second.end > begin) --at;
        for (; at != pieces_.end() && at->first < end; ++at)
            if (!visit(std::max(begin, at->first), std::min(end, at->second.end), at->second.value))
                return false;
        return true;
    }

    /// How many offsets of [begin, end) have a value.
    std::uint64_t covered(std::uint64_t begin, std::uint64_t end) const {
        std::uint64_t result = 0;
        for_each(begin, end,
                 [&](std::uint64_t from, std::uint64_t to, const Value&) { result += to - from; });
        return result;
    }

private:
    struct Piece {
        std::uint64_t end;
        Value value;
    };
    std::map<std::uint64_t, Piece> pieces_;  // by begin; disjoint, none empty
};

}  // namespace evmmem::traces
