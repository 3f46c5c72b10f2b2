//! Start-up of `rung --version`, against that of `true`: `cargo bench --bench startup`.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a bench")]

use std::{
    process::{Command, Stdio},
    time::Instant,
};

const RUNS: usize = 51;

fn median_ms(program: &str, args: &[&str]) -> f64 {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let began = Instant::now();
            assert!(Command::new(program).args(args).stdout(Stdio::null()).status().unwrap().success());
            began.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}

fn main() {
    let (rung, floor) = (median_ms(env!("CARGO_BIN_EXE_rung"), &["--version"]), median_ms("true", &[]));
    println!("rung --version {rung:.2} ms, true {floor:.2} ms, ratio {:.1} (medians of {RUNS})", rung / floor);
}
