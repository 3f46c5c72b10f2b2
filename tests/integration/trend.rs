//! Levels over time: `rung history`, the part of a bundle, reports; and days with scans from the store.

use std::{fs, path::Path, sync::Arc};

use jiff::ToSpan;
use rung::{
    history::{History, Line},
    store::{Store, StoreUrl},
};
use rung_collectors::aws::Replay;
use rung_rules::{
    facts::Kind,
    model::{AccountState, Control, EvidenceSet, Scan, Settings},
};
use serde_json::Value;

use crate::{
    common::{Emulator, Rung, demo, outcomes, python, scan},
    history::{Postgres, night},
    lake::not_entered,
    many::{account, together_of},
    served::Served,
};

const DETECTION: &str = "waf-perf-100.api.aws.automatic-debt-detection";

fn scans(rung: &Rung) -> std::path::PathBuf {
    rung.path(".local/share/rung/scans")
}

/// Without its volumes the control of storage does not stand where it stood.
fn without_volumes(set: &mut EvidenceSet, _: &mut Scan) {
    set.evidence.retain(|one| {
        !matches!(one.facts.kind(), Kind::Volume | Kind::DatabaseStorage | Kind::FileSystem | Kind::Bucket)
    });
}

/// Nights before the demo's own, with a gap, a change and one that was interrupted.
fn nights(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    for day in [-9, -8, -7, -4, -3] {
        night(folder, day, |_, _| ());
    }
    night(folder, -6, without_volumes);
    night(folder, -1, |_, scan| scan.complete = false);
}

fn history(rung: &Rung) -> Value {
    serde_json::from_str(&rung.ok(&["history", "--format", "json"])).unwrap()
}

#[test]
fn every_stored_night_is_shown_with_or_without_its_bundle() {
    let rung = Rung::new();
    let folder = scans(&rung);
    assert!(rung.fails(2, &["history"]).contains("no scan is stored yet"));
    nights(&folder);
    let text = rung.ok(&["history"]);
    insta::assert_snapshot!("history", text);
    let all = history(&rung);
    assert_eq!(all["nights"].as_array().unwrap().len(), 7);
    fs::write(rung.path("schema.json"), rung.ok(&["controls", "--schema", "history"])).unwrap();
    fs::write(rung.path("history.json"), all.to_string()).unwrap();
    let script = "import json, sys, jsonschema\njsonschema.Draft202012Validator(json.load(open(sys.argv[1]))).validate(json.load(open(sys.argv[2])))";
    let done = std::process::Command::new(python())
        .args(["-c", script, "schema.json", "history.json"])
        .current_dir(rung.home.path())
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));

    // Retention takes bundles away; the store keeps their levels.
    for name in ["night--9", "night--8", "night--6"] {
        fs::remove_dir_all(folder.join(name)).unwrap();
    }
    assert_eq!(rung.ok(&["history"]), text);
    assert_eq!(history(&rung), all);
    // And so does the page of the web view.
    let served = Served::start(&rung, &[]);
    let page = served.get("/trend").text;
    let data = page.split("id=\"chart-data\">").nth(1).and_then(|rest| rest.split("</script>").next()).unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    assert_eq!((data["at"].as_array().unwrap().len(), data["scans"].as_array().unwrap().len()), (7, 7));
    assert!(page.contains("7 scans"), "{page}");
}

#[test]
fn it_can_be_narrowed_and_taken_elsewhere() {
    let rung = Rung::new();
    nights(&scans(&rung));
    let one = rung.ok(&["history", "--control", "090"]);
    assert!(one.contains("090 Storage I/O") && !one.contains("010 Compute"), "{one}");
    let csv = rung.ok(&["history", "--format", "csv", "--control", "090", "--limit", "3"]);
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(lines[0], "started_at,scan,complete,gaps,WAF-PERF-090,WAF-PERF-090 possible");
    assert_eq!(lines.len(), 4);
    assert!(lines[3].contains(",false,"), "the newest is not complete: {csv}");
    let since: Value =
        serde_json::from_str(&rung.ok(&["history", "--since", "2026-11-20", "--format", "json"])).unwrap();
    assert_eq!(since["nights"].as_array().unwrap().len(), 3, "{since:#}");
    let limited: Value = serde_json::from_str(&rung.ok(&["history", "--limit", "2", "--format", "json"])).unwrap();
    assert_eq!((limited["nights"].as_array().unwrap().len(), &limited["left_out"]), (2, &5.into()));
    rung.ok(&["history", "-o", "levels.txt"]);
    assert!(fs::read_to_string(rung.path("levels.txt")).unwrap().contains("Newest scans"));
    for (args, expected) in [
        (&["--control", "gp3-for-new-volumes"][..], "expected a control's number"),
        (&["--of", "1"], "the store has scans of 123456789012 (7 scans)"),
        (&["--since", "2030-01-01"], "no scan of 123456789012 since 2030-01-01"),
        (&["--since", "yesterday"], "--since"),
        (&["--limit", "0"], "--limit"),
    ] {
        let told = rung.fails(2, &[&["history"], args].concat());
        assert!(told.contains(expected), "{args:?}: {told}");
    }
}

#[test]
fn a_scan_puts_it_into_its_bundle_and_reports_show_it_offline() {
    let rung = Rung::new();
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "first"]);
    assert!(!rung.path("first/history.json").exists(), "the first has nothing before it");
    nights(&scans(&rung));
    rung.ok(&["history"]);
    let text = rung.ok(&["scan", "--demo", "--bundle", "b"]);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("Over time 8 scans since 2026-11-15:"), "{text}");
    let part: History = serde_json::from_slice(&fs::read(rung.path("b/history.json")).unwrap()).unwrap();
    let manifest: Value = serde_json::from_slice(&fs::read(rung.path("b/manifest.json")).unwrap()).unwrap();
    assert_eq!(part.nights.last().unwrap().scan, manifest["scan"]["id"].as_str().unwrap(), "its own levels stand last");
    assert_eq!(part.nights.len(), 8);
    assert!(!part.moves(Line::Control(Control::StorageIo)).is_empty());
    assert!(rung.ok(&["verify", "b"]).contains("b: ok"));
    // Elsewhere, without any store.
    let other = Rung::new();
    let copied = std::process::Command::new("cp").arg("-R").args([rung.path("b"), other.path("b")]).status().unwrap();
    assert!(copied.success());
    let again = other.ok(&["report", "b"]).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(again.contains("Over time 8 scans since 2026-11-15:"), "{again}");
    let page = other.ok(&["report", "b", "--format", "html"]);
    assert!(page.contains("rung/history/v1"));
    assert!(!other.path(".local").exists(), "reading makes no store");
    // A store that is away is told, and ends nothing.
    let away = Rung::new().var("RUNG_STORE", "postgres://rung@127.0.0.1:1/rung");
    let output = away.run(&["scan", "--demo", "--quiet", "--bundle", "c"]);
    assert!(output.status.success());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("the levels of the scans before are not shown: the store"), "{told}");
    assert!(!away.path("c/history.json").exists());
}

/// A scan of the demo account with a register that a draft fed; what comes of automatic detection, and its fact.
fn detected(rung: &Rung) -> (String, Value) {
    let text = rung.ok(&[
        "scan",
        "--demo",
        "--quiet",
        "--format",
        "json",
        "-o",
        "-",
        "--bundle",
        "now",
        "--register",
        "debt.csv",
    ]);
    fs::remove_dir_all(rung.path("now")).unwrap();
    let assessment: Value = serde_json::from_str(&text).unwrap();
    let findings = assessment["findings"].as_array().unwrap();
    let own =
        findings.iter().find(|one| one["criterion"] == DETECTION && one["subject"]["kind"] == "debt_register").unwrap();
    let gap = assessment["gaps"].as_array().unwrap().iter().find(|gap| gap["operation"] == "store:Read");
    let fact = own["facts"]["days_with_scans"].clone();
    let fact = gap.map_or(fact, |gap| serde_json::json!([gap["cause"], gap["detail"]]));
    let detection = findings.iter().filter(|one| one["criterion"] == DETECTION && one["result"] == "pass").count();
    assert_eq!(detection > 0, outcomes(&assessment)[DETECTION] == "met");
    (own["result"].as_str().unwrap().to_owned(), fact)
}

fn with_register() -> Rung {
    let rung = Rung::new();
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    rung.ok(&["debt", "draft", "--bundle", "b", "--register", "debt.csv", "--owner", "Ada"]);
    fs::remove_dir_all(rung.path("b")).unwrap();
    rung
}

fn days(fact: &Value) -> u64 {
    fact["value"].as_u64().unwrap_or_else(|| panic!("{fact}"))
}

#[test]
fn days_of_folder_and_store_are_counted_once() {
    let rung = with_register();
    let folder = scans(&rung);
    fs::create_dir_all(&folder).unwrap();
    let none = detected(&rung);
    assert_eq!((none.0.as_str(), days(&none.1)), ("fail", 1), "today's own");
    for day in [-1, -2, -3] {
        night(&folder, day, |_, _| ());
    }
    // Twice a day is one day, and a week ago is not in the week.
    night(&folder, -4, |set, scan| {
        scan.started_at += 25.hours();
        scan.id = format!("again-{}", scan.accounts[0]);
        set.now = scan.started_at;
    });
    night(&folder, -7, |_, _| ());
    let four = detected(&rung);
    assert_eq!((four.0.as_str(), days(&four.1)), ("fail", 4));
    night(&folder, -6, |_, _| ());
    let five = detected(&rung);
    assert_eq!((five.0.as_str(), days(&five.1)), ("pass", 5));
    // The store has them all; their bundles go, the days stay.
    rung.ok(&["history"]);
    assert_eq!(detected(&rung), five, "no night is counted twice");
    for entry in fs::read_dir(&folder).unwrap() {
        fs::remove_dir_all(entry.unwrap().path()).unwrap();
    }
    assert_eq!(detected(&rung), five);
    night(&folder, -5, |_, _| ());
    assert_eq!(days(&detected(&rung).1), 6, "folder and store together");
}

#[test]
fn days_end_at_midnight_utc() {
    let rung = with_register();
    let folder = scans(&rung);
    fs::create_dir_all(&folder).unwrap();
    let at = |day: i64, clock: &str| {
        night(&folder, day, |set, scan| {
            let date = scan.started_at.to_zoned(jiff::tz::TimeZone::UTC).date();
            scan.started_at = format!("{date}T{clock}Z").parse().unwrap();
            scan.id = format!("{date}-{}-{}", clock.replace(':', ""), scan.accounts[0]);
            set.now = scan.started_at;
        });
    };
    // The last second of the day before the week, and the first of the week.
    at(-7, "23:59:59");
    assert_eq!(days(&detected(&rung).1), 1);
    at(-6, "00:00:00");
    assert_eq!(days(&detected(&rung).1), 2);
    at(-3, "23:59:59");
    at(-2, "00:00:01");
    assert_eq!(days(&detected(&rung).1), 4);
    rung.ok(&["history"]);
    for entry in fs::read_dir(&folder).unwrap() {
        fs::remove_dir_all(entry.unwrap().path()).unwrap();
    }
    assert_eq!(days(&detected(&rung).1), 4, "the store counts the same days");
}

#[test]
fn a_store_that_is_away_makes_it_unknown_unless_the_folder_is_enough() {
    let rung = with_register().var("RUNG_STORE", "postgres://rung:secret@127.0.0.1:1/rung");
    let folder = scans(&rung);
    fs::create_dir_all(&folder).unwrap();
    for day in [-1, -2, -3] {
        night(&folder, day, |_, _| ());
    }
    let (result, gap) = detected(&rung);
    assert_eq!((result.as_str(), gap[0].as_str()), ("unknown", Some("failed")), "{gap}");
    let why = gap[1].as_str().unwrap();
    assert!(why.contains("127.0.0.1") && !why.contains("secret"), "{why}");
    night(&folder, -4, |_, _| ());
    assert_eq!(detected(&rung).0, "pass", "five in the folder are five");
}

#[test]
fn a_bucket_that_is_away_makes_it_unknown() {
    let rung = with_register()
        .var("RUNG_SCANS", "s3://our-scans/rung")
        .var("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
        .var("AWS_REGION", "us-east-1")
        .var("AWS_ACCESS_KEY_ID", "testing")
        .var("AWS_SECRET_ACCESS_KEY", "x");
    let (result, gap) = detected(&rung);
    assert_eq!((result.as_str(), gap[0].as_str()), ("unknown", Some("failed")), "{gap}");
}

#[test]
fn an_organisation_s_scan_counts_for_each_account_that_it_entered() {
    let emulator = Emulator::start("organisation");
    let rung = emulator.rung();
    // Without its external id one account stays closed.
    rung.ok(&["scan", "--org", "--region", "us-east-1", "--quiet", "--bundle", "all"]);
    let url: StoreUrl = rung.path("store.db").to_str().unwrap().parse().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&url).await.unwrap();
        store.add(&rung.path("all")).await.unwrap();
        let scan = store.newest().await.unwrap().unwrap();
        let day = scan.started_at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let accounts = store.accounts(&scan, 100).await.unwrap();
        assert!(accounts.len() > 2);
        for account in &accounts {
            let days = store.days_with_scans(&account.account, day, day).await.unwrap();
            assert_eq!(days.len(), usize::from(account.state != "not_entered"), "{account:?}");
        }
        assert!(accounts.iter().any(|account| account.state == "not_entered"));
        assert!(store.days_with_scans("1", day, day).await.unwrap().is_empty());
        store.close().await;
    });
}

#[test]
fn a_scan_that_was_interrupted_before_an_account_counts_no_day_for_it() {
    let seen = scan(Arc::new(Replay::new(demo())));
    let ids = ["111111111111", "222222222222", "333333333333", "444444444444"];
    let (mut cut, closed, mut never) = (account(&seen, ids[1]), not_entered(ids[2], &seen), not_entered(ids[3], &seen));
    for (told, _) in [&mut cut, &mut never] {
        told.state = AccountState::Interrupted;
    }
    let scan =
        Scan { accounts: ids.map(str::to_owned).into(), complete: false, ledger: Vec::new(), ..seen.scan.clone() };
    let rung = Rung::new();
    let all = vec![account(&seen, ids[0]), cut, closed, never];
    let (_, bundle) = together_of(all, scan, &rung.path("night"), &Settings::default());
    let url: StoreUrl = rung.path("store.db").to_str().unwrap().parse().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&url).await.unwrap();
        store.add(bundle.folder()).await.unwrap();
        let day = seen.scan.started_at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let mut days = Vec::new();
        for id in ids {
            days.push(store.days_with_scans(id, day, day).await.unwrap().len());
        }
        assert_eq!(days, [1, 1, 0, 0]);
        store.close().await;
    });
}

#[test]
fn a_team_s_store_tells_what_other_machines_scanned() {
    let server = Postgres::start();
    let url = server.database("team");
    let driver = format!("postgres://rung@{}", url.to_string().strip_prefix("postgres://").unwrap());
    let elsewhere = tempfile::tempdir().unwrap();
    let mut all: Vec<_> = [-1, -2, -3].map(|day| night(elsewhere.path(), day, |_, _| ())).into();
    // Another account's is none of this one's.
    all.push(night(elsewhere.path(), -4, |set, scan| {
        scan.accounts = vec!["222222222222".to_owned()];
        set.accounts = vec!["222222222222".into()];
        scan.id = "other-222222222222".to_owned();
    }));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&url).await.unwrap();
        for one in &all {
            store.add(&one.folder).await.unwrap();
        }
        let first = "2026-11-18".parse().unwrap();
        let days = store.days_with_scans("123456789012", first, "2026-11-24".parse().unwrap()).await.unwrap();
        assert_eq!(days.len(), 3, "{days:?}");
        store.close().await;
    });
    let rung = with_register().var("RUNG_STORE", &driver);
    let (result, fact) = detected(&rung);
    assert_eq!((result.as_str(), days(&fact)), ("fail", 4), "three elsewhere, and today's");
    fs::create_dir_all(scans(&rung)).unwrap();
    night(&scans(&rung), -5, |_, _| ());
    assert_eq!(detected(&rung).0, "pass");
    let url: StoreUrl = driver.parse().unwrap();
    assert!(url.may_be_there());
    let told = rung.ok(&["history", "--of", "123456789012"]);
    assert!(told.contains("4 scans from"), "what the folder has is taken in: {told}");
}
