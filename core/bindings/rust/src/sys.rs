// SPDX-License-Identifier: MIT
//! The C interfaces as they are, `evmmem.h` and `evmmem_replay.h`: what is not wrapped can be called here.
#![allow(non_camel_case_types)]
use std::os::raw::{c_char, c_int, c_void};

#[repr(C)]
pub struct evmmem_memory {
    _opaque: [u8; 0],
}

pub const EVMMEM_REGION: c_int = 0;
pub const EVMMEM_DOUBLING: c_int = 1;
pub const EVMMEM_UNLIMITED: u64 = u64::MAX;

extern "C" {
    pub fn evmmem_error_message(error: c_int) -> *const c_char;
    pub fn evmmem_create(storage: c_int, limit: u64) -> *mut evmmem_memory;
    pub fn evmmem_create_with_frame_limit(storage: c_int, limit: u64) -> *mut evmmem_memory;
    pub fn evmmem_create_with_capacity(capacity: u64) -> *mut evmmem_memory;
    pub fn evmmem_destroy(memory: *mut evmmem_memory);
    pub fn evmmem_size(memory: *const evmmem_memory) -> u64;
    pub fn evmmem_ensure_capacity_gas(memory: *mut evmmem_memory, size: u64, gas: *mut u64) -> c_int;
    pub fn evmmem_get_byte(memory: *const evmmem_memory, offset: u64, value: *mut u8) -> c_int;
    pub fn evmmem_get_word(memory: *const evmmem_memory, offset: u64, word: *mut u8) -> c_int;
    pub fn evmmem_get_u256(memory: *const evmmem_memory, offset: u64, limbs: *mut u64) -> c_int;
    pub fn evmmem_get_slice(memory: *const evmmem_memory, offset: u64, size: u64, bytes: *mut *const u8) -> c_int;
    pub fn evmmem_set_byte(memory: *mut evmmem_memory, offset: u64, value: u8) -> c_int;
    pub fn evmmem_set_word(memory: *mut evmmem_memory, offset: u64, word: *const u8) -> c_int;
    pub fn evmmem_set_u256(memory: *mut evmmem_memory, offset: u64, limbs: *const u64) -> c_int;
    pub fn evmmem_set_data(memory: *mut evmmem_memory, offset: u64, data: *const u8, size: u64) -> c_int;
    pub fn evmmem_set_data_bounded(
        memory: *mut evmmem_memory,
        offset: u64,
        data: *const u8,
        data_size: u64,
        data_offset: u64,
        size: u64,
    ) -> c_int;
    pub fn evmmem_copy(memory: *mut evmmem_memory, target: u64, source: u64, size: u64) -> c_int;
    pub fn evmmem_frame_count(memory: *const evmmem_memory) -> u64;
    pub fn evmmem_enter_frame(memory: *mut evmmem_memory) -> c_int;
    pub fn evmmem_leave_frame(memory: *mut evmmem_memory, output: u64, size: u64, target: u64) -> c_int;
    pub fn evmmem_reset(memory: *mut evmmem_memory);
}

#[repr(C)]
pub struct evmmem_replay {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct evmmem_finding {
    pub struct_size: usize,
    pub check: *const c_char,
    pub source: *const c_char,
    pub op_name: *const c_char,
    pub claimed: *const c_char,
    pub computed: *const c_char,
    pub detail: *const c_char,
    pub line: u64,
    pub step: u64,
    pub pc: u64,
    pub frame: u64,
    pub transaction: u64,
    pub depth: u32,
    pub op: u8,
    pub is_warning: bool,
    pub has_bytes: bool,
    pub bytes_offset: u64,
    pub bytes_size: u64,
}

#[repr(C)]
pub struct evmmem_replay_options {
    pub struct_size: usize,
    pub fork: *const c_char,
    pub dialect: *const c_char,
    pub checks: *const c_char,
    pub calldata: *const u8,
    pub calldata_size: usize,
    pub code: *const u8,
    pub code_size: usize,
    pub memory_max: u64,
    pub hash_max: u64,
    pub copy_max: u64,
    pub line_max: u64,
    pub on_finding: Option<unsafe extern "C" fn(*mut c_void, *const evmmem_finding)>,
    pub context: *mut c_void,
    pub rules: *const c_char,
    pub changes: *const evmmem_rule,
    pub change_count: usize,
}

#[repr(C)]
pub struct evmmem_rule {
    pub key: *const c_char,
    pub number: u64,
}

pub const EVMMEM_SHOWS_GAS_COST: u64 = 1;
pub const EVMMEM_SHOWS_STACK: u64 = 2;
pub const EVMMEM_SHOWS_MEMORY_SIZE: u64 = 4;
pub const EVMMEM_SHOWS_MEMORY: u64 = 8;
pub const EVMMEM_SHOWS_RETURN_DATA: u64 = 16;
pub const EVMMEM_SHOWS_REFUND: u64 = 32;

#[repr(C)]
pub struct evmmem_step {
    pub struct_size: usize,
    pub shows: u64,
    pub pc: u64,
    pub gas: u64,
    pub gas_cost: u64,
    pub depth: u32,
    pub op: u8,
    pub stack_size: u32,
    pub stack: *const [u64; 4],
    pub memory: *const u8,
    pub memory_size: u64,
    pub return_data: *const u8,
    pub return_data_size: usize,
    pub refund: i64,
    pub error: *const c_char,
}

#[repr(C)]
pub struct evmmem_transaction_end {
    pub struct_size: usize,
    pub has_gas_used: bool,
    pub gas_used: u64,
    pub has_output: bool,
    pub output: *const u8,
    pub output_size: usize,
    pub error: *const c_char,
}

#[repr(C)]
pub struct evmmem_replay_result {
    pub struct_size: usize,
    pub verdict: c_int,
    pub why: *const c_char,
    pub dialect: *const c_char,
    pub forks: *const c_char,
    pub steps: u64,
    pub frames: u64,
    pub transactions: u64,
    pub findings: u64,
    pub warnings: u64,
    pub not_handed_out: u64,
    pub checks_made: u64,
    pub checks_impossible: u64,
    pub peak_memory_bytes: u64,
    pub expansions: u64,
    pub memory_gas: u64,
    pub has_reached_limit: bool,
}

#[cfg(feature = "replay")]
extern "C" {
    pub fn evmmem_replay_message(status: c_int) -> *const c_char;
    pub fn evmmem_replay_create(options: *const evmmem_replay_options, replay: *mut *mut evmmem_replay) -> c_int;
    pub fn evmmem_replay_destroy(replay: *mut evmmem_replay);
    pub fn evmmem_replay_feed(replay: *mut evmmem_replay, text: *const c_void, size: usize) -> c_int;
    pub fn evmmem_replay_step(replay: *mut evmmem_replay, step: *const evmmem_step) -> c_int;
    pub fn evmmem_replay_end_transaction(replay: *mut evmmem_replay, end: *const evmmem_transaction_end) -> c_int;
    pub fn evmmem_replay_finish(replay: *mut evmmem_replay, result: *mut evmmem_replay_result) -> c_int;
}
