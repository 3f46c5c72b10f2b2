//! Many accounts: put together one at a time they come to what all at once would, and a bundle of them is read as it was written.

use std::path::Path;

use rung::{
    assembly::{Accounts, Whole},
    bundle::{AccountFolder, Bundle, Draft, OfAccount},
};
use rung_collectors::aws::Replay;
use rung_rules::{
    compose::{Parts, compose},
    model::{AccountReport, Cause, EvidenceSet, Level, Outcome, Scan, Settings, assess},
};
use serde_json::Value;

use crate::common::{self, Rung, demo};

/// The demo's account.
const DEMO: &str = "123456789012";

/// What was seen of the demo account, as if it were another.
pub(crate) fn account(scanned: &rung::scan::Scanned, id: &str) -> (AccountReport, OfAccount) {
    let text = serde_json::to_string(&scanned.set).unwrap().replace(DEMO, id);
    let ledger = serde_json::to_string(&scanned.scan.ledger).unwrap().replace(DEMO, id);
    let mut set: EvidenceSet = serde_json::from_str(&text).unwrap();
    set.sort();
    let told = AccountReport {
        id: id.to_owned(),
        name: Some(format!("name of {id}")),
        regions: scanned.scan.regions.clone(),
        ..AccountReport::default()
    };
    (told, OfAccount { set, ledger: serde_json::from_str(&ledger).unwrap() })
}

fn scan_of(scanned: &rung::scan::Scanned, ids: &[&str]) -> Scan {
    let accounts = ids.iter().map(|id| (*id).to_owned()).collect();
    Scan { accounts, ledger: Vec::new(), ..scanned.scan.clone() }
}

/// Writes accounts in this order, and gives the assessment and the bundle.
pub(crate) fn together(
    scanned: &rung::scan::Scanned,
    ids: &[&str],
    folder: &Path,
    settings: &Settings,
) -> (String, Bundle) {
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    let accounts = ids.iter().map(|id| account(scanned, id)).collect();
    together_of(accounts, scan_of(scanned, &sorted), folder, settings)
}

/// The same of what was seen of each account; `scan` names them in their order.
pub(crate) fn together_of(
    all: Vec<(AccountReport, OfAccount)>,
    scan: Scan,
    folder: &Path,
    settings: &Settings,
) -> (String, Bundle) {
    let now = scan.started_at;
    let mut whole = Whole::new(settings, now);
    for (told, of) in all {
        let report = whole.add(told, &of);
        AccountFolder::write(&folder.join("accounts"), &report, &of).unwrap();
    }
    let folders = AccountFolder::all(&folder.join("accounts"));
    let draft = Draft::create(&folder.join("bundle"), false).unwrap();
    folders.iter().try_for_each(|one| draft.append_account(one)).unwrap();
    draft.write_settings(settings).unwrap();
    let accounts = Accounts::Folders(folders, now);
    let mut decided = whole.decide(&accounts, scan).unwrap();
    let mut json = Vec::new();
    decided.json(&accounts, &mut json).unwrap();
    draft.write_assessment(|out| decided.json(&accounts, out)).unwrap();
    let people = decided.for_people().unwrap();
    draft.write_report(decided.html(&people, Some("report.html"))).unwrap();
    let path = draft.finish(&decided.head.scan).unwrap();
    (String::from_utf8(json).unwrap(), Bundle::open(&path).unwrap())
}

#[test]
fn one_account_put_together_as_many_are_is_written_byte_for_byte_as_one() {
    let scanned = common::scan(std::sync::Arc::new(Replay::new(demo())));
    let (settings, folder) = (Settings::default(), tempfile::tempdir().unwrap());
    let (many, _) = together(&scanned, &[DEMO], folder.path(), &settings);
    let assessed = assess(&scanned.set, &settings);
    let version = env!("CARGO_PKG_VERSION");
    let parts = Parts { set: &scanned.set, settings: &settings, assessed: &assessed, version };
    let mut one = compose(parts, scanned.scan.clone());
    // Only a scan of many knows names.
    one.accounts[0].name = Some(format!("name of {DEMO}"));
    let one = serde_json::to_string(&one).unwrap();
    for (left, right) in many.trim_end().split("},{").zip(one.split("},{")) {
        assert_eq!(left, right);
    }
    assert_eq!(many.trim_end().len(), one.len());
}

#[test]
fn the_order_of_accounts_does_not_matter_and_the_bundle_says_the_same() {
    let scanned = common::scan(std::sync::Arc::new(Replay::new(demo())));
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let settings = Settings::default();
    let ids = ["333333333333", "111111111111", "222222222222"];
    let (first, bundle) = together(&scanned, &ids, one.path(), &settings);
    let (second, _) = together(&scanned, &["222222222222", "333333333333", "111111111111"], other.path(), &settings);
    assert!(first == second);
    let assessment: Value = serde_json::from_str(&first).unwrap();
    let alone: Value = serde_json::to_value(common::assessment(&scanned)).unwrap();
    let count = |value: &Value, list: &str| value[list].as_array().unwrap().len();
    for list in ["findings", "gaps", "sources", "coverage"] {
        assert_eq!(count(&assessment, list), 3 * count(&alone, list), "{list}");
    }
    assert_eq!(common::levels(&assessment), common::levels(&alone), "thrice the same stands where one does");
    assert_eq!(count(&assessment, "accounts"), 3);
    let criteria = |value: &Value| value["controls"][8]["criteria"][0]["counts"]["pass"].as_u64().unwrap();
    assert_eq!(criteria(&assessment), 3 * criteria(&alone));

    let rung = Rung::new();
    let path = one.path().join("bundle");
    drop(bundle);
    let stdout = rung.ok(&["assess", path.to_str().unwrap(), "--format", "json"]);
    assert!(stdout == first, "read again from the bundle it is the same, byte for byte");
    let of_one = rung.ok(&["assess", path.to_str().unwrap(), "--account", "222222222222", "--format", "json"]);
    let of_one: Value = serde_json::from_str(&of_one).unwrap();
    assert_eq!(count(&of_one, "findings"), count(&alone, "findings"));
    assert_eq!(of_one["scan"]["accounts"], serde_json::json!(["222222222222"]));
    let unknown = rung.fails(2, &["assess", path.to_str().unwrap(), "--account", "999999999999"]);
    assert!(unknown.contains("no account 999999999999") && unknown.contains("111111111111"), "{unknown}");
    rung.ok(&["verify", path.to_str().unwrap()]);
    let csv = rung.ok(&["assess", path.to_str().unwrap(), "--format", "csv"]);
    assert_eq!(csv.lines().count(), 1 + count(&assessment, "findings"));
    let text = rung.ok(&["assess", path.to_str().unwrap()]);
    assert!(text.contains("Performance efficiency of 3 accounts") && text.contains("name of 111111111111"), "{text}");
}

#[test]
fn evidence_stays_where_its_finding_says() {
    let scanned = common::scan(std::sync::Arc::new(Replay::new(demo())));
    let folder = tempfile::tempdir().unwrap();
    let (json, bundle) = together(&scanned, &["111111111111", "222222222222"], folder.path(), &Settings::default());
    let assessment: Value = serde_json::from_str(&json).unwrap();
    let lines: Vec<Value> = bundle.lines("evidence.jsonl").unwrap().collect::<Result<_, _>>().unwrap();
    for finding in assessment["findings"].as_array().unwrap() {
        let line: usize = finding["evidence"].as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap();
        assert_eq!(lines[line - 1]["subject"]["arn"], finding["subject"]["arn"]);
    }
}

#[test]
fn nothing_of_a_closed_account_is_met_unmet_or_not_applicable() {
    let now = "2026-11-25T00:00:00Z".parse().unwrap();
    let set = rung_collectors::closed("111111111111", now, Cause::Denied, "no");
    let settings = Settings::default();
    for control in assess(&set, &settings).controls {
        for result in &control.criteria {
            assert_eq!(result.outcome, Outcome::Unknown, "{}", result.criterion.id);
        }
        let levels = control.levels.unwrap();
        assert_eq!((levels.confirmed, levels.possible), (Level::L1, Level::L5));
    }
}
