//! Accepting something for a while by form, and giving what ends a new end.

use axum::{
    Extension, Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use minijinja::context;
use rung_rules::{
    all_criteria,
    model::{Control, Waiver},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Visitor, Web, WebError,
    attest_form::now,
    form::Form,
    guard::Fields,
    people::{aside, config},
};
use crate::{
    cli::find::{Found, find},
    config::{
        Config,
        editing::Unwritten,
        today,
        waive::{self, Waive},
    },
};

const FIELDS: &[&str] = &["what", "subject", "reason", "owner", "expires", "version"];

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/people/waive", get(ask).post(write))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    what: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    renews: String,
}

/// A control with its criteria, to choose from.
#[derive(Serialize)]
struct Choice {
    id: String,
    title: &'static str,
    criteria: Vec<(String, &'static str)>,
}

/// What tells one waiver of a file from the others: what it excepts.
pub(super) fn key(one: &Waiver) -> String {
    let text = format!("{:?}", (one.control, &one.criterion, &one.subject));
    hex::encode(Sha256::digest(text)).chars().take(32).collect()
}

async fn ask(State(web): State<Web>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    // First the version, then what is shown of it: a change between the two is a conflict, never lost.
    let seen = match config(&web).await?.waivers {
        Some(path) => now(&path).await?.0,
        None => String::new(),
    };
    let config = config(&web).await?;
    let mut form = Form::default();
    let values = &mut form.values;
    values.extend([("version", seen), ("what", asked.what), ("subject", asked.subject)]);
    let old = config.settings.waivers.iter().find(|one| !asked.renews.is_empty() && key(one) == asked.renews);
    if let Some(old) = old {
        let what = old.criterion.clone().or_else(|| old.control.map(Control::id)).unwrap_or_default();
        values.extend([
            ("what", what),
            ("subject", old.subject.as_ref().map(|subject| subject.0.clone()).unwrap_or_default()),
            ("reason", old.reason.clone()),
            ("owner", old.owner.clone().unwrap_or_default()),
        ]);
    }
    if let Some(who) = &visitor.who {
        values.insert("owner", who.clone());
    }
    page(&web, &visitor, &config, &form, StatusCode::OK, None)
}

fn page(
    web: &Web,
    visitor: &Visitor,
    config: &Config,
    form: &Form,
    status: StatusCode,
    conflict: Option<(String, String)>,
) -> Result<Response, WebError> {
    let Some(file) = &config.waivers else {
        let words = "Only files of another tool are named as waivers. Name a file of our own too: \
                     waivers = [\"waivers.toml\", ...] in rung.toml, or --waivers waivers.toml.";
        return Err(WebError::Conflict(words.to_owned()));
    };
    let choices: Vec<_> = Control::all()
        .map(|control| Choice {
            id: control.id(),
            title: control.title(),
            criteria: all_criteria()
                .filter(|(own, _)| *own == control)
                .map(|(own, criterion)| (criterion.full_id(own), criterion.statement))
                .collect(),
        })
        .collect();
    let (yours, theirs) = conflict.unzip();
    let file = file.display().to_string();
    let context = context! { form, choices, file, yours, theirs, named => visitor.who };
    web.pages.render_as(status, "waive.html", visitor.chrome("Waive", "people"), context)
}

async fn write(
    State(web): State<Web>,
    visitor: Visitor,
    Extension(fields): Extension<Fields>,
) -> Result<Response, WebError> {
    let config = config(&web).await?;
    let mut form = Form::of(&fields, FIELDS, &visitor);
    let waive = waive(&mut form);
    let Some(path) = config.waivers.clone().filter(|_| !form.is_wrong()) else {
        return page(&web, &visitor, &config, &form, StatusCode::UNPROCESSABLE_ENTITY, None);
    };
    let (seen, own, file) = (form.get("version").to_owned(), waive.clone(), path.clone());
    match aside(move || waive::write_if(&file, &own, Some(&seen))).await? {
        Ok(_) => Ok(Redirect::to("/people?written=waiver").into_response()),
        Err(Unwritten::Failed(failure)) => {
            form.fault("all", failure.message);
            page(&web, &visitor, &config, &form, StatusCode::UNPROCESSABLE_ENTITY, None)
        }
        Err(Unwritten::Changed) => {
            let (seen, theirs) = now(&path).await?;
            form.values.insert("version", seen);
            page(&web, &visitor, &config, &form, StatusCode::CONFLICT, Some((waive::text(&waive), theirs)))
        }
    }
}

/// The waiver that a form asks for; what is wrong is noted in the form, and nothing may be written then.
fn waive(form: &mut Form) -> Waive {
    let subject = Some(form.get("subject").to_owned()).filter(|subject| !subject.is_empty());
    if subject.as_ref().is_some_and(|subject| subject.chars().count() > 2_048 || subject.chars().any(char::is_control))
    {
        form.fault("subject", "Expected one ARN or one name, with * for any characters.");
    }
    let (control, criterion) = match form.get("what") {
        "" if subject.is_none() => {
            form.fault("what", "Choose what is waived, or name a resource.");
            (None, None)
        }
        "" => (None, None),
        what => match find(what) {
            Ok(Found::Control(control)) => (Some(control), None),
            Ok(Found::Criterion(control, criterion)) => (None, Some(criterion.full_id(control))),
            Err(failure) => {
                form.fault("what", failure.message.lines().next().unwrap_or_default());
                (None, None)
            }
        },
    };
    let reason = form.text("reason", "Say why it is accepted.");
    let (owner, expires) = (form.name("owner"), form.last_day("expires", today()));
    Waive { control, criterion, subject, reason, owner, expires }
}
