// SPDX-License-Identifier: MIT
// What one would write first: every frame a std::vector of its own, made when the call begins and
// freed when it ends. The cost of having no idea.
#pragma once

#include <cstdint>
#include <vector>

#include "core/memory_cost.hpp"

namespace evmmem::app {

class VectorMemory {
public:
    std::uint64_t size() const { return frames_.back().size(); }
    void resize(std::uint64_t new_size) {
        if (new_size > size()) frames_.back().resize(num_words(new_size) * word_size);
    }
    std::uint8_t* get_ptr_unsafe(std::uint64_t offset) { return frames_.back().data() + offset; }
    void enter_frame() { frames_.emplace_back(); }
    void leave_frame() { frames_.pop_back(); }
    void reset() { frames_ = std::vector<std::vector<std::uint8_t>>(1); }

private:
    std::vector<std::vector<std::uint8_t>> frames_{1};  // outermost first
};

}  // namespace evmmem::app
