//! `rung diff`, and what a scan tells to have changed since the one before: by replay with other settings, and against the emulator where
//! something is denied.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

use crate::common::{Emulator, Rung, python, root};

const NEW: &str = "waf-perf-090.api.aws.gp3-for-new-volumes";
const INDEXES: &str = "waf-perf-040.api.aws.index-strategy";

fn scan(rung: &Rung, bundle: &str) {
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", bundle]);
}

fn diff(rung: &Rung, args: &[&str]) -> Value {
    serde_json::from_str(&rung.ok(&[&["diff"], args, &["--format", "json"]].concat())).unwrap()
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().unwrap()
}

fn of<'v>(changes: &'v Value, lists: &str, key: &str, id: &str) -> &'v Value {
    let found = list(changes, lists).iter().find(|one| one[key] == id);
    found.unwrap_or_else(|| panic!("{id} is not among {lists}: {changes:#}"))
}

/// The causes of everything that changed, without repeats.
fn causes(changes: &Value) -> Vec<String> {
    let all = list(changes, "controls").iter().chain(list(changes, "criteria"));
    let mut causes: Vec<_> =
        all.flat_map(|one| list(one, "causes")).map(|cause| cause.as_str().unwrap().to_owned()).collect();
    causes.sort();
    causes.dedup();
    causes
}

/// Text as it was before it was wrapped.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Holds JSON against the schema that the program prints, with another implementation.
fn fits_the_schema(rung: &Rung, json: &Path) {
    fs::write(rung.path("schema.json"), rung.ok(&["controls", "--schema", "changes"])).unwrap();
    let script = "import json, sys, jsonschema\n\
        schema = json.load(open(sys.argv[1]))\n\
        jsonschema.Draft202012Validator.check_schema(schema)\n\
        jsonschema.Draft202012Validator(schema).validate(json.load(open(sys.argv[2])))\n";
    let done = Command::new(python()).args(["-c", script]).arg(rung.path("schema.json")).arg(json).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn what_people_set_is_told_apart_and_each_scan_tells_it() {
    let rung = Rung::new();
    scan(&rung, "a");
    assert!(!rung.path("a/changes.json").exists(), "the first of a chain has nothing to tell");
    fs::write(rung.path("rung.toml"), "[thresholds]\n090.new_volume_days = 20\n").unwrap();
    let text = rung.ok(&["scan", "--demo", "--bundle", "b"]);
    let text = unwrapped(&text);
    assert!(text.contains("Since the scan of 2026-"), "{text}");
    assert!(text.contains("the threshold 090.new_volume_days was changed from 90 to 20"), "{text}");

    let changes = diff(&rung, &["a", "b"]);
    assert_eq!(causes(&changes), ["threshold"]);
    let own = of(&changes, "criteria", "criterion", NEW);
    assert_eq!((&own["before"], &own["after"]), (&"unmet".into(), &"met".into()));
    let [setting] = list(&changes, "settings") else { panic!("{changes:#}") };
    assert_eq!((&setting["what"], &setting["name"]), (&"threshold".into(), &"090.new_volume_days".into()));

    // What the scan wrote is the same, a part of its bundle, and in every report of it.
    let stored: Value = serde_json::from_slice(&fs::read(rung.path("b/changes.json")).unwrap()).unwrap();
    assert_eq!(stored, changes);
    assert_eq!(diff(&rung, &["b"]), changes, "against the one it is chained to");
    fits_the_schema(&rung, &rung.path("b/changes.json"));
    let told = rung.ok(&["verify", "a", "b"]);
    assert!(told.contains("b: ok, 9 parts, chained to"), "{told}");
    for command in ["report", "assess"] {
        let again = unwrapped(&rung.ok(&[command, "b"]));
        assert!(again.contains("090.new_volume_days was changed from 90 to 20"), "{command}: {again}");
    }
    let page = fs::read_to_string(rung.path("b/report.html")).unwrap();
    assert!(page.contains("rung/changes/v1"));
    let other = rung.ok(&["assess", "b", "--config", "rung.toml"]);
    assert!(!other.contains("Since the scan"), "with other settings it would not be true: {other}");

    // Scope, attestation and waiver, one after the other.
    fs::write(rung.path("rung.toml"), "[scope]\ntags = { environment = [\"prod*\"] }\n").unwrap();
    scan(&rung, "c");
    assert_eq!(causes(&diff(&rung, &["a", "c"])), ["scope"]);
    assert_eq!(causes(&diff(&rung, &["b", "c"])), ["scope", "threshold"]);
    fs::remove_file(rung.path("rung.toml")).unwrap();
    rung.ok(&["attest", "index-strategy", "--owner", "Ada", "--statement", "so"]);
    scan(&rung, "d");
    let attested = diff(&rung, &["a", "d"]);
    assert_eq!(causes(&attested), ["attestation"]);
    let own = of(&attested, "criteria", "criterion", INDEXES);
    assert!(own["why"].as_str().unwrap().starts_with("Met, was unknown: Ada attests it (until 20"), "{own}");
    fs::remove_file(rung.path("attestations.toml")).unwrap();
    let waiver = "[[waiver]]\ncriterion = \"090 io-alarms\"\nreason = \"r\"\nowner = \"Grace\"\nexpires = 2030-01-01\n";
    fs::write(rung.path("waivers.toml"), waiver).unwrap();
    scan(&rung, "e");
    let waived = diff(&rung, &["d", "e"]);
    assert_eq!(causes(&waived), ["attestation", "waiver"]);
    assert_eq!(causes(&diff(&rung, &["a", "e"])), ["waiver"]);
    let own = of(&waived, "criteria", "criterion", INDEXES);
    assert!(own["why"].as_str().unwrap().contains("was withdrawn"), "{own}");
}

#[test]
fn nothing_changed_and_ways_to_name_scans() {
    let rung = Rung::new();
    let scans = rung.path(".local/share/rung/scans");
    scan(&rung, ".local/share/rung/scans/first");
    scan(&rung, ".local/share/rung/scans/second");
    assert!(rung.ok(&["diff"]).contains("Nothing changed."));
    assert!(rung.ok(&["diff", "first", "latest"]).contains("Nothing changed."));
    assert!(rung.ok(&["diff", "first", "latest", "--format", "md"]).contains("Nothing changed."));
    let changes = diff(&rung, &["first", scans.join("second").to_str().unwrap()]);
    assert_eq!((list(&changes, "controls").len(), list(&changes, "criteria").len()), (10, 0));
    assert_eq!(changes["findings"]["same"].as_u64().unwrap(), {
        let counts = changes["findings"].as_object().unwrap().values();
        counts.map(|count| count.as_u64().unwrap()).sum::<u64>()
    });
    assert!(rung.fails(2, &["diff", "first"]).contains("is the first of its chain"));
    let told = rung.fails(2, &["diff", "first", "third"]);
    assert!(told.contains("third is neither a bundle's folder nor a scan in"), "{told}");
    fs::remove_dir_all(scans.join("first")).unwrap();
    assert!(rung.fails(2, &["diff", "second"]).contains("does not lie beside it"));
    let told = rung.fails(2, &["diff", "second", "second", "-o", "no/such/folder/x.json"]);
    assert!(told.contains("no/such/folder"), "{told}");
}

#[test]
fn a_level_that_fell_fails_a_build_that_asks_for_it() {
    let rung = Rung::new();
    fs::write(rung.path("rung.toml"), "[thresholds]\n090.storage_type_selected_share = 100\n").unwrap();
    scan(&rung, "a");
    fs::remove_file(rung.path("rung.toml")).unwrap();
    scan(&rung, "b");
    let changes = diff(&rung, &["a", "b"]);
    let own = of(&changes, "controls", "control", "WAF-PERF-090");
    assert_eq!((&own["direction"], &own["causes"]), (&"rose".into(), &serde_json::json!(["threshold"])));
    assert_eq!(rung.run(&["diff", "a", "b", "--fail-on-worse"]).status.code(), Some(0));
    let fell = rung.run(&["diff", "b", "a", "--fail-on-worse", "-o", "fell.txt"]);
    assert_eq!(fell.status.code(), Some(1));
    let text = fs::read_to_string(rung.path("fell.txt")).unwrap();
    let text = format!("{text}{}", unwrapped(&text));
    assert!(text.contains("  Fell\n") && text.contains("Fell from 2 to 1: storage-type-selected is unmet"), "{text}");
}

#[test]
fn what_was_changed_or_belongs_to_another_account_is_refused() {
    let rung = Rung::new();
    scan(&rung, "a");
    scan(&rung, "b");
    let path = rung.path("b/evidence.jsonl.zst");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, [&whole[..], b"x"].concat()).unwrap();
    let told = rung.fails(2, &["diff", "a", "b"]);
    assert!(told.contains("was changed after the scan"), "{told}");
    // A scan goes on without it.
    let output = rung.run(&["scan", "--demo", "--bundle", "c"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("what changed since the scan") && told.contains("is not told: "), "{told}");
    assert!(!rung.path("c/changes.json").exists());
    fs::write(&path, whole).unwrap();

    let recording = rung.path("recording");
    copy_as(&root().join("fixtures/accounts/demo"), &recording, ("123456789012", "210987654321"));
    rung.ok(&["scan", "--replay", "recording", "--quiet", "--bundle", "other"]);
    assert!(!rung.path("other/changes.json").exists());
    let told = rung.fails(2, &["diff", "a", "other"]);
    assert!(told.contains("one is of 123456789012, the other of 210987654321"), "{told}");
}

/// Copies a recording with one text in the place of another.
fn copy_as(from: &Path, to: &Path, (old, new): (&str, &str)) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_as(&path, &target, (old, new));
        } else {
            fs::write(target, fs::read_to_string(&path).unwrap().replace(old, new)).unwrap();
        }
    }
}

#[test]
fn names_from_strangers_are_text() {
    let rung = Rung::new();
    let recording = rung.path("recording");
    scan(&rung, "a");
    // The name of a volume that fails the criterion of new volumes.
    let hostile = "</x>\\u001b[2J\\u202e=1+1|`x`[y](http://z)@all";
    copy_as(&root().join("fixtures/accounts/demo"), &recording, ("media-import-buffer", "MARK"));
    copy_as(
        &recording,
        &rung.path("hostile"),
        ("MARK", &hostile.replace('<', "&lt;").replace('>', "&gt;").replace("\\u001b", "")),
    );
    fs::write(rung.path("rung.toml"), "[thresholds]\n090.new_volume_days = 20\n").unwrap();
    rung.ok(&["scan", "--replay", "hostile", "--quiet", "--bundle", "b"]);
    let changes = diff(&rung, &["a", "b"]);
    let own = of(&changes, "criteria", "criterion", NEW);
    let name = list(own, "subjects").iter().find_map(|one| one["name"].as_str().filter(|name| name.contains("</x>")));
    let name = name.unwrap_or_else(|| panic!("the hostile volume is not listed: {own:#}"));
    assert!(name.contains('\u{202e}'), "{name:?}");
    let text = rung.ok(&["diff", "a", "b"]);
    assert!(text.contains("</x>") && text.contains("\\u{202e}") && !text.contains('\u{202e}'), "{text}");
    let markdown = rung.ok(&["diff", "a", "b", "--format", "md"]);
    assert!(markdown.contains("&lt;/x&gt;") && !markdown.contains("</x>"), "{markdown}");
    assert!(!markdown.contains('\u{202e}') && !markdown.contains("@all") && !markdown.contains("](http"), "{markdown}");
    let page = fs::read_to_string(rung.path("b/report.html")).unwrap();
    assert!(!page.contains("</x>"), "in the page's data it is escaped");
    let summary = rung.ok(&["report", "b"]);
    assert!(!summary.contains('\u{202e}') && !summary.contains('\u{1b}'), "{summary}");
}

#[test]
fn what_is_denied_is_not_gone_and_what_is_seen_again_is_not_new() {
    let emulator = Emulator::start("demo");
    let rung = emulator.rung();
    let scan = |bundle: &str| rung.ok(&["scan", "--region", "us-east-1", "--quiet", "--bundle", bundle]);
    scan("a");
    emulator.control(r#"{"deny": ["ec2:DescribeVolumes", "cloudwatch:DescribeAlarms"]}"#);
    scan("b");
    emulator.control(r#"{"deny": []}"#);
    scan("c");
    let lost = diff(&rung, &["a", "b"]);
    assert_eq!(causes(&lost), ["coverage"], "{lost:#}");
    let findings = &lost["findings"];
    assert_eq!((&findings["gone"], &findings["worse"], &findings["better"]), (&0.into(), &0.into(), &0.into()));
    assert!(findings["hidden"].as_u64().unwrap() > 0);
    let why = of(&lost, "controls", "control", "WAF-PERF-090")["why"].as_str().unwrap();
    assert!(why.contains("is not seen now (") && why.contains("denied by the caller's own policy"), "{why}");
    let opened = list(&lost["gaps"], "opened");
    assert!(opened.iter().any(|gap| gap["operation"] == "ec2:DescribeVolumes"), "{opened:?}");

    let found = diff(&rung, &["b", "c"]);
    assert_eq!(causes(&found), ["coverage"], "{found:#}");
    assert_eq!((&found["findings"]["appeared"], &found["findings"]["worse"]), (&0.into(), &0.into()));
    let fails = list(&found, "criteria").iter().find(|own| own["before"] == "unknown" && own["after"] == "unmet");
    let why = fails.expect("something that was hidden fails")["why"].as_str().unwrap();
    assert!(why.contains("what was not seen before is seen now (it was: "), "{why}");
    // Over the hole: nothing but what was denied changed, and that is as it was.
    let over = diff(&rung, &["a", "c"]);
    assert!(causes(&over).is_empty(), "{over:#}");
    let back = diff(&rung, &["c", "a"]);
    assert!(list(&back, "notes")[0].as_str().unwrap().contains("is the later one"), "{back:#}");
}

#[test]
fn an_organisation_is_compared_account_by_account() {
    let emulator = Emulator::start("organisation");
    let rung = emulator.rung();
    let scan = |bundle: &str, more: &[&str]| {
        let args = ["scan", "--org", "--region", "us-east-1", "--bundle", bundle];
        rung.ok(&[&args[..], more].concat())
    };
    scan("a", &["--external-id", "team-4711", "--quiet"]);
    fs::write(rung.path("rung.toml"), "[thresholds]\n090.storage_type_selected_share = 100\n").unwrap();
    let text = unwrapped(&scan("b", &["--external-id", "team-4711"]));
    assert!(text.contains("Since the scan of "), "{text}");
    let changes: Value = serde_json::from_slice(&fs::read(rung.path("b/changes.json")).unwrap()).unwrap();
    assert_eq!(causes(&changes), ["threshold"], "{changes:#}");
    assert!(text.contains("Fell from 2 to 1: storage-type-selected is unmet"), "{text}");
    assert_eq!(changes, diff(&rung, &["a", "b"]));
    rung.ok(&["verify", "a", "b"]);
    fits_the_schema(&rung, &rung.path("b/changes.json"));
    fs::remove_file(rung.path("rung.toml")).unwrap();

    // Without the external id one account stays closed: what it has is not seen, not gone.
    scan("c", &["--quiet"]);
    let closed = diff(&rung, &["a", "c"]);
    assert_eq!(causes(&closed), ["coverage"], "{closed:#}");
    assert_eq!((&closed["findings"]["gone"], &closed["findings"]["worse"]), (&0.into(), &0.into()));
}
