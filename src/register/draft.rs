//! Entries drafted from unmet criteria, appended to a register in its own columns and style.

use jiff::{ToSpan, civil::Date};
use rung_rules::model::{Assessment, ControlReport, CriterionReport, Effort, Finding, Outcome, Severity, Verdict};

use super::{Column, Entry, Format, Register, Wrong, columns, csv::delimiter, evidence::DRAFTED, markdown};
use crate::report::csv::guarded;

/// Names of subjects in a drafted entry; the rest is counted.
const NAMED: usize = 5;

/// What people decide about drafted entries.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// Owner of each; empty for nobody yet.
    pub owner: String,
    /// Days from today to the target date; nothing for no date yet.
    pub target_days: Option<i64>,
}

/// An entry for each unmet criterion: those in the way of the next level first, then the cheap before the dear.
pub fn entries(assessment: &Assessment, today: Date, choices: &Choices) -> Vec<Entry> {
    let mut all: Vec<_> = assessment
        .controls
        .iter()
        .flat_map(|control| control.criteria.iter().map(move |criterion| (control, criterion)))
        .filter(|(_, criterion)| criterion.outcome == Outcome::Unmet)
        .collect();
    all.sort_by_key(|(control, criterion)| {
        let next = control.next.as_ref().map(|next| next.level);
        (Some(criterion.level) != next, criterion.level, criterion.effort, control.id)
    });
    let accounts = match assessment.scan.accounts.as_slice() {
        [first, _, _, rest @ ..] if !rest.is_empty() => format!("{first}-and-{}-more", rest.len() + 2),
        few => few.join("-"),
    };
    let entry = |(control, criterion): (&ControlReport, &CriterionReport)| {
        let short = criterion.id.rsplit('.').next().unwrap_or_default();
        let failing: Vec<&Finding> = assessment
            .findings
            .iter()
            .filter(|finding| finding.criterion == criterion.id && finding.result == Verdict::Fail && !finding.waived)
            .collect();
        Entry {
            id: format!("{DRAFTED}{:03}-{short}-{accounts}", control.id.number()),
            description: format!("{} {}", criterion.statement, criterion.why),
            impact: impact(&failing),
            services: services(&failing),
            owner: choices.owner.clone(),
            priority: priority(control, criterion).to_owned(),
            target: choices.target_days.and_then(|days| today.checked_add(days.days()).ok()),
            status: "open".to_owned(),
            opened: Some(today),
            ..Entry::default()
        }
    };
    all.into_iter().map(entry).collect()
}

/// What the scan knows of it; what it costs the business people add.
fn impact(failing: &[&Finding]) -> String {
    let saving: f64 =
        failing.iter().filter_map(|finding| finding.facts.get("gp3_saving_usd_month")?.get("value")?.as_f64()).sum();
    match saving > 0.0 {
        true => format!("{saving:.2} USD a month at list price"),
        false => String::new(),
    }
}

/// The services that failing subjects are tagged with, or their names.
fn services(failing: &[&Finding]) -> String {
    let tag = |finding: &Finding| {
        let tags = &finding.subject.subject.tags;
        ["service", "Service", "application", "app"].iter().find_map(|key| tags.get(key)).map(|value| value.to_string())
    };
    let name = |finding: &&&Finding| {
        let subject = &finding.subject.subject;
        tag(finding).unwrap_or_else(|| subject.name.as_ref().unwrap_or(&subject.arn).to_string())
    };
    let mut names: Vec<String> = failing.iter().map(|finding| name(&finding)).collect();
    names.sort();
    names.dedup();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    match more {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

fn priority(control: &ControlReport, criterion: &CriterionReport) -> &'static str {
    let next = control.next.as_ref().is_some_and(|next| next.level == criterion.level);
    match (control.severity, next, criterion.effort) {
        (Severity::High, true, _) => "high",
        (_, true, Effort::Setting | Effort::Resource) => "high",
        (_, true, _) => "medium",
        _ => "low",
    }
}

/// A register with entries appended: what was there is the same bytes; ids that are there are not repeated.
///
/// Gives the new text and how many entries it gained. Nothing there yet begins a register.
pub fn append(name: &str, old: Option<&[u8]>, drafted: &[Entry]) -> Result<(String, Vec<Entry>), Wrong> {
    let format = Format::of(name)
        .ok_or_else(|| Wrong::whole("its name ends neither in .csv, .md nor .toml, so its format is not known"))?;
    let before = old.map(|bytes| Register::parse(name, bytes)).transpose()?.unwrap_or_default();
    let text = old.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_else(|| beginning(format));
    let is_new = |entry: &&Entry| !before.entries.iter().any(|own| own.id == entry.id);
    let new: Vec<Entry> = drafted.iter().filter(is_new).cloned().collect();
    if new.is_empty() {
        return Ok((text, new));
    }
    let after = match format {
        Format::Csv => csv(&text, &new)?,
        Format::Markdown => in_markdown(&text, &new)?,
        Format::Toml => toml(&text, &new),
    };
    // What was written is read again before anybody keeps it.
    let read = Register::parse(name, after.as_bytes())?;
    let kept = read.entries.get(..before.entries.len()).is_some_and(|own| own == before.entries);
    match kept && read.entries.len() == before.entries.len() + new.len() {
        true => Ok((after, new)),
        false => Err(Wrong::whole("the register would not read as it should after appending: nothing was written")),
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    Column::ALL.into_iter().map(Column::name)
}

fn beginning(format: Format) -> String {
    match format {
        Format::Csv => format!("{}\n", names().collect::<Vec<_>>().join(",")),
        Format::Markdown => {
            let header = names().collect::<Vec<_>>().join(" | ");
            let rule = names().map(|_| "---").collect::<Vec<_>>().join(" | ");
            format!("# Performance debt register\n\n| {header} |\n| {rule} |\n")
        }
        Format::Toml => "# Performance debt register\n".to_owned(),
    }
}

/// The file's own line ending.
fn ending(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

fn csv(text: &str, new: &[Entry]) -> Result<String, Wrong> {
    let failed = |error: csv::Error| Wrong::whole(error.to_string());
    let delimiter = delimiter(text);
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
    let header = reader.headers().map_err(failed)?.iter().map(str::to_owned).collect();
    let header = columns::header(header, 1)?;
    let terminator = if ending(text) == "\r\n" { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).terminator(terminator).from_writer(Vec::new());
    for entry in new {
        let cells = header.iter().map(|(column, _)| column.map(|column| column.get(entry)).unwrap_or_default());
        writer.write_record(cells.map(|cell| guarded(&cell))).map_err(failed)?;
    }
    let rows = writer.into_inner().map_err(|error| Wrong::whole(error.to_string()))?;
    Ok(format!("{}{}", ended(text), String::from_utf8_lossy(&rows)))
}

fn ended(text: &str) -> String {
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { ending(text) };
    format!("{text}{end}")
}

fn in_markdown(text: &str, new: &[Entry]) -> Result<String, Wrong> {
    let tables = markdown::tables(text);
    let Some(table) = tables.iter().find(|table| markdown::is_register(table)) else {
        return Err(Wrong::whole("no table has an id column"));
    };
    let Some((line, cells)) = table.rows.first() else { return Err(Wrong::whole("its table has no header")) };
    let header = columns::header(cells.clone(), *line)?;
    let cell = |text: String| plain_cell(&text);
    let row = |entry: &Entry| {
        let cells = header.iter().map(|(column, _)| column.map(|column| cell(column.get(entry))).unwrap_or_default());
        format!("| {} |{}", cells.collect::<Vec<_>>().join(" | "), ending(text))
    };
    let (head, tail) = text.split_at(table.end);
    Ok(format!("{}{}{tail}", ended(head), new.iter().map(row).collect::<String>()))
}

/// Text as a cell that is nothing but text: names come from strangers.
fn plain_cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => cell.push(' '),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' => cell.extend(['\\', c]),
            c if c.is_control() => {}
            c => cell.push(c),
        }
    }
    cell
}

fn toml(text: &str, new: &[Entry]) -> String {
    let mut list = toml_edit::ArrayOfTables::new();
    for entry in new {
        let mut table = toml_edit::Table::new();
        for column in Column::ALL {
            let value = column.get(entry);
            let needed = Column::REQUIRED.contains(&column);
            if needed || !value.is_empty() {
                let date = value.parse::<toml_edit::Datetime>().ok();
                let key = column.name().replace(' ', "_");
                table.insert(&key, date.map_or_else(|| toml_edit::value(value), toml_edit::value));
            }
        }
        list.push(table);
    }
    let mut document = toml_edit::DocumentMut::new();
    document.insert("entry", toml_edit::Item::ArrayOfTables(list));
    format!("{}\n{document}", ended(text))
}

#[cfg(test)]
#[path = "draft_tests.rs"]
mod tests;
