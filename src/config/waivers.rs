//! Files of waivers: our own TOML, and the `.wafpass-skip.yml` of WAF++'s tool.

use std::{fs, path::Path};

use jiff::civil::Date;
use rung_rules::{
    all_criteria,
    model::{Control, Pattern, Waiver},
};
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{
    reading::{Document, Placed, Table},
    settings::control,
};
use crate::{
    cli::find::{Found, find},
    failure::Failure,
};

/// Reads the waivers of a file; its name says in which of the two formats.
pub fn read(path: &Path) -> Result<Vec<Waiver>, Failure> {
    if is_yaml(path) {
        let text = fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
        return wafpass(path, &text);
    }
    of(&Document::open(path)?)
}

/// Whether a file is one of WAF++'s tool, by its name.
pub(crate) fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml")
}

fn of(document: &Document) -> Result<Vec<Waiver>, Failure> {
    let root = document.root()?;
    let entries = root.tables("waiver")?;
    root.done()?;
    let mut all: Vec<Waiver> = Vec::new();
    for table in &entries {
        let waiver = one(table)?;
        let same = |other: &&Waiver| {
            (&other.control, &other.criterion, &other.subject) == (&waiver.control, &waiver.criterion, &waiver.subject)
        };
        if let Some(other) = all.iter().find(same) {
            let words = format!("the same is waived at {}. Keep one of them.", other.place);
            return Err(document.error(&table.span, &words));
        }
        all.push(waiver);
    }
    Ok(all)
}

fn one(table: &Table<'_>) -> Result<Waiver, Failure> {
    let document = table.document;
    let criterion = table.text("criterion")?.map(|id| of_criterion(document, &id)).transpose()?;
    let control = table.text("control")?.map(|id| of_control(document, &id)).transpose()?;
    let subject = table.text("subject")?.map(|text| Pattern(text.value));
    if criterion.is_some() && control.is_some() {
        return Err(document.error(&table.span, "names a control and a criterion: keep one of them"));
    }
    if criterion.is_none() && control.is_none() && subject.is_none() {
        let words = "says not what it waives: expected criterion, control or subject";
        return Err(document.error(&table.span, words));
    }
    let waiver = Waiver {
        place: document.place(&table.span),
        control,
        criterion,
        subject,
        reason: table.needed("reason")?.value,
        owner: Some(table.needed("owner")?.value),
        expires: Some(table.date("expires")?.ok_or_else(|| table.lacks("expires"))?.value),
    };
    table.done()?;
    Ok(waiver)
}

fn of_criterion(document: &Document, id: &Placed<String>) -> Result<String, Failure> {
    match find(&id.value).map_err(|failure| document.error(&id.span, &failure.message))? {
        Found::Criterion(control, criterion) => Ok(criterion.full_id(control)),
        Found::Control(own) => {
            let words = format!("{} is a control: write control = {:?}", own.id(), id.value);
            Err(document.error(&id.span, &words))
        }
    }
}

fn of_control(document: &Document, id: &Placed<String>) -> Result<Control, Failure> {
    control(&id.value).ok_or_else(|| {
        let ids: Vec<_> = Control::all().map(Control::id).collect();
        let words = format!("no control is called {:?}: they are {}", id.value, ids.join(", "));
        document.error(&id.span, &words)
    })
}

#[derive(Deserialize)]
struct SkipFile {
    #[serde(default, alias = "skips")]
    waivers: Vec<Spanned<Skip>>,
}

#[derive(Deserialize)]
struct Skip {
    id: Spanned<String>,
    reason: Spanned<String>,
    #[serde(default)]
    expires: Option<Spanned<String>>,
}

/// `waivers: [{id, reason, expires}]`. Ids of other pillars are none of ours and left out.
fn wafpass(path: &Path, text: &str) -> Result<Vec<Waiver>, Failure> {
    let error = |line: u64, column: u64, words: &str| {
        Failure::usage(format!("{}, line {line}, column {column}: {words}", path.display()))
    };
    let file: SkipFile = serde_saphyr::from_str(text).map_err(|cause| {
        let at = cause.location();
        let words = cause.to_string();
        let first = words.lines().next().unwrap_or_default();
        // The library's own "error: line 1 column 2: " would say the place twice.
        let place = at.map(|at| format!("line {} column {}: ", at.line(), at.column())).unwrap_or_default();
        let first = first.trim_start_matches("error: ").trim_start_matches(&place);
        error(at.map_or(1, |at| at.line()), at.map_or(1, |at| at.column()), first)
    })?;
    let mut all = Vec::new();
    for entry in &file.waivers {
        let at = |location: serde_saphyr::Location, words: &str| error(location.line(), location.column(), words);
        let Skip { id, reason, expires } = &entry.value;
        let wanted = id.value.trim().to_uppercase();
        if wanted.starts_with("WAF-") && !wanted.starts_with("WAF-PERF-") {
            continue;
        }
        let named = all_criteria()
            .map(|(own, criterion)| criterion.full_id(own))
            .find(|full| full.eq_ignore_ascii_case(&wanted));
        let own = control(&wanted);
        if own.is_none() && named.is_none() {
            let words = format!("id: no control of the pillar is called {:?}", id.value);
            return Err(at(id.referenced, &words));
        }
        if reason.value.trim().is_empty() {
            return Err(at(reason.referenced, "reason: is empty"));
        }
        let day = |text: &Spanned<String>| -> Result<Date, Failure> {
            let wrong = format!("expires: {:?} is no date like 2026-11-24", text.value);
            text.value.trim().parse().map_err(|_| at(text.referenced, &wrong))
        };
        all.push(Waiver {
            place: format!("{}:{}", path.display(), entry.referenced.line()),
            control: if named.is_some() { None } else { own },
            criterion: named,
            subject: None,
            reason: reason.value.trim().to_owned(),
            owner: None,
            expires: expires.as_ref().map(day).transpose()?,
        });
    }
    Ok(all)
}

#[cfg(test)]
#[path = "waivers_tests.rs"]
mod tests;
