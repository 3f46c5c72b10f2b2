//! A whole organisation on a fast local server, scanned by the program with one command: against what cannot be undercut.
//!
//!     cargo bench --bench organization                                1,000 accounts x 4 regions, 20 ms a request
//!     cargo bench --bench organization -- 100 2 5                     another size: accounts, regions, milliseconds
//!     cargo bench --bench organization -- 1000 4 20 --concurrency 64  what begins with -- goes to the program
//!     cargo bench --bench organization -- throttle 20 2 20            the server throttles as AWS does
//!     cargo bench --bench organization -- server 20 2 20              the server alone, to look at: GET /_counts?each
//!
//! Server and program are processes of their own on one machine. The wall time is held against the largest of the floors:
//! calls x latency / concurrency; the processor time of program and server over the machine's cores; where it throttles, what
//! the most used bucket takes to refill. The server knows which requests were the same, so the least possible number of calls
//! is its count of distinct ones. Peak memory and processor time are the kernel's. Ratios and counts are what to quote; the
//! seconds depend on the machine.
//!
//! Every twentieth account is twenty times as large as the others. In the mode `throttle` all are large, and each account,
//! region and service has a token bucket of 50 that refills at 10 a second; the program runs as it does at AWS (`--pace on`)
//! and without pacing. A request is lost if it was refused and never answered.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic, missing_docs, reason = "a bench")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/organization/mod.rs"]
#[allow(dead_code, reason = "each bench of an organisation uses a part of it")]
mod organization;

use std::{env, process::Command};

use organization::{
    Held, Played, REGIONS, Size,
    process::{self, Ran},
    throttle,
};
use serde_json::Value;

const CONCURRENCY: &str = "32";

fn main() {
    let args: Vec<String> = env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let given = |word: &str| args.iter().any(|arg| arg == word);
    let accounts = if given("throttle") { 20 } else { 1000 };
    let size = Size::of(&args, Size { accounts, regions: 4, latency_ms: 20 });
    if given("server") {
        organization::serve(&args);
    } else if given("throttle") {
        for pace in ["on", "off"] {
            let flags = [flags(&args), vec!["--pace".to_owned(), pace.to_owned()]].concat();
            compare(size, Held::Throttled, &flags);
            println!();
        }
    } else {
        compare(size, Held::Usual, &flags(&args));
    }
}

/// What goes to the program.
fn flags(args: &[String]) -> Vec<String> {
    let mut flags: Vec<String> = args.iter().skip_while(|arg| !arg.starts_with("--")).cloned().collect();
    if !flags.iter().any(|flag| flag == "--concurrency") {
        flags.extend(["--concurrency".to_owned(), CONCURRENCY.to_owned()]);
    }
    flags
}

fn compare(size: Size, held: Held, flags: &[String]) {
    let server = Played::start(size, held);
    let home = tempfile::tempdir().unwrap();
    let bundle = home.path().join("bundle");
    let ran = process::run(scan(&server, home.path(), size, flags));
    let (server_cpu, counts) = (server.cpu_seconds(), server.counts());
    println!(
        "{} accounts x {} regions, {} ms a request; rung scan --org {}",
        size.accounts,
        size.regions,
        size.latency_ms,
        flags.join(" ")
    );
    figures(size, flags, &ran, server_cpu, &counts);
    let (bytes, files) = process::weigh(&bundle);
    println!("bundle           {:.1} MiB in {files} files", process::mib(bytes));
    ran.words.iter().for_each(|line| println!("    {line}"));
    if held == Held::Throttled {
        throttled(&counts);
    }
}

fn scan(server: &Played, home: &std::path::Path, size: Size, flags: &[String]) -> Command {
    let args = ["scan", "--org", "--role-name", "rung-read-only", "--quiet", "--bundle", "bundle"];
    let mut command = process::rung(home, &server.url, &args);
    REGIONS[..size.regions].iter().for_each(|region| {
        command.args(["--region", region]);
    });
    command.args(flags);
    command
}

fn figures(size: Size, flags: &[String], ran: &Ran, server_cpu: f64, counts: &Value) {
    let number = |name: &str| counts[name].as_f64().unwrap_or(f64::NAN);
    let concurrency = flags.iter().skip_while(|flag| *flag != "--concurrency").nth(1);
    let concurrency: f64 = concurrency.and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
    let cores = std::thread::available_parallelism().map_or(1.0, |n| n.get() as f64);
    let (calls, distinct, throttled) = (number("answered"), number("distinct"), number("throttled"));
    let waiting = (calls + throttled) * size.latency_ms as f64 / 1000.0 / concurrency;
    let computing = (ran.cpu_seconds + server_cpu) / cores;
    let refilling = counts["buckets"]["floor"].as_f64().unwrap_or(0.0);
    let floor = waiting.max(computing).max(refilling);
    println!("exit code        {}", ran.code.map_or("killed".to_owned(), |code| code.to_string()));
    println!("wall             {:.2} s", ran.seconds);
    println!(
        "floor            {floor:.2} s: the largest of waiting {waiting:.2} s, computing {computing:.2} s ({cores} cores), buckets {refilling:.2} s"
    );
    println!("wall / floor     {:.2}", ran.seconds / floor);
    println!("calls            {calls:.0}; distinct {distinct:.0}; ratio {:.4}", calls / distinct);
    println!("asked twice      {}", counts["twice"]);
    println!("errors           {:.0}", number("errors"));
    println!("most at once     {:.0} of {concurrency:.0}", number("most_at_once"));
    println!("accounts, regions seen  {}, {}", seen(counts, "accounts"), seen(counts, "regions"));
    println!("peak memory      {:.1} MiB", ran.peak_mib);
    println!(
        "processor time   {:.3} s per 1,000 calls (server: {:.3} s)",
        ran.cpu_seconds / calls * 1e3,
        server_cpu / calls * 1e3
    );
}

fn seen(counts: &Value, name: &str) -> usize {
    counts[name].as_object().map_or(0, serde_json::Map::len)
}

fn throttled(counts: &Value) {
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    let (throttled, answered) = (number(&counts["throttled"]), number(&counts["answered"]));
    let buckets = &counts["buckets"];
    println!("requests lost    {} (must be 0)", counts["lost"]);
    println!("throttled        {throttled:.0}: {:.2} % of all requests", throttled / (throttled + answered) * 100.0);
    println!("buckets          {}, of which {} were emptied", buckets["all"], buckets["emptied"]);
    if buckets["emptied"] == 0 {
        return;
    }
    let rate = |name: &str| number(&buckets[name]);
    println!(
        "settled rate     {:.1} to {:.1} a second, median {:.1}; the bucket refills at {:.0}",
        rate("least"),
        rate("most"),
        rate("median"),
        throttle::REFILL
    );
}
