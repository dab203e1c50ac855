; The callee of out_of_gas.asm: MSTORE at 0x20, 0x200 and 0x2000, each 16 times as far as the one before.

        0x20
again:  DUP1 DUP1 MSTORE
        0x10 MUL
        @again JUMP
