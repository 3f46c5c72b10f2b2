use std::path::Path;

use rung_rules::model::{Pattern, Proof, TagRule};

use super::{Entry, Written, proof, write};

fn entry() -> Entry {
    Entry {
        criterion: "waf-perf-040.api.aws.index-strategy".to_owned(),
        owner: "Ada".to_owned(),
        date: "2026-11-24".parse().unwrap(),
        expires: "2027-02-24".parse().unwrap(),
        statement: "says \"how\"\nand why".to_owned(),
        accounts: Vec::new(),
        tags: Vec::new(),
        proof: vec![Proof::Url("https://wiki.example/indexes".to_owned())],
    }
}

fn read(path: &Path) -> Vec<rung_rules::model::Attestation> {
    super::super::attestations::read(path, 92, "2026-11-24".parse().unwrap()).unwrap()
}

#[test]
fn what_is_written_is_read_as_it_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("attestations.toml");
    let tags = vec![TagRule { key: "team name".to_owned(), values: vec![Pattern("shop*".to_owned())] }];
    let scoped = Entry { accounts: vec!["123456789012".to_owned()], tags, ..entry() };
    assert_eq!(write(&path, &scoped, 92).unwrap(), Written::Added);
    let all = read(&path);
    assert_eq!((all[0].statement.as_str(), &all[0].tags), ("says \"how\"\nand why", &scoped.tags));
    assert_eq!((all[0].expires, &all[0].proof), (scoped.expires, &scoped.proof));
    // Written again it is renewed, not repeated.
    assert_eq!(write(&path, &scoped, 92).unwrap(), Written::Renewed);
    assert_eq!(read(&path).len(), 1);
}

#[test]
fn renewing_keeps_comments_and_neighbours() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("attestations.toml");
    let old = "# ours\n[[attestation]]\ncriterion = \"040 index-strategy\" # short id\nowner = \"Bob\"\ndate = 2026-01-01\nstatement = \"old\"\n\n[[attestation]]\ncriterion = \"030 caching-strategy\"\nowner = \"Eve\"\ndate = 2026-10-01\nstatement = \"cached\"\n";
    std::fs::write(&path, old.replace("030 caching-strategy", "090 storage-auto-tuning")).unwrap();
    assert_eq!(write(&path, &entry(), 92).unwrap(), Written::Renewed);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("# ours") && text.contains("# short id") && text.contains("owner = \"Eve\""), "{text}");
    let all = read(&path);
    assert_eq!((all.len(), all[0].owner.as_str()), (2, "Ada"));
}

#[test]
fn what_would_contradict_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("attestations.toml");
    write(&path, &entry(), 92).unwrap();
    let before = std::fs::read(&path).unwrap();
    let part = Entry { accounts: vec!["123456789012".to_owned()], ..entry() };
    let message = write(&path, &part, 92).unwrap_err().message;
    assert!(message.starts_with("nothing was written") && message.contains("attested twice"), "{message}");
    assert!(message.contains("attestations.toml, line"), "{message}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left aside");
}

#[test]
fn a_proof_is_an_address_or_a_file_with_its_digest() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("attestations.toml");
    let file = folder.path().join("strategy.md");
    std::fs::write(&file, "x").unwrap();
    let Proof::File { path: seen, sha256, .. } = proof(&path, file.to_str().unwrap()).unwrap() else {
        panic!("a file")
    };
    assert_eq!((seen.as_str(), sha256.len()), ("strategy.md", 64));
    let message = proof(&path, "gone.md").unwrap_err().message;
    assert!(message.contains("no https address, and no file"), "{message}");
}
