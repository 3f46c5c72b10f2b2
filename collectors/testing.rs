//! For tests of calls and collectors: a place that answers from hand-written wire recordings.
//!
//! A case is a folder under `fixtures/calls/`, for example `ec2.DescribeVolumes/second-page`, with one exchange in each
//! JSON file. A request that no case answers becomes a gap whose detail shows the request's key.

use std::{collections::BTreeSet, fs, path::PathBuf, sync::Arc, time::Duration};

use futures::executor::block_on;
use tokio::sync::watch;

use crate::aws::{Account, Connection, Exchange, GLOBAL, Options, Place, Recording, RecordingHeader, Replay, connect};

const ACCOUNT: &str = "123456789012";
const NOW: &str = "2026-11-23T00:00:00Z";
const HOME: &str = "us-east-1";

/// A place of account 123456789012 at 2026-11-23T00:00:00Z; `global` is the place of its global services.
pub(crate) fn place(region: &str, cases: &[&str]) -> Arc<Place> {
    place_in("aws", region, cases)
}

/// The same in another partition.
pub(crate) fn place_in(partition: &str, region: &str, cases: &[&str]) -> Arc<Place> {
    let connection = connection(cases);
    let account = Account {
        id: ACCOUNT.into(),
        caller: format!("arn:{partition}:iam::{ACCOUNT}:user/scanner").into(),
        partition: partition.into(),
        regions: [if region == GLOBAL { HOME } else { region }.into()].into(),
    };
    let mut places = account.places(&connection).into_iter();
    places.find(|place| &*place.region == region).expect("the account has the region")
}

fn connection(cases: &[&str]) -> Connection {
    let exchanges: Vec<Exchange> = cases.iter().flat_map(|case| exchanges(case)).collect();
    let header = RecordingHeader {
        schema: "rung/recording/v1".to_owned(),
        recorded_at: NOW.parse().expect("a timestamp"),
        account: ACCOUNT.to_owned(),
        partition: "aws".to_owned(),
        home_region: HOME.to_owned(),
        regions: vec![HOME.to_owned()],
        redacted: false,
        metrics: true,
        tags: true,
        exchanges: exchanges.len(),
    };
    let options = Options {
        profile: None,
        region: None,
        concurrency: 4,
        max_attempts: 1,
        timeout: Duration::from_secs(5),
        credential_wait: Duration::ZERO,
        metrics: true,
        tags: true,
        budget: Default::default(),
        paced: None,
        sql_digests: cases.iter().any(|case| case.starts_with("pi.")),
        replay: Some(Arc::new(Replay::new(Recording { header, exchanges }))),
        recorder: None,
        journal: None,
        now: None,
        // Its sender is gone: nobody interrupts.
        interrupted: watch::channel(false).1,
    };
    block_on(connect(options)).expect("a replay connects to nothing")
}

/// The exchanges of a case, in the order of their files' names.
fn exchanges(case: &str) -> Vec<Exchange> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures/calls").join(case);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let files: BTreeSet<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    let json = files.into_iter().filter(|file| file.extension().is_some_and(|ending| ending == "json"));
    json.map(|file| {
        let text = fs::read_to_string(&file).expect("a file that can be read");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    })
    .collect()
}
