// SPDX-License-Identifier: MIT
//! Audits a trace: audit [TRACE]. Without one, six steps as a client's tracer would hand them over, whose MLOAD pushes a
//! wrong word. The exit code is the verdict's.
use evmmem::{Options, Replay, Step, TransactionEnd};
use std::{cell::Cell, error::Error, fs::File, io::Read};

const fn small(value: u64) -> [u64; 4] {
    [value, 0, 0, 0]
}

/// PUSH1 42, PUSH0, MSTORE, PUSH0, MLOAD, STOP: op, pc, gas, gas cost, memory's size, stack.
const STEPS: [(u8, u64, u64, u64, u64, &[[u64; 4]]); 6] = [
    (0x60, 0, 1000, 3, 0, &[]),
    (0x5f, 2, 997, 2, 0, &[small(42)]),
    (0x52, 3, 995, 6, 0, &[small(42), small(0)]),
    (0x5f, 4, 989, 2, 32, &[]),
    (0x51, 5, 987, 3, 32, &[small(0)]),
    (0x00, 6, 984, 0, 32, &[small(43)]),
];

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1);
    let count = Cell::new(0);
    let options = Options { fork: path.is_none().then(|| "cancun".into()), ..Options::default() };
    let mut replay = Replay::new(&options, |finding| {
        count.set(count.get() + 1);
        let (claimed, computed) = (finding.claimed.escape_default(), finding.computed.escape_default());
        println!("{} at step {}: {claimed}, not {computed}", finding.check, finding.step);
    })?;
    if let Some(path) = path {
        let mut trace = File::open(path)?;
        let mut text = vec![0; 1 << 16];
        loop {
            match trace.read(&mut text)? {
                0 => break,
                size => replay.feed(&text[..size])?,
            }
        }
    } else {
        for (op, pc, gas, gas_cost, memory_size, stack) in STEPS {
            replay.step(&Step {
                op,
                pc,
                gas,
                depth: 1,
                gas_cost: Some(gas_cost),
                memory_size: Some(memory_size),
                stack: Some(stack),
                ..Step::default()
            })?;
        }
        replay.end_transaction(&TransactionEnd { gas_used: Some(16), ..TransactionEnd::default() })?;
    }
    let result = replay.finish()?;
    println!("{} steps, verdict {}, {} handed out", result.steps, result.verdict, count.get());
    std::process::exit(result.verdict)
}
