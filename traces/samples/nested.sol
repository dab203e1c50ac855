// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// Calls within calls, each of which returns data of its own size, and one that reverts with a reason.
contract Nested {
    error Refused(uint256 depth);

    function down(uint256 depth) external returns (bytes32) {
        if (depth == 0) revert Refused(7);
        try this.down(depth - 1) returns (bytes32 hash) {
            return keccak256(abi.encode(depth, hash));
        } catch (bytes memory reason) {
            return keccak256(reason);
        }
    }
}
