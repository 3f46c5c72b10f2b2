//! German in the report: no sentence that the program makes stays English, and no English is left on the page.

use std::{collections::BTreeSet, fs, process::Command};

use rung_rules::{
    all_criteria,
    compose::{Parts, compose},
    facts::Kind,
    model::{
        Attestation, Basis, Cause, EvidenceSet, Gap, GapId, Pattern, Proof, ProofFile, Scan, ScopeRule, Settings,
        TagRule, Unseen, Waiver, assess,
    },
};
use serde_json::{Value, json};

use crate::common::{Rung, python, root};

/// The demo account as it was seen.
fn demo(rung: &Rung) -> EvidenceSet {
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    rung::bundle::Bundle::open(&rung.path("b")).unwrap().evidence().unwrap()
}

/// What an assessment says in words: values of these names, wherever they stand.
const SAID: &[&str] = &["why", "rule", "opens_with", "action", "remedy", "reason"];

fn collect(value: &Value, said: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, said)),
        Value::Object(fields) => {
            for (name, value) in fields.iter().filter(|(name, _)| *name != "findings" && *name != "waivers") {
                match value.as_str() {
                    Some(text) if SAID.contains(&name.as_str()) && !text.is_empty() => {
                        said.insert(text.to_owned());
                    }
                    _ if name == "notes" => {
                        said.extend(value.as_array().unwrap().iter().map(|note| note.as_str().unwrap().to_owned()))
                    }
                    _ => collect(value, said),
                }
            }
        }
        _ => {}
    }
}

fn sentences_of(set: &EvidenceSet, settings: &Settings, said: &mut BTreeSet<String>) {
    let assessed = assess(set, settings);
    let parts = Parts { set, settings, assessed: &assessed, version: "0" };
    let (head, _) = compose(parts, Scan::default()).with_findings(());
    collect(&serde_json::to_value(&head).unwrap(), said);
}

fn causes() -> Vec<Cause> {
    let names = [
        "denied_by_identity_policy",
        "denied_by_organization_policy",
        "denied_by_permissions_boundary",
        "denied_by_other_policy",
        "denied",
        "not_enrolled",
        "region_not_enabled",
        "not_offered",
        "throttled",
        "timed_out",
        "failed",
        "cut_short",
        "no_data",
        "not_reported",
        "over_budget",
        "credentials_ended",
        "not_requested",
    ];
    names.map(|name| serde_json::from_value(name.into()).unwrap()).to_vec()
}

/// So many gaps with a cause, each of another operation.
fn gaps(count: u64, cause: Cause, set: &EvidenceSet) -> Vec<Gap> {
    let gap = |n| Gap {
        id: GapId(0xbad0 + n),
        operation: format!("ec2:Describe{n}"),
        account: set.accounts.first().map(ToString::to_string).unwrap_or_default(),
        region: "eu-west-1".to_owned(),
        what: if n == 1 { "AWS/EBS BurstBalance".to_owned() } else { String::new() },
        cause,
        detail: String::new(),
        opens_with: String::new(),
    };
    (0..count).map(gap).collect()
}

/// The set with kinds that could not be listed, hidden by so many gaps.
fn hidden(set: &EvidenceSet, kinds: &[Kind], count: u64, cause: Cause) -> EvidenceSet {
    let gaps = gaps(count, cause, set);
    let account = set.accounts.first().cloned().unwrap_or_default();
    let of = |kind: &Kind| {
        let unseen =
            |gap: &Gap| Unseen { kind: *kind, account: account.clone(), region: "eu-west-1".into(), gap: gap.id };
        gaps.iter().map(unseen).collect::<Vec<_>>()
    };
    let unseen = kinds.iter().flat_map(of).collect();
    EvidenceSet { unseen, gaps: [set.gaps.clone(), gaps.clone()].concat(), ..set.clone() }
}

/// Only so many subjects of a kind.
fn fewer(set: &EvidenceSet, kind: Kind, most: usize) -> EvidenceSet {
    let mut left = most;
    let mut set = set.clone();
    set.evidence.retain(|evidence| {
        let keep = evidence.facts.kind() != kind || left > 0;
        left -= usize::from(evidence.facts.kind() == kind && keep);
        keep
    });
    set
}

fn attestation(criterion: &str, set: &EvidenceSet, ends_in_days: i64, found: ProofFile) -> Attestation {
    let day = |days: i64| (set.now + jiff::SignedDuration::from_hours(24 * days)).to_string()[..10].parse().unwrap();
    Attestation {
        criterion: criterion.to_owned(),
        place: "attestations.toml:1".to_owned(),
        owner: "Ada".to_owned(),
        date: day(-30),
        expires: day(ends_in_days),
        statement: "Zeile. Und; noch (eine)".to_owned(),
        accounts: Vec::new(),
        tags: Vec::new(),
        proof: vec![Proof::File { path: "a/b.md".to_owned(), sha256: "0".repeat(64), found }],
    }
}

/// What people can say about every criterion: that counts, that ends, that does not count, that speaks for a part.
fn people(set: &EvidenceSet) -> Vec<Settings> {
    let everything = all_criteria().filter(|(_, criterion)| criterion.basis != Basis::Observed);
    let ids: Vec<_> = everything.map(|(control, criterion)| criterion.full_id(control)).collect();
    let ends =
        [(400, ProofFile::Unchanged), (0, ProofFile::Unchanged), (1, ProofFile::Unchanged), (5, ProofFile::Unchanged)];
    let lapsed = [(-2, ProofFile::Unchanged), (400, ProofFile::Changed), (400, ProofFile::Missing)];
    let of = |attestations: Vec<Attestation>| Settings { attestations, ..Settings::default() };
    let mut all: Vec<_> = ends
        .into_iter()
        .chain(lapsed)
        .map(|(days, found)| of(ids.iter().map(|id| attestation(id, set, days, found)).collect()))
        .collect();
    let twice = |id: &String| [5, 400].map(|days| attestation(id, set, days, ProofFile::Unchanged));
    all.push(of(ids.iter().flat_map(twice).collect()));
    for key in ["service", "nobody-has-this"] {
        let tags = vec![TagRule { key: key.to_owned(), values: vec![Pattern("*".to_owned())] }];
        let of_some =
            |id: &String| Attestation { tags: tags.clone(), ..attestation(id, set, 400, ProofFile::Unchanged) };
        all.push(of(ids.iter().map(of_some).collect()));
    }
    let waiver = Waiver {
        place: "waivers.toml:1".to_owned(),
        control: None,
        criterion: None,
        subject: Some(Pattern("*".to_owned())),
        reason: "x".to_owned(),
        owner: None,
        expires: None,
    };
    all.push(Settings { waivers: vec![waiver], ..Settings::default() });
    all
}

fn scopes() -> Vec<Settings> {
    let pattern = |text: &str| Pattern(text.to_owned());
    let tags = vec![TagRule { key: "environment".to_owned(), values: vec![pattern("prod*"), pattern("live")] }];
    let scope = ScopeRule { tags, accounts: vec![pattern("1*")], regions: vec![pattern("eu-*"), pattern("us-*")] };
    let thresholds = all_criteria().flat_map(|(_, criterion)| criterion.thresholds).filter(|one| one.unit == "%");
    let moved = thresholds.map(|one| (one.name, 12.5)).collect::<std::collections::BTreeMap<_, _>>();
    let thresholds = serde_json::from_value(json!(moved)).unwrap();
    vec![
        Settings {
            scope: ScopeRule { tags: Vec::new(), accounts: Vec::new(), ..scope.clone() },
            ..Settings::default()
        },
        Settings { scope, ..Settings::default() },
        Settings { thresholds, ..Settings::default() },
    ]
}

/// Everything that the program says about the demo account, and about what it would be with less of it, with gaps of every
/// cause, and with every kind of thing that people can say.
fn all_sentences(set: &EvidenceSet) -> BTreeSet<String> {
    let mut said = BTreeSet::new();
    let plain = Settings::default();
    let nothing = EvidenceSet { now: set.now, accounts: set.accounts.clone(), ..EvidenceSet::default() };
    for kind in Kind::ALL {
        for most in [0, 1, 2] {
            sentences_of(&fewer(set, *kind, most), &plain, &mut said);
            sentences_of(
                &hidden(&fewer(set, *kind, most), &[*kind], most as u64 + 1, Cause::Denied),
                &plain,
                &mut said,
            );
        }
    }
    for cause in causes() {
        sentences_of(&hidden(set, Kind::ALL, 1, cause), &plain, &mut said);
        sentences_of(&hidden(&nothing, Kind::ALL, 4, cause), &plain, &mut said);
    }
    for settings in people(set).into_iter().chain(scopes()).chain([plain]) {
        for set in [set, &nothing, &hidden(set, Kind::ALL, 3, Cause::Denied), &fewer(set, Kind::DebtRegister, 0)] {
            sentences_of(set, &settings, &mut said);
        }
    }
    said
}

#[test]
fn no_sentence_of_the_rules_stays_english() {
    let rung = Rung::new();
    let mut said = all_sentences(&demo(&rung));
    assert!(said.len() > 500, "{} sentences", said.len());
    // Why an account was not read: src/shards/merge.rs, src/scan/many.rs.
    let accounts = [
        "shard 1 of the plan left no bundle",
        "shard 12 of the plan left a bundle that is damaged: evidence.jsonl",
        "shard 0 of the plan ended before this account",
        "interrupted before it was begun",
    ];
    said.extend(accounts.map(|words| format!("cut short: {words}")));
    check_sentences(&rung, &said);
}

/// The demo account under other settings; each is compared with each, both ways.
#[test]
fn no_sentence_about_changes_stays_english() {
    let rung = Rung::new();
    let attested = |expires: &str, owner: &str| {
        format!(
            "[[attestation]]\ncriterion = \"index-strategy\"\nowner = \"{owner}\"\ndate = 2026-01-05\nstatement = \"x\"\nexpires = {expires}\n"
        )
    };
    let waived = |what: &str| format!("[[waiver]]\n{what}\nreason = \"x\"\nowner = \"Ada\"\nexpires = 2030-01-01\n");
    let thresholds = "[thresholds]\n090.new_volume_days = 20\n090.io_alarm_share = 12.5\n010.baseline_days = 7\n";
    let settings = [
        ("plain", "", String::new(), String::new()),
        ("moved", thresholds, attested("2030-01-01", "Ada"), waived("control = \"090\"")),
        (
            "targets",
            "[targets]\ndefault = 3\n",
            attested("2031-01-01", "Ada"),
            waived("criterion = \"io-alarms\"\nsubject = \"*\""),
        ),
        ("scoped", "[scope]\nregions = [\"eu-west-1\"]\n", attested("2026-02-01", "Ben"), String::new()),
    ];
    for (bundle, config, attestations, waivers) in &settings {
        fs::write(rung.path("rung.toml"), config).unwrap();
        fs::write(rung.path("attestations.toml"), attestations).unwrap();
        fs::write(rung.path("waivers.toml"), waivers).unwrap();
        rung.ok(&["scan", "--demo", "--quiet", "--bundle", bundle]);
    }
    let mut said = BTreeSet::new();
    for (before, ..) in &settings {
        for (after, ..) in &settings {
            let changes = rung.ok(&["diff", before, after, "--format", "json"]);
            collect(&serde_json::from_str(&changes).unwrap(), &mut said);
        }
    }
    assert!(said.len() > 40, "{said:?}");
    check_sentences(&rung, &said);
}

fn check_sentences(rung: &Rung, said: &BTreeSet<String>) {
    let words: Value = serde_json::from_str(rung::report::german::json().unwrap()).unwrap();
    let path = rung.path("sentences.json");
    let file = json!({ "words": words, "sentences": said, "strange": strange() });
    fs::write(&path, file.to_string()).unwrap();
    check("tests/browser/check_sentences.py", &path);
}

/// What could make a pattern try every way of reading it: parts of sentences, again and again, and an end that fits none.
fn strange() -> Vec<String> {
    let heads = [
        "",
        "Attested by ",
        "AWS does not show it: it needs an attestation.",
        "Rose from 1 to 2: ",
        "production is what has: ",
    ];
    let parts = [
        "a on 2026-01-01, valid until 2026-01-01: \u{201c}x\u{201d}; and by ",
        " The attestation of a does not speak for what is unknown.",
        "ec2:A (b) in r: denied; ",
        "tag a is b or ",
        "x is met, was met, because ",
        ", and ",
        " and ",
        ". ",
    ];
    let repeated = |head: &str| parts.map(|part| format!("{head}{}!", part.repeat(2000 / part.len())));
    heads.iter().flat_map(|head| repeated(head)).collect()
}

#[test]
fn no_english_is_left_on_the_page() {
    let rung = Rung::new();
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    check("tests/browser/check_german.py", &rung.path("b/report.html"));
}

fn check(script: &str, file: &std::path::Path) {
    let output = Command::new(python()).arg(script).arg(file).current_dir(root()).output().unwrap();
    let text = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(output.status.success(), "{text}");
}
