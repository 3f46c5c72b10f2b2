//! One scan by many processes, merged: against one process, and against AWS's rates.
//!
//!     cargo bench --bench shards                                60 accounts x 1 region, 20 ms a request, over 1, 2, 4, 8 processes
//!     cargo bench --bench shards -- 1000 1 20 over 0 1 8        another size; 0 is `rung scan --org` without a plan
//!     cargo bench --bench shards -- 1000 1 20 over 8 keep       the same, and keeps the run in measured.json
//!     cargo bench --bench shards -- merge 500000                what a merge of so many findings takes: memory, disk, time
//!     cargo bench --bench shards -- measure                     what accounts of each size ask, into measured.json
//!     cargo bench --bench shards -- simulate                    the tables of docs/scale.md, from measured.json
//!     cargo bench --bench shards -- server 20 2 20              the server alone, to look at: GET /_counts?each
//!
//! Server and processes are on one machine and share its cores: that N processes take as long as one there says nothing of N machines.
//! What is to be quoted are counts and ratios: the calls of N processes over those of one, what was asked twice, memory, the merge's share
//! of the time. Each way has a server of its own. Findings are compared by a digest over criterion, subject and result of each, in order.
//!
//! What begins with -- goes to every `rung scan`.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic, missing_docs, reason = "a bench")]

#[path = "../common/mod.rs"]
mod common;
mod findings;
mod keep;
mod lots;
mod measure;
mod model;
#[path = "../common/organization/mod.rs"]
#[allow(dead_code, reason = "each bench of an organisation uses a part of it")]
mod organization;
mod spread;

use std::env;

use organization::Size;

/// Processes, unless they are named after `over`: none is `rung scan --org`.
const PROCESSES: [usize; 5] = [0, 1, 2, 4, 8];

fn main() {
    let args: Vec<String> = env::args().skip(1).filter(|arg| arg != "--bench").collect();
    match args.first().map(String::as_str) {
        Some("server") => organization::serve(&args),
        Some("merge") => lots::merge(&args),
        Some("measure") => measure::run(),
        Some("simulate") => println!("{}", model::page(&keep::read())),
        _ => compare(&args),
    }
}

fn compare(args: &[String]) {
    let size = Size::of(args, Size { accounts: 60, regions: 1, latency_ms: 20 });
    let flags: Vec<String> = args.iter().skip_while(|arg| !arg.starts_with("--")).cloned().collect();
    let own = args.iter().take_while(|arg| !arg.starts_with("--"));
    let named: Vec<usize> = own.skip_while(|arg| *arg != "over").filter_map(|arg| arg.parse().ok()).collect();
    let processes = if named.is_empty() { PROCESSES.to_vec() } else { named };
    spread::compare(size, &processes, &flags, args.iter().any(|arg| arg == "keep"));
}
