// SPDX-License-Identifier: MIT
// How far the memory of the open frames reaches, by some measure: what the replay follows, and what
// it would follow if it were allowed to. The second says which limit would have sufficed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace evmmem::traces {

class NestedReach {
public:
    void enter_frame() {
        parents_.push_back(current_);
        parents_sum_.held += current_.held;
        parents_sum_.wanted += current_.wanted;
        current_ = {};
    }
    void leave_frame() {
        if (parents_.empty()) return;
        current_ = parents_.back();
        parents_.pop_back();
        parents_sum_.held -= current_.held;
        parents_sum_.wanted -= current_.wanted;
    }
    void clear() {
        parents_.clear();
        parents_sum_ = {};
        current_ = {};
    }

    /// Of the current frame, in bytes.
    std::uint64_t held() const { return current_.held; }
    void hold(std::uint64_t end) { current_.held = std::max(current_.held, end); }
    void want(std::uint64_t end) {
        current_.wanted = std::max(current_.wanted, std::min(end, wanted_max));
    }

    /// Of all open frames, if the current one held so much.
    std::uint64_t held_with(std::uint64_t end) const {
        return sum(parents_sum_.held, std::max(current_.held, end));
    }
    std::uint64_t wanted() const { return sum(parents_sum_.wanted, current_.wanted); }

private:
    /// More than all the gas there is pays for, and 1024 of them still fit 64 bits.
    static constexpr std::uint64_t wanted_max = std::uint64_t{1} << 52;
    static std::uint64_t sum(std::uint64_t a, std::uint64_t b) {
        return b > ~a ? ~std::uint64_t{0} : a + b;
    }
    struct Reach {
        std::uint64_t held = 0;
        std::uint64_t wanted = 0;
    };
    Reach current_;
    Reach parents_sum_;
    std::vector<Reach> parents_;
};

}  // namespace evmmem::traces
