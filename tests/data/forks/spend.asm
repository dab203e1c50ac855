        1 0x8000 MSTORE
