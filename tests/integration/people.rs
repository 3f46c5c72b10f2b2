//! What people set and say: configuration, attestations and waivers, from the command line to the report.

use std::fs;

use serde_json::Value;

use crate::common::{Rung, levels, outcomes};

const INDEXES: &str = "waf-perf-040.api.aws.index-strategy";
const WARMING: &str = "waf-perf-030.api.aws.cache-warming";
const STRATEGY: &str = "waf-perf-030.api.aws.caching-strategy";
const TUNING: &str = "waf-perf-040.api.aws.automatic-tuning";

/// Scans the recorded demo account in the folder of the test, where its configuration lies.
fn scan(rung: &Rung, more: &[&str]) -> Value {
    let args = [&["scan", "--demo", "--quiet", "--format", "json", "-o", "-"], more].concat();
    serde_json::from_str(&rung.ok(&args)).unwrap()
}

fn write(rung: &Rung, name: &str, text: &str) {
    fs::write(rung.path(name), text).unwrap();
}

fn attest(rung: &Rung, criterion: &str, more: &[&str]) -> String {
    let args = [&["attest", criterion, "--owner", "Ada Lovelace", "--statement", "it is so"], more].concat();
    let output = rung.run(&args);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    told
}

/// The one criterion of an assessment.
fn criterion<'a>(assessment: &'a Value, id: &str) -> &'a Value {
    let controls = assessment["controls"].as_array().unwrap().iter();
    controls.flat_map(|control| control["criteria"].as_array().unwrap()).find(|own| own["id"] == id).unwrap()
}

fn control<'a>(assessment: &'a Value, id: &str) -> &'a Value {
    assessment["controls"].as_array().unwrap().iter().find(|own| own["id"] == id).unwrap()
}

fn entry(criterion: &str, more: &str) -> String {
    format!(
        "[[attestation]]\ncriterion = \"{criterion}\"\nowner = \"Ada\"\ndate = 2026-01-05\nstatement = \"so\"\n{more}\n"
    )
}

#[test]
fn an_attestation_decides_what_was_not_seen_and_says_so() {
    let rung = Rung::new();
    write(&rung, "indexes.md", "which indexes there are");
    let before = scan(&rung, &[]);
    assert_eq!(criterion(&before, INDEXES)["outcome"], "unknown");
    let told = attest(&rung, "index-strategy", &["--proof", "indexes.md", "--proof", "https://wiki.example/indexes"]);
    assert!(told.contains(INDEXES) && told.contains("added to attestations.toml"), "{told}");

    let after = scan(&rung, &[]);
    let own = criterion(&after, INDEXES);
    assert_eq!((&own["outcome"], &own["decided_by"]), (&"met".into(), &"attested".into()));
    // Nothing else changed, and what was observed is not what was attested.
    let (mut was, is) = (outcomes(&before), outcomes(&after));
    was.insert(INDEXES.to_owned(), "met".to_owned());
    assert_eq!(is, was);
    assert_eq!(own["counts"], criterion(&before, INDEXES)["counts"]);
    let reported = &after["attestations"][0];
    assert_eq!((&reported["owner"], &reported["effect"]), (&"Ada Lovelace".into(), &"decides".into()));
    assert_eq!(reported["proof"][0]["file"]["found"], "unchanged");

    // In the terminal it never passes for observed.
    let text = rung.ok(&["assess", ".local/share/rung/scans/demo"]);
    assert!(text.contains("Attested, not observed: index-strategy (Ada Lovelace, until"), "{text}");

    // The proof is looked at in every scan: changed or gone, it counts no more.
    write(&rung, "indexes.md", "something else");
    let changed = scan(&rung, &[]);
    assert_eq!(outcomes(&changed), outcomes(&before));
    assert_eq!(changed["attestations"][0]["standing"]["state"], "proof_changed");
    fs::remove_file(rung.path("indexes.md")).unwrap();
    let missing = scan(&rung, &[]);
    assert_eq!(outcomes(&missing), outcomes(&before));
    assert_eq!(missing["attestations"][0]["standing"]["state"], "proof_missing");
}

#[test]
fn an_expired_attestation_is_unknown_again_and_renewing_brings_it_back() {
    let rung = Rung::new();
    write(&rung, "attestations.toml", &entry("030 cache-warming", "expires = 2026-02-01"));
    let expired = scan(&rung, &[]);
    assert_eq!(criterion(&expired, WARMING)["outcome"], "unknown");
    assert_eq!(expired["attestations"][0]["standing"]["state"], "expired");
    assert_eq!(expired["attestations"][0]["effect"], "does_not_count");
    let list = rung.ok(&["attest"]);
    assert!(list.contains("attested by Ada on 2026-01-05, has expired (attestations.toml:1)"), "{list}");

    let told = attest(&rung, "cache-warming", &[]);
    assert!(told.contains("renewed in attestations.toml"), "{told}");
    assert_eq!(fs::read_to_string(rung.path("attestations.toml")).unwrap().matches("[[attestation]]").count(), 1);
    assert_eq!(criterion(&scan(&rung, &[]), WARMING)["outcome"], "met");
}

#[test]
fn against_what_is_observed_an_attestation_is_contested_and_does_not_count() {
    let rung = Rung::new();
    let before = scan(&rung, &[]);
    attest(&rung, "automatic-tuning", &[]);
    let after = scan(&rung, &["--bundle", "b"]);
    let own = criterion(&after, TUNING);
    assert_eq!((&own["outcome"], &own["decided_by"]), (&"unmet".into(), &"contested".into()));
    assert_eq!(levels(&after), levels(&before));
    assert_eq!(after["attestations"][0]["effect"], "contested");
    let text = rung.ok(&["report", "b", "--format", "text"]);
    assert!(text.contains("contested") && text.contains("Ada Lovelace"), "{text}");
}

#[test]
fn an_attestation_speaks_only_of_its_accounts_and_tags() {
    let rung = Rung::new();
    write(&rung, "attestations.toml", &entry("index-strategy", "accounts = [\"210987654321\"]\nexpires = 2030-01-01"));
    assert_eq!(criterion(&scan(&rung, &[]), INDEXES)["outcome"], "unknown");
    // One team's databases are not all of them.
    write(&rung, "attestations.toml", &entry("index-strategy", "tags = { service = \"shop\" }\nexpires = 2030-01-01"));
    let part = scan(&rung, &[]);
    assert_eq!(criterion(&part, INDEXES)["outcome"], "unknown");
    assert_eq!(part["attestations"][0]["effect"], "not_enough");
    assert!(part["attestations"][0]["subjects"].as_u64().unwrap() > 0);
    write(&rung, "attestations.toml", &entry("index-strategy", "tags = { service = \"*\" }\nexpires = 2030-01-01"));
    assert_eq!(criterion(&scan(&rung, &[]), INDEXES)["outcome"], "met");
}

#[test]
fn a_checklist_item_follows_its_attestation() {
    let rung = Rung::new();
    let applying = |assessment: &Value| -> Vec<String> {
        let lists = assessment["checklists"].as_array().unwrap().iter();
        let items = lists.flat_map(|list| list["items"].as_array().unwrap().clone());
        items.filter(|item| item["outcome"] == "met").map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    let before = applying(&scan(&rung, &[]));
    attest(&rung, STRATEGY, &[]);
    let mut after = applying(&scan(&rung, &[]));
    after.retain(|item| !before.contains(item));
    assert_eq!(after, ["l3-caching-strategy"]);
}

const WAIVERS: &str = "\
[[waiver]]
criterion = \"090 gp3-for-new-volumes\"
subject = \"media-import-*\"
reason = \"goes with the old encoder\"
owner = \"Grace\"
expires = 2030-01-01

[[waiver]]
criterion = \"090 io-alarms\"
reason = \"watched by another tool\"
owner = \"Grace\"
expires = 2030-01-01
";

#[test]
fn levels_are_shown_with_and_without_waivers() {
    let rung = Rung::new();
    let before = scan(&rung, &[]);
    assert_eq!(control(&before, "WAF-PERF-090")["confirmed"], 2);
    write(&rung, "waivers.toml", WAIVERS);
    let waived = scan(&rung, &["--bundle", "b"]);
    assert_eq!(outcomes(&waived), outcomes(&before), "a waiver changes no outcome");
    assert_eq!(levels(&waived), levels(&before));
    assert_eq!(control(&waived, "WAF-PERF-090")["with_waivers"]["levels"]["confirmed"], 3);
    let findings = waived["findings"].as_array().unwrap();
    let excepted: Vec<_> = findings.iter().filter(|finding| finding["waived"] == true).collect();
    assert!(excepted.iter().any(|finding| finding["subject"]["name"] == "media-import-buffer"));
    let text = rung.ok(&["report", "b", "--format", "text"]);
    assert!(
        text.contains("3 with waivers")
            && text.contains("gp3-for-new-volumes for media-import-* (Grace, until 2030-01-01)"),
        "{text}"
    );

    // What is accepted does not fail a build; what is not does.
    let only = "[targets]\n\"090\" = 3\n";
    write(&rung, "rung.toml", only);
    assert_eq!(rung.run(&["scan", "--demo", "--quiet", "--fail-below", "target"]).status.code(), Some(0));
    write(&rung, "waivers.toml", &WAIVERS.replace("2030-01-01", "2026-01-01"));
    assert_eq!(rung.run(&["scan", "--demo", "--quiet", "--fail-below", "target"]).status.code(), Some(1));
    let expired = scan(&rung, &[]);
    assert_eq!(control(&expired, "WAF-PERF-090").get("with_waivers").unwrap_or(&Value::Null), &Value::Null);
    assert!(expired["waivers"].as_array().unwrap().iter().all(|waiver| waiver["expired"] == true));
}

#[test]
fn the_skip_file_of_wafpass_is_read() {
    let rung = Rung::new();
    let skips = "waivers:\n  - id: WAF-SEC-010\n    reason: other\n  - id: WAF-PERF-090\n    reason: moved away\n    expires: 2030-01-01\n";
    write(&rung, ".wafpass-skip.yml", skips);
    let waived = scan(&rung, &[]);
    assert_eq!(waived["waivers"].as_array().unwrap().len(), 1);
    assert_eq!(waived["waivers"][0]["reason"], "moved away");
    let own = control(&waived, "WAF-PERF-090");
    assert_eq!((&own["confirmed"], &own["with_waivers"]["levels"]), (&2.into(), &Value::Null));
}

#[test]
fn scope_chooses_what_counts_and_says_what_it_leaves_out() {
    let rung = Rung::new();
    let failing = |assessment: &Value| -> u64 {
        criterion(assessment, "waf-perf-090.api.aws.gp2-migration-complete")["counts"]["fail"].as_u64().unwrap()
    };
    let everything = failing(&scan(&rung, &[]));
    write(&rung, "rung.toml", "[scope]\ntags = { environment = [\"prod*\"] }\n");
    let production = scan(&rung, &["--bundle", "b"]);
    assert_eq!(failing(&production), everything - 1, "metabase-data is staging");
    write(&rung, "rung.toml", "[scope]\nregions = [\"eu-*\"]\n");
    assert_eq!(failing(&scan(&rung, &[])), 3);
    // A stored scan can be held against another scope.
    let args = ["assess", "b", "--config", "rung.toml", "--format", "json", "-o", "-"];
    let again: Value = serde_json::from_str(&rung.ok(&args)).unwrap();
    assert_eq!(failing(&again), 3);
}

/// What stands behind a load balancer and is not scaled counts by the tags of its instance; it does not vanish.
#[test]
fn a_scope_by_tags_leaves_out_nothing_whose_tags_aws_shows_elsewhere() {
    let emulator = crate::common::Emulator::start("alder");
    let rung = emulator.rung();
    write(&rung, "rung.toml", "[scope]\ntags = { environment = [\"prod*\"] }\n");
    let live: Value = serde_json::from_str(&rung.ok(&["scan", "--quiet", "--format", "json", "-o", "-"])).unwrap();
    let outcomes = outcomes(&live);
    assert_eq!(outcomes["waf-perf-020.api.aws.stateless-workloads-scaled"], "unmet");
    assert_eq!(outcomes["waf-perf-070.api.aws.cdn-static"], "unmet");
    // The volume has no tags: the rule leaves it out, and says how many.
    assert_eq!(outcomes["waf-perf-090.api.aws.storage-type-selected"], "not_applicable");
    assert!(live["scan"]["scope"]["left_out"].as_u64().unwrap() > 0);
}

#[test]
fn thresholds_and_targets_of_the_configuration_hold_and_are_shown() {
    let rung = Rung::new();
    let new_volumes = "waf-perf-090.api.aws.gp3-for-new-volumes";
    assert_eq!(criterion(&scan(&rung, &[]), new_volumes)["outcome"], "unmet");
    write(&rung, "rung.toml", "[thresholds]\n090.new_volume_days = 20\n[targets]\ndefault = 2\n\"070\" = 4\n");
    let set = scan(&rung, &["--bundle", "b"]);
    assert_eq!(criterion(&set, new_volumes)["outcome"], "met");
    assert_eq!(criterion(&set, new_volumes)["thresholds"][0]["value"], 20.0);
    assert_eq!(control(&set, "WAF-PERF-070")["target"], 4);
    assert_eq!(rung.run(&["scan", "--demo", "--quiet", "--fail-below", "target"]).status.code(), Some(1));
    write(&rung, "rung.toml", "[targets]\ndefault = 2\n");
    assert_eq!(rung.run(&["scan", "--demo", "--quiet", "--fail-below", "target"]).status.code(), Some(0));
    // The stored scan keeps what was set when it was made.
    let stored: Value = serde_json::from_str(&rung.ok(&["assess", "b", "--format", "json", "-o", "-"])).unwrap();
    assert_eq!(criterion(&stored, new_volumes)["outcome"], "met");
}

#[test]
fn init_writes_a_file_that_changes_nothing_and_overwrites_nothing() {
    let rung = Rung::new();
    let before = scan(&rung, &[]);
    rung.ok(&["init"]);
    assert_eq!(outcomes(&scan(&rung, &[])), outcomes(&before));
    let text = fs::read_to_string(rung.path("rung.toml")).unwrap();
    let message = rung.fails(2, &["init"]);
    assert!(message.contains("rung.toml"), "{message}");
    assert_eq!(fs::read_to_string(rung.path("rung.toml")).unwrap(), text);
    assert_eq!(rung.ok(&["init", "-o", "-"]), text);
}

#[test]
fn wrong_files_are_told_before_any_call_and_nothing_is_written() {
    let twice = [entry("index-strategy", ""), entry("040 index-strategy", "")].concat();
    for (name, text, expected) in [
        ("rung.toml", "[scop]\n".to_owned(), "rung.toml, line 1, column 2: unknown key \"scop\". Did you mean scope?"),
        ("rung.toml", "[thresholds]\n\"090.io_alarm_share\" = 900\n".to_owned(), "line 2, column 24"),
        (
            "attestations.toml",
            twice,
            "attested twice for the same accounts and resources: here, and at attestations.toml:1",
        ),
        ("attestations.toml", entry("gp2-migration-complete", ""), "decided by what AWS shows"),
        (
            "attestations.toml",
            entry("index-strategy", "expired = 2026-01-01"),
            "line 6, column 1: unknown key \"expired\"",
        ),
        ("attestations.toml", "[[attestation]\n".to_owned(), "attestations.toml, line 1"),
        (
            "waivers.toml",
            WAIVERS.replace("owner = \"Grace\"\n", ""),
            "waivers.toml, line 1, column 1: owner is missing",
        ),
        (".wafpass-skip.yml", "waivers: [\n".to_owned(), ".wafpass-skip.yml, line 1, column 10: unclosed bracket"),
        (
            ".wafpass-skip.yml",
            "waivers:\n  - id: WAF-PERF-095\n    reason: x\n".to_owned(),
            ".wafpass-skip.yml, line 2",
        ),
    ] {
        // Nothing listens there: a call would be another error.
        let rung = Rung::new()
            .var("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
            .var("AWS_REGION", "us-east-1")
            .var("AWS_ACCESS_KEY_ID", "x")
            .var("AWS_SECRET_ACCESS_KEY", "x");
        write(&rung, name, &text);
        for command in [&["scan", "--bundle", "b"][..], &["scan", "--demo", "--bundle", "b"]] {
            let message = rung.fails(2, command);
            assert!(message.contains(expected), "{name}: {message}");
            assert_eq!(message.lines().filter(|line| line.starts_with("error")).count(), 1, "{message}");
        }
        let left: Vec<_> = fs::read_dir(rung.home.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(left, [name], "nothing else is there");
    }
}

#[test]
fn attest_refuses_what_no_person_can_say() {
    let rung = Rung::new();
    for (args, expected) in [
        (&["attest", "gp2-migration-complete", "--owner", "A", "--statement", "x"][..], "takes no attestation"),
        (&["attest", "090", "--owner", "A", "--statement", "x"], "is a control"),
        (&["attest", "index-strateg", "--owner", "A", "--statement", "x"], "Did you mean index-strategy?"),
        (&["attest", "index-strategy", "--owner", "A"], "--owner and --statement are needed"),
        (&["attest", "index-strategy", "--owner", "A", "--statement", " "], "is empty"),
        (&["attest", "index-strategy", "--owner", "A", "--statement", "x", "--account", "12"], "12 digits"),
        (&["attest", "index-strategy", "--owner", "A", "--statement", "x", "--tag", "team"], "expected KEY=VALUE"),
        (&["attest", "index-strategy", "--owner", "A", "--statement", "x", "--proof", "gone.md"], "gone.md"),
        (&["attest", "index-strategy", "--owner", "A", "--statement", "x", "--expires", "2020-01-01"], "has passed"),
    ] {
        let message = rung.fails(2, args);
        assert!(message.contains(expected), "{args:?}: {message}");
    }
    assert!(!rung.path("attestations.toml").exists());
    let message = rung.fails(2, &["attest"]);
    assert!(message.contains("no scan is stored yet") && message.contains("rung scan"), "{message}");
}

#[test]
fn whatif_tells_levels_what_it_takes_and_what_it_saves() {
    let rung = Rung::new();
    scan(&rung, &["--bundle", "b"]);
    let text = rung.ok(&["whatif", "090 gp2-migration-complete", "--bundle", "b"]);
    assert!(text.contains("media-import-buffer") && text.contains("USD a month"), "{text}");
    let args = ["whatif", "gp2-migration-complete", "io-alarms", "--bundle", "b", "--format", "json"];
    let would: Value = serde_json::from_str(&rung.ok(&args)).unwrap();
    let own = would["controls"].as_array().unwrap().iter().find(|own| own["id"] == "WAF-PERF-090").unwrap();
    assert_eq!(own["before"]["confirmed"], 2, "{would}");
    assert!(own["after"]["confirmed"].as_u64().unwrap() >= 3, "{would}");
    // One subject of eight is not enough, and a subject that is not there is a mistake.
    let part = ["whatif", "gp2-migration-complete", "--subject", "erp-data", "--bundle", "b", "--format", "json"];
    let would: Value = serde_json::from_str(&rung.ok(&part)).unwrap();
    assert!(would.to_string().contains("erp-data") && !would.to_string().contains("old-shop-images"), "{would}");
    let message = rung.fails(2, &["whatif", "gp2-migration-complete", "--subject", "nobody", "--bundle", "b"]);
    assert!(message.contains("nobody"), "{message}");
    let message = rung.fails(2, &["whatif", "gp2-migration-complet", "--bundle", "b"]);
    assert!(message.contains("Did you mean gp2-migration-complete?"), "{message}");
}
