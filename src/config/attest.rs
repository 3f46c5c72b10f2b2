//! Writing an attestation into the file of attestations: what is already there keeps its place and its comments.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use rung_rules::{
    all_criteria,
    model::{Pattern, Proof, TagRule},
};
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};

use super::{
    attestations::{is_url, sha256_of},
    editing::{Unwritten, edit},
};
use crate::failure::Failure;

/// What is to be written.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The criterion's full id.
    pub criterion: String,
    /// Who says so.
    pub owner: String,
    /// When: today.
    pub date: Date,
    /// The last day on which it counts.
    pub expires: Date,
    /// What is said.
    pub statement: String,
    /// Accounts it speaks of.
    pub accounts: Vec<String>,
    /// Tags of the resources it speaks of.
    pub tags: Vec<TagRule>,
    /// What it rests on.
    pub proof: Vec<Proof>,
}

/// Whether an attestation was added or renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// There was none for these accounts and resources.
    Added,
    /// There was one: owner, dates, statement and proof are the new ones.
    Renewed,
}

/// A proof as it is given: an address, or a file, whose digest is taken now. The path is written as seen from `file`.
pub fn proof(file: &Path, given: &str) -> Result<Proof, Failure> {
    if is_url(given) {
        return Ok(Proof::Url(given.to_owned()));
    }
    let sha256 = sha256_of(Path::new(given)).map_err(|error| {
        Failure::usage(format!("proof {given:?} is no https address, and no file that can be read: {error}"))
    })?;
    let path = seen_from(file, Path::new(given)).display().to_string();
    Ok(Proof::File { path, sha256, found: rung_rules::model::ProofFile::Unchanged })
}

fn seen_from(file: &Path, given: &Path) -> PathBuf {
    let folder = file.parent().unwrap_or(Path::new(""));
    match given.strip_prefix(folder) {
        Ok(inside) if !folder.as_os_str().is_empty() => inside.to_owned(),
        _ if folder.as_os_str().is_empty() || given.is_absolute() => given.to_owned(),
        _ => std::path::absolute(given).unwrap_or_else(|_| given.to_owned()),
    }
}

/// Writes an entry. The new text is read as a scan would read it before it replaces the old one.
pub fn write(path: &Path, entry: &Entry, days: i64) -> Result<Written, Failure> {
    write_if(path, entry, days, None).map_err(Failure::from)
}

/// Writes an entry if the file still is the one that somebody saw, by its [`version`](super::editing::version).
pub fn write_if(path: &Path, entry: &Entry, days: i64, seen: Option<&str>) -> Result<Written, Unwritten> {
    let check = |file: &Path| super::attestations::read(file, days, entry.date).map(drop);
    edit(path, seen, HEAD, |document| put(document, entry), check)
}

/// An entry as it would stand in the file.
pub fn text(entry: &Entry) -> String {
    let mut document = DocumentMut::new();
    put(&mut document, entry).map_or_else(|failure| failure.message, |_| document.to_string())
}

const HEAD: &str = "# What people attest, because no API shows it. Keep this file in git.\n# `rung attest` adds to it and renews what ends; `rung attest` alone lists what needs a person.\n\n";

fn put(document: &mut DocumentMut, entry: &Entry) -> Result<Written, Failure> {
    let list = document.entry("attestation").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(list) = list.as_array_of_tables_mut() else {
        return Err(Failure::usage("attestation is written as a list in one line: write each under [[attestation]]"));
    };
    if let Some(table) = list.iter_mut().find(|table| is_same(table, entry)) {
        fill(table, entry);
        return Ok(Written::Renewed);
    }
    let mut table = Table::new();
    table.insert("criterion", value(&entry.criterion));
    fill(&mut table, entry);
    if !entry.accounts.is_empty() {
        table.insert("accounts", value(entry.accounts.iter().collect::<Array>()));
    }
    if !entry.tags.is_empty() {
        table.insert("tags", value(tags(&entry.tags)));
    }
    list.push(table);
    Ok(Written::Added)
}

/// A day as TOML's own.
pub(super) fn day(date: Date) -> Item {
    date.to_string().parse::<toml_edit::Datetime>().map_or(value(date.to_string()), value)
}

fn fill(table: &mut Table, entry: &Entry) {
    table.insert("owner", value(&entry.owner));
    table.insert("date", day(entry.date));
    table.insert("expires", day(entry.expires));
    table.insert("statement", value(&entry.statement));
    if entry.proof.is_empty() {
        table.remove("proof");
    } else {
        table.insert("proof", value(entry.proof.iter().map(proof_value).collect::<Array>()));
    }
}

fn proof_value(proof: &Proof) -> Value {
    match proof {
        Proof::Url(url) => url.into(),
        Proof::File { path, sha256, .. } => {
            let mut table = InlineTable::new();
            table.insert("file", path.into());
            table.insert("sha256", sha256.into());
            table.into()
        }
    }
}

fn tags(rules: &[TagRule]) -> InlineTable {
    let values = |values: &[Pattern]| Value::from(values.iter().map(|pattern| pattern.0.as_str()).collect::<Array>());
    rules.iter().map(|rule| (rule.key.as_str(), values(&rule.values))).collect()
}

/// Whether a table attests the same criterion of the same accounts and resources.
fn is_same(table: &Table, entry: &Entry) -> bool {
    let text = |key: &str| table.get(key).and_then(Item::as_str).unwrap_or_default();
    let own = text("criterion").trim().to_lowercase();
    let full = all_criteria().find_map(|(control, criterion)| {
        let full = criterion.full_id(control);
        let short = format!("{:03} {}", control.number(), criterion.id);
        (own == full || own == short || own == criterion.id).then_some(full)
    });
    let list = |item: Option<&Item>| -> Vec<String> {
        let one = |item: &Item| item.as_str().map(|text| vec![text.to_owned()]);
        let many = |item: &Item| {
            let texts = item.as_array()?.iter().filter_map(|value| value.as_str().map(str::to_owned));
            Some(texts.collect::<Vec<_>>())
        };
        item.and_then(|item| one(item).or_else(|| many(item))).unwrap_or_default()
    };
    let own_tags = table.get("tags").and_then(Item::as_table_like).map_or(0, |tags| tags.len());
    let tags_agree = own_tags == entry.tags.len()
        && entry.tags.iter().all(|rule| {
            let own = table.get("tags").and_then(Item::as_table_like).and_then(|tags| tags.get(&rule.key));
            list(own) == rule.values.iter().map(|pattern| pattern.0.clone()).collect::<Vec<_>>()
        });
    full.as_deref() == Some(&entry.criterion) && list(table.get("accounts")) == entry.accounts && tags_agree
}

#[cfg(test)]
#[path = "attest_tests.rs"]
mod tests;
