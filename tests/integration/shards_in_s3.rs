//! Shards whose plan lies in S3: a bucket that throttles, one that refuses, and functions of Lambda as the processes.

use std::process::Child;

use serde_json::{Value, json};

use crate::{
    depot::Bucket,
    lambda::{Function, LONG},
    shards_played::{begun, of_one_process, planned, says_the_same},
};

const PLAN: &str = "s3://our-scans/plans/1";
const PATIENT: [&str; 2] = ["--max-attempts", "30"];

fn assessment(rung: &crate::common::Rung, bundle: &str) -> Value {
    serde_json::from_str(&rung.ok(&["report", bundle, "--format", "json"])).unwrap()
}

#[test]
fn a_bucket_that_throttles_changes_nothing() {
    let bucket = Bucket::in_scenario("organisation");
    let machine = bucket.machine();
    let one = of_one_process(&machine);
    let plan = planned(&machine, PLAN, &["--run-id", "run-1", "--calls", "s3://our-scans/calls"]);
    // An engine that plans again gets the same plan; somebody else gets none.
    assert_eq!(planned(&machine, PLAN, &["--run-id", "run-1"]), plan);
    let told =
        machine.fails(2, &["plan", "--org", "--external-id", "team-4711", "--region", "us-east-1", "--out", PLAN]);
    assert!(told.contains("a plan is never replaced"), "{told}");
    let list = bucket.s3("print(s3.get_object(Bucket='our-scans', Key='plans/1/shards.json')['Body'].read().decode())");
    let list: Vec<Value> = serde_json::from_str(&list).unwrap();
    let numbers: Vec<_> =
        list.iter().map(|item| (item["plan"].as_str().unwrap(), item["shard"].as_u64().unwrap())).collect();
    assert_eq!(numbers, [0, 1, 2].map(|number| ("s3://our-scans/plans/1/", number)));
    // Each on a machine of its own, doubled, all at once.
    bucket.0.control(r#"{"throttle_rate": 0.15, "seed": 7}"#);
    let machines: Vec<_> = (0..6).map(|_| bucket.machine()).collect();
    let at_once: Vec<Child> =
        machines.iter().zip([2, 0, 1, 1, 2, 0]).map(|(machine, shard)| begun(machine, PLAN, shard, &PATIENT)).collect();
    for mut child in at_once {
        assert!(child.wait().unwrap().success());
    }
    let merged = bucket.machine().ok(&["merge", PLAN, "--format", "json", "-q"]);
    bucket.0.reset_counts();
    says_the_same(&serde_json::from_str(&merged).unwrap(), &one);
    // The bundle is in the bucket, and another machine reads it there.
    let id = plan["id"].as_str().unwrap();
    assert!(bucket.keys().iter().any(|key| key.starts_with(&format!("rung/{id}-")) && key.ends_with("/manifest.json")));
    assert_eq!(assessment(&bucket.machine(), id)["scan"]["id"], plan["id"]);
    // The next night is divided by what this one took.
    let next = bucket.machine();
    let more = ["--org", "--external-id", "team-4711", "--region", "us-east-1", "--shards", "2"];
    let args = [&["plan", "--out", "s3://our-scans/plans/2"], &more[..]].concat();
    assert!(next.ok(&args).contains("Nobody has counted the calls"));
    let args = [&["plan", "--out", "s3://our-scans/plans/3", "--calls", "s3://our-scans/calls"], &more[..]].concat();
    assert!(!next.ok(&args).contains("Nobody has counted the calls"));
}

#[test]
fn a_bucket_that_takes_nothing_fails_the_shard_and_leaves_nothing() {
    let bucket = Bucket::in_scenario("organisation");
    let machine = bucket.machine();
    planned(&machine, PLAN, &[]);
    let before = bucket.keys();
    // The emulator takes a PutObject for a CopyObject.
    bucket.0.control(r#"{"deny": ["s3:CopyObject", "s3:PutObject"]}"#);
    let told = machine.fails(2, &["scan", "--plan", PLAN, "--shard", "0", "-q"]);
    assert!(told.contains("cannot write s3://our-scans/plans/1/parts/") && told.contains("AccessDenied"), "{told}");
    bucket.0.reset_counts();
    assert_eq!(bucket.keys(), before);
    // One that cannot be read is no missing shard: nothing is said of what nobody could look at.
    assert!(begun(&machine, PLAN, 0, &[]).wait().unwrap().success());
    bucket.0.control(r#"{"deny": ["s3:GetObject"]}"#);
    let told = machine.fails(2, &["merge", PLAN, "-q"]);
    assert!(told.contains("cannot read s3://our-scans/plans/1/"), "{told}");
}

#[test]
fn functions_plan_scan_and_merge() {
    let bucket = Bucket::in_scenario("organisation");
    let one = of_one_process(&bucket.machine());
    let mut function = Function::on(bucket.machine(), "");
    let of = ["--org", "--external-id", "team-4711", "--region", "us-east-1", "--shards", "2"];
    let event = json!({ "plan": { "out": PLAN, "run_id": "run-1", "args": of } });
    let (kind, plan) = function.invoke(event, LONG);
    assert_eq!((kind.as_str(), &plan["shards"], &plan["accounts"]), ("response", &json!(2), &json!(4)), "{plan}");
    let list = bucket.s3("print(s3.get_object(Bucket='our-scans', Key='plans/1/shards.json')['Body'].read().decode())");
    let items: Vec<Value> = serde_json::from_str(&list).unwrap();
    // One of them twice: an engine delivers at least once.
    for item in [&items[1], &items[0], &items[1]] {
        let (kind, answer) = function.invoke(item.clone(), LONG);
        assert_eq!((kind.as_str(), &answer), ("response", &json!({ "exit": 0, "shard": item["shard"] })));
    }
    let (kind, merged) = function.invoke(json!({ "merge": { "plan": PLAN } }), LONG);
    assert_eq!(
        (kind.as_str(), &merged["complete"], &merged["missing"]),
        ("response", &json!(true), &json!([])),
        "{merged}"
    );
    assert!(merged["bundle"].as_str().unwrap().starts_with("s3://our-scans/rung/"), "{merged}");
    let id = plan["id"].as_str().unwrap();
    let levels =
        |of: &Value| of["controls"].as_array().unwrap().iter().map(|one| one["confirmed"].clone()).collect::<Vec<_>>();
    let stored = assessment(&bucket.machine(), id);
    let told: Vec<_> = merged["levels"].as_object().unwrap().values().map(|one| one["confirmed"].clone()).collect();
    assert_eq!(told, levels(&stored));
    // The register was not named here; all else is as one process sees it.
    assert_eq!(levels(&stored)[..9], levels(&one)[..9]);
    // What fails is an error of the function, so that the engine tries again.
    let (kind, error) = function.invoke(json!({ "plan": PLAN, "shard": 9 }), LONG);
    assert_eq!(kind, "error");
    assert!(error["errorMessage"].as_str().unwrap().contains("the plan has the shards 0 to 1"), "{error}");
}
