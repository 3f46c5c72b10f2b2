//! What a pipeline demands: bars of single controls, no regression, and what cannot be told. By replay with other settings, and against
//! the emulator where something is denied.

use std::fs;

use crate::common::{Emulator, Rung};

/// A threshold under which 090 stands at 1 instead of 2.
const STRICT: &str = "[thresholds]\n090.storage_type_selected_share = 100\n";

/// Scans the demo account; the exit code and what was said.
fn scan(rung: &Rung, args: &[&str]) -> (Option<i32>, String) {
    let output = rung.run(&[&["scan", "--demo"], args].concat());
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn line<'t>(text: &'t str, flag: &str) -> &'t str {
    let begin = format!("{flag}: ");
    text.lines().find(|line| line.starts_with(&begin)).unwrap_or_else(|| panic!("no line of {flag}: {text}"))
}

#[test]
fn a_bar_of_one_control_wins_over_that_of_all() {
    let rung = Rung::new();
    for (args, code) in [
        (&["--fail-below", "2"][..], 0),
        (&["--fail-below", "3"], 1),
        (&["--fail-below", "2", "--fail-below", "070=4"], 1),
        (&["--fail-below", "070=3"], 0),
        (&["--fail-below", "WAF-PERF-070=4"], 1),
        (&["--fail-below", "2", "--fail-below", "090=3"], 1),
    ] {
        let (got, text) = scan(&rung, &[&["--quiet"], args].concat());
        assert_eq!(got, Some(code), "{args:?}: {text}");
        assert_eq!(text.is_empty(), code == 0, "of what is met nothing is told quietly: {text}");
    }
    // 090 alone is excepted from the bar under which it would fall.
    fs::write(rung.path("rung.toml"), STRICT).unwrap();
    let (code, text) = scan(&rung, &["--fail-below", "2", "-o", "x.txt"]);
    assert_eq!(code, Some(1));
    assert_eq!(line(&text, "--fail-below"), "--fail-below: FAILS: 090 Storage I/O stands at 1, wanted 2");
    let (code, text) = scan(&rung, &["--fail-below", "2", "--fail-below", "090=1", "-o", "x.txt"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(line(&text, "--fail-below").contains("passes"), "{text}");
    // What is possible tells whether something is to be mended, or to be seen.
    let (_, text) = scan(&rung, &["--quiet", "--fail-below", "070=5"]);
    assert!(
        text.contains("070 Network Performance stands at 3, wanted 5 (possible, if what was not seen holds)"),
        "{text}"
    );
}

#[test]
fn wrong_demands_are_told_before_anything_is_scanned() {
    let rung = Rung::new();
    for (args, expected) in [
        (&["--fail-below", "9"][..], "expected a level from 2 to 5, or `target`"),
        (&["--fail-below", "095=3"], "\"095\" is no control"),
        (&["--fail-below", "090=9"], "expected a level from 1 to 5"),
        (&["--fail-below", "3", "--fail-below", "4"], "a level is given twice"),
        (&["--fail-below", "090=3", "--fail-below", "WAF-PERF-090=4"], "WAF-PERF-090: a level is given twice"),
        (&["--fail-below", "090=target"], "no configuration names its target"),
        (&["--against", "x"], "--no-regression"),
        (&["--no-regression", "--against", "gone"], "--against: gone is neither a bundle's folder nor a scan"),
    ] {
        let (code, text) = scan(&rung, &[args, &["--bundle", "b"]].concat());
        assert_eq!(code, Some(2), "{args:?}: {text}");
        assert!(text.contains(expected), "{args:?}: {text}");
        assert!(!rung.path("b").exists(), "{args:?}");
    }
}

#[test]
fn a_control_that_stands_lower_fails_and_the_line_says_why() {
    let rung = Rung::new();
    let (code, text) = scan(&rung, &["--bundle", "a", "--no-regression"]);
    assert_eq!(code, Some(0), "the first passes");
    assert!(line(&text, "--no-regression").contains("passes: no scan of this before it in"), "{text}");
    let (code, text) = scan(&rung, &["--bundle", "b", "--no-regression"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(line(&text, "--no-regression").contains("passes: no control stands lower than in the scan"), "{text}");
    fs::write(rung.path("rung.toml"), STRICT).unwrap();
    let (code, text) = scan(&rung, &["--bundle", "c", "--quiet", "--no-regression"]);
    assert_eq!(code, Some(1));
    let told = line(&text, "--no-regression");
    assert!(
        told.starts_with("--no-regression: FAILS: 090 Storage I/O stands at 1, was 2: Fell from 2 to 1:"),
        "{told}"
    );
    assert!(told.contains("the threshold 090.storage_type_selected_share was changed from 50 to 100 %"), "{told}");
    // Once: the next has it before itself. And a stored scan fails as it failed then, under the same logic everywhere.
    assert_eq!(scan(&rung, &["--bundle", "d", "--quiet", "--no-regression"]), (Some(0), String::new()));
    assert_eq!(rung.run(&["assess", "c", "--no-regression", "-o", "x"]).status.code(), Some(1));
    assert_eq!(rung.run(&["assess", "b", "--no-regression", "-o", "x"]).status.code(), Some(0));
    let diff = rung.fails(1, &["diff", "b", "c", "--fail-on-worse", "-o", "x"]);
    assert_eq!(line(&diff, "--fail-on-worse").split_once(": ").unwrap().1, told.split_once(": ").unwrap().1);
    assert_eq!(rung.run(&["diff", "c", "b", "--fail-on-worse"]).status.code(), Some(0), "it rose");
}

#[test]
fn a_named_bundle_takes_the_place_of_the_scan_before() {
    let rung = Rung::new();
    scan(&rung, &["--bundle", "main/bundle"]);
    fs::write(rung.path("rung.toml"), STRICT).unwrap();
    let (code, text) = scan(&rung, &["--bundle", "out/bundle", "--no-regression"]);
    assert_eq!(code, Some(0), "nothing lies beside it: {text}");
    let args = ["--bundle", "out/again", "--no-regression", "--against", "main/bundle"];
    let output = rung.run(&[&["scan", "--demo"][..], &args].concat());
    assert_eq!(output.status.code(), Some(1), "of what lies beside it, nothing is lower");
    let summary = String::from_utf8(output.stdout).unwrap();
    assert!(summary.contains("Since the scan of"), "{summary}");
    let changes = fs::read_to_string(rung.path("out/again/changes.json")).unwrap();
    assert!(changes.contains("090.storage_type_selected_share"), "the bundle tells what it was compared with");
    assert!(rung.ok(&["verify", "out/bundle", "out/again"]).contains("out/again: ok"));
    // The same of a stored scan.
    let told = rung.fails(1, &["assess", "out/bundle", "--no-regression", "--against", "main/bundle", "-o", "x"]);
    assert!(line(&told, "--no-regression").contains("090 Storage I/O stands at 1, was 2"), "{told}");
}

#[test]
fn waivers_count_on_both_sides() {
    let rung = Rung::new();
    scan(&rung, &["--bundle", "a"]);
    fs::write(rung.path("rung.toml"), STRICT).unwrap();
    let waiver = "[[waiver]]\ncriterion = \"090 storage-type-selected\"\nreason = \"r\"\nowner = \"Grace\"\nexpires = 2030-01-01\n";
    fs::write(rung.path("waivers.toml"), waiver).unwrap();
    let (code, text) = scan(&rung, &["--bundle", "b", "--no-regression", "--fail-below", "2"]);
    assert_eq!(code, Some(0), "what fell is accepted: {text}");
    fs::remove_file(rung.path("waivers.toml")).unwrap();
    let (code, text) = scan(&rung, &["--bundle", "c", "--quiet", "--no-regression"]);
    assert_eq!(code, Some(1), "it counted at 2, and does not any more");
    assert!(
        line(&text, "--no-regression").contains("090 Storage I/O stands at 1, was 2: With waivers it is 1, was 2"),
        "{text}"
    );
}

#[test]
fn what_cannot_be_compared_is_not_a_pass() {
    let rung = Rung::new();
    scan(&rung, &["--bundle", "a"]);
    let path = rung.path("a/evidence.jsonl.zst");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, b"changed").unwrap();
    let (code, text) = scan(&rung, &["--bundle", "b", "--quiet", "--no-regression"]);
    assert_eq!(code, Some(3));
    let told = line(&text, "--no-regression");
    assert!(
        told.contains("cannot be told, which is not a pass") && told.contains("was changed after the scan"),
        "{told}"
    );
    let (code, _) = scan(&rung, &["--bundle", "c", "--quiet", "--no-regression", "--against", "a"]);
    assert_eq!(code, Some(2), "what is named is checked before the scan");
    assert!(!rung.path("c").exists());
    fs::write(&path, whole).unwrap();
    // A manifest that cannot be read may be that of the scan before: an older one in its place would be no answer.
    fs::create_dir(rung.path("broken")).unwrap();
    fs::write(rung.path("broken/manifest.json"), "{").unwrap();
    let (code, text) = scan(&rung, &["--bundle", "d", "--quiet", "--no-regression"]);
    assert_eq!(code, Some(3));
    assert!(line(&text, "--no-regression").contains("broken may be the scan before"), "{text}");
    assert!(rung.path("d/changes.json").exists(), "what changed since the older one is told all the same");
    // Without the demand it is no matter of the exit code; and what is missed for certain comes first.
    assert_eq!(scan(&rung, &["--bundle", "e", "--quiet"]), (Some(0), String::new()));
    fs::write(rung.path("broken/manifest.json"), "{ ").unwrap();
    assert_eq!(scan(&rung, &["--bundle", "f", "--quiet", "--no-regression", "--fail-below", "3"]).0, Some(1));
    // Of a stored scan whose predecessor is gone.
    fs::remove_dir_all(rung.path("broken")).unwrap();
    scan(&rung, &["--bundle", "g"]);
    fs::remove_dir_all(rung.path("f")).unwrap();
    let told = rung.fails(3, &["assess", "g", "--no-regression", "-o", "x"]);
    assert!(told.contains("does not lie beside it"), "{told}");
}

#[test]
fn a_level_that_fell_because_less_was_seen_fell_and_says_so() {
    let emulator = Emulator::start("demo");
    let rung = emulator.rung();
    let scan = |bundle: &str| {
        let output = rung.run(&["scan", "--region", "us-east-1", "--quiet", "--bundle", bundle, "--no-regression"]);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(scan("a").0, Some(0));
    assert_eq!(scan("b"), (Some(0), String::new()), "nothing changed");
    emulator.control(r#"{"deny": ["ec2:DescribeVolumes", "cloudwatch:DescribeAlarms"]}"#);
    let (code, text) = scan("c");
    assert_eq!(code, Some(1), "{text}");
    let told = line(&text, "--no-regression");
    assert!(told.contains("(less could be seen; whether it became worse is not known)"), "{told}");
    assert!(told.contains("denied by the caller's own policy"), "{told}");
    emulator.control(r#"{"deny": []}"#);
    assert_eq!(scan("d").0, Some(0), "seen again");
}

#[test]
fn help_names_the_exit_codes() {
    let help = Rung::new().ok(&["--help"]);
    for words in ["or fell (--no-regression, --fail-on-worse)", "or cannot be compared (--no-regression)"] {
        assert!(help.contains(words), "{help}");
    }
}
