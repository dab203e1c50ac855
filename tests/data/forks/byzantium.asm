; What Homestead, Byzantium and Constantinople added, but for their new instructions that touch no memory.

        0x11 0 MSTORE
        0x20 0x20 0x20 0 0xcc 60000 DELEGATECALL POP
        0x20 0x40 0x20 0 0xcc 60000 STATICCALL POP      ; fails: it stores
        RETURNDATASIZE POP
        0x20 0x40 0x20 0 0xaa 60000 STATICCALL POP      ; reverts
        RETURNDATASIZE 0 0x60 RETURNDATACOPY
        0x40 0x40 0 0 0 0xaa 60000 CALL POP
        1 3 0x81 RETURNDATACOPY
        0 4 0 RETURNDATACOPY
        RETURNDATASIZE 0 REVERT
