; Calls itself as often as the first word of its calldata says; each frame first goes round a loop as often as the
; second word says, in which memory is written, hashed, copied onto itself and loaded.

        0 CALLDATALOAD 0x20 CALLDATALOAD    ; n, k
loop:   DUP1 ISZERO @down JUMPI
        DUP1 0 MSTORE
        0x40 0 KECCAK256 0x20 MSTORE
        0x20 1 0x41 MCOPY
        0x41 MLOAD POP
        DUP1 0x60 MSTORE8
        1 SWAP1 SUB
        @loop JUMP

down:   POP                                 ; n
        DUP1 ISZERO @bottom JUMPI
        1 SWAP1 SUB 0 MSTORE                ; the callee's n and k
        0x20 CALLDATALOAD 0x20 MSTORE
        0x20 0x61 0x40 0 0 ADDRESS GAS CALL POP
        RETURNDATASIZE 0 0x20 RETURNDATACOPY
        0x81 0 KECCAK256 0 MSTORE
bottom: 0x40 1 RETURN
