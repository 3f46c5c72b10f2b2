//! A register as TOML: `[[entry]]` tables with the columns as keys, `reviews = [dates]` beside them.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::{Column, Entry, Register, Wrong, date};

pub(super) fn parse(text: &str) -> Result<Register, Wrong> {
    let line = |at: usize| text.get(..at).unwrap_or_default().matches('\n').count() + 1;
    let root = DeTable::parse(text)
        .map_err(|error| Wrong::at(line(error.span().map_or(0, |span| span.start)), None, error.message().trim()))?;
    let (mut register, mut lines) = (Register::default(), BTreeMap::new());
    for (key, value) in root.get_ref().iter() {
        let at = line(key.span().start);
        match (&**key.get_ref(), value.get_ref()) {
            ("entry", DeValue::Array(entries)) => {
                for one in entries.iter() {
                    let at = line(one.span().start);
                    let DeValue::Table(table) = one.get_ref() else {
                        return Err(Wrong::at(at, None, "expected entries under [[entry]]"));
                    };
                    register.add(entry(table, at, &line)?, at, &mut lines, "id")?;
                }
            }
            ("reviews", DeValue::Array(reviews)) => {
                for review in reviews.iter() {
                    let at = line(review.span().start);
                    let text =
                        scalar(review.get_ref()).ok_or_else(|| Wrong::at(at, Some("reviews"), "expected dates"))?;
                    register.reviews.extend(date(&text, at, "reviews")?);
                }
            }
            (key, _) => {
                return Err(Wrong::at(at, None, format!("unknown key {key:?}: expected [[entry]] and reviews")));
            }
        }
    }
    match root.get_ref().is_empty() {
        true => Err(Wrong::whole("it is empty: expected [[entry]] tables")),
        false => Ok(register),
    }
}

fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Datetime(date) => Some(date.to_string()),
        _ => None,
    }
}

fn entry(table: &DeTable<'_>, at: usize, line: &dyn Fn(usize) -> usize) -> Result<Entry, Wrong> {
    let mut entry = Entry::default();
    let mut seen = Vec::new();
    for (key, value) in table.iter() {
        let (name, at) = (&**key.get_ref(), line(key.span().start));
        let Some(column) = Column::of(name) else { continue };
        let text = match value.get_ref() {
            DeValue::Array(list) => {
                let parts: Option<Vec<_>> = list.iter().map(|one| scalar(one.get_ref())).collect();
                parts.map(|parts| parts.join("; "))
            }
            other => scalar(other),
        };
        let text =
            text.ok_or_else(|| Wrong::at(at, Some(name), "expected text, a number, a date or a list of them"))?;
        column.put(&mut entry, text.trim(), at, name)?;
        seen.push(column);
    }
    let missing: Vec<_> =
        Column::REQUIRED.into_iter().filter(|column| !seen.contains(column)).map(Column::name).collect();
    match missing.is_empty() {
        true => Ok(entry),
        false => Err(Wrong::at(at, None, format!("the entry lacks {}", missing.join(", ")))),
    }
}
