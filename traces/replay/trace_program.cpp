// SPDX-License-Identifier: MIT
#include "trace_program.hpp"

namespace evmmem::traces {

void record(AccessProgram& program, const PendingStep& step) {
    if (!step.has_effect || step.failed || step.must_fail || !step.info->touches_memory()) return;
    const MemoryRange reads = step.effect.reads;
    const MemoryRange writes = step.effect.writes;
    switch (step.op) {
        case Opcode::MLOAD: program.load_word(reads.offset()); break;
        case Opcode::MSTORE: program.store_word(writes.offset(), step.operand(1)); break;
        case Opcode::MSTORE8:
            program.store_byte(writes.offset(),
                               static_cast<std::uint8_t>(step.operand(1).limbs[0]));
            break;
        case Opcode::MCOPY: program.copy(writes.offset(), reads.offset(), writes.size()); break;
        case Opcode::CALLDATACOPY:
        case Opcode::CODECOPY:
        case Opcode::EXTCODECOPY:
        case Opcode::RETURNDATACOPY:
            program.write(writes.offset(), writes.size(), writes.size());
            break;
        default:  // reads a range, and a call touches its output range, too
            if (!reads.empty()) program.read(reads.offset(), reads.size());
            if (!writes.empty()) program.grow(writes.end());
            break;
    }
}

}  // namespace evmmem::traces
