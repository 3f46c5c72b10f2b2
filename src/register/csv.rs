//! A register as CSV: a header, then a row an entry.

use std::collections::BTreeMap;

use super::{Register, Wrong, columns, entry};

/// The delimiter is the one that the header has more of.
pub(super) fn delimiter(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if header.matches(';').count() > header.matches(',').count() { b';' } else { b',' }
}

pub(super) fn parse(text: &str) -> Result<Register, Wrong> {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter(text)).has_headers(false).from_reader(text.as_bytes());
    let mut header = None;
    let (mut register, mut lines) = (Register::default(), BTreeMap::new());
    for record in reader.records() {
        let record = record.map_err(|error| wrong(&error))?;
        let line = record.position().map_or(0, csv::Position::line) as usize;
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        match &header {
            None => header = Some(columns::header(cells, line)?),
            Some(header) => {
                let id = header.iter().find(|(column, _)| *column == Some(super::Column::Id));
                register.add(entry(header, &cells, line)?, line, &mut lines, id.map_or("id", |(_, name)| name))?;
            }
        }
    }
    match header {
        Some(_) => Ok(register),
        None => Err(Wrong::whole("it is empty: expected a header and a row for each entry")),
    }
}

fn wrong(error: &csv::Error) -> Wrong {
    let line = error.position().map_or(1, csv::Position::line) as usize;
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Wrong::at(line, None, format!("{len} cells, the header has {expected_len}"))
        }
        _ => Wrong::at(line, None, error.to_string()),
    }
}
