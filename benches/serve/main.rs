//! The pages of `rung serve` over a store of a year of nights with 10,000 findings each: `cargo bench --bench serve`.
//!
//! Prints the size of the store, how long a bundle takes to come in, and for each page p50 and p99 of its answers over the
//! loopback address, one reader at a time and eight at once, with the questions of SQL it asks.
//! `RUNG_BENCH_NIGHTS` and `RUNG_BENCH_REQUESTS` make it smaller.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing, missing_docs, reason = "a bench")]

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Parser;
use jiff::ToSpan;
use rung::{
    bundle::Draft,
    config::Flags,
    demo,
    scan::{Input, Request},
    serve::{Access, ServeSettings, Web, bind, serve},
    store::{Origin, Part, Store, StoreUrl},
};
use rung_collectors::aws::Replay;
use rung_rules::{
    compose::{Parts, compose},
    model::{Assessment, EvidenceSet, Finding, Judged, Scan, Settings, Verdict, assess},
};

/// So many times the demo account: 722 findings become 10,108.
const COPIES: usize = 14;
/// Findings that come out otherwise from one night to the next.
const CHANGED: usize = 20;
const READERS: usize = 8;

#[derive(Parser)]
struct NoFlags {
    #[command(flatten)]
    flags: Flags,
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// The demo account, several times over.
async fn seen() -> (EvidenceSet, Scan) {
    let replay = Arc::new(Replay::new(demo::recording().unwrap()));
    let (_keep, stop) = tokio::sync::watch::channel(false);
    let mut scanned = rung::scan::run(Request::new(Input::Replay(replay)), stop).await.unwrap();
    let once = scanned.set.evidence.clone();
    for copy in 1..COPIES {
        scanned.set.evidence.extend(once.iter().cloned().map(|mut one| {
            one.subject.arn = format!("{}-{copy}", one.subject.arn).into();
            one.subject.name = one.subject.name.map(|name| format!("{name}-{copy}").into());
            one
        }));
    }
    scanned.set.sort();
    (scanned.set, scanned.scan)
}

/// Writes the newest night's bundle; its assessment.
fn newest(folder: &Path, set: &EvidenceSet, scan: Scan) -> Assessment {
    let settings = Settings::default();
    let assessed = assess(set, &settings);
    let assessment = compose(Parts { set, settings: &settings, assessed: &assessed, version: "bench" }, scan);
    let draft = Draft::create(folder, false).unwrap();
    let (head, findings) = draft.write_all(set, &settings, assessment, Default::default()).unwrap();
    draft.finish(&head.scan).unwrap();
    let findings: Vec<Finding> = findings.iter().map(Judged::into_finding).collect();
    head.with_findings(findings).0
}

/// A night before: some findings came out otherwise, and now and then a control stood lower.
fn earlier(newest: &Assessment, nights: usize) -> (Origin, Vec<Part>) {
    let mut night = newest.clone();
    let hours = (24 * i64::try_from(nights).unwrap()).hours();
    (night.scan.started_at, night.scan.finished_at) = (night.scan.started_at - hours, night.scan.finished_at - hours);
    night.scan.id = format!("{}-{}", night.scan.started_at.strftime("%Y%m%dT%H%M%SZ"), night.scan.accounts[0]);
    let all = night.findings.len();
    for n in 0..CHANGED {
        let finding = &mut night.findings[(nights * 7919 + n * 104_729) % all];
        finding.result = if finding.result == Verdict::Fail { Verdict::Pass } else { Verdict::Fail };
    }
    if nights % 60 > 30 {
        night.controls[0].confirmed = night.controls[1].confirmed;
    }
    let origin = Origin {
        scan: night.scan.id.clone(),
        finished_at: night.scan.finished_at,
        complete: true,
        bundle: "/nowhere".into(),
        manifest_sha256: format!("{nights:064x}"),
        previous: None,
        told: None,
    };
    (origin, Part::of(&night))
}

async fn put(store: &Store, origin: &Origin, parts: Vec<Part>) {
    let (send, receive) = tokio::sync::mpsc::channel(4);
    let sending = tokio::spawn(async move {
        for part in parts {
            send.send(part).await.unwrap();
        }
    });
    store.add_parts(origin, receive).await.unwrap();
    sending.await.unwrap();
}

/// The time of each answer, and the bytes of the last.
async fn ask(client: &reqwest::Client, url: &str, times: usize) -> (Vec<Duration>, usize) {
    let (mut took, mut bytes) = (Vec::with_capacity(times), 0);
    for _ in 0..times {
        let began = Instant::now();
        let answer = client.get(url).send().await.unwrap();
        assert!(answer.status().is_success(), "{url}: {}", answer.status());
        bytes = answer.bytes().await.unwrap().len();
        took.push(began.elapsed());
    }
    (took, bytes)
}

fn percentile(took: &mut [Duration], percent: usize) -> f64 {
    took.sort();
    took[(took.len() * percent / 100).min(took.len() - 1)].as_secs_f64() * 1e3
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(run(number("RUNG_BENCH_NIGHTS", 365), number("RUNG_BENCH_REQUESTS", 200)));
}

async fn run(nights: usize, requests: usize) {
    let folder = tempfile::tempdir().unwrap();
    let (path, scans) = (folder.path().join("store.db"), folder.path().join("scans"));
    let store = Store::open(&StoreUrl::Sqlite(path.clone())).await.unwrap();
    let (set, scan) = seen().await;
    let newest = newest(&scans.join("newest"), &set, scan);
    println!("{nights} nights of {} findings, {} subjects", newest.findings.len(), set.evidence.len());
    let began = Instant::now();
    for night in (1..nights).rev() {
        let (origin, parts) = earlier(&newest, night);
        put(&store, &origin, parts).await;
    }
    println!("nights put in: {:.1} s", began.elapsed().as_secs_f64());
    let began = Instant::now();
    store.add(&scans.join("newest")).await.unwrap();
    println!("the newest bundle, read from its file: {:.2} s", began.elapsed().as_secs_f64());
    let bytes: u64 = ["", "-wal"]
        .iter()
        .filter_map(|end| std::fs::metadata(format!("{}{end}", path.display())).ok())
        .map(|file| file.len())
        .sum();
    let mib = bytes as f64 / f64::from(1 << 20);
    println!("store: {mib:.0} MiB, {:.1} bytes a finding", bytes as f64 / (nights * newest.findings.len()) as f64);
    measure(store, &scans, &newest, requests).await;
}

/// Asks every kind of page.
async fn measure(store: Store, scans: &Path, newest: &Assessment, requests: usize) {
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let flags = NoFlags::parse_from(["rung"]).flags;
    let access = Access { token: None, proxy: None };
    let settings = ServeSettings { listen: address, public: None, access, flags, scans: scans.to_owned() };
    let web = Web::new(store.clone(), settings).unwrap();
    tokio::spawn(serve(listener, web, std::future::pending()));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let finding = newest.findings.iter().rev().find(|finding| finding.result == Verdict::Fail).unwrap();
    let one = format!("/findings/{}/{}", finding.criterion, finding.evidence.rsplit(':').next().unwrap());
    let (list, _) = store.scans(0, 400).await.unwrap();
    let (oldest, id) = (&list[list.len() - 1].id, &newest.scan.id);
    let pages = [
        "/".to_owned(),
        "/scans".to_owned(),
        format!("/scans/{id}"),
        format!("/scans/{id}/findings"),
        format!("/scans/{id}/findings?page=200"),
        format!("/scans/{id}/findings?q=media+root&sort=owner"),
        format!("/scans/{id}/findings?result=fail&kind=volume&sort=name"),
        format!("/scans/{id}{one}"),
        format!("/scans/{id}/gaps"),
        "/trend".to_owned(),
        "/trend?last=365".to_owned(),
        format!("/compare?a={oldest}&b={id}"),
        format!("/api/v1/scans/{id}"),
        format!("/api/v1/scans/{id}/findings?q=media&per_page=500"),
        "/api/v1/trend".to_owned(),
    ];
    println!(
        "{:>8} {:>8} {:>10} {:>8} {:>8}  page ({requests} answers; then {READERS} readers at once)",
        "p50 ms", "p99 ms", "p99 of 8", "asks", "KiB"
    );
    let mut worst: f64 = 0.0;
    for page in pages {
        let url = format!("http://{address}{page}");
        ask(&client, &url, 3).await;
        let before = store.asked();
        let (mut took, bytes) = ask(&client, &url, requests).await;
        let asks = (store.asked() - before) as f64 / requests as f64;
        let readers = (0..READERS).map(|_| {
            let (client, url) = (client.clone(), url.clone());
            tokio::spawn(async move { ask(&client, &url, requests.div_ceil(READERS)).await.0 })
        });
        let mut at_once = Vec::new();
        for reader in readers.collect::<Vec<_>>() {
            at_once.extend(reader.await.unwrap());
        }
        let (p50, p99) = (percentile(&mut took, 50), percentile(&mut took, 99));
        worst = worst.max(p99);
        println!(
            "{p50:>8.1} {p99:>8.1} {:>10.1} {asks:>8.1} {:>8}  {page}",
            percentile(&mut at_once, 99),
            bytes / 1024
        );
    }
    println!("worst p99 of a page with one reader: {worst:.1} ms");
}
