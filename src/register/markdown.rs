//! A register as Markdown: the first table with an id column; a table headed `Review` tells of reviews.

use std::collections::BTreeMap;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{Column, Register, Wrong, columns, date, entry};

/// A table with the lines its rows stand on.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Rows, the header first.
    pub(super) rows: Vec<(usize, Vec<String>)>,
    /// Where it ends in the text, in bytes.
    pub(super) end: usize,
}

/// The tables of a text.
pub(super) fn tables(text: &str) -> Vec<Table> {
    let line = |at: usize| text.get(..at).unwrap_or_default().matches('\n').count() + 1;
    let (mut tables, mut cell) = (Vec::new(), None);
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::Table(_)) => tables.push(Table { rows: Vec::new(), end: range.end }),
            Event::Start(Tag::TableHead | Tag::TableRow) => {
                if let Some(table) = tables.last_mut() {
                    table.rows.push((line(range.start), Vec::new()));
                }
            }
            Event::Start(Tag::TableCell) => cell = Some(String::new()),
            Event::End(TagEnd::TableCell) => {
                if let (Some((_, cells)), Some(cell)) = (tables.last_mut().and_then(|t| t.rows.last_mut()), cell.take())
                {
                    cells.push(cell);
                }
            }
            Event::Text(part) | Event::Code(part) | Event::InlineHtml(part) => {
                if let Some(cell) = &mut cell {
                    cell.push_str(&part);
                }
            }
            Event::SoftBreak | Event::HardBreak => cell.iter_mut().for_each(|cell| cell.push(' ')),
            _ => {}
        }
    }
    tables
}

/// Whether a table is the register.
pub(super) fn is_register(table: &Table) -> bool {
    table.rows.first().is_some_and(|(_, cells)| cells.iter().any(|cell| Column::of(cell) == Some(Column::Id)))
}

fn is_reviews(table: &Table) -> bool {
    let first = table.rows.first().and_then(|(_, cells)| cells.first());
    first.is_some_and(|cell| ["review", "reviewed", "review date"].contains(&cell.trim().to_lowercase().as_str()))
}

pub(super) fn parse(text: &str) -> Result<Register, Wrong> {
    let tables = tables(text);
    let Some(table) = tables.iter().find(|table| is_register(table)) else {
        let words = if tables.is_empty() { "there is no table" } else { "no table has an id column" };
        return Err(Wrong::whole(format!("{words}: expected one with {}", names())));
    };
    let (mut register, mut lines) = (Register::default(), BTreeMap::new());
    let mut rows = table.rows.iter();
    let Some((line, cells)) = rows.next() else { return Ok(register) };
    let header = columns::header(cells.clone(), *line)?;
    for (line, cells) in rows {
        register.add(entry(&header, cells, *line)?, *line, &mut lines, "id")?;
    }
    for table in tables.iter().filter(|table| is_reviews(table)) {
        for (line, cells) in table.rows.iter().skip(1) {
            register.reviews.extend(date(cells.first().map_or("", String::as_str), *line, "review")?);
        }
    }
    Ok(register)
}

fn names() -> String {
    Column::REQUIRED.map(Column::name).join(", ")
}
