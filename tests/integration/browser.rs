//! The report in a real headless Chromium: nothing from outside, filters, evidence, hostile names as text.

use std::process::Command;

use crate::common::{Rung, python, root};

fn check(report: &std::path::Path) -> String {
    run(report, &[])
}

/// What a page says of its data; how it can be used otherwise does not depend on them.
const CONTENT: &[&str] = &[
    "check_quiet",
    "check_overview",
    "check_controls",
    "check_charts",
    "check_trend",
    "check_groups",
    "check_drawer",
    "check_console_links",
    "check_hostile_names",
    "check_lists",
    "check_path",
    "check_people",
    "check_gaps",
    "check_narrow",
];

/// All checks, or only those that are named.
fn run(report: &std::path::Path, only: &[&str]) -> String {
    let mut command = Command::new(python());
    command.arg("tests/browser/check_report.py").arg(report).current_dir(root());
    if !only.is_empty() {
        command.arg("--only").args(only);
    }
    let output = command.output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}");
    text
}

#[test]
fn the_demo_report_works_in_a_browser() {
    let rung = Rung::new();
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    check(&rung.path("b/report.html"));
}

#[test]
fn hostile_names_are_text() {
    let rung = Rung::new();
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    let hostile = "</script><script>window.__pwned=1</script><img src=x onerror=window.__pwned=1>\u{202e}\u{7}=1+1";
    let mut assessment: serde_json::Value =
        serde_json::from_slice(&std::fs::read(rung.path("b/assessment.json")).unwrap()).unwrap();
    for finding in assessment["findings"].as_array_mut().unwrap() {
        finding["subject"]["name"] = hostile.into();
        finding["subject"]["tags"] = serde_json::json!({ hostile: hostile.repeat(100), "owner": hostile });
        for fact in ["volume_type", "engine", "latency_data"] {
            if finding["facts"][fact]["value"].is_string() {
                finding["facts"][fact]["value"] = hostile.into();
            }
        }
        // Buckets' names stand in their ARNs.
        if finding["subject"]["kind"] == "bucket" {
            finding["subject"]["arn"] = format!("arn:aws:s3:::x/../{hostile}").into();
        }
    }
    let (head, findings) =
        serde_json::from_value::<rung_rules::model::Assessment>(assessment).unwrap().with_findings(());
    let path = rung.path("hostile.html");
    rung::report::html::write(&head, Default::default(), findings, &mut std::fs::File::create(&path).unwrap()).unwrap();
    run(&path, CONTENT);
}

#[test]
fn a_report_of_several_files_leads_from_one_to_the_other() {
    let rung = Rung::new();
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    let sample = Command::new(python())
        .args(["tests/browser/make_sample.py", "--findings", "15000"])
        .args([rung.path("b"), rung.path("many")])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(sample.status.success(), "{sample:?}");
    std::fs::create_dir(rung.path("pages")).unwrap();
    rung.ok(&["report", "many", "--format", "html", "-o", "pages/the report.html"]);
    let parts =
        ["check_quiet", "check_details", "check_filters", "check_groups", "check_drawer", "check_hostile_names"];
    run(&rung.path("pages/the report.html"), &parts);
    let alone = rung.ok(&["report", "many", "--format", "html"]);
    std::fs::write(rung.path("alone.html"), alone).unwrap();
    run(&rung.path("alone.html"), &["check_quiet", "check_details", "check_drawer"]);
}

#[test]
fn what_changed_stands_on_the_first_screen() {
    let rung = Rung::new();
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    let assessment: rung_rules::model::Assessment =
        serde_json::from_slice(&std::fs::read(rung.path("b/assessment.json")).unwrap()).unwrap();
    let (head, findings) = assessment.with_findings(());
    let mut page = rung::report::html::Page::of(&head, findings).unwrap();
    let path = rung.path("changed.html");
    let changes: rung_rules::changes::Changes = serde_json::from_value(changes()).unwrap();
    let earlier = rung::report::Earlier { changes: Some(&changes), history: None };
    let mut report = page.report(&head, earlier, Some("changed.html")).unwrap();
    report.write(&mut std::fs::File::create(&path).unwrap()).unwrap();
    run(
        &path,
        &[
            "check_quiet",
            "check_first_screen",
            "check_overview",
            "check_headings",
            "check_axe_overview",
            "check_narrow",
        ],
    );
}

/// What a comparison with an earlier scan comes to, in its JSON form.
fn changes() -> serde_json::Value {
    let scan = |at: &str| serde_json::json!({"id": "20261117T020000Z", "started_at": at, "rung": "0.1.0"});
    let levels = |confirmed: u8| serde_json::json!({"confirmed": confirmed, "possible": confirmed});
    let fell = serde_json::json!({"control": "WAF-PERF-090", "title": "Storage I/O", "before": levels(3), "after": levels(2),
        "direction": "fell", "causes": ["resource"], "why": "gp3-for-new-volumes is unmet now: <b>media</b> is new and gp2."});
    let subject = serde_json::json!({"arn": "arn:aws:ec2:eu-west-1:1:volume/vol-1", "name": "<b>media</b>", "kind": "volume",
        "account": "1", "region": "eu-west-1", "before": null, "after": "fail", "cause": "resource",
        "facts": [{"name": "volume_type", "before": null, "after": "gp2"}]});
    let criterion = serde_json::json!({"criterion": "waf-perf-090.api.aws.gp3-for-new-volumes", "control": "WAF-PERF-090",
        "level": 3, "before": "met", "after": "unmet", "causes": ["resource"], "why": "1 of 11 fails.",
        "subjects": [subject], "subjects_total": 3});
    serde_json::json!({"schema": "rung/changes/v1", "before": scan("2026-11-17T02:00:00Z"), "after": scan("2026-11-24T02:00:00Z"),
        "pillar": {"before": 3, "after": 2}, "controls": [fell], "criteria": [criterion],
        "findings": {"appeared": 12, "gone": 3, "better": 7, "worse": 2, "same": 698},
        "gaps": {"opened": [], "opened_total": 0, "closed": [], "closed_total": 0},
        "settings": [{"what": "threshold", "name": "090.io_alarm_share", "before": 80, "after": 90, "why": "rung.toml"}]})
}

/// An account with something of everything that people can say.
fn with_people(rung: &Rung, words: &str) {
    let attested = |criterion: &str, more: &str| {
        let words = toml_edit::value(words).to_string();
        format!(
            "[[attestation]]\ncriterion = \"{criterion}\"\nowner = {words}\ndate = 2026-01-05\nstatement = {words}\n{more}\n"
        )
    };
    let long = "expires = 2030-01-01\nproof = [\"https://wiki.example/a?b=<c>\"]";
    std::fs::write(rung.path("strategy.md"), "changed since").unwrap();
    let changed =
        format!("expires = 2030-01-01\nproof = [{{ file = \"strategy.md\", sha256 = \"{}\" }}]", "0".repeat(64));
    let attestations = [
        attested("index-strategy", long),
        attested("automatic-tuning", "expires = 2030-01-01"),
        attested("cache-warming", "expires = 2026-02-01"),
        attested("caching-strategy", &changed),
        attested("formal-slos", "expires = 2030-01-01\ntags = { service = \"shop\" }"),
    ];
    std::fs::write(rung.path("attestations.toml"), attestations.concat()).unwrap();
    let waiver = |what: &str, expires: &str| {
        let words = toml_edit::value(words).to_string();
        format!("[[waiver]]\n{what}\nreason = {words}\nowner = {words}\nexpires = {expires}\n")
    };
    let waivers = [
        waiver("criterion = \"gp3-for-new-volumes\"\nsubject = \"media-import-*\"", "2030-01-01"),
        waiver("criterion = \"io-alarms\"", "2030-01-01"),
        waiver("control = \"060\"", "2026-01-01"),
    ];
    std::fs::write(rung.path("waivers.toml"), waivers.concat()).unwrap();
    std::fs::write(rung.path("rung.toml"), "[targets]\ndefault = 3\n[thresholds]\n090.io_alarm_share = 95\n").unwrap();
}

#[test]
fn what_people_say_is_shown_as_what_it_is() {
    let rung = Rung::new();
    with_people(
        &rung,
        "Ada \"the\" Countess of Lovelace, who wrote more than fits into a line and said so more than once",
    );
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    run(&rung.path("b/report.html"), CONTENT);
}

#[test]
fn what_strangers_write_into_these_files_is_text() {
    let rung = Rung::new();
    with_people(&rung, "</script><script>window.__pwned=1</script><img src=x onerror=window.__pwned=1>\u{202e}=1+1");
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    run(&rung.path("b/report.html"), CONTENT);
    let text = rung.ok(&["report", "b", "--format", "text"]);
    assert!(!text.contains('\u{202e}'), "the terminal gets no character that turns writing");
}

/// Levels over sixty nights: with changes, nights without a scan, a scan that was interrupted, and a control that did not apply at first.
fn history(scan: &rung_rules::model::Scan, controls: &[rung_rules::model::ControlReport]) -> rung::history::History {
    let night = |day: i64| {
        let level = |at: usize, confirmed: Option<u8>| match (at, day) {
            (1, 25..) => None,
            (8, 10..20) => Some(3),
            (_, 40..) => Some(1),
            _ => confirmed,
        };
        let confirmed: Vec<_> =
            controls.iter().enumerate().map(|(at, own)| level(at, own.confirmed.map(|own| own.number()))).collect();
        let started_at = scan.started_at - jiff::ToSpan::hours(24 * day);
        serde_json::json!({"scan": format!("s{day}"), "started_at": started_at, "complete": day != 12, "pillar": 2,
            "pillar_possible": 3, "confirmed": confirmed, "possible": vec![5; 10], "gaps": 0})
    };
    let nights: Vec<_> = (0..60).rev().filter(|day| !(30..35).contains(day)).map(night).collect();
    let controls: Vec<_> = controls.iter().map(|control| control.id.id()).collect();
    let history =
        serde_json::json!({"schema": rung::history::SCHEMA, "series": "1", "controls": controls, "nights": nights});
    serde_json::from_value(history).unwrap()
}

#[test]
fn levels_over_time_stand_on_the_first_screen_and_at_each_control() {
    let rung = Rung::new();
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    let assessment: rung_rules::model::Assessment =
        serde_json::from_slice(&std::fs::read(rung.path("b/assessment.json")).unwrap()).unwrap();
    let (head, findings) = assessment.with_findings(());
    let mut page = rung::report::html::Page::of(&head, findings).unwrap();
    let (path, history) = (rung.path("trend.html"), history(&head.scan, &head.controls));
    let changes: rung_rules::changes::Changes = serde_json::from_value(changes()).unwrap();
    let earlier = rung::report::Earlier { changes: Some(&changes), history: Some(&history) };
    let mut report = page.report(&head, earlier, Some("trend.html")).unwrap();
    report.write(&mut std::fs::File::create(&path).unwrap()).unwrap();
    let checks =
        ["check_quiet", "check_first_screen", "check_overview", "check_charts", "check_trend", "check_headings"];
    run(&path, &[&checks[..], &["check_language", "check_axe_overview", "check_print", "check_narrow"]].concat());
}
