// SPDX-License-Identifier: MIT
//! A frame's worth of memory: what a few instructions and a call do to it.
const evmmem = @import("evmmem.zig");

// With C's main and printf this compiles with every Zig: the standard library's change from version to version.
extern "c" fn printf(format: [*:0]const u8, ...) c_int;

fn run() evmmem.MemoryError!void {
    const memory = try evmmem.Memory.initWithLimit(evmmem.c.EVMMEM_UNLIMITED);
    defer memory.deinit();
    const gas = try memory.ensureCapacityGas(64);
    try memory.setU256(32, 42); // MSTORE
    try memory.copy(0, 32, 32); // MCOPY
    try memory.enterFrame(); // CALL
    try memory.setU256(0, 7);
    try memory.leaveFrame(0, 32, 0); // RETURN
    const first: u64 = @truncate(try memory.getU256(0));
    const second: u64 = @truncate(try memory.getU256(32));
    _ = printf("gas %lu, words %lu and %lu, size %lu, frames %lu\n", gas, first, second, memory.size(), memory.frameCount());
    if (memory.getByte(64)) |_| {} else |err| _ = printf("byte 64: %s\n", evmmem.message(err));
}

pub export fn main() c_int {
    run() catch |err| {
        _ = printf("%s\n", evmmem.message(err));
        return 1;
    };
    return 0;
}
