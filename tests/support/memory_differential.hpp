// SPDX-License-Identifier: MIT
// Random access programs on evmmem::Memory and on the reference memory, compared after every
// operation: what the random test and the fuzz target share. Far jumps, child frames, copies,
// restores, resets, moves and memories that come and go are all in it, since what prototypes got
// wrong was always stale bytes.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/memory.hpp"
#include "reference_memory.hpp"

namespace evmmem::tests {

/// How large the offsets and sizes of a program get.
struct DifferentialShape {
    std::uint64_t offset_max = 4096;   ///< of ordinary operations, in bytes
    std::uint64_t jump_max = 1 << 18;  ///< of the far jumps among them
    std::uint64_t length_max = 2048;   ///< of copied data
    std::uint64_t frames_max = 12;
    std::uint64_t limit = 1 << 19;
    LimitScope scope = LimitScope::each_frame;  ///< of the limit
};

class MemoryDifferential {
public:
    /// `random` gives 64 random bits a call; `make` a new memory with a limit.
    using Make = std::function<Memory(std::uint64_t limit, LimitScope scope)>;
    MemoryDifferential(const DifferentialShape& shape, std::function<std::uint64_t()> random,
                       Make make);

    /// One operation on both memories and the comparison after it.
    /// Returns what differed, in words, or nothing when all agreed.
    std::optional<std::string> step();

    /// How the memory under test keeps its bytes now.
    Storage storage() const { return memory_.storage(); }

private:
    /// What an operation is given: often a view of the memory itself, whose bytes the reference is
    /// given as they are now.
    struct Data {
        std::span<const std::uint8_t> ours;
        std::vector<std::uint8_t> theirs;
        bool is_view;
    };

    std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : random_() % bound; }
    bool chance(std::uint64_t one_in) { return below(one_in) == 0; }
    std::uint64_t offset();
    std::uint64_t length();
    std::span<const std::uint8_t> plain_data();
    Data data();
    static std::string described(const Data& data);
    Bytes32 word();

    void write();
    void grow();
    void climb();
    void copy();
    void read();
    void change_frame();
    void leave();
    void replace();

    template <typename Ours, typename Theirs>
    void expect(const char* what, const Ours& ours, const Theirs& theirs);
    void compare_current(bool whole);
    void compare_frame(std::size_t index);
    void fail(const std::string& what);

    DifferentialShape shape_;
    std::function<std::uint64_t()> random_;
    Make make_;
    Memory memory_;
    ReferenceMemory reference_;
    std::array<std::uint8_t, 16384> data_{};
    std::uint64_t near_ = 0;  // where the last operation was: the next one is often beside it
    std::string doing_;       // the operation, for the message
    std::optional<std::string> difference_;
};

}  // namespace evmmem::tests
