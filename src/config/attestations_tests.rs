use rung_rules::model::{Attestation, Proof, ProofFile};

use super::{super::reading::Document, of};

const ENTRY: &str = r#"
[[attestation]]
criterion = "040 index-strategy"
owner = "Ada Lovelace"
date = 2026-09-01
statement = "docs/indexes.md says how"
"#;

fn read(text: &str) -> Result<Vec<Attestation>, String> {
    let document = Document::of("attestations.toml", text);
    of(&document, 92, "2026-11-24".parse().unwrap()).map_err(|failure| failure.message)
}

#[test]
fn an_attestation_expires_after_a_quarter_unless_it_says_otherwise() {
    let all = read(ENTRY).unwrap();
    assert_eq!(all[0].criterion, "waf-perf-040.api.aws.index-strategy");
    assert_eq!(all[0].expires.to_string(), "2026-12-02");
    assert_eq!(all[0].place, "attestations.toml:2");
    let all = read(&format!("{ENTRY}expires = 2026-10-01")).unwrap();
    assert_eq!(all[0].expires.to_string(), "2026-10-01");
}

#[test]
fn mistakes_are_told_with_line_and_column() {
    let with = |line: &str| format!("{ENTRY}{line}\n");
    for (text, expected) in [
        (
            ENTRY.replace("040 index-strategy", "040 index-strateg"),
            "line 3, column 13: no control or criterion is called",
        ),
        (ENTRY.replace("040 index-strategy", "040"), "WAF-PERF-040 is a control"),
        (ENTRY.replace("040 index-strategy", "gp3-for-new-volumes"), "is decided by what AWS shows"),
        (ENTRY.replace("2026-09-01", "2026-11-25"), "line 5, column 8: date: 2026-11-25 lies ahead"),
        (ENTRY.replace("2026-09-01", "'soon'"), "\"soon\" is no date like"),
        (ENTRY.replace("date = 2026-09-01\n", ""), "line 2, column 1: date is missing"),
        (ENTRY.replace("Ada Lovelace", " "), "owner: is empty"),
        (with("expires = 2026-08-01"), "expires: 2026-08-01 is before the date"),
        (with("expire = 2026-12-01"), "Did you mean expires?"),
        (with("accounts = ['12']"), "\"12\" is no account id of 12 digits"),
        (with("proof = ['wiki']"), "\"wiki\" is no https address"),
        (with("proof = [{ file = 'x', sha256 = 'abc' }]"), "expected 64 hexadecimal digits"),
        ("[[attestations]]".to_owned(), "Did you mean attestation?"),
    ] {
        let message = read(&text).expect_err("it is wrong");
        assert!(message.starts_with("attestations.toml, line ") && message.contains(expected), "{text}: {message}");
    }
}

#[test]
fn the_same_attested_twice_names_both_places() {
    let message = read(&[ENTRY, ENTRY].concat()).expect_err("twice");
    assert!(message.contains("line 8") && message.contains("attestations.toml:2"), "{message}");
    let apart = format!("{ENTRY}accounts = ['111111111111']\n{ENTRY}accounts = ['222222222222']\n");
    assert_eq!(read(&apart).unwrap().len(), 2);
}

#[test]
fn a_proof_file_is_checked_by_its_digest() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("strategy.md"), "indexes follow queries\n").unwrap();
    let digest = super::sha256_of(&folder.path().join("strategy.md")).unwrap();
    let path = folder.path().join("attestations.toml");
    let found = |file: &str, digest: &str| {
        let entry = format!("{ENTRY}proof = [{{ file = \"{file}\", sha256 = \"{digest}\" }}, \"https://wiki/x\"]");
        std::fs::write(&path, entry).unwrap();
        let all = super::read(&path, 92, "2026-11-24".parse().unwrap()).unwrap();
        match &all[0].proof[0] {
            Proof::File { found, .. } => *found,
            Proof::Url(_) => panic!("the first proof is a file"),
        }
    };
    assert_eq!(found("strategy.md", &digest), ProofFile::Unchanged);
    assert_eq!(found("strategy.md", &"0".repeat(64)), ProofFile::Changed);
    assert_eq!(found("gone.md", &digest), ProofFile::Missing);
}
