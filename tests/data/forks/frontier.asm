; Every instruction that existed on the first day and touches memory, calls, creates, or costs by state;
; runs in every fork. Account 0xcc stores, logs and destroys itself; 0xdd runs out of gas.

        PUSH32 0x0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20
        0 MSTORE 0xaa 0x3f MSTORE8 0x21 MLOAD POP
        0x40 0 KECCAK256 POP
        0x20 0 0x41 CODECOPY 0x10 0 0x70 0xcc EXTCODECOPY 4 0 0x90 CALLDATACOPY
        0x5a 0 LOG0 3 2 1 0x20 8 LOG3
        0xcc EXTCODESIZE POP 0xcc BALANCE POP 0x1234 BALANCE POP
        300 7 EXP POP 0 7 EXP POP
        1 1 SSTORE 1 1 SSTORE 0 1 SSTORE 1 SLOAD POP 2 SLOAD POP 5 2 SSTORE

        0x20 0xc0 0x20 0 0 0xcc 60000 CALL POP          ; existing
        0x20 0xc0 0x20 0 1 0xcc 60000 CALL POP          ; with value
        0x20 0xe0 4 0 1 0xeeee 20000 CALL POP           ; a new account
        0 0 0 0 0 0xeeef 20000 CALL POP                 ; none, without value
        0x20 0x100 0x20 0 1 0xcc 60000 CALLCODE POP
        0x400 0 0 0 0 0xdd 500 CALL POP                 ; out of gas
        0x20 0x120 0x21 1 0 4 1000 CALL POP             ; identity
        0x10 0x140 0x21 1 0 2 1000 CALL POP             ; sha256
        0x20 0x160 0x21 1 0 3 2000 CALL POP             ; ripemd160
        0x20 0x160 0x21 1 0 2 50 CALL POP               ; sha256 without the gas for it

        ; init code that returns two words of itself; with value, and without; an empty one
        PUSH32 0x6040600060003960406000f30000000000000000000000000000000000000000 0x180 MSTORE
        0x2c 0x180 0 CREATE POP
        0x2c 0x180 1 CREATE POP
        0 0 0 CREATE POP
        MSIZE GAS PC POP POP POP

        ; one that fails: until EIP-150 it has all the gas there is
        0xfe 0 MSTORE8
        1 0 0 CREATE POP
        0x20 0 RETURN
