// SPDX-License-Identifier: MIT
//! Asks pkg-config where the libraries are. With EVMMEM_STATIC=1 in the environment they are linked statically.
use std::{env, process::Command};

fn link(library: &str) {
    let is_static = env::var("EVMMEM_STATIC").map_or(false, |value| value == "1");
    let tool = env::var("PKG_CONFIG").unwrap_or_else(|_| "pkg-config".into());
    let mut command = Command::new(&tool);
    if is_static {
        command.arg("--static");
    }
    let asked = command.args(["--libs", library]).output();
    let asked = asked.unwrap_or_else(|error| panic!("{tool} cannot be run: {error}"));
    if !asked.status.success() {
        panic!("{tool} does not find {library}; is PKG_CONFIG_PATH set?\n{}", String::from_utf8_lossy(&asked.stderr));
    }
    for flag in String::from_utf8(asked.stdout).expect("paths in UTF-8").split_whitespace() {
        if let Some(folder) = flag.strip_prefix("-L") {
            println!("cargo:rustc-link-search=native={folder}");
        } else if let Some(name) = flag.strip_prefix("-l") {
            let kind = if is_static && name == library { "static=" } else { "" };
            println!("cargo:rustc-link-lib={kind}{name}");
        }
    }
}

fn main() {
    for name in ["EVMMEM_STATIC", "PKG_CONFIG", "PKG_CONFIG_PATH", "PKG_CONFIG_LIBDIR"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    link("evmmem");
    if env::var_os("CARGO_FEATURE_REPLAY").is_some() {
        link("evmmem-replay");
    }
}
