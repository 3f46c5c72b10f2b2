//! Whole recordings.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use super::*;
use crate::aws::{Account, Options, Recording, Replay, connect};

/// Ids and keys of tags, which stay, that have the demo account's name in them, and a service that does by chance.
const IDS_OF_FIXTURES: &[&str] =
    &["wellarchitected", "devops-guru-larch", "subnet-0larch", "4f0c8f8e-larch", "d-larch000"];

fn demo() -> Recording {
    Recording::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/accounts/demo")).unwrap()
}

/// What a scan sees: each fact and each gap with how often it is seen, without ids of sources.
async fn seen(recording: Recording) -> BTreeMap<String, usize> {
    let regions = recording.header.regions.clone();
    let options = Options {
        profile: None,
        region: None,
        concurrency: 4,
        max_attempts: 1,
        timeout: Duration::from_secs(5),
        credential_wait: Duration::ZERO,
        metrics: recording.header.metrics,
        tags: recording.header.tags,
        budget: Default::default(),
        paced: None,
        sql_digests: false,
        replay: Some(Arc::new(Replay::new(recording))),
        recorder: None,
        journal: None,
        now: None,
        interrupted: tokio::sync::watch::channel(false).1,
    };
    let connection = connect(options).await.unwrap();
    let account = Account::find(&connection, &regions).await.unwrap();
    let set = crate::collect_all(&account.places(&connection), |_| ()).await;
    let gaps = set.gaps.iter().map(|gap| format!("{} {} {:?}", gap.operation, gap.region, gap.cause));
    let facts = set.evidence.iter().map(|one| {
        let facts = without_ids(serde_json::to_value(&one.facts).unwrap());
        format!("{} {facts}", one.subject.region)
    });
    let mut counts = BTreeMap::new();
    gaps.chain(facts).for_each(|line| *counts.entry(line).or_default() += 1);
    counts
}

fn without_ids(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let known = map.into_iter().filter(|(key, _)| !matches!(key.as_str(), "from" | "gap" | "unknown"));
            Value::Object(known.map(|(key, value)| (key.clone(), without_names(&key, without_ids(value)))).collect())
        }
        Value::Array(items) => items.into_iter().map(without_ids).collect(),
        Value::String(text) if text.starts_with("arn:") => "arn".into(),
        other => other,
    }
}

/// What users call their alarms and services is hidden: how many there are is not.
fn without_names(key: &str, value: Value) -> Value {
    match value {
        Value::String(_) if key == "name" => "name".into(),
        Value::Object(map) if key == "alarms" => {
            let counted = |value: Value| value.as_array().map_or(value.clone(), |list| list.len().into());
            Value::Object(map.into_iter().map(|(key, value)| (key, counted(value))).collect())
        }
        other => other,
    }
}

#[tokio::test]
async fn a_redacted_recording_shows_the_same() {
    let plain = demo();
    let mut new = plain.clone();
    new.exchanges.iter_mut().for_each(remove_secrets);
    Redactor::learn(&new.exchanges).apply(&mut new.header, &mut new.exchanges);
    let (before, after) = (seen(plain).await, seen(new).await);
    let lost: Vec<_> = before.iter().filter(|line| after.get(line.0) != Some(line.1)).collect();
    let come: Vec<_> = after.iter().filter(|line| before.get(line.0) != Some(line.1)).collect();
    assert!(lost.is_empty() && come.is_empty(), "lost: {lost:#?}\ncome: {come:#?}");
}

#[test]
fn every_recorded_body_still_parses_and_names_no_account() {
    let mut exchanges = demo().exchanges;
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/calls"), &mut exchanges);
    let requests = |all: &[Exchange]| all.iter().map(Exchange::key).collect::<std::collections::BTreeSet<_>>().len();
    let before = requests(&exchanges);
    exchanges.iter_mut().for_each(remove_secrets);
    let new = redacted(exchanges);
    assert_eq!(requests(&new), before, "no two requests have become one");
    for one in &new {
        // Base64 may spell anything by chance: its bytes are looked at instead.
        let mut head = one.clone();
        let bodies = [&one.request.body, &one.answer.body].map(|body| body.bytes().unwrap());
        (head.request.body, head.answer.body) = (super::text(""), super::text(""));
        let bodies = bodies.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let text = [serde_json::to_string(&head).unwrap(), bodies.concat()].concat();
        assert!(!text.contains(ACCOUNT), "{text}");
        let made_up = |text: String, id: &&str| text.replace(*id, "");
        let rest = IDS_OF_FIXTURES.iter().fold(text.to_lowercase(), made_up);
        assert!(!rest.contains("larch"), "if this is an id, not a name, IDS_OF_FIXTURES may have it: {rest}");
    }
    still_parses(new);
}

fn collect(folder: &Path, exchanges: &mut Vec<Exchange>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, exchanges);
        } else if path.extension().is_some_and(|ending| ending == "json") {
            let one = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
            exchanges.push(one);
        }
    }
}
