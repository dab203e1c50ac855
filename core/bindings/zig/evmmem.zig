// SPDX-License-Identifier: MIT
//! The memory of the EVM, for Zig: `evmmem.h` as translate-c gives it, with its error codes as errors. Offsets and sizes are
//! in bytes. `evmmem_c.zig` is what README.md's first command makes of it.
pub const c = @import("evmmem_c.zig");

pub const MemoryError = error{ OutOfMemory, InvalidOffset, InvalidSize, MemoryLimitExceeded };

fn checked(code: anytype) MemoryError!void {
    return switch (code) {
        c.EVMMEM_OK => {},
        c.EVMMEM_OUT_OF_MEMORY => error.OutOfMemory,
        c.EVMMEM_INVALID_OFFSET => error.InvalidOffset,
        c.EVMMEM_INVALID_SIZE => error.InvalidSize,
        else => error.MemoryLimitExceeded,
    };
}

/// The sentence for users.
pub fn message(err: MemoryError) [*:0]const u8 {
    return c.evmmem_error_message(switch (err) {
        error.OutOfMemory => c.EVMMEM_OUT_OF_MEMORY,
        error.InvalidOffset => c.EVMMEM_INVALID_OFFSET,
        error.InvalidSize => c.EVMMEM_INVALID_SIZE,
        error.MemoryLimitExceeded => c.EVMMEM_MEMORY_LIMIT_EXCEEDED,
    });
}

/// The memory of a transaction: that of the current frame, and of its callers below it.
pub const Memory = struct {
    memory: *c.evmmem_memory,

    /// All open frames together may have `limit` bytes; `c.EVMMEM_UNLIMITED` for no limit.
    pub fn initWithLimit(limit: u64) MemoryError!Memory {
        return .{ .memory = c.evmmem_create(c.EVMMEM_REGION, limit) orelse return error.OutOfMemory };
    }

    pub fn deinit(self: Memory) void {
        c.evmmem_destroy(self.memory);
    }

    /// MSIZE: a multiple of 32.
    pub fn size(self: Memory) u64 {
        return c.evmmem_size(self.memory);
    }

    /// Grows to hold `bytes`; the gas of the expansion.
    pub fn ensureCapacityGas(self: Memory, bytes: u64) MemoryError!u64 {
        var gas: u64 = 0;
        try checked(c.evmmem_ensure_capacity_gas(self.memory, bytes, &gas));
        return gas;
    }

    pub fn getByte(self: Memory, offset: u64) MemoryError!u8 {
        var value: u8 = 0;
        try checked(c.evmmem_get_byte(self.memory, offset, &value));
        return value;
    }

    /// MLOAD, which has grown memory before.
    pub fn getU256(self: Memory, offset: u64) MemoryError!u256 {
        var limbs: [4]u64 = undefined;
        try checked(c.evmmem_get_u256(self.memory, offset, &limbs));
        return @bitCast(limbs);
    }

    pub fn getSlice(self: Memory, offset: u64, bytes: u64) MemoryError![]const u8 {
        if (bytes == 0) return &.{};
        var view: [*c]const u8 = null;
        try checked(c.evmmem_get_slice(self.memory, offset, bytes, &view));
        return view[0..@intCast(bytes)];
    }

    /// MSTORE8.
    pub fn setByte(self: Memory, offset: u64, value: u8) MemoryError!void {
        try checked(c.evmmem_set_byte(self.memory, offset, value));
    }

    /// MSTORE.
    pub fn setU256(self: Memory, offset: u64, value: u256) MemoryError!void {
        const limbs: [4]u64 = @bitCast(value);
        try checked(c.evmmem_set_u256(self.memory, offset, &limbs));
    }

    pub fn setData(self: Memory, offset: u64, data: []const u8) MemoryError!void {
        try checked(c.evmmem_set_data(self.memory, offset, data.ptr, data.len));
    }

    /// CALLDATACOPY and its like: zeros where `data` has nothing.
    pub fn setDataBounded(self: Memory, offset: u64, data: []const u8, data_offset: u64, bytes: u64) MemoryError!void {
        try checked(c.evmmem_set_data_bounded(self.memory, offset, data.ptr, data.len, data_offset, bytes));
    }

    /// MCOPY.
    pub fn copy(self: Memory, target: u64, source: u64, bytes: u64) MemoryError!void {
        try checked(c.evmmem_copy(self.memory, target, source, bytes));
    }

    pub fn frameCount(self: Memory) u64 {
        return c.evmmem_frame_count(self.memory);
    }

    /// CALL: an empty memory; the caller's stays below it.
    pub fn enterFrame(self: Memory) MemoryError!void {
        try checked(c.evmmem_enter_frame(self.memory));
    }

    /// RETURN: `bytes` of `output` go to `target` of the caller's memory, which is the current one then.
    pub fn leaveFrame(self: Memory, output: u64, bytes: u64, target: u64) MemoryError!void {
        try checked(c.evmmem_leave_frame(self.memory, output, bytes, target));
    }

    /// The next transaction's.
    pub fn reset(self: Memory) void {
        c.evmmem_reset(self.memory);
    }
};
