// SPDX-License-Identifier: MIT
//! Runs state tests in revm and writes its own EIP-3155 inspector's lines. One request a line on standard input,
//! {"test": PATH, "trace": PATH, "memory": bool, "summary": bool}, and one answer a line on standard output:
//! {"forks": [names in the order of the trace], "refused": [reasons of transactions that did not run]}.

use revm::{
    context::CfgEnv,
    database::State,
    inspector::{inspectors::TracerEip3155, InspectCommitEvm},
    primitives::{hardfork::SpecId, U256},
    statetest_types::{SpecName, TestSuite, TestUnit},
    Context, MainBuilder, MainContext,
};
use serde_json::{json, Value};
use std::{
    error::Error,
    fs::{read_to_string, File},
    io::{stdin, stdout, BufRead, Write},
};

fn tracer(file: &File, request: &Value) -> Result<TracerEip3155, Box<dyn Error>> {
    let mut tracer = TracerEip3155::buffered(file.try_clone()?);
    if request["memory"] == true {
        tracer = tracer.with_memory();
    }
    if request["summary"] != true {
        tracer = tracer.without_summary();
    }
    Ok(tracer)
}

/// Runs a test under each of its forks; the names of those that ran, and why others did not.
fn run_unit(unit: &TestUnit, request: &Value, file: &File) -> Result<(Vec<String>, Vec<String>), Box<dyn Error>> {
    let (mut ran, mut refused) = (Vec::new(), Vec::new());
    for (name, tests) in &unit.post {
        // The library has no Constantinople without Petersburg's correction.
        if matches!(name, SpecName::Constantinople | SpecName::Unknown) {
            refused.push(format!("{name:?} is unknown"));
            continue;
        }
        let mut cfg = CfgEnv::<SpecId>::default();
        cfg.chain_id = unit.env.current_chain_id.unwrap_or(U256::ONE).try_into()?;
        cfg.set_spec_and_mainnet_gas_params(name.to_spec_id());
        let block = unit.block_env(&mut cfg);
        for test in tests {
            let transaction = test.tx_env(unit).map_err(|error| format!("{error:?}"))?;
            let mut state = State::builder().with_cached_prestate(unit.state()).with_bundle_update().build();
            let mut evm = Context::mainnet()
                .with_block(&block)
                .with_tx(&transaction)
                .with_cfg(cfg.clone())
                .with_db(&mut state)
                .build_mainnet_with_inspector(tracer(file, request)?);
            match evm.inspect_tx_commit(&transaction) {
                Ok(_) => ran.push(format!("{name:?}")),
                Err(error) => refused.push(error.to_string()),
            }
        }
    }
    Ok((ran, refused))
}

fn answer(line: &str) -> Result<Value, Box<dyn Error>> {
    let request: Value = serde_json::from_str(line)?;
    let path = |key: &str| request[key].as_str().ok_or_else(|| format!("no {key}"));
    let suite: TestSuite = serde_json::from_str(&read_to_string(path("test")?)?)?;
    let file = File::create(path("trace")?)?;
    let (mut forks, mut refused) = (Vec::new(), Vec::new());
    for unit in suite.0.values() {
        let (ran, not) = run_unit(unit, &request, &file)?;
        forks.extend(ran);
        refused.extend(not);
    }
    Ok(json!({ "forks": forks, "refused": refused }))
}

fn main() -> Result<(), Box<dyn Error>> {
    for line in stdin().lock().lines() {
        let told = answer(&line?).unwrap_or_else(|error| json!({ "error": error.to_string() }));
        writeln!(stdout(), "{told}")?;
        stdout().flush()?;
    }
    Ok(())
}
