        PUSH4 0xdeadbeef 0 MSTORE 4 0x1c REVERT
