// SPDX-License-Identifier: MIT
//! The memory of the EVM, and, with the feature `replay`, the audit of traces. Offsets and sizes are in bytes. What a call
//! means, `evmmem.h` and `evmmem_replay.h` say.
mod memory;
#[cfg(feature = "replay")]
mod replay;
pub mod sys;

pub use memory::{Error, Memory, Storage};
#[cfg(feature = "replay")]
pub use replay::{Finding, Options, Replay, ReplayError, Step, TransactionEnd, Verdict};
