//! One scan by many processes: whatever an engine does with the shards, the merged assessment is that of one process, or says what is missing.

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Child, Stdio},
};

use rung::{
    bundle::{AccountFolder, Bundle},
    shards::{self, Brought, Place, ShardPlan, bring, is_done, pack},
    unfinished::{Many, Plan},
};
use rung_collectors::aws::{Member, Replay, RoleOptions};
use rung_rules::model::Settings;
use serde_json::Value;

use crate::{
    common::{self, Emulator, Rung, demo, levels},
    many::together,
    organisation,
};

const IDS: [&str; 5] = ["111111111111", "222222222222", "333333333333", "444444444444", "555555555555"];

fn member(id: &str) -> Member {
    Member { id: id.into(), name: Some(format!("name of {id}").into()), unit: None }
}

fn digests(bundle: &Bundle) -> BTreeMap<&str, &str> {
    let of_evidence = bundle.manifest.parts.iter().filter(|part| part.name.ends_with(".zst"));
    of_evidence.map(|part| (part.name.as_str(), part.sha256.as_str())).collect()
}

/// Without what two scans differ in: how often the caller itself was asked for, and when it ended.
fn told(json: &str) -> Value {
    let mut value: Value = serde_json::from_str(json).unwrap();
    for key in ["calls", "cost_usd", "finished_at", "id"] {
        value["scan"][key] = Value::Null;
    }
    value
}

#[tokio::test]
async fn what_shards_left_is_merged_byte_for_byte_into_what_one_process_leaves() {
    let scanned = tokio::task::spawn_blocking(|| common::scan(std::sync::Arc::new(Replay::new(demo())))).await.unwrap();
    let (settings, folder) = (Settings::default(), tempfile::tempdir().unwrap());
    let (one, whole) = together(&scanned, &IDS, &folder.path().join("one"), &settings);
    let mut scan = Plan::new(settings.clone(), scanned.set.now);
    scan.many = Some(Many::new(&RoleOptions::default(), Some(&[])));
    let plan = ShardPlan::new(scan, "999999999999", "aws", pack(IDS.map(member).to_vec(), 3, |_| None));
    let place = Place::create(folder.path().join("plan").to_str().unwrap()).await.unwrap();
    plan.put(&place).await.unwrap();
    // The last shard first, and one of them twice.
    for number in [2, 0, 1, 0] {
        let ids: Vec<_> = plan.shards[number].members().iter().map(|member| member.id.to_string()).collect();
        let ids: Vec<_> = ids.iter().map(String::as_str).collect();
        let own = tempfile::tempdir().unwrap();
        let (_, bundle) = together(&scanned, &ids, own.path(), &settings);
        drop(bundle);
        assert_eq!(bring(&place, number, &own.path().join("bundle")).await.unwrap(), Brought::Taken);
    }
    let accounts = folder.path().join("accounts");
    std::fs::create_dir(&accounts).unwrap();
    let mut merging = shards::merge(&plan, &settings, &accounts);
    for number in 0..3 {
        merging.add(&place, number).await.unwrap();
    }
    assert!(merging.missing.is_empty() && merging.incomplete.is_empty());
    let (sums, scan, from) = merging.end();
    assert_eq!(scan.accounts, IDS);
    let decided = sums.decide(&from, scan).unwrap();
    let mut json = Vec::new();
    decided.json(&from, &mut json).unwrap();
    assert_eq!(told(&String::from_utf8(json).unwrap()), told(&one));
    let draft = rung::bundle::Draft::create(&folder.path().join("merged"), false).unwrap();
    AccountFolder::all(&accounts).iter().try_for_each(|account| draft.append_account(account)).unwrap();
    let merged = draft.finish(&decided.head.scan).unwrap();
    let merged = Bundle::open(&merged).unwrap();
    assert_eq!(digests(&merged), digests(&whole), "evidence, gaps, sources and ledger are the same bytes");
}

/// An organisation of the emulator, planned into shards.
fn planned(rung: &Rung) -> usize {
    let told = rung.ok(&[
        "plan",
        "--org",
        "--external-id",
        "team-4711",
        "--region",
        "us-east-1",
        "--shards",
        "3",
        "--out",
        "plan",
        "--format",
        "json",
    ]);
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["accounts"], 4);
    told["shards"].as_u64().unwrap().try_into().unwrap()
}

fn begun(rung: &Rung, shard: usize) -> Child {
    let mut command = rung.command(&["scan", "--plan", "plan", "--shard", &shard.to_string(), "-q"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn findings(assessment: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let list = assessment["findings"].as_array().unwrap();
    list.iter().map(|one| (text(&one["criterion"]), text(&one["subject"]["arn"]), text(&one["result"]))).collect()
}

#[test]
fn whatever_the_engine_does_the_result_is_that_of_one_process() {
    let emulator = Emulator::start("organisation");
    let rung = emulator.rung();
    let one: Value = serde_json::from_str(&rung.ok(&[
        "scan",
        "--org",
        "--external-id",
        "team-4711",
        "--region",
        "us-east-1",
        "--bundle",
        "one",
        "--format",
        "json",
        "-q",
    ]))
    .unwrap();
    let shards = planned(&rung);
    assert_eq!(shards, 3);
    // Killed in its middle it leaves nothing.
    emulator.reset_counts();
    emulator.control(r#"{"latency_ms": 250}"#);
    let mut killed =
        organisation::begun(&emulator, &rung, &["scan", "--plan", "plan", "--shard", "1", "--concurrency", "4"], 30);
    killed.kill().unwrap();
    killed.wait().unwrap();
    emulator.control(r#"{"latency_ms": 0}"#);
    assert!(!rung.path("plan/shards/00001.json").exists());
    // Two at once on one shard, and all out of order.
    let at_once: Vec<Child> = [2, 0, 2, 1].into_iter().map(|shard| begun(&rung, shard)).collect();
    for mut child in at_once {
        assert!(child.wait().unwrap().success());
    }
    // Done is done.
    emulator.reset_counts();
    let again = rung.run(&["scan", "--plan", "plan", "--shard", "0"]);
    assert!(again.status.success() && String::from_utf8_lossy(&again.stderr).contains("finished already"));
    assert_eq!(emulator.counts(), serde_json::json!({}), "nothing is asked");
    let merged: Value =
        serde_json::from_str(&rung.ok(&["merge", "plan", "--bundle", "merged", "--format", "json", "-q"])).unwrap();
    assert_eq!((findings(&merged), levels(&merged)), (findings(&one), levels(&one)));
    assert_eq!(merged["scan"]["complete"], true);
    rung.ok(&["verify", "merged"]);
}

#[test]
fn a_shard_that_left_nothing_is_a_gap_of_each_of_its_accounts() {
    let emulator = Emulator::start("organisation");
    let rung = emulator.rung();
    planned(&rung);
    for shard in ["0", "2"] {
        rung.ok(&["scan", "--plan", "plan", "--shard", shard, "-q"]);
    }
    let output = rung.run(&["merge", "plan", "--bundle", "merged", "--format", "json", "--require-complete"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("shards 1 left no bundle"));
    let merged: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&merged["scan"]["complete"], merged["accounts"].as_array().unwrap().len()), (&false.into(), 4));
    let missing: Vec<_> =
        merged["accounts"].as_array().unwrap().iter().filter(|one| one["state"] == "not_entered").collect();
    assert!(!missing.is_empty() && missing.iter().all(|one| one["why"].as_str().unwrap().contains("shard 1")));
    for criterion in merged["controls"].as_array().unwrap().iter().flat_map(|one| one["criteria"].as_array().unwrap()) {
        assert_ne!(criterion["outcome"], "not_applicable", "{}: the missing ones may have any of it", criterion["id"]);
    }
    // Scanned after all, and merged again.
    rung.ok(&["scan", "--plan", "plan", "--shard", "1", "-q"]);
    let whole: Value =
        serde_json::from_str(&rung.ok(&["merge", "plan", "--bundle", "whole", "--format", "json", "-q"])).unwrap();
    assert_eq!(whole["scan"]["complete"], true);
}

#[test]
fn bad_input_is_told_before_anything_is_asked() {
    let rung = Rung::new();
    for (args, expected) in [
        (&["plan", "--out", "p"][..], "--org or --accounts"),
        (&["merge", "nowhere"], "no plan at nowhere/"),
        (&["merge", "gs://bucket/x"], "expected a folder, or s3://BUCKET/PREFIX"),
        (&["scan", "--plan", "nowhere", "--shard", "0"], "no plan at nowhere/"),
        (&["scan", "--plan", "nowhere"], "--shard N"),
        (&["scan", "--shard", "0"], "--plan"),
    ] {
        let told = rung.fails(2, args);
        assert!(told.contains(expected), "{args:?}: {told}");
    }
    assert!(!Path::new(&rung.path("p/plan.json")).exists());
}
