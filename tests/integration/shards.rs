//! One scan by many processes: whatever an engine does with the shards, the merged assessment is that of one process, or says what is missing.

use std::collections::BTreeMap;

use rung::{
    bundle::{AccountFolder, Bundle},
    depot::Location,
    place::Place,
    shards::{self, Brought, ShardPlan, bring, pack, take},
    unfinished::{Many, Plan},
};
use rung_collectors::aws::{Member, Replay, RoleOptions};
use rung_rules::model::Settings;
use serde_json::Value;

use crate::{
    common::{self, demo},
    many::together,
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

/// Where two values differ.
pub(crate) fn differences(a: &Value, b: &Value, at: &str) -> Vec<String> {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: std::collections::BTreeSet<_> = a.keys().chain(b.keys()).collect();
            let of = |key: &&String| {
                let one = |map: &serde_json::Map<String, Value>| map.get(*key).cloned().unwrap_or_default();
                differences(&one(a), &one(b), &format!("{at}/{key}"))
            };
            keys.iter().flat_map(of).collect()
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().flat_map(|(n, (a, b))| differences(a, b, &format!("{at}/{n}"))).collect()
        }
        _ if a == b => Vec::new(),
        _ => vec![format!("{at}: {:.200} and {:.200}", a.to_string(), b.to_string())],
    }
}

#[tokio::test]
async fn what_shards_left_is_merged_byte_for_byte_into_what_one_process_leaves() {
    let scanned = tokio::task::spawn_blocking(|| common::scan(std::sync::Arc::new(Replay::new(demo())))).await.unwrap();
    let (settings, folder) = (Settings::default(), tempfile::tempdir().unwrap());
    let (one, whole) = together(&scanned, &IDS, &folder.path().join("one"), &settings);
    let mut scan = Plan::new(settings.clone(), scanned.set.now);
    scan.many = Some(Many::new(&RoleOptions::default(), Some(&[])));
    let plan = ShardPlan::new(scan, "999999999999", "aws", pack(IDS.map(member).to_vec(), 3, |_| None));
    let place = Place::create(&Location::Folder(folder.path().join("plan"))).await.unwrap();
    let plan = plan.put(&place).await.unwrap();
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
        merging.add(number, take(&place, number, folder.path()).await.unwrap()).unwrap();
    }
    assert!(merging.missing.is_empty() && merging.incomplete.is_empty());
    let (sums, scan, from) = merging.end();
    assert_eq!(scan.accounts, IDS);
    let decided = sums.decide(&from, scan).unwrap();
    let mut json = Vec::new();
    decided.json(&from, &mut json).unwrap();
    let different = differences(&told(&String::from_utf8(json).unwrap()), &told(&one), "");
    assert!(different.is_empty(), "{}", different.join("\n"));
    let draft = rung::bundle::Draft::create(&folder.path().join("merged"), false).unwrap();
    AccountFolder::all(&accounts).iter().try_for_each(|account| draft.append_account(account)).unwrap();
    let merged = draft.finish(&decided.head.scan).unwrap();
    let merged = Bundle::open(&merged).unwrap();
    assert_eq!(digests(&merged), digests(&whole), "evidence, gaps, sources and ledger are the same bytes");
}

#[tokio::test]
async fn what_is_damaged_or_left_out_is_a_gap_with_its_reason() {
    let scanned = tokio::task::spawn_blocking(|| common::scan(std::sync::Arc::new(Replay::new(demo())))).await.unwrap();
    let (settings, folder) = (Settings::default(), tempfile::tempdir().unwrap());
    let mut scan = Plan::new(settings.clone(), scanned.set.now);
    scan.many = Some(Many::new(&RoleOptions::default(), Some(&[])));
    let plan = ShardPlan::new(scan, "999999999999", "aws", pack(IDS.map(member).to_vec(), 3, |_| None));
    let place = Place::create(&Location::Folder(folder.path().join("plan"))).await.unwrap();
    let plan = plan.put(&place).await.unwrap();
    // Of the first shard's two accounts only one was reached, the second's bundle is damaged, the third left none.
    for (number, taken) in [(0, 1), (1, 9)] {
        let ids: Vec<_> = plan.shards[number].members().iter().map(|member| member.id.to_string()).collect();
        let ids: Vec<_> = ids.iter().map(String::as_str).take(taken).collect();
        let own = tempfile::tempdir().unwrap();
        together(&scanned, &ids, own.path(), &settings);
        bring(&place, number, &own.path().join("bundle")).await.unwrap();
    }
    let manifest: Value = serde_json::from_slice(&place.get("shards/00001.json").await.unwrap().unwrap()).unwrap();
    let part = manifest["parts"].as_array().unwrap().iter().find(|part| part["name"] == "evidence.jsonl.zst").unwrap();
    let part = folder.path().join("plan/parts").join(part["sha256"].as_str().unwrap());
    let mut bytes = std::fs::read(&part).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&part, bytes).unwrap();
    let accounts = folder.path().join("accounts");
    std::fs::create_dir(&accounts).unwrap();
    let mut merging = shards::merge(&plan, &settings, &accounts);
    for number in 0..3 {
        merging.add(number, take(&place, number, folder.path()).await.unwrap()).unwrap();
    }
    assert_eq!(merging.missing, [1, 2]);
    let (sums, scan, from) = merging.end();
    assert!(!scan.complete);
    let decided = sums.decide(&from, scan).unwrap();
    let why: BTreeMap<_, _> = decided.head.accounts.iter().map(|one| (one.id.as_str(), one.why.as_deref())).collect();
    let of = |number: usize| plan.shards[number].members().iter().map(|member| why[&*member.id]).collect::<Vec<_>>();
    assert_eq!(of(0)[0], None);
    assert!(of(0)[1].unwrap().contains("shard 0 of the plan ended before this account"), "{why:?}");
    assert!(of(1).iter().all(|why| why.unwrap().contains("left a bundle that is damaged")), "{why:?}");
    assert!(of(2).iter().all(|why| why.unwrap().contains("shard 2 of the plan left no bundle")), "{why:?}");
}

#[tokio::test]
async fn a_bundle_of_another_scan_is_no_part_of_this_one() {
    let scanned = tokio::task::spawn_blocking(|| common::scan(std::sync::Arc::new(Replay::new(demo())))).await.unwrap();
    let (settings, folder) = (Settings::default(), tempfile::tempdir().unwrap());
    let place = Place::create(&Location::Folder(folder.path().join("plan"))).await.unwrap();
    let own = tempfile::tempdir().unwrap();
    together(&scanned, &IDS, own.path(), &settings);
    bring(&place, 0, &own.path().join("bundle")).await.unwrap();
    let refused = async |began, ids: &[&str]| {
        let members = ids.iter().map(|id| member(id)).collect();
        let plan =
            ShardPlan::new(Plan::new(settings.clone(), began), "999999999999", "aws", pack(members, 1, |_| None));
        let mut merging = shards::merge(&plan, &settings, folder.path());
        merging.add(0, take(&place, 0, folder.path()).await.unwrap()).unwrap_err().message
    };
    let later = scanned.set.now + jiff::SignedDuration::from_secs(1);
    assert!(refused(later, &IDS).await.contains("is of another scan"));
    assert!(refused(scanned.set.now, &IDS[..4]).await.contains("has account 555555555555, the plan does not"));
}
