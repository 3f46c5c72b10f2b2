//! A merge of any number of findings: bundles of many accounts are put into a plan's folder without a scan, then `rung merge` runs as a child.
//!
//! Every account is the demo account under another id, with gaps and sources of its own. What a merge does not read of a shard's bundle
//! (its report, and of its assessment all but the accounts) is not written.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::{Timestamp, ToSpan};
use regex::Regex;
use rung::{
    bundle::{Draft, EVIDENCE, GAPS, LEDGER, SOURCES, UNSEEN},
    demo,
    depot::Location,
    place::Place,
    scan::{Input, Request, Scanned},
    shards::{ShardPlan, bring, pack},
    unfinished::{Many, Plan},
};
use rung_collectors::aws::{Member, Replay, RoleOptions};
use rung_rules::model::{AccountReport, Scan, Settings, assess};
use serde::Serialize;
use serde_json::json;

use super::{
    keep,
    model::Merge,
    organization::{
        directory,
        process::{self, Ran, mib},
    },
};

const DEMO: &str = "123456789012";
const CALLER: &str = "999999999999";
/// Accounts of a shard.
const TOGETHER: usize = 40;
/// The goal, in MiB: 300 MB.
const GOAL_MIB: f64 = 300e6 / 1_048_576.0;

/// `merge FINDINGS [NIGHTS] [SHARE]`: of several nights each is merged beside the bundle of the night before; of the demo account's evidence
/// every SHARE-th is taken, so that as many findings are of more accounts.
pub(crate) fn merge(args: &[String]) {
    let number = |at: usize, usual: usize| args.get(at).and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (findings, nights) = (number(1, 100_000), number(2, 1) as u32);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let replay = Arc::new(Replay::new(demo::recording().unwrap()));
    let (_keep, stop) = tokio::sync::watch::channel(false);
    let mut seen = runtime.block_on(rung::scan::run(Request::new(Input::Replay(replay)), stop)).unwrap();
    let mut place = 0..;
    seen.set.evidence.retain(|_| place.next().is_some_and(|n: usize| n.is_multiple_of(number(3, 1))));
    let each = findings_of(&seen);
    let accounts = findings.div_ceil(each);
    println!("{accounts} accounts of {each} findings and {} subjects each", seen.set.evidence.len());
    let home = tempfile::tempdir().unwrap();
    for night in 0..nights {
        let plan = tempfile::tempdir().unwrap();
        let began = Instant::now();
        runtime.block_on(put(&seen, accounts, seen.scan.started_at + (24 * i64::from(night)).hours(), plan.path()));
        let (bytes, files) = process::weigh(plan.path());
        println!("shards: {:.1} MiB in {files} files, put in {:.0} s", mib(bytes), began.elapsed().as_secs_f64());
        let merged = one(home.path(), plan.path(), night, accounts);
        if args.iter().any(|arg| arg == "keep") {
            keep::merge(merged);
        }
    }
}

/// Merges, and tells what it took.
fn one(home: &Path, plan: &Path, night: u32, accounts: usize) -> Merge {
    let (plan, bundle) = (plan.to_str().unwrap(), format!("merged-{night}"));
    let command = process::rung(home, "http://127.0.0.1:9", &["merge", plan, "--bundle", &bundle, "--quiet"]);
    let before = process::weigh(home).0;
    let (mut disk, mut looked) = (0, Instant::now());
    let ran = process::run_watched(command, &mut |id| {
        if looked.elapsed() > Duration::from_millis(500) {
            (disk, looked) = (disk.max(process::weigh(home).0 + process::nameless(id)), Instant::now());
        }
    });
    let Ran { seconds, cpu_seconds, peak_mib, .. } = ran.well("merge");
    let bundle = home.join(bundle);
    let (bytes, files) = process::weigh(&bundle);
    let (findings, disk) = (told(&bundle), disk.saturating_sub(before));
    println!("findings         {findings}");
    println!("peak memory      {peak_mib:.1} MiB (goal: {GOAL_MIB:.0} MiB); reached: {}", peak_mib < GOAL_MIB);
    println!("disk at most     {:.1} MiB beside the plan's folder, its bundle included", mib(disk));
    println!("bundle           {:.1} MiB in {files} files", mib(bytes));
    println!("time             {seconds:.1} s, processor {cpu_seconds:.1} s");
    Merge {
        findings,
        accounts: accounts as f64,
        peak_mib,
        seconds,
        disk_bytes: disk as f64,
        bundle_bytes: bytes as f64,
    }
}

fn findings_of(seen: &Scanned) -> usize {
    let settings = Settings::default();
    let assessed = assess(&seen.set, &settings);
    assessed.controls.iter().flat_map(|control| &control.criteria).map(|one| one.findings.len()).sum()
}

/// How many findings the bundle says that it has: near the beginning of what may be gigabytes.
fn told(bundle: &Path) -> f64 {
    use std::io::Read;
    let mut head = Vec::new();
    let file = fs::File::open(bundle.join("assessment.json")).unwrap();
    file.take(256 << 20).read_to_end(&mut head).unwrap();
    let at = memchr::memmem::find(&head, b"\"summary\":{\"findings\":").unwrap();
    let digits = head[at..].iter().skip_while(|byte| !byte.is_ascii_digit()).take_while(|byte| byte.is_ascii_digit());
    digits.map(|byte| char::from(*byte)).collect::<String>().parse().unwrap()
}

/// Puts a plan, and what its shards would have left.
async fn put(seen: &Scanned, accounts: usize, began: Timestamp, folder: &Path) {
    let settings = Settings::default();
    let mut scan = Plan::new(settings.clone(), began);
    scan.many = Some(Many::new(&RoleOptions::default(), Some(&[])));
    let members = (0..accounts).map(|n| Member { id: directory::id(n).into(), name: None, unit: None }).collect();
    let plan = ShardPlan::new(scan, CALLER, "aws", pack(members, accounts.div_ceil(TOGETHER), |_| None));
    let place = Place::create(&Location::Folder(folder.to_owned())).await.unwrap();
    let plan = plan.put(&place).await.unwrap();
    let parts = Parts::of(seen);
    for (number, shard) in plan.shards.iter().enumerate() {
        let ids: Vec<_> = shard.members().iter().map(|member| member.id.to_string()).collect();
        let own = tempfile::tempdir().unwrap();
        let bundle = parts.bundle(own.path(), &ids, &settings, began);
        bring(&place, number, &bundle).await.unwrap();
    }
}

/// The demo account's lines, by part, ready to be written for any other.
struct Parts {
    parts: Vec<(&'static str, Vec<Piece>)>,
    scan: Scan,
}

/// A piece of text, and what differs from account to account.
enum Piece {
    Text(String),
    Account,
    /// The last four digits of the id of a gap or a source: what is before them keeps their order.
    Number,
}

impl Parts {
    fn of(seen: &Scanned) -> Parts {
        let set = &seen.set;
        let parts = vec![
            (EVIDENCE, pieces(&lines(&set.evidence))),
            (UNSEEN, pieces(&lines(&set.unseen))),
            (GAPS, pieces(&lines(&set.gaps))),
            (SOURCES, pieces(&lines(&set.sources))),
            (LEDGER, pieces(&lines(&seen.scan.ledger))),
        ];
        Parts { parts, scan: Scan { ledger: Vec::new(), ..seen.scan.clone() } }
    }

    fn bundle(&self, folder: &Path, ids: &[String], settings: &Settings, began: Timestamp) -> PathBuf {
        let draft = Draft::create(&folder.join("bundle"), false).unwrap();
        let frames = folder.join("frames");
        for (part, pieces) in &self.parts {
            let texts = ids.iter().map(|id| text(pieces, id));
            let packed: Vec<u8> = texts.flat_map(|text| zstd::encode_all(text.as_bytes(), 1).unwrap()).collect();
            fs::write(&frames, packed).unwrap();
            draft.append_file(part, &frames).unwrap();
        }
        draft.write_settings(settings).unwrap();
        let report = |id: &String| AccountReport { id: id.clone(), ..AccountReport::default() };
        let accounts: Vec<_> = ids.iter().map(report).collect();
        draft.write_assessment(|out| Ok(serde_json::to_writer(out, &json!({ "accounts": accounts }))?)).unwrap();
        let scan = Scan { accounts: ids.to_vec(), started_at: began, finished_at: began, ..self.scan.clone() };
        draft.finish(&scan).unwrap()
    }
}

fn lines<T: Serialize>(items: &[T]) -> String {
    items.iter().map(|item| serde_json::to_string(item).unwrap() + "\n").collect()
}

fn pieces(text: &str) -> Vec<Piece> {
    let varying = Regex::new(&format!(r#"{DEMO}|"[gs]-[0-9a-f]{{16}}""#)).unwrap();
    let (mut pieces, mut from) = (Vec::new(), 0);
    for found in varying.find_iter(text) {
        let id = found.as_str() != DEMO;
        let end = if id { found.end() - 5 } else { found.start() };
        pieces.push(Piece::Text(text[from..end].to_owned()));
        pieces.push(if id { Piece::Number } else { Piece::Account });
        from = if id { found.end() - 1 } else { found.end() };
    }
    pieces.push(Piece::Text(text[from..].to_owned()));
    pieces
}

fn text(pieces: &[Piece], account: &str) -> String {
    let number = account.parse::<u64>().unwrap() - directory::FIRST;
    let number = format!("{:04x}", number % 0x1_0000);
    let of = |piece: &'_ Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Account => account.to_owned(),
        Piece::Number => number.clone(),
    };
    pieces.iter().map(of).collect()
}
