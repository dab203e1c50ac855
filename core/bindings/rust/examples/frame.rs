// SPDX-License-Identifier: MIT
//! A frame's worth of memory: what a few instructions and a call do to it.
use evmmem::{sys::EVMMEM_UNLIMITED, Error, Memory, Storage};

fn main() -> Result<(), Error> {
    let mut memory = Memory::new(Storage::Region, EVMMEM_UNLIMITED)?;
    let gas = memory.ensure_capacity_gas(64)?;
    memory.set_u256(32, &[42, 0, 0, 0])?; // MSTORE
    memory.copy(0, 32, 32)?; // MCOPY
    memory.enter_frame()?; // CALL
    memory.set_u256(0, &[7, 0, 0, 0])?;
    memory.leave_frame(0, 32, 0)?; // RETURN
    let (first, second) = (memory.u256(0)?[0], memory.u256(32)?[0]);
    println!("gas {gas}, words {first} and {second}, size {}, frames {}", memory.size(), memory.frame_count());
    if let Err(error) = memory.byte(64) {
        println!("byte 64: {error}");
    }
    Ok(())
}
