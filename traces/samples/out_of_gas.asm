; Gives a callee 800 gas, with which its memory outgrows it; sees the call fail; returns the size of what is
; then its return data, 0, and the call's flag, 0 as well.

        0x20 0 0 0                      ; size and offset of the output, of the input
        0 0x11 800                      ; value, callee, gas
        CALL
        0 MSTORE
        RETURNDATASIZE 0x20 MSTORE
        0x40 0 RETURN
