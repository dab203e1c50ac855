// SPDX-License-Identifier: MIT
//! revm's SharedMemory behind core/evmmem_backend.h: its own code does the work, this only hands it operations, as
//! its interpreter does (grow to whole words first, then touch).
#![deny(warnings)]

use revm_interpreter::interpreter::num_words;
use revm_interpreter::primitives::U256;
use revm_interpreter::SharedMemory;
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

/// The memories of the open frames, outermost first; they share one buffer.
struct Frames(Vec<SharedMemory>);

impl Frames {
    fn new() -> Self {
        let mut frames = Vec::with_capacity(1025);
        frames.push(SharedMemory::new());
        Self(frames)
    }

    fn current(&mut self) -> &mut SharedMemory {
        self.0.last_mut().expect("the outermost frame is always open")
    }

    /// The current frame, holding `size` bytes from `offset` on.
    fn touch(&mut self, offset: u64, size: u64) -> &mut SharedMemory {
        let memory = self.current();
        let needed = num_words((offset + size) as usize) * 32;
        if needed > memory.len() {
            memory.resize(needed);
        }
        memory
    }

    fn leave(&mut self) {
        self.0.pop();
        self.current().free_child_context();
    }

    fn reset(&mut self) {
        while self.0.len() > 1 {
            self.leave();
        }
        // The outermost frame is ended as a child is, by truncating the buffer that all share.
        self.current().resize(0);
    }

    #[inline(always)]
    fn apply(&mut self, op: &Op, run: &mut Run, data: &[u8], output: &mut [u8]) {
        let (offset, source, size) = (op.offset as usize, op.source as usize, op.size as usize);
        match op.kind {
            0 => {
                let word = U256::from_limbs(std::hint::black_box([
                    op.source, op.size, !op.source, !op.size,
                ]));
                self.touch(op.offset, 32).set_u256(offset, word);
            }
            1 => {
                run.word = *self.touch(op.offset, 32).get_u256(offset).as_limbs();
                run.checksum =
                    run.checksum.rotate_left(5) ^ run.word[0].wrapping_add(run.word[3]);
            }
            2 => self.touch(op.offset, 1).set_byte(offset, op.source as u8),
            3 => self.touch(op.offset.max(op.source), op.size).copy(offset, source, size),
            4 => self.touch(op.offset, op.size).set_data(offset, source, size, data),
            5 => output[..size].copy_from_slice(&self.touch(op.offset, op.size).slice_len(offset, size)),
            6 => {
                self.touch(0, op.size);
            }
            7 => {
                let child = self.current().new_child_context();
                self.0.push(child);
            }
            8 => {
                if size != 0 {
                    output[..size]
                        .copy_from_slice(&self.touch(op.source, op.size).slice_len(source, size));
                }
                self.leave();
                if size != 0 {
                    self.touch(op.offset, op.size).set(offset, &output[..size]);
                }
            }
            9 => self.reset(),
            _ => unreachable!("the interface has no other operation"),
        }
    }
}

extern "C" fn create() -> *mut c_void {
    Box::into_raw(Box::new(Frames::new())).cast()
}

extern "C" fn destroy(frames: *mut c_void) {
    // SAFETY: it comes from create().
    drop(unsafe { Box::from_raw(frames.cast::<Frames>()) });
}

extern "C" fn reset(frames: *mut c_void) {
    // SAFETY: it comes from create(), and one thread at a time uses it.
    unsafe { &mut *frames.cast::<Frames>() }.reset();
}

extern "C" fn run(frames: *mut c_void, ops: *const Op, count: usize, run: *mut Run) -> c_int {
    // SAFETY: the host promises all of these for the time of the call.
    let (frames, ops, run) = unsafe {
        (&mut *frames.cast::<Frames>(), std::slice::from_raw_parts(ops, count), &mut *run)
    };
    let data = match run.data_size {
        0 => &[][..],
        // SAFETY: as above.
        size => unsafe { std::slice::from_raw_parts(run.data, size as usize) },
    };
    let output = match run.output_size {
        0 => &mut [][..],
        // SAFETY: as above, and nothing else views the output.
        size => unsafe { std::slice::from_raw_parts_mut(run.output, size as usize) },
    };
    for op in ops {
        frames.apply(op, run, data, output);
    }
    run.size = frames.current().len() as u64;
    0
}

#[no_mangle]
pub extern "C" fn evmmem_backend_get() -> *const Backend {
    static BACKEND: Backend = Backend {
        version: 1,
        struct_size: std::mem::size_of::<Backend>() as u32,
        name: c"revm".as_ptr(),
        description: c"revm's SharedMemory, from its revm-interpreter crate.".as_ptr(),
        create,
        destroy,
        reset,
        run,
    };
    &BACKEND
}
