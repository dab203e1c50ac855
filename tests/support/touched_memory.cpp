// SPDX-License-Identifier: MIT
#include "touched_memory.hpp"

#include <algorithm>

#include "random_trace.hpp"

namespace evmmem::test {
namespace {

std::uint64_t operand(const TraceLine& line, std::size_t n) {
    return line.stack.at(line.stack.size() - 1 - n).limbs[0];
}

std::uint64_t end_of(const Touch& touch) {
    return touch.size == 0 ? 0 : touch.offset + touch.size;
}

// The Yellow Paper's C_mem.
std::uint64_t cost(std::uint64_t bytes) {
    const std::uint64_t words = bytes / 32;
    return 3 * words + words * words / 512;
}

void fill_ranges(const TraceLine& line, TouchedMemory& touched) {
    switch (line.op) {
        case Opcode::MSTORE: touched.write = {operand(line, 0), 32}; break;
        case Opcode::MSTORE8: touched.write = {operand(line, 0), 1}; break;
        case Opcode::MLOAD: touched.read = {operand(line, 0), 32}; break;
        case Opcode::MCOPY:
            touched.write = {operand(line, 0), operand(line, 2)};
            touched.read = {operand(line, 1), operand(line, 2)};
            break;
        case Opcode::CALLDATACOPY:
        case Opcode::CODECOPY:
        case Opcode::RETURNDATACOPY: touched.write = {operand(line, 0), operand(line, 2)}; break;
        case Opcode::RETURN:
        case Opcode::REVERT: touched.read = {operand(line, 0), operand(line, 1)}; break;
        case Opcode::CALL: touched.read = {operand(line, 3), operand(line, 4)}; break;
        default:
            if (is_log(line.op)) touched.read = {operand(line, 0), operand(line, 1)};
    }
}

// How many bytes a call returned: as many as its callee's last line says, or as it was given.
std::uint64_t output_size(const TraceBuilder& trace, std::size_t call, std::size_t next) {
    if (next == call + 1) return operand(trace.lines()[call], 4);  // the identity precompile
    const TraceLine& last = trace.lines()[next - 1];
    const bool returns = last.op == Opcode::RETURN || last.op == Opcode::REVERT;
    return returns ? operand(last, 1) : 0;
}

}  // namespace

std::vector<TouchedMemory> touched_memory(const TraceBuilder& trace) {
    const auto frames = frames_of(trace);
    std::vector<TouchedMemory> result;
    std::vector<std::uint64_t> sizes;  // of the open frames
    for (std::size_t n = 0; n < trace.lines().size(); ++n) {
        const TraceLine& line = trace.lines()[n];
        TouchedMemory& touched = result.emplace_back();
        touched.frame = frames[n];
        touched.size_before = line.memory->size();
        fill_ranges(line, touched);
        std::uint64_t end = std::max(end_of(touched.read), end_of(touched.write));
        if (line.op == Opcode::CALL) {
            const Touch output{operand(line, 5), operand(line, 6)};
            end = std::max(end, end_of(output));
            const auto returned = output_size(trace, n, next_of_frame(frames, n));
            touched.arrival = {output.offset, std::min(output.size, returned)};
        }
        touched.size_after = std::max(touched.size_before, (end + 31) / 32 * 32);
        touched.gas = cost(touched.size_after) - cost(touched.size_before);
        sizes.resize(line.depth);
        sizes.back() = touched.size_after;
        for (const std::uint64_t size : sizes)
            touched.total += size;
    }
    return result;
}

}  // namespace evmmem::test
