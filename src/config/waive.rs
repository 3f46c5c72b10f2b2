//! Writing a waiver into our own file of waivers: what is already there keeps its place and its comments.

use std::path::Path;

use jiff::civil::Date;
use rung_rules::model::Control;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::{
    attest::{Written, day},
    editing::{Unwritten, edit},
    settings::control,
};
use crate::{
    cli::find::{Found, find},
    failure::Failure,
};

/// What is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waive {
    /// The control that is excepted; none with a criterion.
    pub control: Option<Control>,
    /// The criterion that is excepted, by full id.
    pub criterion: Option<String>,
    /// ARN or name of the subjects, with `*` for any characters; none: the criterion or control as a whole.
    pub subject: Option<String>,
    /// Why it is accepted.
    pub reason: String,
    /// Who accepts it.
    pub owner: String,
    /// The last day on which it counts.
    pub expires: Date,
}

const HEAD: &str = "# What is accepted for a while, with reason, owner and last day. Keep this file in git.\n\n";

/// Writes a waiver, or a new end, owner and reason of the same one, if the file still is the one that somebody saw, by its
/// [`version`](super::editing::version).
pub fn write_if(path: &Path, waive: &Waive, seen: Option<&str>) -> Result<Written, Unwritten> {
    let check = |file: &Path| super::waivers::read(file).map(drop);
    edit(path, seen, HEAD, |document| put(document, waive), check)
}

/// A waiver as it would stand in the file.
pub fn text(waive: &Waive) -> String {
    let mut document = DocumentMut::new();
    put(&mut document, waive).map_or_else(|failure| failure.message, |_| document.to_string())
}

fn put(document: &mut DocumentMut, waive: &Waive) -> Result<Written, Failure> {
    let list = document.entry("waiver").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(list) = list.as_array_of_tables_mut() else {
        return Err(Failure::usage("waiver is written as a list in one line: write each under [[waiver]]"));
    };
    if let Some(table) = list.iter_mut().find(|table| is_same(table, waive)) {
        fill(table, waive);
        return Ok(Written::Renewed);
    }
    let mut table = Table::new();
    if let Some(control) = waive.control {
        table.insert("control", value(control.id()));
    }
    if let Some(criterion) = &waive.criterion {
        table.insert("criterion", value(criterion));
    }
    if let Some(subject) = &waive.subject {
        table.insert("subject", value(subject));
    }
    fill(&mut table, waive);
    list.push(table);
    Ok(Written::Added)
}

fn fill(table: &mut Table, waive: &Waive) {
    table.insert("reason", value(&waive.reason));
    table.insert("owner", value(&waive.owner));
    table.insert("expires", day(waive.expires));
}

/// Whether a table waives the same, however its ids are written.
fn is_same(table: &Table, waive: &Waive) -> bool {
    let text = |key: &str| table.get(key).and_then(Item::as_str).map(str::trim);
    let criterion = text("criterion").and_then(|id| match find(id) {
        Ok(Found::Criterion(control, criterion)) => Some(criterion.full_id(control)),
        _ => None,
    });
    text("control").and_then(control) == waive.control
        && criterion == waive.criterion
        && text("subject") == waive.subject.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waive() -> Waive {
        Waive {
            control: None,
            criterion: Some("waf-perf-090.api.aws.gp2-migration-complete".to_owned()),
            subject: Some("old-*".to_owned()),
            reason: "goes with\nthe \"old\" shop".to_owned(),
            owner: "Grace".to_owned(),
            expires: "2027-01-31".parse().unwrap(),
        }
    }

    #[test]
    fn what_is_written_is_read_as_it_was_meant() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("waivers.toml");
        let whole = Waive { control: Some(Control::LoadTests), criterion: None, subject: None, ..waive() };
        assert_eq!(write_if(&path, &waive(), Some("absent")).unwrap(), Written::Added);
        assert_eq!(write_if(&path, &whole, None).unwrap(), Written::Added);
        let all = super::super::waivers::read(&path).unwrap();
        assert_eq!((all[0].criterion.as_ref(), &all[0].reason), (waive().criterion.as_ref(), &waive().reason));
        assert_eq!((all[1].control, all[1].expires), (whole.control, Some(whole.expires)));
    }

    #[test]
    fn a_new_end_keeps_comments_and_neighbours() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("waivers.toml");
        let old = "# ours\n[[waiver]]\ncriterion = \"090 gp2-migration-complete\" # short id\nsubject = \"old-*\"\nreason = \"old\"\nowner = \"Bob\"\nexpires = 2026-01-01\n\n[[waiver]]\ncontrol = \"060\"\nreason = \"r\" # why\nowner = \"o\"\nexpires = 2027-01-01\n";
        std::fs::write(&path, old).unwrap();
        assert_eq!(write_if(&path, &waive(), None).unwrap(), Written::Renewed);
        let text = std::fs::read_to_string(&path).unwrap();
        let (_, neighbour) = old.split_once("\n\n").unwrap();
        assert!(text.starts_with("# ours\n") && text.contains("# short id") && text.ends_with(neighbour), "{text}");
        assert!(text.contains("expires = 2027-01-31") && !text.contains("Bob"), "{text}");
    }

    #[test]
    fn a_file_that_is_wrong_already_is_told_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("waivers.toml");
        std::fs::write(&path, "[[waiver]]\nreason = 1\n").unwrap();
        let failure = Failure::from(write_if(&path, &waive(), None).unwrap_err());
        assert!(failure.message.contains("waivers.toml, line"), "{}", failure.message);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "[[waiver]]\nreason = 1\n");
    }
}
