use std::{fs, path::PathBuf};

use rung_rules::model::{Evidence, PlaceCount, Scan};
use serde_json::json;

use super::*;

/// One subject, as a line of `evidence.jsonl` tells it.
fn evidence(n: u32) -> Evidence {
    let known = |value: serde_json::Value| json!({"value": value, "from": "s-0000000000000001"});
    let facts = json!({"size_bytes": known(n.into()), "intelligent_tiering": known(true.into()),
        "lifecycle": known(false.into()), "intelligent_tiering_bytes": known(0.into())});
    let subject = json!({"arn": format!("arn:aws:s3:::b{n}"), "account": "1", "region": "r"});
    serde_json::from_value(json!({"subject": subject, "kind": "bucket", "facts": facts})).unwrap()
}

fn count(n: u32) -> PlaceCount {
    let (region, operation) = ("r".into(), "s3:ListBuckets".into());
    PlaceCount { account: n.to_string(), region, operation, count: Default::default() }
}

/// A bundle that was written account by account.
fn written(folder: &std::path::Path) -> PathBuf {
    let draft = Draft::create(&folder.join("b"), false).unwrap();
    let frame = folder.join("frame");
    for n in 0..5 {
        pack([evidence(2 * n), evidence(2 * n + 1)], fs::File::create(&frame).unwrap()).unwrap();
        draft.append_file(EVIDENCE, &frame).unwrap();
        assert_eq!(draft.append(LEDGER, [count(n)]).unwrap(), 1);
    }
    for part in [UNSEEN, GAPS, SOURCES] {
        draft.append(part, [(); 0]).unwrap();
    }
    draft.finish(&Scan { accounts: vec!["1".into()], ..Scan::default() }).unwrap()
}

#[test]
fn a_bundle_of_many_frames_reads_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = Bundle::open(&written(folder.path())).unwrap();
    let names: Vec<_> = bundle.manifest.parts.iter().map(|part| part.name.as_str()).collect();
    let expected =
        ["evidence.jsonl.zst", "gaps.jsonl.zst", "ledger.jsonl.zst", "sources.jsonl.zst", "unseen.jsonl.zst"];
    assert_eq!(names, expected);
    let set = bundle.evidence().unwrap();
    assert_eq!(set.evidence, (0..10).map(evidence).collect::<Vec<_>>());
    assert!(set.gaps.is_empty() && set.unseen.is_empty() && set.sources.is_empty());
    assert_eq!(bundle.scan().unwrap().ledger, (0..5).map(count).collect::<Vec<_>>());
    assert!(bundle.manifest.scan.ledger.is_empty());
    assert_eq!(verify(&folder.path().join("b"), None).wrong, Vec::<String>::new());
}

#[test]
fn a_ledger_in_the_scan_is_written_as_a_part() {
    let folder = tempfile::tempdir().unwrap();
    for ledger in [vec![count(3)], Vec::new()] {
        let draft = Draft::create(&folder.path().join(ledger.len().to_string()), false).unwrap();
        let path = draft.finish(&Scan { ledger: ledger.clone(), ..Scan::default() }).unwrap();
        let bundle = Bundle::open(&path).unwrap();
        assert_eq!(bundle.scan().unwrap().ledger, ledger);
    }
}

#[test]
fn a_part_that_the_manifest_does_not_name_is_no_empty_list() {
    let folder = tempfile::tempdir().unwrap();
    let path = Draft::create(&folder.path().join("b"), false).unwrap().finish(&Scan::default()).unwrap();
    let message = Bundle::open(&path).unwrap().evidence().unwrap_err().message;
    assert!(message.contains("manifest.json: names neither evidence.jsonl.zst nor evidence.jsonl"), "{message}");
}

#[test]
fn a_part_outside_of_the_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path());
    let manifest = fs::read_to_string(path.join("manifest.json")).unwrap();
    for name in ["../frame", "/etc/hostname", "manifest.json", "gaps.jsonl.zst"] {
        fs::write(path.join("manifest.json"), manifest.replace("unseen.jsonl.zst", name)).unwrap();
        let message = Bundle::open(&path).unwrap_err().message;
        assert!(message.contains("manifest.json") && message.contains(name), "{message}");
        assert!(verify(&path, None).wrong.iter().any(|wrong| wrong.contains(name)), "{name}");
    }
}
