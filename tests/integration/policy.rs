//! The policy and the code are one: a scan calls nothing outside it, and it allows nothing that no fixture calls.

use std::collections::BTreeSet;

use rung_collectors::{aws::Replay, calls};
use serde_json::Value;

use crate::common::{Rung, demo, root};

fn actions() -> BTreeSet<String> {
    let policy: Value = serde_json::from_str(&Rung::new().ok(&["policy"])).unwrap();
    let statement = &policy["Statement"][0];
    assert_eq!(statement["Effect"], "Allow");
    statement["Action"].as_array().unwrap().iter().map(|action| action.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_full_scan_calls_nothing_outside_the_policy() {
    let actions = actions();
    for operation in Replay::new(demo()).operations() {
        let call = calls::all().find(|call| call.name() == operation).expect("every recorded operation is declared");
        assert!(actions.contains(&call.iam()) || call.service == "sts", "{operation} is not in the policy");
    }
}

#[test]
fn every_action_of_the_policy_is_called_by_a_fixture() {
    let mut called = Replay::new(demo()).operations();
    for folder in std::fs::read_dir(root().join("fixtures/calls")).unwrap() {
        let name = folder.unwrap().file_name().to_string_lossy().replacen('.', ":", 1);
        called.insert(name);
    }
    let idle: Vec<_> = calls::all().map(calls::Call::name).filter(|name| !called.contains(name)).collect();
    assert_eq!(idle, Vec::<String>::new(), "declared, and called by no fixture");
}

#[test]
fn every_action_reads() {
    for call in calls::all() {
        let reads = ["Describe", "Get", "List", "BatchGet"].iter().any(|verb| call.operation.starts_with(verb));
        assert!(reads, "{} does not look like a read", call.name());
    }
}

#[test]
fn criteria_name_calls_that_are_declared() {
    let declared: BTreeSet<_> = calls::all().map(calls::Call::name).collect();
    for (_, criterion) in rung_rules::all_criteria() {
        for call in criterion.calls {
            assert!(declared.contains(*call), "{}: {call} is not declared", criterion.id);
        }
    }
}

#[test]
fn objects_and_sql_digests_are_allowed_only_where_asked_for() {
    let statements =
        |args: &[&str]| -> Value { serde_json::from_str::<Value>(&Rung::new().ok(args)).unwrap()["Statement"].clone() };
    let plain = statements(&["policy"]).to_string();
    assert!(!plain.contains("s3:GetObject") && !plain.contains("pi:DescribeDimensionKeys"), "{plain}");
    let asked = statements(&["policy", "--sql-digests", "--register", "s3://team/perf/debt.csv"]);
    assert!(asked[0].to_string().contains("pi:DescribeDimensionKeys"));
    assert!(!asked[0].to_string().contains("s3:GetObject"));
    assert_eq!(asked[1]["Action"], serde_json::json!(["s3:GetObject"]));
    assert_eq!(asked[1]["Resource"], "arn:aws:s3:::team/perf/debt.csv");
}
