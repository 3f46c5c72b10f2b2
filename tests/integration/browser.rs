//! The report in a real headless Chromium: nothing from outside, filters, evidence, hostile names as text.

use std::process::Command;

use crate::common::{Rung, python, root};

fn check(report: &std::path::Path) -> String {
    let output =
        Command::new(python()).arg("tests/browser/check_report.py").arg(report).current_dir(root()).output().unwrap();
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
        finding["subject"]["tags"] = serde_json::json!({ hostile: hostile.repeat(100) });
    }
    let (head, findings) =
        serde_json::from_value::<rung_rules::model::Assessment>(assessment).unwrap().with_findings(());
    let path = rung.path("hostile.html");
    rung::report::html::write(&head, None, findings, &mut std::fs::File::create(&path).unwrap()).unwrap();
    check(&path);
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
    check(&rung.path("b/report.html"));
}

#[test]
fn what_strangers_write_into_these_files_is_text() {
    let rung = Rung::new();
    with_people(&rung, "</script><script>window.__pwned=1</script><img src=x onerror=window.__pwned=1>\u{202e}=1+1");
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    check(&rung.path("b/report.html"));
    let text = rung.ok(&["report", "b", "--format", "text"]);
    assert!(!text.contains('\u{202e}'), "the terminal gets no character that turns writing");
}
