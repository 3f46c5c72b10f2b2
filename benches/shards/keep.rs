//! `measured.json`: what the model stands on, as the bench measured it.

use std::{fs, path::PathBuf};

use super::model::{Measured, Merge, Run};

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/shards/measured.json")
}

/// What was measured so far.
pub(crate) fn read() -> Measured {
    fs::read(path()).map_or_else(|_| Measured::default(), |bytes| serde_json::from_slice(&bytes).unwrap())
}

/// Changes it.
pub(crate) fn change(change: impl FnOnce(&mut Measured)) {
    let mut measured = read();
    change(&mut measured);
    let profile = if cfg!(debug_assertions) { "development" } else { "release" };
    measured.taken = format!("{}, {profile} profile", jiff::Timestamp::now().strftime("%Y-%m-%d"));
    fs::write(path(), serde_json::to_string_pretty(&measured).unwrap() + "\n").unwrap();
}

/// Keeps runs, each in the place of one of the same size.
pub(crate) fn runs(runs: impl IntoIterator<Item = Run>) {
    let key = |run: &Run| (run.throttled, run.accounts, run.regions, run.processes, run.latency_ms as u64);
    change(|measured| {
        for run in runs {
            measured.runs.retain(|old| key(old) != key(&run));
            measured.runs.push(run);
        }
        measured.runs.sort_by_key(key);
    });
}

/// Keeps a merge, in the place of one of as many findings.
pub(crate) fn merge(merge: Merge) {
    change(|measured| {
        measured.merges.retain(|old| old.findings != merge.findings);
        measured.merges.push(merge);
        measured.merges.sort_by(|a, b| a.findings.total_cmp(&b.findings));
    });
}
