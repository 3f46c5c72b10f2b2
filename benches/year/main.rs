//! A simulated year of nightly scans of the demo account: `cargo bench --profile dev --bench year`.
//!
//! Writes 365 bundles, has a store take them in, and prints what both take on disk, how long the store takes to open and to name the newest
//! scan as a ratio to an empty one, and what the default retention leaves a day later. `RUNG_BENCH_NIGHTS` makes it shorter.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing, missing_docs, reason = "a bench")]

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::{Timestamp, ToSpan};
use rung::{
    bundle::{Draft, LEDGER},
    demo,
    depot::Depot,
    retention::{Fate, Retention, apply},
    scan::{Input, Request, Scanned},
    store::{Store, StoreUrl},
};
use rung_collectors::aws::Replay;
use rung_rules::{
    compose::{Parts, compose},
    model::{Settings, assess},
};

/// How often opening is measured; the median counts.
const TIMES: usize = 21;

fn main() {
    let nights = std::env::var("RUNG_BENCH_NIGHTS").ok().and_then(|text| text.parse().ok()).unwrap_or(365);
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(run(nights));
}

async fn run(nights: i64) {
    let folder = tempfile::tempdir().unwrap();
    let (scans, path) = (folder.path().join("scans"), folder.path().join("store.db"));
    let replay = Arc::new(Replay::new(demo::recording().unwrap()));
    let (_keep, stop) = tokio::sync::watch::channel(false);
    let seen = rung::scan::run(Request::new(Input::Replay(replay)), stop).await.unwrap();
    for night in 0..nights {
        write(&scans, &seen, night);
    }
    println!("{nights} nights of the demo account: {} subjects a night", seen.set.evidence.len());
    println!("bundles: {:.1} MiB, {:.2} MiB each", mib(&scans), mib(&scans) / nights as f64);
    let url = StoreUrl::Sqlite(path.clone());
    let store = Store::open(&url).await.unwrap();
    store.sync(&scans).await.unwrap();
    store.close().await;
    println!("store: {:.1} MiB", mib(&path));
    let empty = opening(&StoreUrl::Sqlite(folder.path().join("empty.db"))).await;
    let full = opening(&url).await;
    println!("opening it and naming the newest scan: {:.2} times an empty store's", ratio(full, empty));
    retained(&scans, &url, &seen, nights).await;
    println!("bundles afterwards: {:.1} MiB; store: {:.1} MiB", mib(&scans), mib(&path));
    println!("opening it then: {:.2} times an empty store's", ratio(opening(&url).await, empty));
}

/// A night's bundle: what the demo account shows, so many days later, chained to the night before.
fn write(scans: &Path, seen: &Scanned, night: i64) {
    let (mut set, mut scan) = (seen.set.clone(), seen.scan.clone());
    let later = (24 * night).hours();
    (scan.started_at, scan.finished_at) = (scan.started_at + later, scan.finished_at + later);
    scan.id = format!("{}-{}", scan.started_at.strftime("%Y%m%dT%H%M%SZ"), scan.accounts[0]);
    set.now = scan.started_at;
    let settings = Settings::default();
    let assessed = assess(&set, &settings);
    let parts = Parts { set: &set, settings: &settings, assessed: &assessed, version: "bench" };
    let draft = Draft::create(&scans.join(scan.started_at.strftime("%Y%m%dT%H%M%SZ").to_string()), false).unwrap();
    draft.append(LEDGER, &scan.ledger).unwrap();
    let (head, _) = draft.write_all(&set, &settings, compose(parts, scan), Default::default()).unwrap();
    draft.finish(&head.scan).unwrap();
}

/// Applies the default rule the day after the last night.
async fn retained(scans: &Path, url: &StoreUrl, seen: &Scanned, nights: i64) {
    let now: Timestamp = seen.scan.started_at + (24 * nights).hours();
    let store = Store::open(url).await.unwrap();
    let done = apply(&Depot::in_folder(scans), &store, &Retention::default(), now).await.unwrap();
    store.close().await;
    let of = |fate: Fate| done.bundles.iter().filter(|(_, own)| *own == fate).count();
    println!(
        "the default retention keeps {} bundles: {} of the last 90 days, {} last of their month; {} went",
        done.bundles.len() - done.removed,
        of(Fate::Recent) + of(Fate::Newest),
        of(Fate::LastOfMonth),
        done.removed
    );
}

async fn opening(url: &StoreUrl) -> Duration {
    let mut took = Vec::new();
    for _ in 0..TIMES {
        let began = Instant::now();
        let store = Store::open(url).await.unwrap();
        store.newest().await.unwrap();
        took.push(began.elapsed());
        store.close().await;
    }
    took.sort();
    took[TIMES / 2]
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}

/// What a file, or all of a folder, takes.
fn mib(path: &Path) -> f64 {
    fn bytes(path: &Path) -> u64 {
        match std::fs::read_dir(path) {
            Ok(entries) => entries.map(|entry| bytes(&entry.unwrap().path())).sum(),
            Err(_) => path.metadata().map_or(0, |file| file.len()),
        }
    }
    bytes(path) as f64 / f64::from(1 << 20)
}
