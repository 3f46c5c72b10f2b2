//! A scan that is cut off goes on where it stood: against the live emulator, through the library.

use std::{path::Path, time::Duration};

use aws_sdk_ec2::config::{Credentials, SharedCredentialsProvider};

use jiff::Timestamp;
use rung_collectors::{
    aws::{Account, Budget, Connection, Journal, Options, connect_by},
    collect_all,
};
use rung_rules::model::EvidenceSet;
use serde_json::Value;
use tokio::sync::watch;

use crate::common::Emulator;

/// Calls in flight: what an interruption may lose.
const IN_FLIGHT: usize = 4;

/// How a scan is cut off.
#[derive(Clone, Copy, Default)]
struct Cut {
    /// After so many requests.
    calls: Option<u64>,
    /// By the user, when the first place is finished.
    at_first_place: bool,
}

struct Scan {
    set: EvidenceSet,
    began: Timestamp,
    resumed: u64,
    asked: u64,
}

/// A connection to the emulator that knows nothing of this machine's profiles.
async fn connected(
    url: &str,
    now: Timestamp,
    budget: Budget,
    journal: Option<Journal>,
) -> (Connection, watch::Sender<bool>) {
    let (stop, interrupted) = watch::channel(false);
    let options = Options {
        profile: None,
        region: None,
        concurrency: IN_FLIGHT,
        max_attempts: 1,
        timeout: Duration::from_secs(30),
        metrics: true,
        tags: true,
        sql_digests: false,
        budget,
        paced: None,
        replay: None,
        recorder: None,
        journal,
        now: Some(now),
        credential_wait: Duration::ZERO,
        interrupted,
    };
    let credentials = Credentials::new("testing", "testing", None, None, "test");
    let base = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("us-east-1"))
        .endpoint_url(url)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    let connection = connect_by(options, base).unwrap();
    (connection, stop)
}

fn scan(url: &str, now: Timestamp, folder: Option<&Path>, cut: Cut) -> Scan {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let began = Timestamp::now();
        let journal = folder.map(|folder| Journal::open(folder).unwrap());
        let (connection, stop) = connected(url, now, Budget::new(cut.calls, None), journal.clone()).await;
        let regions = ["us-east-1".to_owned(), "eu-west-1".to_owned()];
        let account = Account::find(&connection, &regions).await.unwrap();
        let places = account.places(&connection);
        let set = collect_all(&places, |_| {
            if cut.at_first_place {
                let _ = stop.send(true);
            }
        })
        .await;
        if let Some(journal) = journal {
            journal.finish().await.unwrap();
        }
        let counts = connection.span.counters.snapshot();
        let (resumed, asked) = counts.values().fold((0, 0), |(r, c), count| (r + count.resumed, c + count.calls));
        Scan { set, began, resumed, asked }
    })
}

/// Everything but when it was read and under which request ids.
fn seen(scan: &Scan) -> Value {
    let mut seen = serde_json::to_value(&scan.set).unwrap();
    for source in seen["sources"].as_array_mut().unwrap() {
        let source = source.as_object_mut().unwrap();
        source.remove("read_at");
        source.remove("request_ids");
    }
    seen
}

fn same(one: &Scan, other: &Scan) {
    let (one, other) = (seen(one), seen(other));
    if one != other {
        let [one, other] = [one, other].map(|seen| serde_json::to_string_pretty(&seen).unwrap());
        let differ = one.lines().zip(other.lines()).enumerate().filter(|(_, (one, other))| one != other);
        panic!("line, this, that: {:#?}", differ.take(10).collect::<Vec<_>>());
    }
}

/// Requests by operation, without the identity, which every scan asks, the metrics, whose queries share requests as they come, and
/// recommendations: one region is not enrolled, and what ended in a gap is asked again.
fn counts(emulator: &Emulator) -> Vec<(String, u64)> {
    let counts = emulator.counts();
    let fixed = |name: &str| {
        let recommendations = name.starts_with("compute-optimizer:") && name.ends_with("Recommendations");
        !recommendations && name != "sts:GetCallerIdentity" && name != "cloudwatch:GetMetricData"
    };
    let counts = counts.as_object().unwrap().iter().filter(|(name, _)| fixed(name));
    counts.map(|(name, count)| (name.clone(), count.as_u64().unwrap())).collect()
}

#[test]
fn a_scan_that_was_cut_off_asks_for_nothing_twice_and_sees_the_same() {
    let emulator = Emulator::start("demo");
    let (now, folder) = (Timestamp::now(), tempfile::tempdir().unwrap());
    emulator.reset_counts();
    let whole = scan(&emulator.url, now, None, Cut::default());
    let once = counts(&emulator);
    emulator.reset_counts();
    let half = Cut { calls: Some(whole.asked / 2), ..Cut::default() };
    let first = scan(&emulator.url, now, Some(folder.path()), half);
    assert!(first.set.gaps.len() > whole.set.gaps.len(), "it was cut off");
    assert_eq!((first.resumed, first.asked), (0, whole.asked / 2));

    let second = scan(&emulator.url, now, Some(folder.path()), Cut::default());
    same(&second, &whole);
    assert_eq!(counts(&emulator), once);
    assert!(second.resumed > first.asked / 2, "{} of {}", second.resumed, first.asked);
    // What the journal answered keeps the time of the first scan, what AWS answered has that of the second.
    let (earlier, later): (Vec<_>, Vec<_>) = second.set.sources.iter().partition(|one| one.read_at < second.began);
    assert!(!earlier.is_empty() && !later.is_empty());
    assert!(earlier.iter().all(|one| one.read_at >= first.began));

    // A third has nothing left to ask but who it is, and what ended in a gap.
    emulator.reset_counts();
    let third = scan(&emulator.url, now, Some(folder.path()), Cut::default());
    same(&third, &whole);
    assert_eq!((counts(&emulator), emulator.counts()["sts:GetCallerIdentity"].as_u64()), (vec![], Some(1)));
}

#[test]
fn an_interruption_loses_at_most_what_was_in_flight() {
    let emulator = Emulator::start("demo");
    let (now, folder) = (Timestamp::now(), tempfile::tempdir().unwrap());
    emulator.reset_counts();
    let whole = scan(&emulator.url, now, None, Cut::default());
    let once = counts(&emulator);
    emulator.reset_counts();
    let interrupted = scan(&emulator.url, now, Some(folder.path()), Cut { at_first_place: true, ..Cut::default() });
    assert!(interrupted.set.gaps.len() > whole.set.gaps.len(), "it was interrupted");
    let second = scan(&emulator.url, now, Some(folder.path()), Cut::default());
    same(&second, &whole);
    let sum = |counts: &[(String, u64)]| counts.iter().map(|(_, count)| *count).sum::<u64>();
    let twice = sum(&counts(&emulator)) - sum(&once);
    assert!(twice <= IN_FLIGHT as u64, "{twice} were asked twice");
}

#[test]
fn what_was_denied_failed_or_throttled_is_asked_again() {
    let emulator = Emulator::start("demo");
    let (now, folder) = (Timestamp::now(), tempfile::tempdir().unwrap());
    let whole = scan(&emulator.url, now, None, Cut::default());
    emulator.control(
        r#"{"deny": ["ec2:DescribeVolumes", "cloudwatch:GetMetricData"], "deny_scp": ["lambda:ListFunctions"],
            "fail": {"rds:DescribeDBInstances": "InternalFailure", "s3:ListBuckets": "Throttling"}}"#,
    );
    let hampered = scan(&emulator.url, now, Some(folder.path()), Cut::default());
    for operation in ["ec2:DescribeVolumes", "lambda:ListFunctions", "rds:DescribeDBInstances", "s3:ListBuckets"] {
        assert!(hampered.set.gaps.iter().any(|gap| gap.operation == operation), "{operation} is hidden");
    }
    emulator.reset_counts();
    let again = scan(&emulator.url, now, Some(folder.path()), Cut::default());
    same(&again, &whole);
    let asked = counts(&emulator);
    for operation in ["ec2:DescribeVolumes", "lambda:ListFunctions", "rds:DescribeDBInstances"] {
        assert!(asked.iter().any(|(name, _)| name == operation), "{operation}: {asked:?}");
    }
    assert!(!asked.iter().any(|(name, _)| name == "ec2:DescribeVpcs"), "what was answered stands: {asked:?}");
}
