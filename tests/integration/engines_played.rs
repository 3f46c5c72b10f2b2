//! The state machines of `deploy/aws/`, played: whole nights, and nights on which something fails.

use std::process::Command;

use serde_json::{Value, json};

use crate::{
    common::{python, root},
    engines::{ENGINES, deploy, texts},
};

/// Plays a state machine; what happened in one night.
pub(crate) fn play(engine: &str, more: &Value) -> Value {
    let mut scenario = json!({ "shards": 4, "values": {
        "Work": "work-4711", "Cluster": "cluster", "PlanTask": "plan", "ShardTask": "shard", "MergeTask": "merge",
        "PlanFunction": "plan", "ShardFunction": "shard", "AssignPublicIp": "DISABLED", "SecurityGroup": "sg-1",
        "Subnets": "subnet-1,subnet-2", "RoleName": "audit/reader", "Concurrency": "3", "Tolerated": "10",
        "PlanArguments": "--org', '--region', 'all', '--org-unit', 'Prod EU/Web", "MergeArguments": "--format', 'text",
    } });
    scenario.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let script = root().join("tests/deploy/play.py");
    let path = deploy(&format!("aws/{engine}.asl.json"));
    let done = Command::new(python()).arg(script).arg(path).arg(scenario.to_string()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

/// The program's runs in a night, by where it ran; shards come in any order.
pub(crate) fn runs(night: &Value) -> Vec<(String, Vec<String>)> {
    let with_args = night["runs"].as_array().unwrap().iter().filter(|run| run.get("args").is_some());
    with_args.map(|run| (run["where"].as_str().unwrap().to_owned(), texts(&run["args"]))).collect()
}

fn events(night: &Value) -> Vec<Value> {
    night["runs"].as_array().unwrap().iter().filter_map(|run| run.get("event").cloned()).collect()
}

/// What the topic was told: subjects, and the last message.
fn told(night: &Value) -> (Vec<String>, Value) {
    let told = night["told"].as_array().unwrap();
    let subjects = told.iter().map(|one| one["subject"].as_str().unwrap().to_owned()).collect();
    (subjects, told.last().map(|one| one["message"].clone()).unwrap_or_default())
}

const PLAN: &str = "s3://work-4711/plans/night-1/";

#[test]
fn a_night_plans_scans_every_shard_merges_and_tells() {
    for engine in ENGINES {
        let night = play(engine, &json!({ "fails": { "2": 1 } }));
        assert_eq!(night["status"], "SUCCEEDED", "{engine}: {night}");
        let runs = runs(&night);
        let first: Vec<_> = runs[0].1.iter().map(String::as_str).collect();
        let calls = "s3://work-4711/calls";
        let wanted = ["plan", "--out", PLAN, "--run-id", "night-1", "--calls", calls, "--role-name", "audit/reader"];
        let wanted = [&wanted[..], &["--org", "--region", "all", "--org-unit", "Prod EU/Web"]].concat();
        assert_eq!((runs[0].0.as_str(), first), ("plan", wanted), "{engine}");
        let mut shards: Vec<_> = runs.iter().filter(|run| run.0 == "shard").map(|run| run.1.join(" ")).collect();
        shards.sort();
        // The one that failed was tried once more.
        let wanted: Vec<_> = [0, 1, 2, 2, 3].iter().map(|n| format!("scan --plan {PLAN} --shard {n}")).collect();
        assert_eq!(shards, wanted, "{engine}");
        let last = runs.last().unwrap();
        let wanted = ["merge", PLAN, "--notify", "--lake", "s3://work-4711/lake", "--format", "text"];
        assert_eq!((last.0.as_str(), last.1.as_slice()), ("merge", wanted.map(str::to_owned).as_slice()), "{engine}");
        let (subjects, message) = told(&night);
        assert_eq!(subjects, ["rung: scanned, complete: true, shards missing: 0 of 4, exit code 0"], "{engine}");
        assert_eq!((&message["plan"], &message["night"]), (&json!(PLAN), &json!("night-1")));
    }
}

#[test]
fn on_lambda_events_are_those_of_rung_lambda() {
    let events = events(&play("lambda", &json!({ "shards": 1 })));
    let args = ["--role-name", "audit/reader", "--org", "--region", "all", "--org-unit", "Prod EU/Web"];
    let calls = "s3://work-4711/calls";
    assert_eq!(events[0], json!({ "plan": { "out": PLAN, "run_id": "night-1", "calls": calls, "args": args } }));
    // An item of shards.json as it stands.
    assert_eq!(events[1], json!({ "plan": PLAN, "shard": 0, "accounts": 12, "calls": 20000 }));
    assert_eq!(events.len(), 2);
}

#[test]
fn a_shard_that_always_fails_is_missed_and_told() {
    for engine in ENGINES {
        let night = play(engine, &json!({ "fails": { "2": 99 } }));
        let (subjects, message) = told(&night);
        assert_eq!(subjects, ["rung: scanned, complete: false, shards missing: 1 of 4, exit code 0"], "{engine}");
        assert_eq!(message["result"]["merged"]["missing"], json!([2]));
        let tries = runs(&night).iter().filter(|run| run.1.join(" ").ends_with("--shard 2")).count();
        assert_eq!(tries, if engine == "lambda" { 3 } else { 5 }, "{engine}");
    }
}

#[test]
fn shards_that_could_not_be_run_are_merged_as_far_as_they_are_there_and_the_night_fails() {
    for engine in ENGINES {
        let night = play(engine, &json!({ "no_list": true }));
        assert_eq!((&night["status"], &night["error"]), (&json!("FAILED"), &json!("ShardsFailed")), "{engine}");
        assert_eq!(runs(&night).last().unwrap().0, "merge", "{engine}");
        let (subjects, message) = told(&night);
        assert!(subjects.len() == 1 && subjects[0].starts_with("rung: scanned"), "{engine}: {subjects:?}");
        assert!(message["shards_failed"]["Cause"].is_string(), "{message}");
    }
}

#[test]
fn what_has_no_report_is_told_and_fails() {
    for engine in ENGINES {
        for (scenario, last, why) in [
            (json!({ "plan_fails": true }), "plan", "plan_failed"),
            (json!({ "merge": { "exit": 2, "left": false } }), "merge", "merge_failed"),
        ] {
            let night = play(engine, &scenario);
            assert_eq!((&night["status"], &night["error"]), (&json!("FAILED"), &json!("NoReport")), "{engine}");
            let (subjects, message) = told(&night);
            assert_eq!(subjects, ["rung: there is no report of this night"], "{engine}");
            assert!(message[why]["Cause"].as_str().unwrap().contains("exit code"), "{message}");
            let runs = runs(&night);
            assert_eq!(runs.last().unwrap().0, last, "{engine}");
            assert!(runs.iter().filter(|run| run.0 == last).count() > 1, "{engine}: it was tried once more");
        }
    }
}

#[test]
fn a_merge_whose_demands_are_not_met_is_told_with_its_result_and_fails() {
    for engine in ENGINES {
        let night = play(engine, &json!({ "merge": { "exit": 1, "left": true } }));
        assert_eq!((&night["status"], &night["error"]), (&json!("FAILED"), &json!("MergeFailed")), "{engine}");
        let (subjects, _) = told(&night);
        assert_eq!(subjects, ["rung: scanned, complete: true, shards missing: 0 of 4, exit code 1"], "{engine}");
    }
}
