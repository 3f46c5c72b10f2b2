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

mod account;
mod asked;
#[path = "../common/mod.rs"]
mod common;
mod counts;
mod directory;
mod program;
mod server;
mod throttle;

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use program::Ran;
use serde_json::Value;

const CONCURRENCY: &str = "32";

#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) accounts: usize,
    pub(crate) regions: usize,
    pub(crate) latency_ms: u64,
}

fn main() {
    let args: Vec<String> = env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let given = |word: &str| args.iter().any(|arg| arg == word);
    let size = size(&args);
    if given("server") {
        server::run(size, given("throttle"));
    } else if given("throttle") {
        for pace in ["on", "off"] {
            let flags = [flags(&args), vec!["--pace".to_owned(), pace.to_owned()]].concat();
            compare(size, true, &flags);
            println!();
        }
    } else {
        compare(size, false, &flags(&args));
    }
}

fn size(args: &[String]) -> Size {
    let own = args.iter().take_while(|arg| !arg.starts_with("--"));
    let numbers: Vec<u64> = own.filter_map(|arg| arg.parse().ok()).collect();
    let number = |at: usize, default| numbers.get(at).copied().unwrap_or(default);
    let small = args.iter().any(|arg| arg == "throttle");
    Size {
        accounts: number(0, if small { 20 } else { 1000 }) as usize,
        regions: (number(1, 4) as usize).clamp(1, server::REGIONS.len()),
        latency_ms: number(2, 20),
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

fn compare(size: Size, throttling: bool, flags: &[String]) {
    let mut server = start(size, throttling);
    let mut url = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let url = url.trim();
    let before = program::cpu_seconds(server.id());
    let ran = program::run(url, &server::REGIONS[..size.regions], flags);
    let server_cpu = program::cpu_seconds(server.id()) - before;
    let counts = get(url, "/_counts");
    server.kill().unwrap();
    server.wait().unwrap();
    println!(
        "{} accounts x {} regions, {} ms a request; rung scan --org {}",
        size.accounts,
        size.regions,
        size.latency_ms,
        flags.join(" ")
    );
    figures(size, flags, &ran, server_cpu, &counts);
    if throttling {
        throttled(&counts);
    }
}

fn start(size: Size, throttling: bool) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.arg("server").args([size.accounts.to_string(), size.regions.to_string(), size.latency_ms.to_string()]);
    if throttling {
        command.arg("throttle");
    }
    command.stdout(Stdio::piped()).spawn().unwrap()
}

fn get(url: &str, path: &str) -> Value {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
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
    println!("bundle           {:.1} MiB in {} files", ran.bundle_bytes as f64 / 1048576.0, ran.bundle_files);
    ran.words.iter().for_each(|line| println!("    {line}"));
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
