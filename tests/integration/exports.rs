//! Every export against its own schema or a real consumer (tests/exports/*.py), and against the assessment that it is made of: on
//! the demo, with what people say, with what is denied, with hostile names, of several accounts.

use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use rung::report::{self, Format, Head, Rendering};
use rung_collectors::aws::Replay;
use rung_rules::model::{Assessment, Finding};
use serde_json::{Value, json};

use crate::{
    common::{Rung, assessment, demo, python, root, scan},
    many::together,
};

/// Formats with a row a finding, and those of the head alone.
const FORMATS: [(Format, &str); 8] = [
    (Format::Csv, "findings.csv"),
    (Format::Md, "summary.md"),
    (Format::Junit, "junit.xml"),
    (Format::Ocsf, "ocsf.jsonl"),
    (Format::Sarif, "log.sarif"),
    (Format::Asff, "asff.jsonl"),
    (Format::Wafpass, "wafpass-result.json"),
    (Format::Jsonl, "findings.jsonl"),
];

/// The workload that answers are for.
const WORKLOAD: &str = "0123456789abcdef0123456789abcdef";

/// Runs a script of tests/exports; what it prints.
pub(crate) fn check(python: &Path, script: &str, folder: &Path, args: &[&str]) -> String {
    let script = root().join("tests/exports").join(script);
    let output = Command::new(python).arg(&script).args(args).current_dir(folder).output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{} {args:?}: {text}", script.display());
    text
}

/// The environment with the library and the server of WAF++.
pub(crate) fn wafpass_python() -> PathBuf {
    root().join(".venv-wafpass/bin/python")
}

/// Holds all exports of a folder against the assessment in it.
fn hold(folder: &Path) {
    let schema = Rung::new().ok(&["controls", "--schema"]);
    std::fs::write(folder.join("schema.json"), schema).unwrap();
    check(&python(), "check_json_csv.py", folder, &["assessment.json", "schema.json", "findings.csv"]);
    check(&python(), "check_junit.py", folder, &["assessment.json", "junit.xml"]);
    check(&python(), "check_ocsf.py", folder, &["assessment.json", "ocsf.jsonl"]);
    check(&python(), "check_sarif.py", folder, &["assessment.json", "log.sarif"]);
    check(&python(), "check_asff.py", folder, &["assessment.json", "asff.jsonl"]);
    check(&python(), "check_wa_tool.py", folder, &["assessment.json", "answers.json"]);
    check(&python(), "check_markdown.py", folder, &["assessment.json", "summary.md", "answers.md"]);
    check(&wafpass_python(), "check_wafpass.py", folder, &["assessment.json", "wafpass-result.json"]);
}

/// Writes all exports by the command line.
fn by_command(rung: &Rung, bundle: &str, folder: &str) {
    std::fs::create_dir(rung.path(folder)).unwrap();
    let to = |name: &str| format!("{folder}/{name}");
    rung.ok(&["report", bundle, "--format", "json", "-o", &to("assessment.json")]);
    for (format, file) in FORMATS {
        let name = clap::ValueEnum::to_possible_value(&format).unwrap().get_name().to_owned();
        rung.ok(&["report", bundle, "--format", &name, "-o", &to(file)]);
    }
    rung.ok(&["export", "wa-tool", bundle, "--workload-id", WORKLOAD, "-o", &to("answers.json")]);
    rung.ok(&["export", "wa-tool", bundle, "--format", "md", "-o", &to("answers.md")]);
    rung.ok(&["export", "evidence", bundle, "-o", &to("evidence.jsonl")]);
}

/// Writes all exports of an assessment that no bundle has.
fn in_process(assessment: Assessment, folder: &Path) {
    std::fs::write(folder.join("assessment.json"), serde_json::to_vec(&assessment).unwrap()).unwrap();
    let (head, findings): (Head, Vec<Finding>) = assessment.with_findings(());
    for (format, file) in FORMATS {
        let mut out = File::create(folder.join(file)).unwrap();
        report::write(format, &head, findings.clone(), &Rendering::default(), &mut out).unwrap();
    }
    report::wa_tool::json(&head, Some(WORKLOAD), &mut File::create(folder.join("answers.json")).unwrap()).unwrap();
    report::wa_tool::markdown(&head, &mut File::create(folder.join("answers.md")).unwrap()).unwrap();
}

#[test]
fn exports_of_the_demo_are_what_their_consumers_take() {
    let rung = Rung::new();
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    by_command(&rung, "b", "out");
    hold(&rung.path("out"));
    let told = check(&python(), "check_queries.py", &rung.path("out"), &["assessment.json", "."]);
    assert!(told.contains(" 12 DuckDB queries, 5 Athena statements"), "{told}");
    // The same formats come from a scan and from an assessment of its bundle, byte for byte.
    for (format, file) in [("ocsf", "ocsf.jsonl"), ("sarif", "log.sarif"), ("md", "summary.md")] {
        let wanted = std::fs::read_to_string(rung.path("out").join(file)).unwrap();
        assert_eq!(rung.ok(&["assess", "b", "--format", format]), wanted, "{format}");
        assert_eq!(rung.ok(&["scan", "--demo", "--quiet", "--format", format]), wanted, "{format}");
    }
}

#[test]
fn what_people_say_stays_apart_from_what_was_seen() {
    let rung = Rung::new();
    let attested = |criterion: &str| {
        format!(
            "[[attestation]]\ncriterion = \"{criterion}\"\nowner = \"Ada\"\ndate = 2026-11-05\nexpires = 2030-01-01\nstatement = \"so\"\nproof = [\"https://wiki.example\"]\n"
        )
    };
    let attestations =
        ["index-strategy", "stress-reports", "quarterly-review", "debt-register", "sizing-documented"].map(attested);
    std::fs::write(rung.path("attestations.toml"), attestations.concat()).unwrap();
    let waiver =
        |what: &str| format!("[[waiver]]\n{what}\nreason = \"=1+1 @team\"\nowner = \"Ada\"\nexpires = 2030-01-01\n");
    let waivers = [
        waiver("criterion = \"io-alarms\""),
        waiver("control = \"070\""),
        waiver("subject = \"*\"\ncontrol = \"030\""),
    ];
    std::fs::write(rung.path("waivers.toml"), waivers.concat()).unwrap();
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    by_command(&rung, "b", "out");
    hold(&rung.path("out"));
    check(&python(), "check_queries.py", &rung.path("out"), &["assessment.json", ".", "--rows"]);
    let read = |file: &str| std::fs::read_to_string(rung.path("out").join(file)).unwrap();
    // None of these checks would say anything if nothing were attested and waived.
    assert!(
        read("findings.jsonl").contains("\"result\":\"attested\"")
            && read("findings.jsonl").contains("\"waived\":true")
    );
    assert!(read("wafpass-result.json").contains("\"WAIVED\"") && read("log.sarif").contains("\"suppressions\""));
    assert!(read("junit.xml").contains("type=\"waived\"") && read("junit.xml").contains("attested by a person"));
    assert!(read("answers.json").contains("(attested)"));
}

#[test]
fn what_was_denied_is_unknown_in_every_export() {
    let mut replay = Replay::new(demo());
    for operation in [
        "ec2:DescribeVolumes",
        "lambda:ListFunctions20150331",
        "lambda:ListFunctions",
        "rds:DescribeDBInstances",
        "cloudwatch:GetMetricData",
    ] {
        replay = replay.deny(operation);
    }
    let denied = assessment(&scan(Arc::new(replay)));
    let unseen = |denied: &Assessment| {
        denied.controls.iter().flat_map(|control| &control.criteria).filter(|criterion| criterion.counts.unseen).count()
    };
    assert!(unseen(&denied) > 5, "{}", unseen(&denied));
    let folder = tempfile::tempdir().unwrap();
    in_process(denied, folder.path());
    hold(folder.path());
    let rows = std::fs::read_to_string(folder.path().join("findings.jsonl")).unwrap();
    let about_volumes =
        |row: &Value| row["kind"] == "account" && row["criterion"].as_str().unwrap().contains("gp3-for-new-volumes");
    let row: Value = rows.lines().map(|row| serde_json::from_str(row).unwrap()).find(about_volumes).unwrap();
    assert_eq!(row["result"], "unknown");
    assert!(row["causes"][0].as_str().unwrap().starts_with("ec2:DescribeVolumes in "), "{row}");
}

/// Everything that a stranger names, in a report's data.
const HOSTILE: [&str; 12] = [
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>",
    "=HYPERLINK(\"http://evil.example\",\"x\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1-1\t\r\n\u{0}\u{7}\u{1b}[31m\u{7f}\u{85}",
    "\u{202e}gpj.exe\u{2066}\u{200b}\u{2028}\u{feff}",
    "![x](https://evil.example/x.png) [y](javascript:alert(1)) @team #12 www.evil.example",
    "`` | ` \\` \\",
    "{0} {{1}} [0](1) ]]> &amp; <!-- --> <?xml ?>",
    "😀👩‍👩‍👧‍👦 שרת־נתונים القرص Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞",
    "\u{fffe}\u{ffff}\u{10ffff}",
    "",
    "__proto__",
];

/// An assessment whose names, tags, facts, reasons and gaps strangers chose.
fn hostile() -> Assessment {
    let mut assessment = serde_json::to_value(assessment(&scan(Arc::new(Replay::new(demo()))))).unwrap();
    let long = "x".repeat(10_240);
    let name = |number: usize| HOSTILE[number % HOSTILE.len()];
    for (number, finding) in assessment["findings"].as_array_mut().unwrap().iter_mut().enumerate() {
        let tags =
            json!({ name(number): long, name(number + 1): name(number + 2), "Name": name(number), "name": long });
        finding["subject"]["name"] = if number % 13 == 0 { long.clone().into() } else { name(number).into() };
        finding["subject"]["tags"] = tags;
        let arn = finding["subject"]["arn"].as_str().unwrap().to_owned();
        if number % 3 == 0 {
            finding["subject"]["arn"] = format!("{arn}/{number}{}", name(number)).into();
        }
        for fact in finding["facts"].as_object_mut().unwrap().values_mut().filter(|fact| fact["value"].is_string()) {
            fact["value"] = if number % 11 == 0 { long.clone().into() } else { name(number + 3).into() };
        }
    }
    for (number, gap) in assessment["gaps"].as_array_mut().unwrap().iter_mut().enumerate() {
        gap["what"] = name(number).into();
        gap["detail"] = long.clone().into();
        gap["opens_with"] = name(number + 5).into();
    }
    for (number, group) in assessment["summary"]["gap_groups"].as_array_mut().unwrap().iter_mut().enumerate() {
        group["opens_with"] = format!("{}{long}", name(number)).into();
    }
    for (number, control) in assessment["controls"].as_array_mut().unwrap().iter_mut().enumerate() {
        control["why"] = format!("{} {}", name(number), name(number + 1)).into();
        for one in control["next"]["blocked_by"].as_array_mut().into_iter().flatten() {
            one["subjects"] = HOSTILE.map(Value::from).to_vec().into();
        }
        for (at, criterion) in control["criteria"].as_array_mut().unwrap().iter_mut().enumerate() {
            criterion["why"] = name(number + at).into();
        }
    }
    assessment["accounts"] = (0..40)
        .map(|number| {
            let account = &assessment["accounts"][0];
            let mut other = account.clone();
            other["id"] = format!("{number:012}").into();
            (other["name"], other["why"]) = (name(number).into(), format!("{}{long}", name(number + 1)).into());
            other
        })
        .collect();
    assessment["waivers"] = (0..40)
        .map(|number| json!({ "place": "w", "reason": name(number), "expired": number % 2 == 0, "findings": 1, "criteria": [] }))
        .collect();
    serde_json::from_value(assessment).unwrap()
}

#[test]
fn hostile_names_are_text_in_every_export() {
    let folder = tempfile::tempdir().unwrap();
    in_process(hostile(), folder.path());
    hold(folder.path());
    for file in ["summary.md", "answers.md", "junit.xml", "findings.csv"] {
        let text = std::fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(!text.contains(['\u{202e}', '\u{1b}', '\u{0}', '\u{200b}', '\u{2066}']), "{file}");
    }
    // As JSON they are what they were.
    let rows = std::fs::read_to_string(folder.path().join("findings.jsonl")).unwrap();
    let rows: Vec<Value> = rows.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    assert!(
        rows.iter().any(|row| row["name"] == HOSTILE[3])
            && rows.iter().any(|row| row["tags"]["name"] == "x".repeat(10_240))
    );
}

#[test]
fn evidence_of_hostile_names_is_a_row_a_subject() {
    let mut scanned = scan(Arc::new(Replay::new(demo())));
    for (one, name) in scanned.set.evidence.iter_mut().zip(HOSTILE.iter().cycle()) {
        one.subject.name = Some((*name).into());
    }
    let gaps: BTreeMap<_, _> = scanned.set.gaps.iter().map(|gap| (gap.id.to_string(), gap.clone())).collect();
    let mut out = Vec::new();
    report::jsonl::evidence(&scanned.scan, &gaps, scanned.set.evidence.iter().cloned().map(Ok), &mut out).unwrap();
    let rows: Vec<Value> =
        String::from_utf8(out).unwrap().lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    assert_eq!(rows.len(), scanned.set.evidence.len());
    for (row, one) in rows.iter().zip(&scanned.set.evidence) {
        assert_eq!(row["name"].as_str(), one.subject.name.as_deref());
    }
    // What could not be seen is named with its call and its cause, never as a value.
    let hidden: usize = rows.iter().map(|row| row["unknown"].as_object().unwrap().len()).sum();
    assert!(hidden > 20, "{hidden}");
    for row in rows.iter().filter(|row| row["unknown"] != json!({})) {
        let unknown = row["unknown"].as_object().unwrap();
        assert!(
            unknown.iter().all(|(fact, why)| row["facts"].get(fact).is_none() && why.as_str().unwrap().contains(": "))
        );
    }
}

#[test]
fn several_accounts_are_exported_account_by_account() {
    let mut replay = Replay::new(demo());
    replay = replay.deny("ec2:DescribeVolumes");
    let scanned = scan(Arc::new(replay));
    let (folder, rung) = (tempfile::tempdir().unwrap(), Rung::new());
    together(&scanned, &["111111111111", "222222222222"], folder.path(), &rung_rules::model::Settings::default());
    let bundle = folder.path().join("bundle");
    let bundle = bundle.to_str().unwrap();
    by_command(&rung, bundle, "out");
    hold(&rung.path("out"));
    check(&python(), "check_queries.py", &rung.path("out"), &["assessment.json", ".", "--rows"]);
    // One account in memory at a time comes to the same rows as the whole assessment.
    for (format, file) in [("jsonl", "findings.jsonl"), ("ocsf", "ocsf.jsonl")] {
        let sorted = |text: &str| {
            let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        let stored = std::fs::read_to_string(rung.path("out").join(file)).unwrap();
        let streamed = rung.ok(&["assess", bundle, "--format", format]);
        assert!(sorted(&streamed) == sorted(&stored), "{format}");
        assert!(stored.contains("111111111111") && stored.contains("222222222222"));
    }
    for format in ["md", "junit", "sarif", "asff", "wafpass"] {
        assert!(!rung.ok(&["assess", bundle, "--format", format]).is_empty(), "{format}");
    }
}
