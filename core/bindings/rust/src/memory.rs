// SPDX-License-Identifier: MIT
use crate::sys;
use std::{ffi::CStr, fmt, os::raw::c_int, ptr::NonNull};

/// An operation that was refused; memory is as it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The host refused the storage.
    OutOfMemory = 1,
    /// A read reaches beyond the memory's current size.
    InvalidOffset = 2,
    /// Offset + size is not representable in 64 bits.
    InvalidSize = 3,
    /// The memory's limit, or the call depth's.
    MemoryLimitExceeded = 4,
}

impl fmt::Display for Error {
    fn fmt(&self, target: &mut fmt::Formatter) -> fmt::Result {
        let message = unsafe { CStr::from_ptr(sys::evmmem_error_message(*self as c_int)) };
        target.write_str(&message.to_string_lossy())
    }
}

impl std::error::Error for Error {}

fn checked(error: c_int) -> Result<(), Error> {
    match error {
        0 => Ok(()),
        1 => Err(Error::OutOfMemory),
        2 => Err(Error::InvalidOffset),
        3 => Err(Error::InvalidSize),
        _ => Err(Error::MemoryLimitExceeded),
    }
}

/// How the bytes are kept: in a reserved range of addresses, or in one buffer that doubles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    Region = 0,
    Doubling = 1,
}

/// The memory of a transaction: that of the current frame, and of its callers below it.
pub struct Memory(NonNull<sys::evmmem_memory>);

// One thread at a time changes it; several may read it.
unsafe impl Send for Memory {}
unsafe impl Sync for Memory {}

impl Memory {
    /// All open frames together may have `limit` bytes; `sys::EVMMEM_UNLIMITED` for no limit.
    pub fn new(storage: Storage, limit: u64) -> Result<Self, Error> {
        NonNull::new(unsafe { sys::evmmem_create(storage as c_int, limit) }).map(Self).ok_or(Error::OutOfMemory)
    }

    /// MSIZE: a multiple of 32.
    pub fn size(&self) -> u64 {
        unsafe { sys::evmmem_size(self.0.as_ptr()) }
    }

    /// Grows to hold `size` bytes; the gas of the expansion.
    pub fn ensure_capacity_gas(&mut self, size: u64) -> Result<u64, Error> {
        let mut gas = 0;
        checked(unsafe { sys::evmmem_ensure_capacity_gas(self.0.as_ptr(), size, &mut gas) })?;
        Ok(gas)
    }

    pub fn byte(&self, offset: u64) -> Result<u8, Error> {
        let mut value = 0;
        checked(unsafe { sys::evmmem_get_byte(self.0.as_ptr(), offset, &mut value) })?;
        Ok(value)
    }

    /// 32 bytes, most significant first.
    pub fn word(&self, offset: u64) -> Result<[u8; 32], Error> {
        let mut word = [0; 32];
        checked(unsafe { sys::evmmem_get_word(self.0.as_ptr(), offset, word.as_mut_ptr()) })?;
        Ok(word)
    }

    /// MLOAD, which has grown memory before: limbs, least significant first, as ruint keeps them.
    pub fn u256(&self, offset: u64) -> Result<[u64; 4], Error> {
        let mut limbs = [0; 4];
        checked(unsafe { sys::evmmem_get_u256(self.0.as_ptr(), offset, limbs.as_mut_ptr()) })?;
        Ok(limbs)
    }

    /// A view of `size` bytes.
    pub fn slice(&self, offset: u64, size: u64) -> Result<&[u8], Error> {
        let mut bytes = std::ptr::null();
        checked(unsafe { sys::evmmem_get_slice(self.0.as_ptr(), offset, size, &mut bytes) })?;
        Ok(if size == 0 { &[] } else { unsafe { std::slice::from_raw_parts(bytes, size as usize) } })
    }

    /// MSTORE8.
    pub fn set_byte(&mut self, offset: u64, value: u8) -> Result<(), Error> {
        checked(unsafe { sys::evmmem_set_byte(self.0.as_ptr(), offset, value) })
    }

    pub fn set_word(&mut self, offset: u64, word: &[u8; 32]) -> Result<(), Error> {
        checked(unsafe { sys::evmmem_set_word(self.0.as_ptr(), offset, word.as_ptr()) })
    }

    /// MSTORE.
    pub fn set_u256(&mut self, offset: u64, limbs: &[u64; 4]) -> Result<(), Error> {
        checked(unsafe { sys::evmmem_set_u256(self.0.as_ptr(), offset, limbs.as_ptr()) })
    }

    pub fn set_data(&mut self, offset: u64, data: &[u8]) -> Result<(), Error> {
        checked(unsafe { sys::evmmem_set_data(self.0.as_ptr(), offset, data.as_ptr(), data.len() as u64) })
    }

    /// CALLDATACOPY and its like: zeros where `data` has nothing.
    pub fn set_data_bounded(&mut self, offset: u64, data: &[u8], data_offset: u64, size: u64) -> Result<(), Error> {
        let length = data.len() as u64;
        checked(unsafe {
            sys::evmmem_set_data_bounded(self.0.as_ptr(), offset, data.as_ptr(), length, data_offset, size)
        })
    }

    /// MCOPY.
    pub fn copy(&mut self, target: u64, source: u64, size: u64) -> Result<(), Error> {
        checked(unsafe { sys::evmmem_copy(self.0.as_ptr(), target, source, size) })
    }

    pub fn frame_count(&self) -> u64 {
        unsafe { sys::evmmem_frame_count(self.0.as_ptr()) }
    }

    /// CALL: an empty memory; the caller's stays below it.
    pub fn enter_frame(&mut self) -> Result<(), Error> {
        checked(unsafe { sys::evmmem_enter_frame(self.0.as_ptr()) })
    }

    /// RETURN: `size` bytes of `output` go to `target` of the caller's memory, which is the current one then.
    pub fn leave_frame(&mut self, output: u64, size: u64, target: u64) -> Result<(), Error> {
        checked(unsafe { sys::evmmem_leave_frame(self.0.as_ptr(), output, size, target) })
    }

    /// The next transaction's.
    pub fn reset(&mut self) {
        unsafe { sys::evmmem_reset(self.0.as_ptr()) }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        unsafe { sys::evmmem_destroy(self.0.as_ptr()) }
    }
}
