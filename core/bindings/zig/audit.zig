// SPDX-License-Identifier: MIT
//! Audits a trace: audit [TRACE]. Without one, six steps as a client's tracer would hand them over, whose MLOAD pushes a wrong
//! word. The exit code is the verdict's. `replay_c.zig` is what README.md's second command writes.
const std = @import("std");
const c = @import("replay_c.zig");

// With C's main and streams this compiles with every Zig: the standard library's change from version to version.
const File = opaque {};
extern "c" fn printf(format: [*:0]const u8, ...) c_int;
extern "c" fn putchar(character: c_int) c_int;
extern "c" fn fopen(path: [*:0]const u8, mode: [*:0]const u8) ?*File;
extern "c" fn fread(target: [*]u8, size: usize, count: usize, file: *File) usize;
extern "c" fn fclose(file: *File) c_int;

const Given = struct { op: u8, pc: u64, gas: u64, gas_cost: u64, memory_size: u64, stack: []const u256 };

/// PUSH1 42, PUSH0, MSTORE, PUSH0, MLOAD, STOP
const steps = [_]Given{
    .{ .op = 0x60, .pc = 0, .gas = 1000, .gas_cost = 3, .memory_size = 0, .stack = &.{} },
    .{ .op = 0x5f, .pc = 2, .gas = 997, .gas_cost = 2, .memory_size = 0, .stack = &.{42} },
    .{ .op = 0x52, .pc = 3, .gas = 995, .gas_cost = 6, .memory_size = 0, .stack = &.{ 42, 0 } },
    .{ .op = 0x5f, .pc = 4, .gas = 989, .gas_cost = 2, .memory_size = 32, .stack = &.{} },
    .{ .op = 0x51, .pc = 5, .gas = 987, .gas_cost = 3, .memory_size = 32, .stack = &.{0} },
    .{ .op = 0x00, .pc = 6, .gas = 984, .gas_cost = 0, .memory_size = 32, .stack = &.{43} },
};

/// Prints a text that may quote the trace.
fn print(text: [*c]const u8) void {
    var at: usize = 0;
    while (text[at] != 0) : (at += 1) {
        const byte = text[at];
        if (byte >= 0x20 and byte < 0x7f) {
            _ = putchar(byte);
        } else {
            _ = printf("\\x%02x", @as(c_uint, byte));
        }
    }
}

fn onFinding(context: ?*anyopaque, finding: [*c]const c.evmmem_finding) callconv(.c) void {
    const count: *u64 = @ptrCast(@alignCast(context.?));
    count.* += 1;
    const step: c_ulong = finding.*.step;
    _ = printf("%s at step %lu: ", finding.*.check, step);
    print(finding.*.claimed);
    _ = printf(", not ");
    print(finding.*.computed);
    _ = printf("\n");
}

/// A struct of C with its size, and all else 0.
fn sized(comptime T: type) T {
    var value = std.mem.zeroes(T);
    value.struct_size = @sizeOf(T);
    return value;
}

const Refused = error{Refused};

fn checked(status: anytype) Refused!void {
    if (status == c.EVMMEM_REPLAY_OK) return;
    _ = printf("%s\n", c.evmmem_replay_message(status));
    return error.Refused;
}

fn feed(replay: ?*c.evmmem_replay, path: [*:0]const u8) Refused!void {
    const trace = fopen(path, "rb") orelse {
        _ = printf("%s cannot be opened\n", path);
        return error.Refused;
    };
    defer _ = fclose(trace);
    var text: [1 << 16]u8 = undefined;
    while (true) {
        const size = fread(&text, 1, text.len, trace);
        if (size == 0) return;
        try checked(c.evmmem_replay_feed(replay, &text, size));
    }
}

fn audit(path: ?[*:0]const u8) Refused!c_int {
    var count: u64 = 0;
    var options = sized(c.evmmem_replay_options);
    if (path == null) options.fork = "cancun";
    options.on_finding = onFinding;
    options.context = &count;
    var replay: ?*c.evmmem_replay = null;
    try checked(c.evmmem_replay_create(&options, &replay));
    defer c.evmmem_replay_destroy(replay);
    if (path) |name| {
        try feed(replay, name);
    } else {
        for (&steps) |*given| {
            var step = sized(c.evmmem_step);
            step.shows = c.EVMMEM_SHOWS_GAS_COST | c.EVMMEM_SHOWS_STACK | c.EVMMEM_SHOWS_MEMORY_SIZE;
            step.op = given.op;
            step.pc = given.pc;
            step.gas = given.gas;
            step.gas_cost = given.gas_cost;
            step.depth = 1;
            step.memory_size = given.memory_size;
            step.stack_size = @intCast(given.stack.len);
            // A u256 is four limbs, least significant first. Some versions of translate-c lose the const.
            step.stack = @ptrCast(@constCast(given.stack.ptr));
            try checked(c.evmmem_replay_step(replay, &step));
        }
        var end = sized(c.evmmem_transaction_end);
        end.has_gas_used = true;
        end.gas_used = 16;
        try checked(c.evmmem_replay_end_transaction(replay, &end));
    }
    var result = sized(c.evmmem_replay_result);
    try checked(c.evmmem_replay_finish(replay, &result));
    _ = printf("%lu steps, verdict %u, %lu handed out\n", result.steps, @as(c_uint, @intCast(result.verdict)), count);
    return @intCast(result.verdict);
}

pub export fn main(argc: c_int, argv: [*]const ?[*:0]const u8) c_int {
    return audit(if (argc > 1) argv[1] else null) catch 2;
}
