//! The demo account by replay: levels, determinism, calls against the least possible, one assessment from bundle or scan.

use std::{collections::BTreeSet, sync::Arc};

use rung_collectors::aws::Replay;
use serde_json::Value;

use crate::common::{Rung, assessment, demo, levels, outcomes, scan};

fn demo_json(rung: &Rung) -> Value {
    serde_json::from_str(&rung.ok(&["scan", "--demo", "--quiet", "--format", "json", "-o", "-"])).unwrap()
}

#[test]
fn shows_different_levels_and_a_gap() {
    let assessment = demo_json(&Rung::new());
    let levels = levels(&assessment);
    let different: BTreeSet<_> = levels.iter().map(|(_, level)| level).collect();
    assert!(different.len() >= 3, "{levels:?}");
    assert!(!assessment["gaps"].as_array().unwrap().is_empty());
    insta::assert_json_snapshot!("demo_levels", levels);
    insta::assert_json_snapshot!("demo_outcomes", outcomes(&assessment));
}

#[test]
fn summary_reads_well() {
    let text = Rung::new().ok(&["scan", "--demo"]);
    insta::with_settings!({filters => vec![
        (r", \d+\.\d s\.", ", [TIME]."),
        (r"(Report|Evidence)  .*", "$1  [PATH]"),
    ]}, { insta::assert_snapshot!("demo_summary", text) });
}

#[test]
fn the_same_evidence_gives_the_same_bytes() {
    let (first, second) = (Rung::new(), Rung::new());
    let args = ["scan", "--demo", "--quiet", "--bundle", "b"];
    first.ok(&args);
    second.ok(&args);
    for part in [
        "assessment.json",
        "evidence.jsonl.zst",
        "gaps.jsonl.zst",
        "ledger.jsonl.zst",
        "sources.jsonl.zst",
        "unseen.jsonl.zst",
        "manifest.json",
        "report.html",
    ] {
        let read = |rung: &Rung| std::fs::read(rung.path("b").join(part)).unwrap();
        assert!(read(&first) == read(&second), "{part} differs");
    }
    // The rules alone, on the bundle, say what the scan said.
    let again = first.ok(&["assess", "b", "--format", "json"]);
    assert!(again.into_bytes() == std::fs::read(first.path("b/assessment.json")).unwrap());
    let stored = first.ok(&["report", "b", "--format", "json"]);
    assert!(stored.into_bytes() == std::fs::read(first.path("b/assessment.json")).unwrap());
}

#[test]
fn every_recorded_answer_is_asked_for_and_nothing_twice() {
    let replay = Arc::new(Replay::new(demo()));
    let scanned = scan(replay.clone());
    assert_eq!(replay.unused(), Vec::<String>::new());
    let asked: u64 = scanned.scan.calls.values().map(|count| count.calls).sum();
    let recorded = demo().exchanges.len() as u64;
    assert_eq!(asked, recorded, "calls of the scan against exchanges of the recording, each page once");
}

#[test]
fn every_fact_can_be_traced_to_a_source_or_a_gap() {
    let assessment = demo_json(&Rung::new());
    let ids = |list: &str| -> BTreeSet<String> {
        assessment[list].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap().to_owned()).collect()
    };
    let (sources, gaps) = (ids("sources"), ids("gaps"));
    let mut facts = 0;
    for finding in assessment["findings"].as_array().unwrap() {
        for (name, fact) in finding["facts"].as_object().unwrap() {
            facts += 1;
            let known = fact["from"].as_str().is_some_and(|id| sources.contains(id));
            let unknown = fact["gap"].as_str().is_some_and(|id| gaps.contains(id));
            assert!(known != unknown, "{name} of {}: {fact}", finding["criterion"]);
        }
    }
    assert!(facts > 100);
}

#[test]
fn named_facts_exist_in_the_evidence() {
    let assessment = demo_json(&Rung::new());
    for finding in assessment["findings"].as_array().unwrap() {
        assert!(!finding["facts"].as_object().unwrap().is_empty(), "{}", finding["criterion"]);
    }
}

#[test]
fn without_metrics_what_needs_them_is_unknown_and_says_so() {
    let rung = Rung::new();
    let args = ["scan", "--demo", "--metrics", "off", "--quiet", "--format", "json", "-o", "-"];
    let assessment: Value = serde_json::from_str(&rung.ok(&args)).unwrap();
    let outcome = &outcomes(&assessment)["waf-perf-090.api.aws.io-not-saturated"];
    assert_eq!(outcome, "unknown");
    let not_asked = |gap: &&Value| gap["cause"] == "not_requested";
    let hidden =
        |gap: &Value| gap["hides"].as_array().unwrap().iter().any(|id| id == "waf-perf-090.api.aws.io-not-saturated");
    assert!(assessment["gaps"].as_array().unwrap().iter().filter(not_asked).any(hidden));
    assert!(assessment["scan"]["calls"]["cloudwatch:GetMetricData"].is_null());
}

#[test]
fn gates_speak_by_exit_code() {
    let rung = Rung::new();
    rung.fails(1, &["scan", "--demo", "--quiet", "--fail-below", "5"]);
    rung.fails(3, &["scan", "--demo", "--quiet", "--require-complete"]);
    rung.ok(&["scan", "--demo", "--quiet"]);
}

#[test]
fn csv_has_a_row_a_finding() {
    let rung = Rung::new();
    let csv = rung.ok(&["scan", "--demo", "--quiet", "--format", "csv", "-o", "-"]);
    let findings = demo_json(&rung)["findings"].as_array().unwrap().len();
    assert_eq!(csv::Reader::from_reader(csv.as_bytes()).records().map(Result::unwrap).count(), findings);
}

#[test]
fn a_pipe_that_closes_early_is_no_error() {
    let rung = Rung::new();
    let mut child =
        rung.command(&["scan", "--demo", "--format", "json"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn the_ledger_has_a_line_for_everything_that_was_asked_in_each_account_and_region() {
    use rung_rules::model::{Cause, Covered};
    let whole = assessment(&scan(Arc::new(Replay::new(demo()))));
    // Each exchange of the recording is counted in its own line.
    let exchanges = demo().exchanges.len() as u64;
    assert_eq!(whole.coverage.iter().map(|line| line.calls).sum::<u64>(), exchanges);
    assert!(whole.coverage.iter().any(|line| line.region == "eu-west-1") && whole.coverage.len() > 150);
    let of = |assessment: &rung_rules::model::Assessment, region: &str| {
        let mut lines = assessment.coverage.iter();
        let line = lines.find(|line| line.operation == "ec2:DescribeVolumes" && line.region == region).unwrap();
        (line.covered, line.causes.clone())
    };
    assert_eq!(of(&whole, "us-east-1"), (Covered::Complete, Vec::new()));
    let denied = assessment(&scan(Arc::new(Replay::new(demo()).deny("ec2:DescribeVolumes"))));
    for region in ["us-east-1", "eu-west-1"] {
        assert_eq!(of(&denied, region), (Covered::NotRead, vec![Cause::DeniedByIdentityPolicy]));
    }
}
