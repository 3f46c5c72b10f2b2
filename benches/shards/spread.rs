//! The same organisation by one process and by several: planned, scanned side by side, merged.

use std::{collections::BTreeMap, path::Path, process::Command, time::Instant};

use rung::bundle::Bundle;
use serde_json::Value;

use super::{
    findings::{Assessment, Findings},
    keep,
    model::Run,
    organization::{
        Held, Played, REGIONS, Size,
        process::{self, Ran, mib},
    },
};

/// What every process asks for itself before it asks anything of accounts: who is calling.
const OF_EACH_PROCESS: [&str; 1] = ["sts:GetCallerIdentity"];

/// What a way of scanning came to.
struct Spread {
    /// None: `rung scan --org`, without a plan.
    processes: usize,
    plan: f64,
    scan: f64,
    merge: f64,
    counts: Value,
    /// Of all processes, and of those that scan.
    cpu_seconds: f64,
    scan_cpu_seconds: f64,
    server_cpu_seconds: f64,
    shard_peak_mib: f64,
    merge_peak_mib: f64,
    /// Bytes and files in the plan's folder.
    left: (u64, usize),
    bundle: (u64, usize),
    findings: Findings,
}

/// Measures each way, prints the table, and fails where they do not come to the same.
pub(crate) fn compare(size: Size, processes: &[usize], flags: &[String], keep: bool) {
    let Size { accounts, regions, latency_ms } = size;
    println!("{accounts} accounts x {regions} regions, {latency_ms} ms a request; rung scan {}", flags.join(" "));
    println!("{HEAD}");
    let mut all: Vec<Spread> = Vec::new();
    for number in processes {
        let one = Spread::of(size, *number, flags);
        println!("{}", one.row(all.first().unwrap_or(&one)));
        if keep {
            keep::runs([one.run(size)]);
        }
        all.push(one);
    }
    all.iter().for_each(|one| println!("{}", one.twice_words()));
    let first = all.first().unwrap_or_else(|| panic!("no number of processes was named"));
    println!("{} findings: {:?}, digest {:.16}", first.findings.total(), first.findings.results, first.findings.digest);
    all.iter().for_each(|one| one.check(first));
    println!("every way found the same, asked each call of an account once, and had no error");
}

const HEAD: &str = "\
processes    plan s    scan s   merge s  merge/all     calls  / first  received      sent   left in the plan     bundle  peak: scan   merge  cpu s/1,000 calls
                                                                            MiB       MiB       MiB  files        MiB         MiB     MiB    program  server";

impl Spread {
    fn of(size: Size, processes: usize, flags: &[String]) -> Spread {
        let (server, home) = (Played::start(size, Held::Usual), tempfile::tempdir().unwrap());
        let way = Way { server: &server, home: home.path(), regions: &REGIONS[..size.regions], flags };
        let (timed, plan, scans, merged) = match processes {
            0 => way.alone(),
            _ => way.shared(processes),
        };
        let most = |all: &[Ran]| all.iter().map(|ran| ran.peak_mib).fold(0.0, f64::max);
        let cpu = |all: &[Ran]| all.iter().map(|ran| ran.cpu_seconds).sum::<f64>();
        let bundle = Bundle::open(&home.path().join("merged")).unwrap();
        Spread {
            processes,
            plan: timed[0],
            scan: timed[1],
            merge: timed[2],
            counts: server.counts(),
            cpu_seconds: cpu(&plan) + cpu(&scans) + cpu(&merged),
            scan_cpu_seconds: cpu(&scans),
            server_cpu_seconds: server.cpu_seconds(),
            shard_peak_mib: most(&scans),
            merge_peak_mib: most(&merged),
            left: process::weigh(&home.path().join("plan")),
            bundle: process::weigh(bundle.folder()),
            findings: bundle.of_assessment::<Assessment>().unwrap().findings,
        }
    }

    fn number(&self, name: &str) -> f64 {
        self.counts[name].as_f64().unwrap_or(f64::NAN)
    }

    fn row(&self, first: &Spread) -> String {
        let (calls, whole) = (self.number("answered"), self.plan + self.scan + self.merge);
        let name = if self.processes == 0 { "scan --org".to_owned() } else { self.processes.to_string() };
        format!(
            "{name:<10} {:>8.2}  {:>8.1}  {:>8.1}   {:>8.3}  {calls:>8.0}   {:>6.4}  {:>8.1}  {:>8.1}  {:>8.1}  {:>5}  {:>9.1}  {:>10.1}  {:>6.1}   {:>8.2}  {:>6.2}",
            self.plan,
            self.scan,
            self.merge,
            self.merge / whole,
            calls / first.number("answered"),
            self.number("received") / 1_048_576.0,
            self.number("sent") / 1_048_576.0,
            mib(self.left.0),
            self.left.1,
            mib(self.bundle.0),
            self.shard_peak_mib,
            self.merge_peak_mib,
            self.cpu_seconds / calls * 1e3,
            self.server_cpu_seconds / calls * 1e3,
        )
    }

    /// What was asked more than once, by operation.
    fn twice(&self) -> BTreeMap<String, u64> {
        serde_json::from_value(self.counts["twice"].clone()).unwrap()
    }

    fn twice_words(&self) -> String {
        format!("over {}: asked again {:?}; distinct calls {}", self.processes, self.twice(), self.counts["distinct"])
    }

    fn check(&self, first: &Spread) {
        let own = self.processes;
        assert!(self.findings == first.findings, "over {own} processes other findings came out: {:?}", self.findings);
        assert!(self.number("errors") == 0.0, "over {own} processes: {} errors", self.counts["errors"]);
        let twice = self.twice().into_iter();
        let again: Vec<_> = twice.filter(|(name, _)| !OF_EACH_PROCESS.contains(&name.as_str())).collect();
        assert!(again.is_empty(), "over {own} processes asked again: {again:?}");
    }

    /// What the model is held against.
    fn run(&self, size: Size) -> Run {
        Run {
            accounts: size.accounts,
            regions: size.regions,
            latency_ms: size.latency_ms as f64,
            processes: self.processes.max(1),
            throttled: false,
            calls: self.number("answered"),
            scan_seconds: self.scan,
            merge_seconds: self.merge,
            cpu_seconds: self.scan_cpu_seconds,
            server_cpu_seconds: self.server_cpu_seconds,
            findings: self.findings.total() as f64,
            shard_peak_mib: self.shard_peak_mib,
            merge_peak_mib: self.merge_peak_mib,
            left_bytes: self.left.0 as f64,
            left_files: self.left.1 as f64,
            bundle_bytes: self.bundle.0 as f64,
        }
    }
}

/// Seconds of plan, scan and merge, and what ran for each.
type Went = ([f64; 3], Vec<Ran>, Vec<Ran>, Vec<Ran>);

struct Way<'a> {
    server: &'a Played,
    home: &'a Path,
    regions: &'a [&'a str],
    flags: &'a [String],
}

impl Way<'_> {
    fn rung(&self, args: &[&str]) -> Command {
        process::rung(self.home, &self.server.url, args)
    }

    fn of_accounts(&self, args: &[&str]) -> Command {
        let mut command = self.rung(args);
        command.args(["--org", "--role-name", "rung-read-only"]);
        self.regions.iter().for_each(|region| {
            command.args(["--region", region]);
        });
        command
    }

    fn alone(&self) -> Went {
        let mut scan = self.of_accounts(&["scan", "--quiet", "--bundle", "merged"]);
        scan.args(self.flags);
        let ran = process::run(scan).well("scan");
        ([0.0, ran.seconds, 0.0], Vec::new(), vec![ran], Vec::new())
    }

    fn shared(&self, processes: usize) -> Went {
        let shards = processes.to_string();
        let plan = self.of_accounts(&["plan", "--shards", &shards, "--out", "plan", "--format", "json"]);
        let plan = process::run(plan).well("plan");
        let told: Value = serde_json::from_str(&plan.said).unwrap();
        let scans = (0..told["shards"].as_u64().unwrap()).map(|number| {
            let mut scan = self.rung(&["scan", "--plan", "plan", "--shard", &number.to_string(), "--quiet"]);
            scan.args(self.flags);
            scan
        });
        let began = Instant::now();
        let scans: Vec<_> = process::run_all(scans.collect()).into_iter().map(|ran| ran.well("a shard")).collect();
        let scan_seconds = began.elapsed().as_secs_f64();
        let merge = process::run(self.rung(&["merge", "plan", "--bundle", "merged", "--quiet"])).well("merge");
        ([plan.seconds, scan_seconds, merge.seconds], vec![plan], scans, vec![merge])
    }
}
