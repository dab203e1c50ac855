// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// Deploys by CREATE2, reads the code back by EXTCODECOPY, and moves memory by MCOPY, both ways.
contract Child {
    fallback(bytes calldata input) external returns (bytes memory) {
        return input;
    }
}

contract Factory {
    fallback() external {
        Child child = new Child{salt: bytes32(uint256(1))}();
        assembly {
            let start := mload(0x40)
            extcodecopy(child, start, 0, 0x20)
            mcopy(add(start, 1), start, 0x40)
            mcopy(start, add(start, 0x21), 0x40)
            mcopy(add(start, 0x60), start, 0x20)
            pop(call(gas(), child, 0, start, 0x41, start, 0x80))
            mstore(0, keccak256(start, 0x80))
            return(0, 0x20)
        }
    }
}
