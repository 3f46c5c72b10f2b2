//! The performance debt register: a table that people keep, as CSV, Markdown or TOML.

mod columns;
mod csv;
pub mod draft;
mod evidence;
mod impact;
mod markdown;
mod toml;

use std::{collections::BTreeMap, fmt, path::Path};

use jiff::civil::Date;

pub use columns::Column;
pub use evidence::{Read, unread};
pub use impact::is_quantified;

/// A register that holds together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    /// Its entries, in their order.
    pub entries: Vec<Entry>,
    /// Dates of reviews that it tells of apart from its entries.
    pub reviews: Vec<Date>,
}

/// An entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its id, unique in the register.
    pub id: String,
    /// What is wrong.
    pub description: String,
    /// What it costs the business.
    pub impact: String,
    /// What it affects.
    pub services: String,
    /// Who owns it.
    pub owner: String,
    /// How urgent it is.
    pub priority: String,
    /// When it is to be gone.
    pub target: Option<Date>,
    /// `open`, `closed` or the team's own word.
    pub status: String,
    /// When it was written.
    pub opened: Option<Date>,
    /// When it was last changed.
    pub updated: Option<Date>,
    /// When it was closed.
    pub closed: Option<Date>,
    /// When it was reviewed.
    pub reviewed: Vec<Date>,
}

/// Words that mean that an entry is settled.
const CLOSED: &[&str] =
    &["closed", "done", "resolved", "fixed", "paid", "completed", "cancelled", "rejected", "obsolete"];

impl Entry {
    /// Whether there is still something to do.
    pub fn is_open(&self) -> bool {
        self.closed.is_none() && !CLOSED.contains(&self.status.trim().to_lowercase().as_str())
    }

    /// Whether each required field says something.
    pub fn is_complete(&self) -> bool {
        let texts = [&self.description, &self.impact, &self.services, &self.owner, &self.priority];
        texts.iter().all(|text| !text.is_empty()) && self.target.is_some()
    }
}

/// Three formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma- or semicolon-separated, with a header.
    Csv,
    /// The first table with an id column.
    Markdown,
    /// `[[entry]]` tables.
    Toml,
}

impl Format {
    /// By the ending of a name.
    pub fn of(name: &str) -> Option<Format> {
        match Path::new(name).extension()?.to_str()?.to_lowercase().as_str() {
            "csv" => Some(Format::Csv),
            "md" | "markdown" => Some(Format::Markdown),
            "toml" => Some(Format::Toml),
            _ => None,
        }
    }
}

/// What is wrong with a register, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The file's line, from 1.
    pub line: Option<usize>,
    /// The column, as the register names it.
    pub column: Option<String>,
    /// What is wrong, and what was expected.
    pub message: String,
}

impl Wrong {
    fn at(line: usize, column: Option<&str>, message: impl Into<String>) -> Self {
        Wrong { line: Some(line), column: column.map(str::to_owned), message: message.into() }
    }

    fn whole(message: impl Into<String>) -> Self {
        Wrong { line: None, column: None, message: message.into() }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "row in line {line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column:?}")?;
        }
        if self.line.is_some() {
            write!(f, ": ")?;
        }
        f.write_str(&self.message)
    }
}

impl Register {
    /// Reads a register; its name's ending says which format it is in.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Register, Wrong> {
        let format = Format::of(name)
            .ok_or_else(|| Wrong::whole("its name ends neither in .csv, .md nor .toml, so its format is not known"))?;
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
            Wrong::at(line, None, "not UTF-8 text")
        })?;
        let text = text.trim_start_matches('\u{feff}');
        match format {
            Format::Csv => csv::parse(text),
            Format::Markdown => markdown::parse(text),
            Format::Toml => toml::parse(text),
        }
    }

    fn add(
        &mut self,
        entry: Entry,
        line: usize,
        lines: &mut BTreeMap<String, usize>,
        column: &str,
    ) -> Result<(), Wrong> {
        if entry.id.is_empty() {
            return Err(Wrong::at(line, Some(column), "the id is empty"));
        }
        if let Some(first) = lines.insert(entry.id.clone(), line) {
            return Err(Wrong::at(line, Some(column), format!("the id {:?} stands already in line {first}", entry.id)));
        }
        self.entries.push(entry);
        Ok(())
    }
}

/// A date of a cell; empty is none.
fn date(text: &str, line: usize, column: &str) -> Result<Option<Date>, Wrong> {
    match text.trim() {
        "" | "-" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_| Wrong::at(line, Some(column), format!("{text:?} is no date like 2026-11-24"))),
    }
}

/// Dates of a cell, parted by `;`, `,` or spaces.
fn dates(text: &str, line: usize, column: &str) -> Result<Vec<Date>, Wrong> {
    let parts = text.split([';', ',', ' ']).filter(|part| !part.trim().is_empty());
    parts.filter_map(|part| date(part, line, column).transpose()).collect()
}

/// A row under its header becomes an entry.
fn entry(header: &[(Option<Column>, String)], cells: &[String], line: usize) -> Result<Entry, Wrong> {
    let mut entry = Entry::default();
    for ((column, name), cell) in header.iter().zip(cells) {
        let Some(column) = column else { continue };
        column.put(&mut entry, cell.trim(), line, name)?;
    }
    Ok(entry)
}

#[cfg(test)]
mod tests;
