// SPDX-License-Identifier: MIT
// What compilers make of memory, return data and calls, for scripts/soak. Each function of Programs takes
// (uint256, uint256, bytes) and is called with random ones.
pragma solidity ^0.8.0;

contract Child {
    uint256 public value;
    mapping(uint256 => bytes) notes;

    constructor(uint256 v) payable {
        require(v % 7 != 3, "not three");
        value = v;
    }

    function note(uint256 key, bytes calldata data) external payable returns (bytes32) {
        notes[key] = data;
        value += data.length;
        return keccak256(notes[key]);
    }

    function notesOf(uint256 key) external view returns (bytes memory) {
        return notes[key];
    }

    function fail(uint256 how, bytes calldata data) external view returns (uint256) {
        if (how % 6 == 0) revert(string(data));
        if (how % 6 == 1) assert(value == how);
        if (how % 6 == 2) return 1 / (how - how);
        if (how % 6 == 3) revert Refused(how, data);
        if (how % 6 == 4) assembly { invalid() }
        return how + type(uint256).max;
    }

    function destroy(address payable to) external {
        selfdestruct(to);
    }

    error Refused(uint256 how, bytes data);
}

contract Proxy {
    address immutable implementation;

    constructor(address target) payable {
        implementation = target;
    }

    fallback() external payable {
        address target = implementation;
        assembly {
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), target, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch ok
            case 0 { revert(0, returndatasize()) }
            default { return(0, returndatasize()) }
        }
    }
}

contract Programs {
    struct Row {
        uint256 id;
        bytes data;
        uint16[] small;
        string text;
        bytes4 tag;
    }

    uint256[] list;
    mapping(address => mapping(uint256 => Row)) rows;
    event Told(uint256 indexed a, bytes data, uint256[] list);

    function coding(uint256 a, uint256 b, bytes calldata data) external returns (bytes memory) {
        Row[] memory all = new Row[](a % 5);
        for (uint256 i = 0; i < all.length; i++) {
            all[i] = Row(i, data, new uint16[](b % 9), string(abi.encodePacked(data, "x", uint8(i))), bytes4(data.length > 3 ? bytes4(data[:4]) : bytes4(0)));
        }
        bytes memory coded = abi.encode(all, a, data);
        (Row[] memory back, uint256 again, bytes memory rest) = abi.decode(coded, (Row[], uint256, bytes));
        require(back.length == all.length && again == a && keccak256(rest) == keccak256(data));
        emit Told(a, coded, new uint256[](b % 3));
        return abi.encodeWithSignature("f(bytes,uint256[])", coded, list);
    }

    function badDecoding(uint256 a, uint256, bytes calldata data) external pure returns (bytes memory) {
        if (a % 2 == 0) return abi.decode(data, (bytes));
        (uint256[] memory numbers, string memory text) = abi.decode(data, (uint256[], string));
        return abi.encode(numbers, text);
    }

    function copying(uint256 a, uint256 b, bytes memory data) external pure returns (bytes memory joined) {
        for (uint256 i = 0; i < a % 6; i++) joined = bytes.concat(joined, data, bytes32(b), bytes1(uint8(i)));
        uint256[] memory numbers = new uint256[](b % 20);
        for (uint256 i = 0; i < numbers.length; i++) numbers[i] = uint256(keccak256(abi.encode(a, i)));
        for (uint256 i = 1; i < numbers.length; i++) {
            for (uint256 j = i; j > 0 && numbers[j - 1] > numbers[j]; j--) (numbers[j - 1], numbers[j]) = (numbers[j], numbers[j - 1]);
        }
        return abi.encodePacked(joined, numbers);
    }

    function factory(uint256 a, uint256 b, bytes calldata data) external payable returns (uint256 seen) {
        for (uint256 i = 0; i < 1 + a % 3; i++) {
            try new Child{value: 0}(b + i) returns (Child child) {
                child.note(i, data);
                seen += child.value();
                if (b % 5 == 0) child.destroy(payable(address(this)));
                seen += address(child).code.length;
            } catch Error(string memory reason) {
                seen += bytes(reason).length;
            }
        }
    }

    function proxied(uint256 a, uint256 b, bytes calldata data) external returns (bytes memory) {
        Child child = new Child(b % 7 == 3 ? 1 : b);
        Child proxy = Child(address(new Proxy(address(child))));
        proxy.note(a, data);
        try proxy.fail(a, data) returns (uint256) {} catch (bytes memory reason) { return reason; }
        return proxy.notesOf(a);
    }

    function catching(uint256 a, uint256 b, bytes calldata data) external returns (uint256, bytes memory) {
        Child child = new Child(8);
        uint256 gas_ = b % 2 == 0 ? gasleft() : b % 60000;
        try child.fail{gas: gas_}(a, data) returns (uint256 v) { return (v, ""); }
        catch Error(string memory reason) { return (1, bytes(reason)); }
        catch Panic(uint256 code) { return (code, ""); }
        catch (bytes memory reason) { return (3, reason); }
    }

    function keeping(uint256 a, uint256 b, bytes calldata data) external returns (bytes memory) {
        for (uint256 i = 0; i < a % 7; i++) list.push(b + i);
        Row storage row = rows[msg.sender][a];
        row.data = data;
        row.text = "a short text";
        row.small.push(uint16(b));
        Row memory copy = row;
        if (b % 2 == 0) delete rows[msg.sender][a];
        if (b % 3 == 0) delete list;
        while (list.length > 3) list.pop();
        return abi.encode(copy, list);
    }

    function hashing(uint256 a, uint256 b, bytes calldata data) external view returns (bytes memory) {
        return abi.encode(sha256(data), ripemd160(data), ecrecover(keccak256(data), uint8(27 + a % 2), bytes32(b), bytes32(a)),
            addmod(a, b, 97), mulmod(a, b, type(uint256).max), block.number, blockhash(block.number - 1), gasleft());
    }

    function lowLevel(uint256 a, uint256 b, bytes calldata data) external returns (bytes memory all) {
        address[4] memory targets = [address(this), address(4), address(uint160(a)), address(uint160(b % 20))];
        for (uint256 i = 0; i < 4; i++) {
            (bool ok, bytes memory told) = targets[i].call{gas: 20000 + b % 30000}(data);
            (bool ok2, bytes memory told2) = targets[i].staticcall{gas: 20000}(abi.encodeCall(this.keeping, (a, b, data)));
            (bool ok3, ) = targets[i].delegatecall{gas: 5000}(data);
            all = abi.encode(all.length, ok, told, ok2, told2.length, ok3);
        }
    }

    receive() external payable {}
}
