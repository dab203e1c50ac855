// SPDX-License-Identifier: MIT
// A plug-in for `evmmem bench` in C++: any class with these six methods is one.
// Build: c++ -std=c++23 -O2 -shared -fPIC -I<evmmem> plain_memory.cpp -o plain_memory.so
// Run:   evmmem bench --backend evmmem,./plain_memory.so
#include <cstdint>
#include <vector>

#include "core/evmmem_backend.hpp"

namespace {

class PlainMemory {
public:
    std::uint64_t size() const { return frames_.back().size(); }
    void resize(std::uint64_t size) { frames_.back().resize((size + 31) / 32 * 32); }
    std::uint8_t* get_ptr_unsafe(std::uint64_t offset) { return frames_.back().data() + offset; }
    void enter_frame() { frames_.emplace_back(); }
    void leave_frame() { frames_.pop_back(); }
    void reset() { frames_.assign(1, {}); }

private:
    std::vector<std::vector<std::uint8_t>> frames_{1};
};

}  // namespace

EVMMEM_BACKEND_PLUGIN(PlainMemory, "plain-cpp", "An example in C++: a vector per frame.")
