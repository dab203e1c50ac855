// SPDX-License-Identifier: MIT
use crate::sys;
use std::{
    ffi::{CStr, CString},
    fmt, mem,
    os::raw::{c_char, c_int, c_void},
    panic::{catch_unwind, resume_unwind, AssertUnwindSafe},
    ptr,
};

/// A refused call, with the number of `evmmem_replay.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplayError(pub c_int);

impl fmt::Display for ReplayError {
    fn fmt(&self, target: &mut fmt::Formatter) -> fmt::Result {
        target.write_str(&unsafe { text(sys::evmmem_replay_message(self.0)) })
    }
}

impl std::error::Error for ReplayError {}

unsafe fn text(from: *const c_char) -> String {
    CStr::from_ptr(from).to_string_lossy().into_owned()
}

/// A text for C; what follows a 0 in it would be lost, so it is refused.
fn text_for_c(text: &Option<String>) -> Result<Option<CString>, ReplayError> {
    text.as_deref().map(CString::new).transpose().map_err(|_| ReplayError(2))
}

fn pointer(text: &Option<CString>) -> *const c_char {
    text.as_ref().map_or(ptr::null(), |text| text.as_ptr())
}

/// A claim of the trace that is wrong. Some texts quote the trace: escape them before printing.
#[derive(Clone, Debug)]
pub struct Finding {
    pub check: String,
    pub source: String,
    pub op_name: String,
    pub claimed: String,
    pub computed: String,
    pub detail: String,
    pub line: u64,
    pub step: u64,
    pub pc: u64,
    pub frame: u64,
    pub transaction: u64,
    pub depth: u32,
    pub op: u8,
    pub is_warning: bool,
    /// Offset and size of the bytes that it is about.
    pub bytes: Option<(u64, u64)>,
}

/// All is found out where nothing is given.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub fork: Option<String>,
    pub dialect: Option<String>,
    pub checks: Option<String>,
    /// Published rules in the place of the forks' own.
    pub rules: Option<String>,
    /// Numbers of the rules on top of these, by their keys; u64::MAX for none.
    pub changes: Vec<(String, u64)>,
    pub calldata: Option<Vec<u8>>,
    pub code: Option<Vec<u8>>,
}

/// The state before an instruction; None for what the tracer does not show.
#[derive(Clone, Copy, Debug, Default)]
pub struct Step<'a> {
    pub pc: u64,
    pub gas: u64,
    pub depth: u32,
    pub op: u8,
    pub gas_cost: Option<u64>,
    /// Bottom first; limbs, least significant first, as ruint keeps them.
    pub stack: Option<&'a [[u64; 4]]>,
    /// All of the current frame's.
    pub memory: Option<&'a [u8]>,
    /// In bytes; where `memory` is given, it says the size, too.
    pub memory_size: Option<u64>,
    pub return_data: Option<&'a [u8]>,
    pub refund: Option<i64>,
    /// Why the step fails, where that is known.
    pub error: Option<&'a CStr>,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct TransactionEnd<'a> {
    pub gas_used: Option<u64>,
    pub output: Option<&'a [u8]>,
    pub error: Option<&'a CStr>,
}

/// The verdict's number is the program's exit code: 0 agrees, 1 findings, 3 incomplete, 10 unreadable.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub verdict: i32,
    /// What is missing, a sentence a line; it quotes the trace.
    pub why: String,
    pub dialect: String,
    pub forks: String,
    pub steps: u64,
    pub frames: u64,
    pub transactions: u64,
    pub findings: u64,
    pub warnings: u64,
    pub checks_made: u64,
    pub checks_impossible: u64,
    pub memory_gas: u64,
}

struct Callback<'a> {
    on_finding: Box<dyn FnMut(Finding) + 'a>,
    panicked: Option<Box<dyn std::any::Any + Send>>,
}

unsafe extern "C" fn hand_out(context: *mut c_void, finding: *const sys::evmmem_finding) {
    let callback = &mut *(context as *mut Callback);
    if callback.panicked.is_some() {
        return;
    }
    let from = &*finding;
    let finding = Finding {
        check: text(from.check),
        source: text(from.source),
        op_name: text(from.op_name),
        claimed: text(from.claimed),
        computed: text(from.computed),
        detail: text(from.detail),
        line: from.line,
        step: from.step,
        pc: from.pc,
        frame: from.frame,
        transaction: from.transaction,
        depth: from.depth,
        op: from.op,
        is_warning: from.is_warning,
        bytes: from.has_bytes.then(|| (from.bytes_offset, from.bytes_size)),
    };
    // No panic may cross C.
    callback.panicked = catch_unwind(AssertUnwindSafe(|| (callback.on_finding)(finding))).err();
}

/// An audit of one trace, given as text or step by step.
pub struct Replay<'a> {
    replay: *mut sys::evmmem_replay,
    // The library has its address.
    callback: *mut Callback<'a>,
}

impl<'a> Replay<'a> {
    /// `on_finding` is called during the other calls, on the same thread.
    pub fn new(options: &Options, on_finding: impl FnMut(Finding) + 'a) -> Result<Self, ReplayError> {
        let (fork, dialect, checks) =
            (text_for_c(&options.fork)?, text_for_c(&options.dialect)?, text_for_c(&options.checks)?);
        let rules = text_for_c(&options.rules)?;
        let keys = options.changes.iter().map(|(key, _)| CString::new(key.as_str())).collect::<Result<Vec<_>, _>>();
        let keys = keys.map_err(|_| ReplayError(2))?;
        let changes: Vec<_> =
            keys.iter().zip(&options.changes).map(|(key, &(_, number))| sys::evmmem_rule { key: key.as_ptr(), number }).collect();
        let callback = Box::into_raw(Box::new(Callback { on_finding: Box::new(on_finding), panicked: None }));
        // Not created yet: dropping it after an error frees the callback alone.
        let mut created = Self { replay: ptr::null_mut(), callback };
        let given = sys::evmmem_replay_options {
            struct_size: mem::size_of::<sys::evmmem_replay_options>(),
            fork: pointer(&fork),
            dialect: pointer(&dialect),
            checks: pointer(&checks),
            calldata: options.calldata.as_ref().map_or(ptr::null(), |data| data.as_ptr()),
            calldata_size: options.calldata.as_ref().map_or(0, Vec::len),
            code: options.code.as_ref().map_or(ptr::null(), |code| code.as_ptr()),
            code_size: options.code.as_ref().map_or(0, Vec::len),
            memory_max: 0,
            hash_max: 0,
            copy_max: 0,
            line_max: 0,
            on_finding: Some(hand_out),
            context: callback as *mut c_void,
            rules: pointer(&rules),
            changes: changes.as_ptr(),
            change_count: changes.len(),
        };
        let status = unsafe { sys::evmmem_replay_create(&given, &mut created.replay) };
        created.checked(status)?;
        Ok(created)
    }

    fn checked(&mut self, status: c_int) -> Result<(), ReplayError> {
        if let Some(panicked) = unsafe { (*self.callback).panicked.take() } {
            resume_unwind(panicked);
        }
        if status == 0 {
            Ok(())
        } else {
            Err(ReplayError(status))
        }
    }

    /// The next bytes of the trace, plain or compressed, split anywhere.
    pub fn feed(&mut self, text: &[u8]) -> Result<(), ReplayError> {
        let status = unsafe { sys::evmmem_replay_feed(self.replay, text.as_ptr() as *const c_void, text.len()) };
        self.checked(status)
    }

    pub fn step(&mut self, step: &Step) -> Result<(), ReplayError> {
        let shown = [
            (sys::EVMMEM_SHOWS_GAS_COST, step.gas_cost.is_some()),
            (sys::EVMMEM_SHOWS_STACK, step.stack.is_some()),
            (sys::EVMMEM_SHOWS_MEMORY_SIZE, step.memory_size.is_some()),
            (sys::EVMMEM_SHOWS_MEMORY, step.memory.is_some()),
            (sys::EVMMEM_SHOWS_RETURN_DATA, step.return_data.is_some()),
            (sys::EVMMEM_SHOWS_REFUND, step.refund.is_some()),
        ];
        let stack = step.stack.unwrap_or(&[]);
        let given = sys::evmmem_step {
            struct_size: mem::size_of::<sys::evmmem_step>(),
            shows: shown.iter().map(|(bit, is_shown)| if *is_shown { *bit } else { 0 }).sum(),
            pc: step.pc,
            gas: step.gas,
            gas_cost: step.gas_cost.unwrap_or(0),
            depth: step.depth,
            op: step.op,
            stack_size: u32::try_from(stack.len()).unwrap_or(u32::MAX),
            stack: stack.as_ptr(),
            memory: step.memory.map_or(ptr::null(), <[u8]>::as_ptr),
            memory_size: step.memory.map_or(step.memory_size.unwrap_or(0), |memory| memory.len() as u64),
            return_data: step.return_data.map_or(ptr::null(), <[u8]>::as_ptr),
            return_data_size: step.return_data.map_or(0, <[u8]>::len),
            refund: step.refund.unwrap_or(0),
            error: step.error.map_or(ptr::null(), CStr::as_ptr),
        };
        let status = unsafe { sys::evmmem_replay_step(self.replay, &given) };
        self.checked(status)
    }

    pub fn end_transaction(&mut self, end: &TransactionEnd) -> Result<(), ReplayError> {
        let given = sys::evmmem_transaction_end {
            struct_size: mem::size_of::<sys::evmmem_transaction_end>(),
            has_gas_used: end.gas_used.is_some(),
            gas_used: end.gas_used.unwrap_or(0),
            has_output: end.output.is_some(),
            output: end.output.map_or(ptr::null(), <[u8]>::as_ptr),
            output_size: end.output.map_or(0, <[u8]>::len),
            error: end.error.map_or(ptr::null(), CStr::as_ptr),
        };
        let status = unsafe { sys::evmmem_replay_end_transaction(self.replay, &given) };
        self.checked(status)
    }

    /// Ends the trace, and hands out the findings that wait.
    pub fn finish(mut self) -> Result<Verdict, ReplayError> {
        let mut result: sys::evmmem_replay_result = unsafe { mem::zeroed() };
        result.struct_size = mem::size_of::<sys::evmmem_replay_result>();
        let status = unsafe { sys::evmmem_replay_finish(self.replay, &mut result) };
        self.checked(status)?;
        Ok(unsafe {
            Verdict {
                verdict: result.verdict,
                why: text(result.why),
                dialect: text(result.dialect),
                forks: text(result.forks),
                steps: result.steps,
                frames: result.frames,
                transactions: result.transactions,
                findings: result.findings,
                warnings: result.warnings,
                checks_made: result.checks_made,
                checks_impossible: result.checks_impossible,
                memory_gas: result.memory_gas,
            }
        })
    }
}

impl Drop for Replay<'_> {
    fn drop(&mut self) {
        unsafe {
            sys::evmmem_replay_destroy(self.replay);
            drop(Box::from_raw(self.callback));
        }
    }
}
