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
    rung::report::html::write(&head, findings, &mut std::fs::File::create(&path).unwrap()).unwrap();
    check(&path);
}
