//! A bad network between the scanner and AWS: what is read is true, and what could not be read is a gap with its cause.

use std::{collections::BTreeMap, process::Stdio, time::Duration};

use rung_rules::model::{Assessment, Cause};

use crate::{
    common::{Emulator, Rung},
    same_or_gap::{differs_only_in_named_gaps, new_gaps},
};

/// One operation of each protocol; several hold up others.
const ONE_OF_EACH: [&str; 7] = [
    "ec2:DescribeVolumes",
    "autoscaling:DescribeAutoScalingGroups",
    "cloudfront:ListDistributions",
    "s3:ListBuckets",
    "lambda:ListFunctions",
    "ecs:ListClusters",
    "cloudwatch:DescribeAlarms",
];

fn scan(rung: &Rung, more: &[&str]) -> Assessment {
    let args = [&["scan", "--quiet", "--format", "json", "-o", "-"], more].concat();
    serde_json::from_str(&rung.ok(&args)).unwrap()
}

fn both<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["--region", "us-east-1", "--region", "eu-west-1"], more].concat()
}

/// Requests that the emulator answered as it should, by operation. How many metrics share a request depends on the order of
/// answers, and so does the number of those requests.
fn answered(emulator: &Emulator) -> BTreeMap<String, u64> {
    let mut counts: BTreeMap<String, u64> = serde_json::from_value(emulator.ask("/_answered")).unwrap();
    counts.remove("cloudwatch:GetMetricData");
    counts
}

#[test]
fn a_scan_through_a_bad_network_says_the_same() {
    let emulator = Emulator::start("demo");
    let rung = emulator.rung();
    let calm = scan(&rung, &both(&[]));
    let asked = answered(&emulator);
    emulator.tell("/_reset", "{}");
    let rates = r#"{"throttle": 0.3, "error": 0.05, "cut": 0.02, "half": 0.004, "html": 0.003, "noise": 0.003, "drop": 0.01,
                    "trickle": 0.01, "stall": 0.002}"#;
    emulator.tell("/_network", &format!(r#"{{"seed": 7, "rates": {rates}}}"#));
    let disturbed = scan(&rung, &both(&["--max-attempts", "30", "--timeout", "3"]));
    let wrong = differs_only_in_named_gaps(&calm, &disturbed);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let of_gaps: Vec<_> = disturbed.gaps.iter().map(|gap| &gap.gap).collect();
    assert!(new_gaps(&calm, &disturbed).is_empty(), "with attempts enough nothing is left out: {of_gaps:?}");
    assert_eq!(answered(&emulator), asked, "every request of the calm scan is answered in the end, once");
    let retries: u64 = disturbed.scan.calls.values().map(|count| count.retries).sum();
    assert!(retries > 100, "{retries} retries: was the network bad at all?");
}

/// The same with too few attempts: what is missing is named, and nothing else changes.
#[test]
fn a_scan_that_gives_up_on_a_bad_network_names_what_it_did_not_see() {
    let emulator = Emulator::start("demo");
    let rung = emulator.rung();
    let calm = scan(&rung, &both(&[]));
    // Without these there is no scan; all else may go wrong.
    let rates = r#"{"error": 0.15, "cut": 0.1, "half": 0.1, "html": 0.1, "noise": 0.05, "empty": 0.05, "drop": 0.05}"#;
    for seed in [1, 2, 3] {
        emulator.tell(
            "/_network",
            &format!(
                r#"{{"seed": {seed}, "rates": {rates},
            "operations": {{"sts:*": "trickle", "ec2:DescribeRegions": "trickle"}}}}"#
            ),
        );
        let disturbed = scan(&rung, &both(&["--max-attempts", "2"]));
        let wrong = differs_only_in_named_gaps(&calm, &disturbed);
        assert!(wrong.is_empty(), "seed {seed}:\n{}", wrong.join("\n"));
        let gaps = new_gaps(&calm, &disturbed).len();
        assert!(gaps > 20, "seed {seed}: {gaps} gaps: was the network bad at all?");
    }
}

#[test]
fn each_fault_is_a_gap_with_its_cause_in_every_protocol() {
    let emulator = Emulator::start("demo");
    let rung = emulator.rung();
    let calm = scan(&rung, &["--region", "us-east-1"]);
    let kinds = [
        ("throttle", Cause::Throttled, ""),
        ("error", Cause::Failed, "An internal error has occurred"),
        ("cut", Cause::Failed, "io error"),
        ("half", Cause::Failed, ""),
        ("html", Cause::Failed, "web page"),
        ("noise", Cause::Failed, ""),
        ("empty", Cause::Failed, "empty"),
        ("gzip", Cause::Failed, ""),
        ("drop", Cause::Failed, ""),
        ("nothing", Cause::TimedOut, ""),
        ("stall", Cause::TimedOut, ""),
    ];
    let mut wrong = Vec::new();
    for (kind, cause, words) in kinds {
        let operations: Vec<String> = ONE_OF_EACH.iter().map(|name| format!(r#""{name}": "{kind}""#)).collect();
        emulator.tell("/_network", &format!(r#"{{"operations": {{{}}}}}"#, operations.join(", ")));
        let disturbed = scan(&rung, &["--region", "us-east-1", "--max-attempts", "2", "--timeout", "1"]);
        wrong.extend(differs_only_in_named_gaps(&calm, &disturbed).into_iter().map(|words| format!("{kind}: {words}")));
        let new = new_gaps(&calm, &disturbed);
        let gaps: Vec<_> =
            disturbed.gaps.iter().map(|gap| &gap.gap).filter(|gap| new.contains(&gap.id.to_string())).collect();
        for name in ONE_OF_EACH {
            match gaps.iter().find(|gap| gap.operation == name) {
                Some(gap) if gap.cause == cause && gap.detail.contains(words) => {}
                Some(gap) => wrong.push(format!("{kind}: {name} is {:?}: {}", gap.cause, gap.detail)),
                None => wrong.push(format!("{kind}: {name} has no gap")),
            }
        }
        let others: Vec<_> = gaps.iter().filter(|gap| gap.cause != cause).collect();
        assert!(others.is_empty(), "{kind}: {others:?}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every operation is refused once, some at a time: what is read without them is told of the same subjects as before.
#[test]
fn what_other_calls_show_is_told_as_before() {
    let emulator = Emulator::start("demo");
    let rung = emulator.rung();
    let calm = scan(&rung, &both(&[]));
    // Without these there is no scan.
    let needed = |name: &String| name.starts_with("sts:") || name == "ec2:DescribeRegions";
    let mut names: Vec<String> = answered(&emulator).into_keys().filter(|name| !needed(name)).collect();
    names.push("cloudwatch:GetMetricData".to_owned());
    let scans = 8;
    let mut wrong = Vec::new();
    for first in 0..scans {
        // Operations of one service stand side by side: each scan misses few of any.
        let refused: Vec<&String> = names.iter().skip(first).step_by(scans).collect();
        let operations: Vec<String> = refused.iter().map(|name| format!(r#""{name}": "error""#)).collect();
        emulator.tell("/_network", &format!(r#"{{"operations": {{{}}}}}"#, operations.join(", ")));
        let disturbed = scan(&rung, &both(&["--max-attempts", "1"]));
        let differs = differs_only_in_named_gaps(&calm, &disturbed);
        if !differs.is_empty() {
            wrong.push(format!("without {refused:?}:\n  {}", differs.join("\n  ")));
        }
        assert!(
            new_gaps(&calm, &disturbed).len() >= refused.len() / 2,
            "without {refused:?} hardly anything is missing"
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// AWS goes away in the middle of the scan.
#[test]
fn a_server_that_goes_away_leaves_gaps_and_a_bundle() {
    let emulator = Emulator::start("demo");
    let rung = emulator.rung();
    let calm = scan(&rung, &both(&[]));
    emulator.tell("/_reset", "{}");
    // Slow enough that the question how far it is comes in time, on a busy machine too.
    emulator.control(r#"{"latency_ms": 500}"#);
    let args = both(&["scan", "--quiet", "--bundle", "b", "--max-attempts", "2", "--concurrency", "4"]);
    let mut child = rung.command(&args[4..].iter().chain(&args[..4]).copied().collect::<Vec<_>>());
    let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let asked = || emulator.ask("/_counts").as_object().unwrap().values().filter_map(|n| n.as_u64()).sum::<u64>();
    while asked() < 60 {
        assert!(child.try_wait().unwrap().is_none(), "the scan ended before the server went away");
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(emulator);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let bytes = std::fs::read(rung.path("b/assessment.json")).unwrap();
    let left: Assessment = serde_json::from_slice(&bytes).unwrap();
    let wrong = differs_only_in_named_gaps(&calm, &left);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(new_gaps(&calm, &left).len() > 20);
}
