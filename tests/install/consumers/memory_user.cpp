// SPDX-License-Identifier: MIT
// A program of someone else's: a frame's worth of memory by what is installed, in C++, with the tables beside it.
#include <evmmem/core/hex.hpp>
#include <evmmem/core/memory.hpp>
#include <evmmem/core/memory_effect.hpp>
#include <evmmem/core/opcode_table.hpp>
#include <iostream>

int main() {
    evmmem::Memory memory;
    const auto gas = memory.ensure_capacity_gas(64);
    if (!gas || !memory.set_u256(32, evmmem::Word{42}) || !memory.enter_frame()) return 1;
    memory.leave_frame();
    const auto word = memory.get_u256(32);
    if (!word || evmmem::op_name(evmmem::Opcode::MCOPY) != "MCOPY") return 2;
    const auto hex = memory.to_hex();
    if (!hex || hex->size() != 128 || memory.get_slice(1 << 20, 1)) return 3;
    std::cout << "gas " << *gas << ", word " << word->limbs[0] << ", size " << memory.size()
              << '\n';
}
