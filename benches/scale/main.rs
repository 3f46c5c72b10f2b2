//! A large synthetic account on a fast local server: the scan against the bare SDK paginators over the same answers.
//!
//!     cargo bench --bench scale                          100,000 volumes, 10,000 functions, 5,000 alarms
//!     cargo bench --bench scale -- 10000 1000 500        another size
//!
//! Server, scan and bare paginators are processes of their own; scan and paginators run in turn, the ratio is of the
//! medians. Peak memory is the kernel's (VmHWM). Ratios and counts are what to quote; the seconds depend on the machine.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic, missing_docs, reason = "a bench")]

mod bare;
#[path = "../common/mod.rs"]
mod common;
mod server;

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Instant,
};

use rung_rules::{
    compose::{Parts, compose},
    model::{Settings, assess},
};

const ROUNDS: usize = 3;

/// Figures by name.
type Figures = Vec<(String, f64)>;
/// Bare paginators, and the scan, over the same server.
type Round = (Figures, Figures);

fn main() {
    let args: Vec<String> = env::args().skip(1).filter(|arg| arg != "--bench").collect();
    match args.first().map(String::as_str) {
        Some("server") => server::run(size(&args[1..])),
        Some("scan") => scan(),
        Some("bare") => bare::run(),
        _ => compare(&args),
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) volumes: usize,
    pub(crate) functions: usize,
    pub(crate) alarms: usize,
}

fn size(args: &[String]) -> Size {
    let number = |at: usize, default| args.get(at).and_then(|text| text.parse().ok()).unwrap_or(default);
    Size { volumes: number(0, 100_000), functions: number(1, 10_000), alarms: number(2, 5_000) }
}

fn child(args: &[String], url: Option<&str>) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(args).stdout(Stdio::piped()).stdin(Stdio::piped());
    for (name, value) in [("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "x"), ("AWS_REGION", "us-east-1")] {
        command.env(name, value);
    }
    if let Some(url) = url {
        command.env("AWS_ENDPOINT_URL", url);
    }
    command.spawn().unwrap()
}

/// What a child printed: `name value` lines.
fn figures(mode: &str, url: &str) -> Figures {
    let output = child(&[mode.to_owned()], Some(url)).wait_with_output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
        .collect()
}

fn compare(args: &[String]) {
    let size = size(args);
    let mut server = child(&[&["server".to_owned()], args].concat(), None);
    let mut url = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut url).unwrap();
    println!("{} volumes, {} functions, {} alarms; {ROUNDS} rounds", size.volumes, size.functions, size.alarms);
    let rounds: Vec<_> = (0..ROUNDS).map(|_| (figures("bare", url.trim()), figures("scan", url.trim()))).collect();
    server.kill().unwrap();
    server.wait().unwrap();
    let median = |pick: &dyn Fn(&Round) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(pick).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let value = |list: &[(String, f64)], name: &str| list.iter().find(|(n, _)| n == name).map_or(f64::NAN, |(_, v)| *v);
    for name in ["seconds", "calls", "peak_mib"] {
        let (bare, scan) = (median(&|round| value(&round.0, name)), median(&|round| value(&round.1, name)));
        println!("{name:<10} bare {bare:>10.2}   scan {scan:>10.2}   ratio {:.2}", scan / bare);
    }
    for name in ["collect_seconds", "rules_seconds", "subjects", "findings"] {
        println!("{name:<16} {:>10.2}", median(&|round| value(&round.1, name)));
    }
    let judged = |name: &'static str| median(&|round| value(&round.1, name) / value(&round.1, "rules_seconds"));
    println!("rules alone: {:.0} subjects/s, {:.0} findings/s", judged("subjects"), judged("findings"));
}

/// The whole scan as the program does it, bundle and report included.
fn scan() {
    let folder = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (_keep, stop) = tokio::sync::watch::channel(false);
    let request = rung::scan::Request::new(rung::scan::Input::Aws);
    let scanned = runtime.block_on(rung::scan::run(request, stop)).unwrap();
    let collected = began.elapsed().as_secs_f64();
    let settings = Settings::default();
    let rules = Instant::now();
    let assessed = assess(&scanned.set, &settings);
    let judged = rules.elapsed().as_secs_f64();
    let findings: usize =
        assessed.controls.iter().flat_map(|control| &control.criteria).map(|c| c.findings.len()).sum();
    let parts = Parts { set: &scanned.set, settings: &settings, assessed: &assessed, version: "bench" };
    let assessment = compose(parts, scanned.scan.clone());
    let draft = rung::bundle::Draft::create(&folder.path().join("b"), false).unwrap();
    draft.write_all(&scanned.set, &settings, assessment, Default::default()).unwrap();
    draft.finish(&scanned.scan).unwrap();
    let calls: u64 = scanned.scan.calls.values().map(|count| count.calls).sum();
    println!("seconds {}", began.elapsed().as_secs_f64());
    println!("collect_seconds {collected}\nrules_seconds {judged}\ncalls {calls}");
    println!("subjects {}\nfindings {findings}\npeak_mib {}", scanned.set.evidence.len(), peak_mib());
    drop(Arc::new(folder));
}

/// The most memory this process ever had, by the kernel's account.
pub(crate) fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}
