//! What a scan may ask, told before it: against the emulator, which denies as AWS does.

use std::collections::{BTreeMap, BTreeSet};

use rung_collectors::{calls, probe};
use serde_json::Value;

use crate::common::{Emulator, Rung, python};

const BOTH: [&str; 4] = ["--region", "us-east-1", "--region", "eu-west-1"];

fn preflight(rung: &Rung, more: &[&str]) -> Value {
    let args = [&["preflight", "--quiet", "--format", "json", "-o", "-"], BOTH.as_slice(), more].concat();
    serde_json::from_str(&rung.ok(&args)).unwrap()
}

/// Calls by `service:Operation` since the last reset.
fn counts(emulator: &Emulator) -> BTreeMap<String, u64> {
    let script = "import sys,urllib.request as u; print(u.urlopen(sys.argv[1]+'/_counts').read().decode())";
    let output = std::process::Command::new(python()).args(["-c", script, &emulator.url]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn states(report: &Value, operation: &str) -> BTreeSet<(String, String)> {
    let all = report["accounts"][0]["operations"].as_array().unwrap().iter();
    let of = all.filter(|one| one["operation"] == operation);
    of.map(|one| (one["region"].as_str().unwrap().to_owned(), one["state"].as_str().unwrap().to_owned())).collect()
}

fn closed<'r>(report: &'r Value, state: &str) -> Vec<&'r Value> {
    report["accounts"][0]["closed"].as_array().unwrap().iter().filter(|one| one["state"] == state).collect()
}

#[test]
fn with_every_permission_nothing_is_denied_and_little_is_asked() {
    let emulator = Emulator::start("demo");
    let rung = emulator.rung();
    let before = counts(&emulator);
    let report = preflight(&rung, &["--require-complete"]);
    assert_eq!(report["schema"], "rung/preflight/v1");
    let account = &report["accounts"][0];
    assert_eq!(account["account"], "123456789012");
    assert_eq!(account["regions"], serde_json::json!(["eu-west-1", "us-east-1"]));
    assert!(account["caller"].as_str().unwrap().starts_with("arn:aws:"));
    assert!(closed(&report, "denied").is_empty() && closed(&report, "failed").is_empty(), "{:#?}", account["closed"]);

    // Every declared operation of an account is told of, in each of its places, and asked at most once there.
    let operations = account["operations"].as_array().unwrap();
    let told: BTreeSet<&str> = operations.iter().map(|one| one["operation"].as_str().unwrap()).collect();
    let declared: BTreeSet<String> =
        calls::all().filter(|call| call.service != "organizations").map(calls::Call::name).collect();
    assert_eq!(told, declared.iter().map(String::as_str).collect());
    let asked: BTreeMap<String, u64> = counts(&emulator)
        .into_iter()
        .map(|(name, count)| (name.clone(), count - before.get(&name).copied().unwrap_or(0)))
        .filter(|(_, count)| *count > 0)
        .collect();
    for (name, count) in &asked {
        // The emulator's table of routes has the older name of one operation.
        let name = name.replace("s3:GetBucketLifecycle", "s3:GetBucketLifecycleConfiguration");
        assert!(declared.contains(&name), "{name} was asked and is not declared");
        let places = operations.iter().filter(|one| one["operation"] == *name && one["state"] != "not_tried").count();
        assert!(*count <= places as u64, "{name}: {count} requests for {places} places");
    }
    assert!(asked.len() > 80, "only {} operations were asked", asked.len());
    assert_eq!(account["asked_calls"].as_u64().unwrap(), asked.values().sum::<u64>());

    // Some are about a resource that only one region has; what is not wanted is not asked.
    assert_eq!(states(&report, "pi:DescribeDimensionKeys").len(), 2);
    assert!(states(&report, "pi:DescribeDimensionKeys").iter().all(|(_, state)| state == "not_tried"));
    assert!(states(&report, "ec2:DescribeVolumes").iter().all(|(_, state)| state == "allowed"));
    assert_eq!(states(&report, "route53:ListHostedZones"), [("global".to_owned(), "allowed".to_owned())].into());
}

#[test]
fn the_bound_is_one_and_the_last_scan_is_told() {
    let emulator = Emulator::start("demo");
    let rung = emulator.rung();
    let first = preflight(&rung, &[])["accounts"][0]["expected"].clone();
    assert_eq!(first["last_scan"], Value::Null);
    let scan: Value = serde_json::from_str(
        &rung.ok(&[&["scan", "--quiet", "--format", "json", "-o", "-"], BOTH.as_slice()].concat()),
    )
    .unwrap();
    let calls: u64 =
        scan["scan"]["calls"].as_object().unwrap().values().map(|one| one["calls"].as_u64().unwrap()).sum();
    let (least, usd) = (first["calls_at_least"].as_u64().unwrap(), first["cost_usd_at_least"].as_f64().unwrap());
    assert!(least <= calls && least > calls / 3, "at least {least}, and it asked {calls}");
    let cost = scan["scan"]["cost_usd"].as_f64().unwrap();
    assert!(usd <= cost && usd > cost / 3.0, "at least {usd}, and it cost {cost}");
    let last = preflight(&rung, &[])["accounts"][0]["expected"]["last_scan"].clone();
    assert_eq!(last["calls"].as_u64(), Some(calls));
    assert_eq!(last["cost_usd"], scan["scan"]["cost_usd"]);
    assert_eq!(last["metrics"], true);
}

#[test]
fn denials_are_told_with_their_cause_and_what_they_hide() {
    let emulator = Emulator::start("demo");
    emulator.control(
        r#"{"deny": ["rds:DescribeDBInstances", "lambda:GetPolicy"], "deny_scp": ["cloudwatch:GetMetricData@eu-west-1"],
            "deny_boundary": ["s3:ListAllMyBuckets"]}"#,
    );
    let rung = emulator.rung();
    let report = preflight(&rung, &[]);
    let denied = closed(&report, "denied");
    let of = |operation: &str| *denied.iter().find(|one| one["operation"] == operation).unwrap();
    let names: BTreeSet<&str> = denied.iter().map(|one| one["operation"].as_str().unwrap()).collect();
    let expected = ["cloudwatch:GetMetricData", "lambda:GetPolicy", "rds:DescribeDBInstances", "s3:ListBuckets"];
    assert_eq!(names, expected.into());
    let told: Vec<&str> =
        report["denied"].as_array().unwrap().iter().map(|one| one["operation"].as_str().unwrap()).collect();
    assert_eq!(told, expected);

    let databases = of("rds:DescribeDBInstances");
    assert_eq!(databases["cause"], "denied_by_identity_policy");
    assert_eq!(databases["regions"], serde_json::json!(["eu-west-1", "us-east-1"]));
    // What it unlocks is what the criteria themselves name.
    let unlocks: BTreeSet<String> = databases["unlocks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["criterion"].as_str().unwrap().to_owned())
        .collect();
    let deciding: BTreeSet<String> = rung_rules::all_criteria()
        .filter(|(_, criterion)| criterion.calls.contains(&"rds:DescribeDBInstances"))
        .map(|(control, criterion)| criterion.full_id(control))
        .collect();
    assert_eq!(unlocks, deciding);
    assert!(databases["opens_with"].as_str().unwrap().contains("rung policy"));

    let metrics = of("cloudwatch:GetMetricData");
    assert_eq!(metrics["cause"], "denied_by_organization_policy");
    assert_eq!(metrics["regions"], serde_json::json!(["eu-west-1"]));
    assert_eq!(of("s3:ListBuckets")["cause"], "denied_by_permissions_boundary");
    // Without the list there is no bucket to try: that is said, not guessed.
    assert!(states(&report, "s3:GetBucketWebsite").iter().all(|(_, state)| state == "not_tried"));
    assert!(states(&report, "lambda:ListAliases").iter().all(|(_, state)| state == "allowed"));

    let strict = [&["preflight", "--quiet", "--require-complete"], BOTH.as_slice()].concat();
    assert_eq!(rung.run(&strict).status.code(), Some(3));
    let text = rung.ok(&[&["preflight", "--quiet"], BOTH.as_slice()].concat());
    insta::with_settings!({filters => vec![(r"arn:aws:\S+", "[ARN]")]}, {
        insta::assert_snapshot!("preflight_text", text);
    });
}

#[test]
fn what_is_denied_on_a_made_up_resource_is_denied_and_what_is_unknown_is_likely() {
    let emulator = Emulator::start("empty");
    emulator.control(r#"{"deny": ["codepipeline:GetPipeline"]}"#);
    let report = preflight(&emulator.rung(), &[]);
    assert!(states(&report, "codepipeline:GetPipeline").iter().all(|(_, state)| state == "denied"));
    assert!(states(&report, "lambda:GetPolicy").iter().all(|(_, state)| state == "likely"));
    assert!(states(&report, "s3:GetBucketWebsite").iter().all(|(_, state)| state == "not_tried"));
    assert_eq!(closed(&report, "denied").len(), 1);
}

#[test]
fn throttles_are_no_denials() {
    let emulator = Emulator::start("empty");
    emulator.control(r#"{"fail": {"ssm:DescribeOpsItems": "ThrottlingException"}}"#);
    let rung = emulator.rung();
    let report = preflight(&rung, &["--max-attempts", "1"]);
    assert!(closed(&report, "denied").is_empty());
    let failed = closed(&report, "failed");
    assert_eq!(failed.len(), 1, "{failed:#?}");
    assert_eq!((&failed[0]["operation"], &failed[0]["cause"]), (&"ssm:DescribeOpsItems".into(), &"throttled".into()));
}

#[test]
fn without_credentials_the_code_is_4_and_with_a_wrong_register_2() {
    let nobody = Rung::new().var("AWS_REGION", "us-east-1");
    nobody.fails(4, &["preflight", "--timeout", "2"]);
    let message = nobody.fails(2, &["preflight", "--register", "s3://bucket"]);
    assert!(message.contains("expected s3://bucket/key"), "{message}");
}

#[test]
fn each_declared_operation_has_a_probe() {
    assert_eq!(probe::untried(), Vec::<String>::new());
}
