// SPDX-License-Identifier: MIT
// The floor that memories are related to: what an access program moves, and nothing else.
#pragma once

#include <cstdint>
#include <vector>

#include "access_program.hpp"

namespace evmmem {

/// The same pieces of bytes moved by memcpy, memmove and memset in a buffer that is ready: no
/// growth, no frames, no byte order, no bounds, and otherwise the code that runs a memory. The
/// baseline that every rate is related to; not a memory, as it never zeroes.
class RawCopies {
public:
    /// The pieces of that program, which need not outlive this.
    explicit RawCopies(const AccessProgram& program);
    /// Moves the pieces. Returns a value that depends on the words loaded, so that nothing is
    /// optimised away.
    std::uint64_t run();
    /// As AccessProgram::bytes_moved().
    std::uint64_t bytes_moved() const { return bytes_moved_; }

private:
    std::vector<AccessOp> pieces_;  // offsets and sources count from the start of the buffer
    PageBytes buffer_;
    PageBytes data_;
    PageBytes output_;
    std::uint64_t bytes_moved_;
};

}  // namespace evmmem
