//! That nothing a reader sees was left out of the dictionaries, and nothing in them is left over.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use regex::Regex;
use rung_rules::{
    all_criteria,
    checklists::{AUDIT_LIST, CHECKLISTS},
    entry_path::STEPS,
    facts::Kind,
    model::{Control, Criterion, Level},
};

use super::*;

/// Facts that keep their name in German, because it is the one of AWS's field or a word that German has too.
const NAMES_OF_AWS: &[&str] = &[
    "allocated_gib",
    "engine",
    "engine_version",
    "instance_type",
    "iops",
    "source",
    "status",
    "storage_type",
    "volume_type",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            match entry.extension() {
                None if entry.is_dir() => open.push(entry),
                Some(own) if own == ending => found.push(entry),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

/// Everything in the sources that could be a text, with the line breaks of Rust's long strings taken out.
fn sources() -> String {
    let rust = ["rules", "collectors", "src/scan", "src/shards"].into_iter().flat_map(|folder| files(folder, "rs"));
    let text: String = rust.map(|path| fs::read_to_string(path).unwrap()).collect();
    Regex::new(r"\\\n\s*")
        .unwrap()
        .replace_all(&text, "")
        .replace("\\\"", "\"")
        .replace("\\u{201c}", "“")
        .replace("\\u{201d}", "”")
}

fn entries<'a>(of: impl IntoIterator<Item = &'a String>) -> BTreeSet<&'a str> {
    of.into_iter().map(String::as_str).collect()
}

/// What is missing and what is left over, as one list that is empty when both have the same.
fn differences(wanted: &BTreeSet<&str>, there: &BTreeSet<&str>) -> Vec<String> {
    let missing = wanted.difference(there).map(|text| format!("no German for {text:?}"));
    let left_over = there.difference(wanted).map(|text| format!("nobody says {text:?} any more"));
    missing.chain(left_over).collect()
}

fn texts_of(criterion: &'static Criterion) -> impl Iterator<Item = &'static str> {
    let thresholds = criterion.thresholds.iter().flat_map(|threshold| [threshold.reason, threshold.unit]);
    [criterion.clause, criterion.statement, criterion.remedy].into_iter().chain(thresholds)
}

/// Every whole text that comes with the data.
fn texts_of_the_rules() -> BTreeSet<&'static str> {
    let levels = Level::ALL.into_iter().map(Level::label);
    let controls = Control::all().flat_map(|control| [control.title()].into_iter().chain(control.cells()));
    let criteria = all_criteria().flat_map(|(_, criterion)| texts_of(criterion));
    let items = CHECKLISTS.iter().flat_map(|list| list.items).chain(&AUDIT_LIST).map(|item| item.text);
    let steps = STEPS.iter().map(|step| step.action);
    levels.chain(controls).chain(criteria).chain(items).chain(steps).collect()
}

#[test]
fn every_text_of_the_rules_has_german_and_none_is_left_over() {
    let names = tables(MODEL).unwrap().into_iter().find(|(table, _)| table == "names").unwrap().1;
    let sources = sources();
    for (name, _) in &names {
        assert!(sources.contains(&format!("\"{name}\"")), "nothing is called {name:?} any more");
    }
    let words = words().unwrap();
    let mut wanted = texts_of_the_rules();
    wanted.extend(names.iter().map(|(name, _)| name.as_str()));
    assert_eq!(differences(&wanted, &entries(words.model.keys())), [""; 0]);
}

#[test]
fn one_english_text_of_the_model_has_one_german() {
    let mut known: BTreeMap<String, (String, String)> = BTreeMap::new();
    for (table, pairs) in tables(MODEL).unwrap().into_iter().filter(|(table, _)| table != "kinds" && table != "facts") {
        for (english, german) in pairs {
            let before = known.insert(english.clone(), (table.clone(), german.clone()));
            let same = before.as_ref().is_none_or(|(_, before)| *before == german);
            assert!(same, "{english:?} in {table} and in {before:?}");
        }
    }
}

#[test]
fn every_kind_and_every_fact_has_a_name() {
    let words = words().unwrap();
    let kinds = Kind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(differences(&kinds, &entries(words.kinds.keys())), [""; 0]);
    let facts: BTreeSet<_> = all_criteria().flat_map(|(_, c)| c.tests).flat_map(|test| test.facts()).copied().collect();
    let mut named = entries(words.facts.keys());
    assert!(NAMES_OF_AWS.iter().all(|name| named.insert(name)), "a fact has a label and keeps its name");
    assert_eq!(differences(&facts, &named), [""; 0]);
    let mut plurals: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.plural()).collect();
    // What is said where a criterion has no kinds.
    plurals.insert("subjects");
    for table in ["kinds_none", "kinds_of", "kinds_one"] {
        let known = words.sentences[table].iter().map(|(english, _)| english.as_str()).collect();
        assert_eq!(differences(&plurals, &known), [""; 0], "{table}");
    }
}

#[test]
fn every_cause_is_told_in_german() {
    let source = fs::read_to_string(root().join("rules/model/gap.rs")).unwrap();
    let said = Regex::new(r#"Cause::\w+ => "([^"]+)""#).unwrap();
    let causes: BTreeSet<_> = said.captures_iter(&source).map(|found| found.extract::<1>().1[0]).collect();
    let words = words().unwrap();
    let known = words.sentences["causes"].iter().map(|(english, _)| english.as_str()).collect();
    assert_eq!(differences(&causes, &known), [""; 0]);
    assert!(causes.len() > 10);
}

/// `{name}` or `{name:...}`.
static PLACE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{(\w+)(?::[~^]?(\w+)(?:\[([^\]]*)\])?\??)?\}").unwrap());

fn places(text: &str) -> BTreeSet<&str> {
    PLACE.captures_iter(text).map(|found| found.get(1).unwrap().as_str()).collect()
}

#[test]
fn both_languages_have_the_same_places() {
    let words = words().unwrap();
    let pairs = words.sentences.values().flatten().map(|(english, german)| (english, german));
    for (english, german) in pairs.chain(&words.page).chain(&words.model) {
        assert_eq!(places(english), places(german), "{english:?}");
        assert!(!german.trim().is_empty(), "{english:?}");
        let forms = |text: &str| text.split('|').count();
        assert_eq!(forms(english), forms(german), "{english:?}: forms of the plural");
    }
}

#[test]
fn patterns_refer_to_tables_that_there_are_and_every_table_is_used() {
    let words = words().unwrap();
    let mut used = BTreeSet::from(["sentences"]);
    let built_in = ["text", "word", "number", "date", "fact", "model"];
    for (english, _) in words.sentences.values().flatten() {
        let kinds = PLACE.captures_iter(english).filter_map(|found| found.get(2));
        for table in kinds.map(|kind| kind.as_str()).filter(|kind| !built_in.contains(kind)) {
            assert!(words.sentences.contains_key(table), "{english:?}: no table {table}");
            used.insert(table);
        }
    }
    assert_eq!(differences(&used, &entries(words.sentences.keys())), [""; 0]);
}

/// Whether a piece of a sentence stands in the sources, as a whole or as two pieces that are put together.
fn is_made(piece: &str, sources: &str) -> bool {
    let halves = |(at, _): (usize, &str)| sources.contains(piece[..at].trim()) && sources.contains(piece[at..].trim());
    sources.contains(piece) || piece.match_indices(' ').any(halves)
}

/// A sentence that nobody makes any more, or not in these words, is found by its longest piece: that stands in the sources.
#[test]
fn every_pattern_is_of_a_sentence_that_is_made() {
    let sources = sources();
    let words = words().unwrap();
    let mut lost = Vec::new();
    for (english, _) in words.sentences.values().flatten() {
        let pieces = PLACE.split(english).flat_map(|piece| piece.split(|c: char| ".;:,()0123456789".contains(c)));
        let longest = pieces.map(str::trim).max_by_key(|piece| piece.len()).unwrap_or_default();
        if !is_made(longest, &sources) {
            lost.push(format!("{longest:?} of {english:?}"));
        }
    }
    assert_eq!(lost, [""; 0]);
}

#[test]
fn every_text_of_the_page_has_german_and_none_is_left_over() {
    let asked = Regex::new(r#"(?:^|[^\w.])t\(\s*("(?:[^"\\]|\\.)*")"#).unwrap();
    let marked = Regex::new(r#"<[^>]* data-t(?:="")?[^>]*>([^<]+)<"#).unwrap();
    let labelled =
        Regex::new(r#"aria-label="([^"]+)"[^>]* data-t-label|data-t-label[^>]* aria-label="([^"]+)""#).unwrap();
    let mut wanted = BTreeSet::new();
    let own =
        |path: &&PathBuf| !path.ends_with("i18n.js") && !path.components().any(|part| part.as_os_str() == "vendor");
    for path in files("src/report/html", "js").iter().filter(own) {
        let script = fs::read_to_string(path).unwrap();
        let keys = asked.captures_iter(&script).map(|found| serde_json::from_str::<String>(&found[1]).unwrap());
        wanted.extend(keys);
    }
    for path in files("src/report/html", "html") {
        let page = fs::read_to_string(path).unwrap();
        let text = |found: regex::Captures<'_>| found[1].split_whitespace().collect::<Vec<_>>().join(" ");
        wanted.extend(marked.captures_iter(&page).map(text));
        let label = |found: regex::Captures<'_>| found.get(1).or(found.get(2)).unwrap().as_str().to_owned();
        wanted.extend(labelled.captures_iter(&page).map(label));
    }
    let words = words().unwrap();
    assert_eq!(differences(&entries(&wanted), &entries(words.page.keys())), [""; 0]);
}

/// Every report carries it.
#[test]
fn the_dictionary_stays_small() {
    let bytes = json().unwrap().len();
    assert!((50_000..150_000).contains(&bytes), "{bytes} bytes");
}
