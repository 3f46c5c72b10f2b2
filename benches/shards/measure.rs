//! What accounts ask: an empty one, one of the common size and a large one, each in one region, from the ledger of a scan. And how many of
//! an account's requests wait for one another: what the same scan takes longer where every answer takes half a second longer.

use std::{collections::BTreeMap, path::Path};

use rung::bundle::Bundle;
use rung_rules::model::PlaceCount;

use super::{
    findings::{Assessment, Findings},
    keep,
    model::{Operation, Run},
    organization::{
        Held, Played, REGIONS, RESOURCES, Size, TIMES, directory,
        process::{self, Ran},
    },
};

const NEAR: u64 = 20;
const FAR: u64 = 520;
/// Accounts of the throttling organisation: large ones, so that buckets are emptied; few, so that the processor does not bind.
const THROTTLED: usize = 2;

/// Measures, and keeps it.
pub(crate) fn run() {
    // The last account of so many is the largest: it is the one that takes longest.
    let chain = [1, 2, 3].map(|accounts| {
        let took = [NEAR, FAR].map(|latency_ms| ladder(Size { accounts, regions: 1, latency_ms }).seconds);
        ((took[1] - took[0]) / ((FAR - NEAR) as f64 / 1000.0)).round()
    });
    println!("requests that wait for one another: {chain:?}");
    let all = ladder(Size { accounts: 3, regions: 1, latency_ms: NEAR });
    keep::change(|measured| {
        measured.resources = [0.0, RESOURCES as f64, (RESOURCES * TIMES) as f64];
        measured.operations = operations(&all.ledger);
        measured.findings = all.findings;
        measured.chain = chain;
    });
    keep::runs([throttled()]);
}

struct Ladder {
    seconds: f64,
    ledger: Vec<PlaceCount>,
    findings: [f64; 3],
}

fn ladder(size: Size) -> Ladder {
    let (server, home) = (Played::start(size, Held::Ladder), tempfile::tempdir().unwrap());
    let ran = scan(&server, home.path(), &["--concurrency", "512"]);
    let bundle = Bundle::open(&home.path().join("bundle")).unwrap();
    let findings = bundle.of_assessment::<ByAccount>().unwrap().findings.0;
    Ladder { seconds: ran.seconds, ledger: bundle.scan().unwrap().ledger, findings }
}

fn scan(server: &Played, home: &Path, flags: &[&str]) -> Ran {
    let args =
        ["scan", "--org", "--role-name", "rung-read-only", "--quiet", "--bundle", "bundle", "--region", REGIONS[0]];
    let mut command = process::rung(home, &server.url, &args);
    command.args(flags);
    process::run(command).well("scan")
}

fn operations(ledger: &[PlaceCount]) -> Vec<Operation> {
    let mut all = BTreeMap::<(String, bool), ([f64; 3], [f64; 3])>::new();
    for line in ledger {
        let Some(account) = (0..3).find(|n| directory::id(*n) == line.account) else { continue };
        let (calls, usd) = all.entry((line.operation.clone(), line.region == "global")).or_default();
        calls[account] += line.count.calls as f64;
        usd[account] += line.count.cost_usd;
    }
    let one = |((name, global), (calls, usd)): ((String, bool), _)| Operation { name, global, calls, usd };
    all.into_iter().map(one).filter(|one| one.calls != [0.0; 3]).collect()
}

/// Findings of each of the three accounts.
#[derive(serde::Deserialize)]
struct ByAccount {
    findings: Counted,
}

struct Counted([f64; 3]);

impl<'de> serde::Deserialize<'de> for Counted {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        struct Finding {
            subject: Subject,
        }
        #[derive(serde::Deserialize)]
        struct Subject {
            account: String,
        }
        let all = Vec::<Finding>::deserialize(deserializer)?;
        let of = |n: usize| all.iter().filter(|one| one.subject.account == directory::id(n)).count() as f64;
        Ok(Counted([of(0), of(1), of(2)]))
    }
}

/// A run against AWS's way of throttling, at the program's own pace.
fn throttled() -> Run {
    let size = Size { accounts: THROTTLED, regions: 1, latency_ms: NEAR };
    let (server, home) = (Played::start(size, Held::Throttled), tempfile::tempdir().unwrap());
    let ran = scan(&server, home.path(), &["--pace", "on"]);
    let counts = server.counts();
    let bundle = Bundle::open(&home.path().join("bundle")).unwrap();
    let found: Findings = bundle.of_assessment::<Assessment>().unwrap().findings;
    println!(
        "throttling: {} calls, {} refused, {:.0} s; least {}",
        counts["answered"], counts["throttled"], ran.seconds, counts["buckets"]["floor"]
    );
    Run {
        accounts: size.accounts,
        regions: size.regions,
        latency_ms: size.latency_ms as f64,
        processes: 1,
        throttled: true,
        calls: counts["answered"].as_f64().unwrap(),
        scan_seconds: ran.seconds,
        merge_seconds: 0.0,
        cpu_seconds: ran.cpu_seconds,
        server_cpu_seconds: server.cpu_seconds(),
        findings: found.total() as f64,
        shard_peak_mib: ran.peak_mib,
        merge_peak_mib: 0.0,
        left_bytes: 0.0,
        left_files: 0.0,
        bundle_bytes: process::weigh(bundle.folder()).0 as f64,
    }
}
