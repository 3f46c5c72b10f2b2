//! What people have said and still have to say: attestations and waivers with their days left, and what needs a person.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use axum::{
    Router,
    extract::{Query, State},
    response::Response,
    routing::get,
};
use jiff::{Timestamp, civil::Date};
use minijinja::context;
use rung_rules::model::{Attestation, Proof, TagRule, Waiver};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::{Visitor, Web, WebError, attest_form, waive_form};
use crate::{
    bundle::Bundle,
    cli::{
        attest_list::{self, Row},
        find::{Found, find},
        latest,
    },
    config::{Config, today},
    failure::Failure,
};

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/people", get(people)).merge(attest_form::routes()).merge(waive_form::routes())
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    written: String,
}

/// An attestation as the page shows it.
#[derive(Serialize)]
struct Said {
    criterion: String,
    title: String,
    owner: String,
    statement: String,
    date: String,
    expires: String,
    left: String,
    tone: &'static str,
    place: String,
    of: Vec<String>,
    urls: Vec<String>,
    files: Vec<String>,
    key: String,
}

/// A waiver as the page shows it.
#[derive(Serialize)]
struct Accepted {
    what: String,
    subject: Option<String>,
    reason: String,
    owner: Option<String>,
    expires: Option<String>,
    left: String,
    tone: &'static str,
    place: String,
    key: Option<String>,
}

/// What needs a person, as the page shows it.
#[derive(Serialize)]
struct Needed {
    control: String,
    criterion: String,
    level: u8,
    statement: &'static str,
    remedy: &'static str,
    lifts: Option<(u8, u8)>,
}

async fn people(State(web): State<Web>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let config = config(&web).await?;
    let (today, needs) = (today(), web.needs.of(&web.settings.scans, &config).await?);
    let attestations: Vec<_> = config.settings.attestations.iter().map(|one| said(one, today)).collect();
    let waivers: Vec<_> = config.settings.waivers.iter().map(|one| accepted(one, today)).collect();
    let needed = needs.rows.iter().filter(|row| row.open).map(needed).collect::<Vec<_>>();
    let scanned = needs.scanned.map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string());
    let may_waive = config.waivers.is_some();
    let written = match asked.written.as_str() {
        "attestation" => Some("The attestation is written. The next scan counts it."),
        "waiver" => Some("The waiver is written. The next scan counts it."),
        _ => None,
    };
    let file = config.attestations.display().to_string();
    let context = context! { attestations, waivers, needed, scanned, may_waive, written, file };
    web.pages.render("people.html", visitor.chrome("People", "people"), context)
}

/// The configuration as it is now; what is wrong with it is told as a scan would tell it.
pub(super) async fn config(web: &Web) -> Result<Config, WebError> {
    let settings = web.settings.clone();
    aside(move || Config::load(&settings.flags)).await?.map_err(|failure| WebError::Broken(failure.message))
}

/// Work that reads or writes files, where it holds nobody up.
pub(super) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, WebError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| WebError::Internal(error.into()))
}

fn said(one: &Attestation, today: Date) -> Said {
    let standing = one.standing(today);
    let (urls, files) = proofs(&one.proof);
    let tone = match (standing.counts(), standing == rung_rules::model::Standing::Valid) {
        (true, true) => "good",
        (true, false) => "open",
        (false, _) => "bad",
    };
    let left = match standing {
        rung_rules::model::Standing::Valid => days_left(Some(one.expires), today),
        other => other.words(),
    };
    Said {
        title: title(&one.criterion),
        criterion: one.criterion.clone(),
        owner: one.owner.clone(),
        statement: one.statement.clone(),
        date: one.date.to_string(),
        expires: one.expires.to_string(),
        left,
        tone,
        place: one.place.clone(),
        of: one.accounts.iter().map(|id| format!("account {id}")).chain(one.tags.iter().map(tag)).collect(),
        urls,
        files,
        key: attest_form::key(one),
    }
}

fn tag(rule: &TagRule) -> String {
    let values: Vec<_> = rule.values.iter().map(|value| value.0.as_str()).collect();
    format!("tag {}={}", rule.key, values.join(" or "))
}

fn proofs(all: &[Proof]) -> (Vec<String>, Vec<String>) {
    let (mut urls, mut files) = (Vec::new(), Vec::new());
    for proof in all {
        match proof {
            Proof::Url(url) => urls.push(url.clone()),
            Proof::File { path, .. } => files.push(path.clone()),
        }
    }
    (urls, files)
}

fn accepted(one: &Waiver, today: Date) -> Accepted {
    let what = match (&one.criterion, one.control) {
        (Some(criterion), _) => criterion.clone(),
        (None, Some(control)) => format!("{} {}", control.id(), control.title()),
        (None, None) => "every criterion".to_owned(),
    };
    Accepted {
        what,
        subject: one.subject.as_ref().map(|subject| subject.0.clone()),
        reason: one.reason.clone(),
        owner: one.owner.clone(),
        expires: one.expires.map(|last| last.to_string()),
        left: days_left(one.expires, today),
        tone: match one.expires {
            _ if one.is_expired(today) => "bad",
            None => "open",
            Some(_) => "good",
        },
        place: one.place.clone(),
        // Files of other tools are theirs to change.
        key: (one.owner.is_some()).then(|| waive_form::key(one)),
    }
}

/// `12 days left`, from today to the last day.
fn days_left(last: Option<Date>, today: Date) -> String {
    let Some(last) = last else { return "never ends".to_owned() };
    match today.until(last).map_or(-1, |span| span.get_days()) {
        ..0 => "has ended".to_owned(),
        0 => "ends today".to_owned(),
        1 => "1 day left".to_owned(),
        days => format!("{days} days left"),
    }
}

/// What must hold, of a criterion by its full id.
fn title(id: &str) -> String {
    match find(id) {
        Ok(Found::Criterion(_, criterion)) => criterion.statement.to_owned(),
        _ => id.to_owned(),
    }
}

fn needed(row: &Row) -> Needed {
    Needed {
        control: format!("{} {}", row.control.id(), row.control.title()),
        criterion: row.criterion.full_id(row.control),
        level: row.criterion.level.number(),
        statement: row.criterion.statement,
        remedy: row.criterion.remedy,
        lifts: row.lifts.map(|(from, to)| (from.number(), to.number())),
    }
}

/// What needs a person, worked out once for each scan and each version of what people say.
#[derive(Clone, Debug, Default)]
pub(super) struct Needs {
    last: Arc<Mutex<Option<Worked>>>,
}

/// A list, and what it was made of.
type Worked = (Of, Arc<List>);

/// What a list was made of.
#[derive(Clone, Debug, PartialEq)]
struct Of {
    bundle: Option<(PathBuf, SystemTime)>,
    attestations: Vec<Attestation>,
    today: Date,
}

#[derive(Debug, Default)]
struct List {
    scanned: Option<Timestamp>,
    rows: Vec<Row>,
}

impl Needs {
    /// The list for the newest scan; empty without one.
    async fn of(&self, scans: &Path, config: &Config) -> Result<Arc<List>, WebError> {
        let scans = scans.to_owned();
        let bundle = aside(move || {
            let folder = latest::newest(&scans).ok()?;
            let written = folder.join("manifest.json").metadata().and_then(|file| file.modified()).ok()?;
            Some((folder, written))
        });
        let of = Of { bundle: bundle.await?, attestations: config.settings.attestations.clone(), today: today() };
        let mut last = self.last.lock().await;
        if let Some((_, list)) = last.as_ref().filter(|(known, _)| *known == of) {
            return Ok(list.clone());
        }
        let asked = of.clone();
        let made = aside(move || make(&asked)).await?.map_err(|failure| WebError::Broken(failure.message))?;
        let list = Arc::new(made);
        *last = Some((of, list.clone()));
        Ok(list)
    }
}

fn make(of: &Of) -> Result<List, Failure> {
    let Some((folder, _)) = &of.bundle else { return Ok(List::default()) };
    let (scanned, rows) = attest_list::list(&Bundle::open(folder)?, &of.attestations)?;
    Ok(List { scanned: Some(scanned), rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_left_are_counted_to_the_last_day() {
        let today: Date = "2026-11-25".parse().unwrap();
        let left = |last: &str| days_left(Some(last.parse().unwrap()), today);
        assert_eq!(left("2026-11-24"), "has ended");
        assert_eq!(left("2026-11-25"), "ends today");
        assert_eq!(left("2026-11-26"), "1 day left");
        assert_eq!(left("2028-11-25"), "731 days left");
        assert_eq!(days_left(None, today), "never ends");
    }
}
