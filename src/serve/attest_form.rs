//! Attesting by form, and renewing what ends. It is written by the same code as `rung attest` uses.

use std::path::Path;

use axum::{
    Extension, Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use jiff::ToSpan;
use minijinja::context;
use rung_rules::{
    all_criteria,
    model::{Attestation, Basis, Proof},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Visitor, Web, WebError,
    form::Form,
    guard::Fields,
    people::{aside, config},
};
use crate::{
    cli::{
        attest::tags,
        find::{Found, find},
    },
    config::{
        Config,
        attest::{self, Entry},
        attestations::{beside, is_account, is_url},
        editing::{Unwritten, version},
        today,
    },
};

const FIELDS: &[&str] =
    &["criterion", "owner", "statement", "expires", "proof", "accounts", "tags", "version", "renews"];

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/people/attest", get(ask).post(write))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    criterion: String,
    #[serde(default)]
    renews: String,
}

/// A criterion that can be chosen.
#[derive(Serialize)]
struct Choice {
    id: String,
    statement: &'static str,
}

/// What tells one attestation of a file from the others: its criterion, accounts and tags.
pub(super) fn key(one: &Attestation) -> String {
    let tags: Vec<_> = one.tags.iter().map(|rule| (&rule.key, &rule.values)).collect();
    let text = format!("{:?}", (&one.criterion, &one.accounts, tags));
    hex::encode(Sha256::digest(text)).chars().take(32).collect()
}

fn renewed<'c>(config: &'c Config, renews: &str) -> Option<&'c Attestation> {
    config.settings.attestations.iter().find(|one| !renews.is_empty() && key(one) == renews)
}

fn files(one: &Attestation) -> impl Iterator<Item = &String> {
    one.proof.iter().filter_map(|proof| match proof {
        Proof::File { path, .. } => Some(path),
        Proof::Url(_) => None,
    })
}

async fn ask(State(web): State<Web>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    // First the version, then what is shown of it: a change between the two is a conflict, never lost.
    let seen = seen(&config(&web).await?).await?;
    let config = config(&web).await?;
    let mut form = Form::default();
    let values = &mut form.values;
    let last = today().checked_add(config.attestation_days.days()).map(|last| last.to_string()).unwrap_or_default();
    values.extend([("criterion", asked.criterion), ("expires", last), ("version", seen)]);
    if let Some(old) = renewed(&config, &asked.renews) {
        let tags = old.tags.iter().flat_map(|rule| rule.values.iter().map(|value| format!("{}={}", rule.key, value.0)));
        let urls = old.proof.iter().filter_map(|proof| match proof {
            Proof::Url(url) => Some(url.as_str()),
            Proof::File { .. } => None,
        });
        values.extend([
            ("criterion", old.criterion.clone()),
            ("owner", old.owner.clone()),
            ("statement", old.statement.clone()),
            ("accounts", old.accounts.join("\n")),
            ("tags", tags.collect::<Vec<_>>().join("\n")),
            ("proof", urls.collect::<Vec<_>>().join("\n")),
            ("renews", asked.renews),
        ]);
    }
    if let Some(who) = &visitor.who {
        values.insert("owner", who.clone());
    }
    page(&web, &visitor, &config, &form, &[], StatusCode::OK, None)
}

/// The version of the file that is about to be changed.
async fn seen(config: &Config) -> Result<String, WebError> {
    let path = config.attestations.clone();
    aside(move || version(&path)).await?.map_err(|failure| WebError::Broken(failure.message))
}

fn page(
    web: &Web,
    visitor: &Visitor,
    config: &Config,
    form: &Form,
    left_out: &[String],
    status: StatusCode,
    conflict: Option<(String, String)>,
) -> Result<Response, WebError> {
    let choices: Vec<_> = all_criteria()
        .filter(|(_, criterion)| criterion.basis != Basis::Observed)
        .map(|(control, criterion)| Choice { id: criterion.full_id(control), statement: criterion.statement })
        .collect();
    let files: Vec<_> = renewed(config, form.get("renews")).into_iter().flat_map(files).collect();
    let file = config.attestations.display().to_string();
    let (yours, theirs) = conflict.unzip();
    let renews = !form.get("renews").is_empty();
    let title = if renews { "Renew an attestation" } else { "Attest" };
    let context = context! { form, choices, files, left_out, file, yours, theirs, named => visitor.who };
    web.pages.render_as(status, "attest.html", visitor.chrome(title, "people"), context)
}

async fn write(
    State(web): State<Web>,
    visitor: Visitor,
    Extension(fields): Extension<Fields>,
) -> Result<Response, WebError> {
    let config = config(&web).await?;
    let mut form = Form::of(&fields, FIELDS, &visitor);
    let kept: Vec<String> = fields.all("file").map(str::to_owned).collect();
    let left_out: Vec<String> = renewed(&config, form.get("renews"))
        .into_iter()
        .flat_map(files)
        .filter(|path| !kept.contains(path))
        .cloned()
        .collect();
    let entry = entry(&mut form, &config, &kept);
    if form.is_wrong() {
        return page(&web, &visitor, &config, &form, &left_out, StatusCode::UNPROCESSABLE_ENTITY, None);
    }
    let (path, days, seen, own) =
        (config.attestations.clone(), config.attestation_days, form.get("version").to_owned(), entry.clone());
    match aside(move || attest::write_if(&path, &own, days, Some(&seen))).await? {
        Ok(_) => Ok(Redirect::to("/people?written=attestation").into_response()),
        Err(Unwritten::Failed(failure)) => {
            form.fault("all", failure.message);
            page(&web, &visitor, &config, &form, &left_out, StatusCode::UNPROCESSABLE_ENTITY, None)
        }
        Err(Unwritten::Changed) => {
            let (seen, theirs) = now(&config.attestations).await?;
            form.values.insert("version", seen);
            let both = Some((attest::text(&entry), theirs));
            page(&web, &visitor, &config, &form, &left_out, StatusCode::CONFLICT, both)
        }
    }
}

/// A file as it is now: its version, and its text.
pub(super) async fn now(path: &Path) -> Result<(String, String), WebError> {
    let path = path.to_owned();
    let read = move || version(&path).map(|seen| (seen, std::fs::read_to_string(&path).unwrap_or_default()));
    aside(read).await?.map_err(|failure| WebError::Broken(failure.message))
}

/// The entry that a form asks for; what is wrong is noted in the form, and nothing may be written then.
fn entry(form: &mut Form, config: &Config, kept: &[String]) -> Entry {
    let date = today();
    let criterion = criterion(form);
    let owner = form.name("owner");
    let statement = form.text("statement", "Say what holds, and how one can see it.");
    let expires = form.last_day("expires", date);
    let accounts: Vec<String> =
        form.get("accounts").split([' ', ',', '\n']).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    if let Some(wrong) = accounts.iter().find(|account| !is_account(account)) {
        form.fault("accounts", format!("{wrong:?} is no account id of 12 digits."));
    }
    let tags = tags(&form.lines("tags")).unwrap_or_else(|failure| {
        form.fault("tags", failure.message);
        Vec::new()
    });
    let proof = proof(form, config, kept);
    Entry { criterion, owner, date, expires, statement, accounts, tags, proof }
}

fn criterion(form: &mut Form) -> String {
    if form.get("criterion").is_empty() {
        form.fault("criterion", "Choose what is attested.");
        return String::new();
    }
    match find(form.get("criterion")) {
        Ok(Found::Criterion(control, criterion)) if criterion.basis != Basis::Observed => criterion.full_id(control),
        Ok(Found::Criterion(..)) => {
            form.fault("criterion", "This criterion is decided by what AWS shows; it takes no attestation.");
            String::new()
        }
        Ok(Found::Control(_)) => {
            form.fault("criterion", "This is a control: choose one criterion of it.");
            String::new()
        }
        Err(failure) => {
            form.fault("criterion", failure.message.lines().next().unwrap_or_default());
            String::new()
        }
    }
}

/// Addresses come from the form. Files only from what is attested already: a form names no file of this machine.
fn proof(form: &mut Form, config: &Config, kept: &[String]) -> Vec<Proof> {
    let (urls, wrong): (Vec<_>, Vec<_>) = form.lines("proof").into_iter().partition(|line| is_url(line));
    if let Some(wrong) = wrong.first() {
        let words = format!("{wrong:?} is no https address. Files are attested with `rung attest --proof FILE`.");
        form.fault("proof", words);
    }
    let mut all: Vec<_> = urls.into_iter().map(Proof::Url).collect();
    let old: Vec<_> = renewed(config, form.get("renews")).into_iter().flat_map(files).cloned().collect();
    for path in old.iter().filter(|path| kept.contains(path)) {
        match crate::config::attestations::sha256_of(&beside(&config.attestations, path)) {
            Ok(sha256) => {
                all.push(Proof::File { path: path.clone(), sha256, found: rung_rules::model::ProofFile::Unchanged });
            }
            Err(error) => form.fault("file", format!("{path} cannot be read: {error}.")),
        }
    }
    all
}
