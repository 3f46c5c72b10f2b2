//! Whatever is in a file that people or other machines wrote: a reader reads it or says what is wrong, and never panics.
//!
//! Texts begin as good ones and are changed at random: cut, doubled, and with pieces that parsers stumble over.

use std::{fs, path::Path};

use jiff::civil::Date;
use proptest::prelude::*;
use rung_collectors::aws::Recording;
use rung_rules::model::{Evidence, Pattern, SourceId};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    bundle::{Bundle, verify},
    config::{Config, Flags, attestations, waivers},
    register::Register,
};

/// Pieces that parsers stumble over.
const PIECES: [&str; 18] = [
    "",
    "\"",
    "'",
    "\\",
    "\n",
    "\r",
    "\0",
    "|",
    ",",
    ";",
    "[[",
    "]]",
    "= ",
    "{",
    "\u{feff}",
    "é\u{202e}",
    "99999999999999999999",
    "2026-13-45",
];

/// A good text with up to eight changes.
fn changed(good: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), 0..40_usize, prop::sample::select(&PIECES[..]), any::<bool>());
    prop::collection::vec(change, 1..8).prop_map(move |changes| {
        let mut text = good.as_bytes().to_vec();
        for (at, length, piece, doubled) in changes {
            let at = at.index(text.len() + 1);
            let end = (at + length).min(text.len());
            let gone: Vec<u8> = text.drain(at..end).collect();
            let new = if doubled { [&gone, piece.as_bytes(), &gone].concat() } else { piece.as_bytes().to_vec() };
            text.splice(at..at, new);
        }
        text
    })
}

fn today() -> Date {
    "2026-11-24".parse().unwrap()
}

/// A file of this name in a folder of its own.
fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

const CSV: &str = "id,description,impact,affected services,owner,priority,target date,status\n\
    PD-1,\"slow, twice\",12 % of orders,shop,Ada,high,2026-12-31,open\nPD-2,old,,erp,Bob,low,,closed\n";
const MARKDOWN: &str = "# Debt\n\n| id | description | impact | services | owner | priority | due |\n|---|---|---|---|---|---|---|\n\
    | PD-1 | slow \\| search | 12 % | `search` | Ada | high | 2026-12-31 |\n\n| review | who |\n|---|---|\n| 2026-11-20 | us |\n";
const TOML: &str = "reviews = [2026-11-20]\n\n[[entry]]\nid = \"PD-1\"\ndescription = \"slow\"\nimpact = \"12 %\"\n\
    affected_services = [\"search\"]\nowner = \"Ada\"\npriority = 1\ntarget_date = 2026-12-31\n";
const CONFIG: &str = "register = \"debt.csv\"\nattestation_days = 30\n[scope]\ntags = { environment = [\"prod*\"] }\nregions = [\"eu-*\"]\n\
    [targets]\ndefault = 3\n\"090\" = 4\n[thresholds]\n\"090.new_volume_days\" = 60\n";
const ATTESTATIONS: &str = "[[attestation]]\ncriterion = \"040 index-strategy\"\nowner = \"Ada\"\ndate = 2026-11-02\n\
    expires = 2027-02-02\nstatement = \"\"\"so\nit is\"\"\"\naccounts = [\"123456789012\"]\ntags = { team = \"a*\" }\nproof = [\"https://x.example/y\"]\n";
const WAIVERS: &str = "[[waiver]]\ncriterion = \"090 io-alarms\"\nsubject = \"arn:*\"\nreason = \"r\"\nowner = \"Ada\"\nexpires = 2027-01-31\n";
const SKIPS: &str = "# accepted\nwaivers:\n  - id: WAF-PERF-090\n    reason: \"why\"\n    expires: \"2027-01-31\"\n  - {id: WAF-SEC-1, reason: x}\n";
const EXCHANGE: &str = r#"{"service":"ec2","operation":"DescribeVolumes","account":"123456789012","region":"us-east-1",
    "request":{"method":"POST","path":"/","body":{"text":"Action=DescribeVolumes"}},"answer":{"status":200,
    "headers":{"content-type":"text/xml"},"body":{"base64":"PHg+"}}}"#;
const HEADER: &str = r#"{"schema":"rung/recording/v1","recorded_at":"2026-11-24T00:00:00Z","account":"123456789012","partition":"aws",
    "home_region":"us-east-1","regions":["us-east-1"],"redacted":false,"metrics":true,"tags":true,"exchanges":1}"#;
const MANIFEST: &str = r#"{"schema":"rung/bundle/v1","rung":"0.1.0","scan":{"id":"x","started_at":"2026-11-24T00:00:00Z",
    "finished_at":"2026-11-24T00:00:00Z","complete":true,"accounts":["1"],"partition":"aws","regions":["r"],
    "scope":{"rule":"","left_out":0},"calls":{},"cost_usd":0.0},"parts":[]}"#;
const EVIDENCE: &str = r#"{"subject":{"arn":"arn:aws:ec2:r:1:volume/v","account":"1","region":"r"},"kind":"bucket","facts":{"size_bytes":{"value":1.0,"from":"s-0000000000000001"},"intelligent_tiering":{"value":true,"from":"s-0000000000000001"},"lifecycle":{"value":true,"from":"s-0000000000000001"},"intelligent_tiering_bytes":{"gap":"g-0000000000000001"}}}
"#;

const ACCOUNTS: &str = "# accounts\n111122223333  shop\r\n444455556666\tdata lake # moved\n\n777788889999\n";
const PLAN: &str = r#"{"schema":"rung/unfinished/v1","rung":"0.1.0","started_at":"2026-11-25T00:00:00Z","profile":null,"regions":["us-east-1"],
    "metrics":true,"sql_digests":false,"register":null,"settings":{},"caller":"123456789012","many":{"role":{"name":"r","external_id":null,
    "session_name":"rung","session_tags":[],"chain":[]},"members":[["111122223333","shop",null]]},"closing":false}"#;

/// A message that names the file: whoever wrote it has to find the place.
fn names(message: &str, path: &Path) -> bool {
    message.contains(path.file_name().unwrap().to_str().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn files_of_accounts(bytes in changed(ACCOUNTS)) {
        let (_keep, path) = file("accounts.txt", &bytes);
        match crate::config::accounts::read(&path) {
            Ok(members) => prop_assert!(members.iter().all(|one| one.id.len() == 12)),
            Err(failure) => prop_assert!(names(&failure.message, &path), "{}", failure.message),
        }
    }

    #[test]
    fn unfinished_scans(bytes in changed(PLAN)) {
        let folder = tempfile::tempdir().unwrap();
        let aside = folder.path().join(".rung-unfinished-b");
        fs::create_dir(&aside).unwrap();
        fs::write(aside.join("scan.json"), &bytes).unwrap();
        if let Err(failure) = crate::unfinished::Unfinished::resume(&folder.path().join("b")) {
            prop_assert!(!failure.message.is_empty() && aside.join("scan.json").exists());
        }
    }

    #[test]
    fn registers(csv in changed(CSV), markdown in changed(MARKDOWN), toml in changed(TOML)) {
        for (name, bytes) in [("d.csv", csv), ("d.md", markdown), ("d.toml", toml)] {
            if let Ok(register) = Register::parse(name, &bytes) {
                let read = crate::register::Read {
                    location: name, from: SourceId(1), modified: None, undated: &|| rung_rules::model::GapId(1), days_with_scans: Ok(0), days_in_folder: 0,
                };
                let (facts, entries) = register.evidence(read);
                prop_assert_eq!(facts.open_entries.value().copied().unwrap() as usize
                    + facts.closed_entries.value().copied().unwrap() as usize, entries.len());
            }
        }
    }

    #[test]
    fn configurations(text in changed(CONFIG)) {
        let (_folder, path) = file("rung.toml", &text);
        let flags = Flags { config: Some(path.clone()), ..Flags::default() };
        if let Err(failure) = Config::load(&flags) {
            prop_assert!(names(&failure.message, &path), "{}", failure.message);
        }
    }

    #[test]
    fn attested(text in changed(ATTESTATIONS)) {
        let (_folder, path) = file("attestations.toml", &text);
        match attestations::read(&path, 92, today()) {
            // Nobody attests without a name, a day and words.
            Ok(all) => prop_assert!(all.iter().all(|one| !one.owner.is_empty() && !one.statement.is_empty() && one.date <= today())),
            Err(failure) => prop_assert!(names(&failure.message, &path), "{}", failure.message),
        }
    }

    #[test]
    fn waived(toml in changed(WAIVERS), yaml in changed(SKIPS)) {
        for (name, bytes) in [("waivers.toml", toml), (".wafpass-skip.yml", yaml)] {
            let (_folder, path) = file(name, &bytes);
            match waivers::read(&path) {
                Ok(all) => prop_assert!(all.iter().all(|one| !one.reason.is_empty())),
                Err(failure) => prop_assert!(names(&failure.message, &path), "{}", failure.message),
            }
        }
    }

    #[test]
    fn recordings(header in changed(HEADER), exchange in changed(EXCHANGE)) {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("us-east-1/ec2.DescribeVolumes");
        fs::create_dir_all(&inner).unwrap();
        fs::write(inner.join("1.json"), exchange).unwrap();
        fs::write(folder.path().join("recording.json"), header).unwrap();
        if let Ok(recording) = Recording::open(folder.path()) {
            for exchange in recording.exchanges {
                let _ = exchange.answer.body.bytes();
            }
        }
    }

    #[test]
    fn packed(header in changed(HEADER), exchange in changed(EXCHANGE), noise in prop::collection::vec(any::<u8>(), 0..60), cut in any::<prop::sample::Index>()) {
        let lines = [header, exchange].map(|text| text.into_iter().filter(|byte| *byte != b'\n').collect::<Vec<u8>>());
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, &lines.join(&b'\n')).unwrap();
        let packed = packed.finish().unwrap();
        for bytes in [&packed[..], &packed[..cut.index(packed.len())], &noise] {
            match Recording::unpack(bytes) {
                Ok(recording) => prop_assert!(recording.exchanges.len() <= 1),
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }
    }

    #[test]
    fn bundles(manifest in changed(MANIFEST), evidence in changed(EVIDENCE)) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("manifest.json"), manifest).unwrap();
        fs::write(folder.path().join("evidence.jsonl"), evidence).unwrap();
        if let Ok(bundle) = Bundle::open(folder.path()) {
            let _ = (bundle.evidence(), bundle.settings(), bundle.assessment());
        }
        // Whatever the manifest says, a file that it does not name is found.
        let verified = verify(folder.path(), None);
        prop_assert!(!verified.wrong.is_empty());
    }

    /// Lines that were changed together with the manifest, packed or as bundles of the first form have them.
    #[test]
    fn lines_of_bundles(text in changed(EVIDENCE), packed in any::<bool>()) {
        let (name, bytes) = match packed {
            true => ("evidence.jsonl.zst", zstd::encode_all(&text[..], 3).unwrap()),
            false => ("evidence.jsonl", text),
        };
        let folder = tempfile::tempdir().unwrap();
        let part = json!({"name": name, "bytes": bytes.len(), "sha256": hex::encode(Sha256::digest(&bytes))});
        let manifest = MANIFEST.replace(r#""parts":[]"#, &format!(r#""parts":[{part}]"#));
        fs::write(folder.path().join("manifest.json"), manifest).unwrap();
        fs::write(folder.path().join(name), bytes).unwrap();
        let bundle = Bundle::open(folder.path()).unwrap();
        let lines: Result<Vec<Evidence>, _> = bundle.lines("evidence.jsonl").and_then(Iterator::collect);
        if let Err(failure) = lines {
            prop_assert!(failure.message.contains(&format!("{name}, line ")), "{}", failure.message);
        }
    }

    #[test]
    fn patterns(pattern in "[a-c*?]{0,8}", text in "[a-cA-C]{0,8}") {
        // The same by a regular expression.
        let expression = pattern.chars().map(|c| match c {
            '*' => ".*".to_owned(),
            '?' => ".".to_owned(),
            c => c.to_string(),
        });
        let expression = regex::Regex::new(&format!("^(?i:{})$", expression.collect::<String>())).unwrap();
        prop_assert_eq!(Pattern(pattern).matches(&text), expression.is_match(&text));
    }
}
