//! `rung scan --org` from the command line against the emulator's organisation: levels of each account and of all, an account that
//! stays closed, an interruption and going on after it.

use std::{
    collections::BTreeMap,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;

use crate::common::{Emulator, Rung, levels};

const ROLE: [&str; 4] = ["--external-id", "team-4711", "--region", "us-east-1"];

fn scan(bundle: &str) -> Vec<&str> {
    [&["scan", "--org"], &ROLE[..], &["--bundle", bundle, "--format", "json", "-o", "-", "--quiet"]].concat()
}

fn accounts(assessment: &Value) -> BTreeMap<String, &Value> {
    let accounts = assessment["accounts"].as_array().unwrap();
    accounts.iter().map(|one| (one["name"].as_str().unwrap_or_default().to_owned(), one)).collect()
}

/// Findings without what differs between two scans of the same: nothing of time is in them.
fn findings(assessment: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let list = assessment["findings"].as_array().unwrap();
    list.iter().map(|one| (text(&one["criterion"]), text(&one["subject"]["arn"]), text(&one["result"]))).collect()
}

#[test]
fn a_whole_organisation_in_one_command() {
    let emulator = Emulator::start("organisation");
    let rung = emulator.rung();
    let whole: Value = serde_json::from_str(&rung.ok(&scan("whole"))).unwrap();
    let by_name = accounts(&whole);
    assert_eq!(
        by_name.keys().collect::<Vec<_>>(),
        ["data", "master", "sandbox", "shop"],
        "the suspended one is left out"
    );
    assert_eq!(by_name["shop"]["unit"], "Root/Prod/Web");
    assert!(by_name.values().all(|one| one["state"] == "scanned" && one["subjects"].as_u64().unwrap() > 0));
    let of = |name: &str| by_name[name]["controls"]["WAF-PERF-090"]["confirmed"].as_u64().unwrap();
    assert!(of("sandbox") > of("data"), "the one has gp3 alone, the other gp2 alone: {} {}", of("sandbox"), of("data"));
    let together = levels(&whole).into_iter().find(|(id, _)| id == "WAF-PERF-090").unwrap().1;
    assert!(together.starts_with('1') || together.starts_with('2'), "one account's gp2 holds all back: {together}");
    rung.ok(&["verify", "whole"]);
    assert!(!rung.path(".rung-unfinished-whole").exists(), "a scan that ended leaves nothing to go on with");

    // What one account says is what its own scan says.
    let shop = by_name["shop"]["id"].as_str().unwrap().to_owned();
    std::fs::write(rung.path("one.txt"), format!("{shop} shop # the web shop\n")).unwrap();
    let args = [&["scan", "--accounts", "one.txt"], &ROLE[..], &["--bundle", "one", "--format", "json", "-q"]].concat();
    let alone: Value = serde_json::from_str(&rung.ok(&args)).unwrap();
    let of_shop: Value =
        serde_json::from_str(&rung.ok(&["assess", "whole", "--account", &shop, "--format", "json"])).unwrap();
    assert_eq!(findings(&alone).len(), findings(&of_shop).len());
    assert_eq!(levels(&alone), levels(&of_shop));

    let text = rung.ok(&["assess", "whole"]);
    assert!(text.contains("4 accounts") && text.contains("sandbox"), "{text}");
    let page = std::fs::read_to_string(rung.path("whole/report.html")).unwrap();
    assert!(page.contains("Root/Prod/Web"));
}

#[test]
fn an_account_that_stays_closed_is_a_gap_and_not_the_end() {
    let emulator = Emulator::start("organisation");
    let rung = emulator.rung();
    // Without the external id one role refuses.
    let args = ["scan", "--org", "--region", "us-east-1", "--bundle", "b", "--format", "json", "-q"];
    let output = rung.run(&args);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("could not be entered") && told.contains("rung scan --resume b"), "{told}");
    let closed: Value = serde_json::from_slice(&output.stdout).unwrap();
    let by_name = accounts(&closed);
    assert_eq!((&by_name["data"]["state"], &by_name["shop"]["state"]), (&"not_entered".into(), &"scanned".into()));
    let gap = closed["gaps"].as_array().unwrap().iter().find(|gap| gap["operation"] == "sts:AssumeRole").unwrap();
    assert_eq!(gap["account"], by_name["data"]["id"]);
    let criteria =
        closed["controls"].as_array().unwrap().iter().flat_map(|control| control["criteria"].as_array().unwrap());
    for criterion in criteria {
        assert_ne!(
            criterion["outcome"], "not_applicable",
            "{}: the closed account may have any of it",
            criterion["id"]
        );
        assert!(
            criterion["counts"]["unseen"].as_bool().unwrap() || criterion["basis"] == "attested",
            "{}",
            criterion["id"]
        );
    }
    assert_eq!(rung.run(&[&args[..4], &["--bundle", "c", "-q", "--require-complete"]].concat()).status.code(), Some(3));

    // The way out taken, the scan goes on with that account alone.
    emulator.reset_counts();
    let plan = rung.path(".rung-unfinished-b/scan.json");
    let text = std::fs::read_to_string(&plan).unwrap();
    std::fs::write(&plan, text.replace("\"external_id\":null", "\"external_id\":\"team-4711\"")).unwrap();
    let resumed: Value = serde_json::from_str(&rung.ok(&["scan", "--resume", "b", "--format", "json", "-q"])).unwrap();
    assert!(accounts(&resumed).values().all(|one| one["state"] == "scanned"));
    let counts = counts(&emulator);
    assert_eq!(counts["sts:AssumeRole"], 1, "only the account that was closed is asked: {counts:?}");
    assert_eq!(counts["ec2:DescribeVolumes"], 1);
    assert!(!rung.path(".rung-unfinished-b").exists());
    assert!(
        rung.path("b-resumed").exists() && rung.path("b/manifest.json").exists(),
        "the first bundle stays as it is"
    );
    rung.ok(&["verify", "b", "b-resumed"]);
}

fn counts(emulator: &Emulator) -> BTreeMap<String, u64> {
    serde_json::from_value(emulator.counts()).unwrap()
}

/// Starts a scan and waits until it has asked so much.
pub(crate) fn begun(emulator: &Emulator, rung: &Rung, args: &[&str], requests: u64) -> Child {
    let mut command: Command = rung.command(args);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let asked = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>() >= requests;
    while !asked(&counts(emulator)) {
        if let Some(status) = child.try_wait().unwrap() {
            panic!("it ended before it had asked so much: {status}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    child
}

#[test]
fn killed_in_the_middle_it_goes_on_without_asking_again() {
    let emulator = Emulator::start("organisation");
    let rung = emulator.rung();
    let calm: Value = serde_json::from_str(&rung.ok(&scan("calm"))).unwrap();
    let of_calm = counts(&emulator);
    emulator.reset_counts();
    // Slow enough that the question how far it is comes in time, on a busy machine too.
    emulator.control(r#"{"latency_ms": 250}"#);
    let args = [&scan("b")[..], &["--accounts-at-once", "2", "--concurrency", "4"]].concat();
    let mut child = begun(&emulator, &rung, &args, 120);
    child.kill().unwrap();
    child.wait().unwrap();
    emulator.control(r#"{"latency_ms": 0}"#);
    assert!(!rung.path("b").exists() && rung.path(".rung-unfinished-b").exists());
    let fails = rung.fails(2, &scan("b"));
    assert!(fails.contains("rung scan --resume b"), "{fails}");
    // Without credentials, and with those of another account, nothing is asked and nothing is lost.
    let nobody = rung.command(&["scan", "--resume", "b", "-q"]).env_remove("AWS_ACCESS_KEY_ID").output().unwrap();
    assert_eq!(nobody.status.code(), Some(4), "{}", String::from_utf8_lossy(&nobody.stderr));
    let plan = rung.path(".rung-unfinished-b/scan.json");
    let text = std::fs::read_to_string(&plan).unwrap();
    std::fs::write(&plan, text.replace("\"caller\":\"123456789012\"", "\"caller\":\"999999999999\"")).unwrap();
    let other = rung.fails(4, &["scan", "--resume", "b", "-q"]);
    assert!(other.contains("begun by account 999999999999"), "{other}");
    std::fs::write(&plan, text).unwrap();
    let resumed: Value = serde_json::from_str(&rung.ok(&["scan", "--resume", "b", "--format", "json", "-q"])).unwrap();
    assert_eq!(findings(&resumed), findings(&calm));
    assert_eq!(levels(&resumed), levels(&calm));
    let twice: Vec<_> = counts(&emulator)
        .into_iter()
        .filter(|(operation, count)| *count > of_calm.get(operation).copied().unwrap_or_default() + IN_FLIGHT)
        .filter(|(operation, _)| !ASKED_AGAIN.contains(&operation.as_str()))
        .collect();
    assert!(twice.is_empty(), "what was read is not asked again: {twice:?}");
    rung.ok(&["verify", "b"]);
    assert!(!rung.path(".rung-unfinished-b").exists());
    let none = rung.fails(2, &["scan", "--resume", "b"]);
    assert!(none.contains("no unfinished scan b"), "{none}");
}

/// Requests under way when the process was killed had no answer yet.
const IN_FLIGHT: u64 = 4;
/// Who is calling, and into which accounts and regions, is settled anew.
const ASKED_AGAIN: [&str; 4] =
    ["sts:GetCallerIdentity", "sts:AssumeRole", "ec2:DescribeRegions", "cloudwatch:GetMetricData"];

#[test]
fn many_accounts_ask_for_the_right_words() {
    let rung = Rung::new();
    std::fs::write(rung.path("bad.txt"), "111111111111 one\n22222 two\n").unwrap();
    let told = rung.fails(2, &["scan", "--accounts", "bad.txt"]);
    assert!(told.contains("bad.txt, line 2"), "{told}");
    for (args, words) in [
        (&["scan", "--org", "--demo"][..], "--demo"),
        (&["scan", "--org", "--record", "r"], "--record"),
        (&["scan", "--role-name", "x"], "--org"),
        (&["scan", "--resume", "x", "--org"], "--resume"),
        (&["scan", "--resume", "20200101T000000Z"], "no unfinished scan 20200101T000000Z"),
    ] {
        let told = rung.fails(2, args);
        assert!(told.contains(words), "{args:?}: {told}");
    }
}
