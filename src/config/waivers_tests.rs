use std::path::Path;

use rung_rules::model::{Control, Waiver};

use super::{super::reading::Document, of, wafpass};

const ENTRY: &str = r#"
[[waiver]]
criterion = "090 gp2-migration-complete"
subject = "arn:aws:ec2:*:volume/vol-1"
reason = "moves with the data centre"
owner = "Ada"
expires = 2027-01-31
"#;

fn read(text: &str) -> Result<Vec<Waiver>, String> {
    of(&Document::of("waivers.toml", text)).map_err(|failure| failure.message)
}

fn yaml(text: &str) -> Result<Vec<Waiver>, String> {
    wafpass(Path::new(".wafpass-skip.yml"), text).map_err(|failure| failure.message)
}

#[test]
fn a_waiver_names_a_criterion_a_control_or_a_subject() {
    let all = read(ENTRY).unwrap();
    assert_eq!(all[0].criterion.as_deref(), Some("waf-perf-090.api.aws.gp2-migration-complete"));
    let control = ENTRY.replace("criterion = \"090 gp2-migration-complete\"", "control = \"090\"");
    assert_eq!(read(&control).unwrap()[0].control, Some(Control::StorageIo));
}

#[test]
fn mistakes_are_told_with_line_and_column() {
    for (text, expected) in [
        (ENTRY.replace("gp2-migration", "gp2-migratio"), "Did you mean gp2-migration-complete?"),
        (ENTRY.replace("expires = 2027-01-31\n", ""), "line 2, column 1: expires is missing"),
        (ENTRY.replace("reason = \"moves with the data centre\"\n", ""), "reason is missing"),
        (ENTRY.replace("owner = \"Ada\"\n", ""), "owner is missing"),
        (format!("{ENTRY}control = '090'"), "names a control and a criterion"),
        ("[[waiver]]\nreason = 'x'\nowner = 'y'\nexpires = 2027-01-01".to_owned(), "says not what it waives"),
        ([ENTRY, ENTRY].concat(), "line 9, column 1: the same is waived at waivers.toml:2"),
    ] {
        let message = read(&text).expect_err("it is wrong");
        assert!(message.contains(expected), "{text}: {message}");
    }
}

#[test]
fn the_skip_file_of_wafpass_is_read_and_other_pillars_are_none_of_ours() {
    let all = yaml(
        r#"
# accepted
waivers:
  - id: WAF-SEC-020
    reason: "another pillar"
  - id: WAF-PERF-090
    reason: "Covered by a storage programme"
    expires: "2026-09-30"
  - id: waf-perf-040.api.aws.slow-query-log
    reason: "no SQL"
    expires: 2027-01-01
"#,
    )
    .unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!((all[0].control, all[0].place.as_str()), (Some(Control::StorageIo), ".wafpass-skip.yml:6"));
    assert_eq!(all[0].expires.unwrap().to_string(), "2026-09-30");
    assert_eq!(all[1].criterion.as_deref(), Some("waf-perf-040.api.aws.slow-query-log"));
    let old = yaml("skips:\n  - id: WAF-PERF-010\n    reason: later\n").unwrap();
    assert_eq!((old[0].control, old[0].expires), (Some(Control::ComputeSizing), None));
}

#[test]
fn a_damaged_skip_file_is_told_with_its_line() {
    for (text, line, expected) in [
        ("waivers:\n  - id: WAF-PERF-095\n    reason: x\n", 2, "no control of the pillar"),
        ("waivers:\n  - id: WAF-PERF-090\n    reason: x\n    expires: soon\n", 4, "no date like"),
        ("waivers:\n  - id: WAF-PERF-090\n    reason: ''\n", 3, "reason: is empty"),
        ("waivers:\n  - id: WAF-PERF-090\n", 2, "reason"),
        ("waivers: [", 1, ""),
    ] {
        let message = yaml(text).expect_err("it is wrong");
        let place = format!(".wafpass-skip.yml, line {line}");
        assert!(message.contains(expected) && (message.contains(&place) || expected.is_empty()), "{text}: {message}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
}
