use std::collections::BTreeMap;

use rung_rules::model::Verdict;
use serde_json::{Value, json};

use super::*;

fn finding(criterion: &str, result: Verdict, facts: Value) -> Finding {
    let subject = json!({"kind": "volume", "arn": "a", "account": "1", "region": "r"});
    let facts: BTreeMap<String, Value> = serde_json::from_value(facts).unwrap();
    let (criterion, subject) = (criterion.to_owned(), serde_json::from_value(subject).unwrap());
    let (evidence, reasons) = ("evidence.jsonl:1".to_owned(), vec![]);
    Finding { criterion, subject, result, facts, evidence, reasons, attested: false, waived: false }
}

fn known(value: impl Into<Value>) -> Value {
    json!({"value": value.into(), "from": "s-0000000000000001"})
}

fn drawn(findings: impl IntoIterator<Item = Finding>) -> Vec<Value> {
    let mut charts = Charts::new("2026-11-25T00:00:00Z".parse().unwrap());
    findings.into_iter().for_each(|finding| charts.add(&finding));
    charts.drawn().iter().map(|chart| json!(chart)).collect()
}

#[test]
fn numbers_fall_into_bins_and_what_was_not_seen_is_no_zero() {
    let criterion = "waf-perf-010.api.aws.sized-to-baseline";
    let cpu = |percent: Value| json!({"cpu_p95_percent": percent});
    let charts = drawn([
        finding(criterion, Verdict::Pass, cpu(known(0.0))),
        finding(criterion, Verdict::Pass, cpu(known(9.9))),
        finding(criterion, Verdict::Fail, cpu(known(10))),
        finding(criterion, Verdict::Fail, cpu(known(100))),
        finding(criterion, Verdict::Fail, cpu(known(170))),
        finding(criterion, Verdict::Unknown, cpu(json!({"gap": "g-0000000000000001"}))),
        finding(criterion, Verdict::Unknown, cpu(known(Value::Null))),
        finding("waf-perf-010.api.aws.other", Verdict::Fail, cpu(known(50))),
    ]);
    assert_eq!(charts.len(), 1);
    assert_eq!(charts[0]["id"], "cpu-p95");
    assert_eq!(charts[0]["cells"], json!([[0, 0, 0, 2], [1, 0, 1, 1], [9, 0, 1, 2]]));
    assert_eq!(charts[0]["series"], json!(["pass", "fail"]));
    assert_eq!((&charts[0]["seen"], &charts[0]["none"], &charts[0]["unseen"]), (&json!(5), &json!(1), &json!(1)));
}

#[test]
fn ages_are_days_and_series_are_words() {
    let criterion = "waf-perf-090.api.aws.gp3-for-new-volumes";
    let volume = |created: &str, kind: &str| json!({"created_at": known(created), "volume_type": known(kind)});
    let charts = drawn([
        finding(criterion, Verdict::Pass, volume("2026-11-24T00:00:00Z", "gp3")),
        finding(criterion, Verdict::Pass, volume("2026-10-26T00:00:00Z", "gp2")),
        finding(criterion, Verdict::Pass, volume("2010-01-01T00:00:00Z", "gp2")),
    ]);
    assert_eq!(charts[0]["series"], json!(["gp3", "gp2"]));
    assert_eq!(charts[0]["cells"], json!([[0, 0, 0, 1], [1, 0, 1, 1], [4, 0, 1, 1]]));
}

#[test]
fn groups_are_added_up() {
    let criterion = "waf-perf-020.api.aws.scaling-exercised";
    let changes = |policy: u64| json!({"activities_90_days": known(json!({"policy": policy, "user_request": 1}))});
    let charts = drawn([finding(criterion, Verdict::Fail, changes(0)), finding(criterion, Verdict::Fail, changes(5))]);
    assert_eq!(charts[0]["labels"], json!(["policy", "user_request"]));
    assert_eq!(charts[0]["cells"], json!([[0, 0, 0, 5], [1, 0, 0, 2]]));
}

#[test]
fn pairs_stand_on_a_logarithmic_grid() {
    let criterion = "waf-perf-080.api.aws.timeout-fits";
    let function = |p99: Value, timeout: u64| json!({"duration_p99_ms": p99, "timeout_s": known(timeout)});
    let charts = drawn([
        finding(criterion, Verdict::Pass, function(known(100.0), 1)),
        finding(criterion, Verdict::Pass, function(known(101.0), 1)),
        finding(criterion, Verdict::Unknown, function(json!({"gap": "g-0000000000000001"}), 3)),
        finding(criterion, Verdict::Unknown, function(known(0.0), 3)),
    ]);
    assert_eq!(charts[0]["cells"], json!([[24, 36, 0, 2]]));
    assert_eq!((&charts[0]["none"], &charts[0]["unseen"]), (&json!(1), &json!(1)));
}

#[test]
fn words_of_strangers_are_few_and_short() {
    let criterion = "waf-perf-040.api.aws.database-insights";
    let engine = |n: usize| json!({"engine": known(format!("{n} {}", "x".repeat(10_000)))});
    let charts = drawn((0..100).map(|n| finding(criterion, Verdict::Pass, engine(n))));
    let labels = charts[0]["labels"].as_array().unwrap();
    assert_eq!(labels.len(), 13);
    assert_eq!(labels[12], "other");
    assert!(labels.iter().all(|label| label.as_str().unwrap().len() <= 60));
    assert_eq!(charts[0]["cells"].as_array().unwrap().iter().map(|cell| cell[3].as_u64().unwrap()).sum::<u64>(), 100);
}

#[test]
fn every_chart_stands_on_a_criterion_that_there_is() {
    let known: Vec<String> =
        rung_rules::all_criteria().map(|(control, criterion)| criterion.full_id(control)).collect();
    for spec in specs::SPECS {
        assert!(known.iter().any(|id| id == spec.criterion), "{} stands on {}", spec.id, spec.criterion);
    }
}
