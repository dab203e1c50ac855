// SPDX-License-Identifier: MIT
//! A plug-in for `evmmem bench` in Rust: one vector for all frames, a child begins where its parent ends.
//! Build: rustc --edition 2021 -O --crate-type cdylib plain_memory.rs -o plain_memory.so
//! Run:   evmmem bench --backend evmmem,./plain_memory.so
#![deny(warnings)]

use std::ffi::{c_char, c_int, c_void};

// core/evmmem_backend.h, version 1.
#[repr(C)]
pub struct Op {
    offset: u64,
    size: u64,
    source: u64,
    kind: u32,
    reserved: u32,
}

#[repr(C)]
pub struct Run {
    data: *const u8,
    data_size: u64,
    output: *mut u8,
    output_size: u64,
    checksum: u64,
    size: u64,
    word: [u64; 4],
}

#[repr(C)]
pub struct Backend {
    version: u32,
    struct_size: u32,
    name: *const c_char,
    description: *const c_char,
    create: extern "C" fn() -> *mut c_void,
    destroy: extern "C" fn(*mut c_void),
    reset: extern "C" fn(*mut c_void),
    run: extern "C" fn(*mut c_void, *const Op, usize, *mut Run) -> c_int,
}

// SAFETY: nothing in it ever changes.
unsafe impl Sync for Backend {}

#[derive(Default)]
struct Memory {
    bytes: Vec<u8>,      // all frames, outermost first
    parents: Vec<usize>, // where each frame's parent begins
    base: usize,         // where the current frame begins
}

impl Memory {
    /// The bytes of the current frame, after growing it to hold `size` bytes from `offset` on.
    fn touch(&mut self, offset: u64, size: u64) -> &mut [u8] {
        let needed = self.base + ((offset + size) as usize).div_ceil(32) * 32;
        if needed > self.bytes.len() {
            self.bytes.resize(needed, 0);
        }
        &mut self.bytes[self.base..]
    }

    fn slice(&mut self, offset: u64, size: u64) -> &mut [u8] {
        &mut self.touch(offset, size)[offset as usize..(offset + size) as usize]
    }

    fn leave(&mut self) {
        self.bytes.truncate(self.base);
        self.base = self.parents.pop().expect("an open frame");
    }

    fn reset(&mut self) {
        self.bytes.clear();
        self.parents.clear();
        self.base = 0;
    }

    fn apply(&mut self, op: &Op, run: &mut Run, data: &[u8], output: &mut [u8]) {
        let size = op.size as usize;
        match op.kind {
            0 => {
                let target = self.slice(op.offset, 32);
                for (bytes, limb) in target
                    .rchunks_exact_mut(8)
                    .zip([op.source, op.size, !op.source, !op.size])
                {
                    bytes.copy_from_slice(&limb.to_be_bytes());
                }
            }
            1 => {
                let source = self.slice(op.offset, 32);
                for (limb, bytes) in run.word.iter_mut().zip(source.rchunks_exact(8)) {
                    *limb = u64::from_be_bytes(bytes.try_into().expect("8 bytes"));
                }
                run.checksum =
                    run.checksum.rotate_left(5) ^ run.word[0].wrapping_add(run.word[3]);
            }
            2 => self.slice(op.offset, 1)[0] = op.source as u8,
            3 => {
                let bytes = self.touch(op.offset.max(op.source), op.size);
                let source = op.source as usize;
                bytes.copy_within(source..source + size, op.offset as usize);
            }
            4 => {
                let data = &data[data.len().min(op.source as usize)..];
                let copied = size.min(data.len());
                let target = self.slice(op.offset, op.size);
                target[..copied].copy_from_slice(&data[..copied]);
                target[copied..].fill(0);
            }
            5 => output[..size].copy_from_slice(self.slice(op.offset, op.size)),
            6 => {
                self.touch(0, op.size);
            }
            7 => {
                self.parents.push(self.base);
                self.base = self.bytes.len();
            }
            8 => {
                if size != 0 {
                    output[..size].copy_from_slice(self.slice(op.source, op.size));
                }
                self.leave();
                if size != 0 {
                    self.slice(op.offset, op.size).copy_from_slice(&output[..size]);
                }
            }
            9 => self.reset(),
            _ => unreachable!("the interface has no other operation"),
        }
    }
}

extern "C" fn create() -> *mut c_void {
    Box::into_raw(Box::<Memory>::default()).cast()
}

extern "C" fn destroy(memory: *mut c_void) {
    // SAFETY: it comes from create().
    drop(unsafe { Box::from_raw(memory.cast::<Memory>()) });
}

extern "C" fn reset(memory: *mut c_void) {
    // SAFETY: it comes from create(), and one thread at a time uses it.
    unsafe { &mut *memory.cast::<Memory>() }.reset();
}

extern "C" fn run(memory: *mut c_void, ops: *const Op, count: usize, run: *mut Run) -> c_int {
    // SAFETY: the host promises all of these for the time of the call.
    let (memory, ops, run) = unsafe {
        (&mut *memory.cast::<Memory>(), std::slice::from_raw_parts(ops, count), &mut *run)
    };
    let slice = |at: *const u8, size: u64| match size {
        0 => &[][..],
        // SAFETY: as above.
        _ => unsafe { std::slice::from_raw_parts(at, size as usize) },
    };
    let data = slice(run.data, run.data_size);
    let output = match run.output_size {
        0 => &mut [][..],
        // SAFETY: as above, and nothing else views the output.
        size => unsafe { std::slice::from_raw_parts_mut(run.output, size as usize) },
    };
    for op in ops {
        memory.apply(op, run, data, output);
    }
    run.size = (memory.bytes.len() - memory.base) as u64;
    0
}

#[no_mangle]
pub extern "C" fn evmmem_backend_get() -> *const Backend {
    static BACKEND: Backend = Backend {
        version: 1,
        struct_size: std::mem::size_of::<Backend>() as u32,
        name: c"plain-rust".as_ptr(),
        description: c"An example in Rust: one vector for all frames.".as_ptr(),
        create,
        destroy,
        reset,
        run,
    };
    &BACKEND
}
