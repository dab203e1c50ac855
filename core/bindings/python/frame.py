#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A frame's worth of memory: what a few instructions and a call do to it."""
import evmmem

with evmmem.Memory() as memory:
    gas = memory.ensure_capacity_gas(64)
    memory.set_word(32, 42)     # MSTORE
    memory.copy(0, 32, 32)      # MCOPY
    memory.enter_frame()        # CALL
    memory.set_word(0, 7)
    memory.leave_frame(output=0, size=32, target=0)  # RETURN
    print(f"gas {gas}, words {memory.word(0)} and {memory.word(32)}, size {len(memory)}, frames {memory.frame_count()}")
    try:
        memory.byte(64)
    except evmmem.Error as error:
        print(f"byte 64: {error}")
