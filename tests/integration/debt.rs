//! The performance debt register: read by a scan, checked, drafted into; from S3 only read.

use std::fs;

use serde_json::Value;

use crate::common::{Emulator, Rung, outcomes, python};

const REGISTER: &str = "waf-perf-100.api.aws.debt-register";
const REVIEW: &str = "waf-perf-100.api.aws.quarterly-review";
const IMPACT: &str = "waf-perf-100.api.aws.debt-impact-quantified";
const PAYDOWN: &str = "waf-perf-100.api.aws.debt-paydown";

/// A register as it is kept, seen from the day of the test.
pub(crate) fn register(changed: i64) -> String {
    register_at(jiff::Timestamp::now(), changed)
}

/// A register whose dates are days before a scan.
fn register_at(now: jiff::Timestamp, changed: i64) -> String {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let day = |ago: i64| today.checked_sub(jiff::ToSpan::days(ago)).unwrap();
    format!(
        "id,description,impact,affected services,owner,priority,target date,status,opened,updated,closed,reviewed\n\
         PD-1,Orders wait for the ledger,\"12 % of checkouts, 400 USD a day\",shop,Ada,high,{},open,{},{},,{}\n\
         PD-2,Old volumes,30 USD a month,erp,Grace,low,{},closed,{},{},{},\n",
        day(-60),
        day(200),
        day(changed),
        day(changed),
        day(changed),
        day(200),
        day(changed),
        day(changed),
    )
}

fn scan(rung: &Rung, more: &[&str]) -> Value {
    let args = [&["scan", "--demo", "--quiet", "--format", "json", "-o", "-"], more].concat();
    serde_json::from_str(&rung.ok(&args)).unwrap()
}

#[test]
fn a_register_decides_its_criteria() {
    let rung = Rung::new();
    let of = |assessment: &Value| [REGISTER, REVIEW, IMPACT, PAYDOWN].map(|id| outcomes(assessment)[id].clone());
    let without = scan(&rung, &[]);
    assert_eq!(of(&without), ["unknown"; 4]);
    let recorded: jiff::Timestamp = without["scan"]["started_at"].as_str().unwrap().parse().unwrap();
    fs::write(rung.path("debt.csv"), register_at(recorded, 1)).unwrap();
    fs::write(rung.path("rung.toml"), "register = \"debt.csv\"\n").unwrap();
    let kept = scan(&rung, &[]);
    assert_eq!(of(&kept), ["met"; 4]);
    // Each of its facts names the file that it comes from.
    let source = kept["sources"].as_array().unwrap().iter().find(|source| source["service"] == "file").unwrap();
    assert!(source.to_string().contains("debt.csv"), "{source}");
    // Two years untouched it is no register that is kept.
    fs::write(rung.path("debt.csv"), register_at(recorded, 150)).unwrap();
    let old = of(&scan(&rung, &[]));
    assert_eq!((old[0].as_str(), old[3].as_str()), ("unmet", "unmet"), "{old:?}");
}

#[test]
fn drafting_is_idempotent_and_touches_nothing_that_is_there() {
    for name in ["debt.csv", "debt.md", "debt.toml"] {
        let rung = Rung::new();
        let unmet = outcomes(&scan(&rung, &["--bundle", "b"])).values().filter(|outcome| *outcome == "unmet").count();
        let draft =
            ["debt", "draft", "--bundle", "b", "--register", name, "--owner", "Team Shop", "--target-days", "60"];
        let dry = rung.ok(&[&draft[..], &["--dry-run"]].concat());
        assert_eq!(dry.lines().count(), unmet);
        assert!(!rung.path(name).exists(), "a dry run writes nothing");
        rung.ok(&draft);
        let first = fs::read_to_string(rung.path(name)).unwrap();
        rung.ok(&draft);
        assert_eq!(fs::read_to_string(rung.path(name)).unwrap(), first, "nothing is repeated");
        let told = rung.ok(&["debt", "check", name]);
        assert!(told.contains(&format!("{unmet} open, 0 closed, 0 overdue")), "{told}");

        // An entry that people changed stays as it is, one that they took away comes back.
        let changed = first.replacen("Team Shop", "Team Ledger", 1);
        fs::write(rung.path(name), &changed).unwrap();
        rung.ok(&draft);
        assert_eq!(fs::read_to_string(rung.path(name)).unwrap(), changed);
    }
}

#[test]
fn ids_of_drafted_entries_are_stable() {
    let rung = Rung::new();
    scan(&rung, &["--bundle", "b"]);
    let ids: Vec<_> = rung
        .ok(&["debt", "draft", "--bundle", "b", "--register", "x.csv", "--dry-run"])
        .lines()
        .map(|line| line.split_whitespace().next().unwrap().to_owned())
        .collect();
    insta::assert_json_snapshot!("debt_ids", ids);
}

#[test]
fn wrong_registers_are_told_with_row_and_column_and_nothing_is_written() {
    for (name, text, expected) in [
        ("debt.csv", register(1).replace("PD-2", "PD-1"), "debt.csv: row in line 3, column \"id\""),
        ("debt.csv", register(1).replace(",owner,", ",boss,"), "columns are missing: owner"),
        ("debt.csv", register(1).replace(",low,", ",low,soon"), "debt.csv: row in line 3, column \"target date\""),
        ("debt.xlsx", register(1), "ends neither in .csv, .md nor .toml"),
    ] {
        let rung = Rung::new();
        scan(&rung, &["--bundle", "b"]);
        fs::write(rung.path(name), &text).unwrap();
        for args in [
            &["scan", "--demo", "--bundle", "c", "--register", name][..],
            &["debt", "check", name],
            &["debt", "draft", "--bundle", "b", "--register", name],
        ] {
            let message = rung.fails(2, args);
            assert!(message.contains(expected), "{args:?}: {message}");
        }
        assert_eq!(fs::read_to_string(rung.path(name)).unwrap(), text);
        assert!(!rung.path("c").exists());
    }
    let rung = Rung::new();
    for (args, expected) in [
        (&["debt", "check", "gone.csv"][..], "gone.csv"),
        (&["debt", "check"], "no register is named"),
        (&["debt", "draft", "--register", "s3://bucket/debt.csv"], "rung only reads from AWS"),
        (&["scan", "--demo", "--register", "s3://bucket"], "expected s3://bucket/key"),
        (&["scan", "--demo", "--register", "s3://bucket/debt.xlsx"], "its format is not known"),
    ] {
        let message = rung.fails(2, args);
        assert!(message.contains(expected), "{args:?}: {message}");
    }
}

/// Puts an object into the emulator's S3.
fn put(emulator: &Emulator, text: &str) {
    let script = "import sys,boto3; s=boto3.client('s3',endpoint_url=sys.argv[1],region_name='us-east-1',aws_access_key_id='x',aws_secret_access_key='x'); s.create_bucket(Bucket='team-docs'); s.put_object(Bucket='team-docs',Key='perf/debt.csv',Body=sys.argv[2].encode())";
    let done = std::process::Command::new(python()).args(["-c", script, &emulator.url, text]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn a_register_in_s3_is_read_and_what_hides_it_is_a_gap() {
    let emulator = Emulator::start("empty");
    let live = |more: &[&str]| -> Value {
        let uri = ["scan", "--quiet", "--format", "json", "-o", "-", "--register", "s3://team-docs/perf/debt.csv"];
        serde_json::from_str(&emulator.rung().ok(&[&uri[..], more].concat())).unwrap()
    };
    let cause = |assessment: &Value| -> Option<String> {
        let gap = assessment["gaps"].as_array().unwrap().iter().find(|gap| gap["operation"] == "s3:GetObject")?.clone();
        Some(gap["cause"].as_str().unwrap().to_owned())
    };
    let gone = live(&[]);
    assert_eq!(outcomes(&gone)[REGISTER], "unknown");
    assert!(cause(&gone).is_some(), "{}", gone["gaps"]);

    put(&emulator, &register(1));
    let seen = live(&["--region", "us-east-1"]);
    assert_eq!((outcomes(&seen)[REGISTER].as_str(), cause(&seen)), ("met", None));

    emulator.control(r#"{"deny": ["s3:GetObject"]}"#);
    let denied = live(&[]);
    assert_eq!(outcomes(&denied)[REGISTER], "unknown");
    assert_eq!(cause(&denied).as_deref(), Some("denied_by_identity_policy"));

    // A damaged one is no error either: somebody else's object must not stop a scan.
    emulator.control(r#"{"deny": []}"#);
    put(&emulator, "id,what\n1,2\n");
    let damaged = live(&[]);
    assert_eq!(outcomes(&damaged)[REGISTER], "unknown");
    assert!(cause(&damaged).is_some());
}
