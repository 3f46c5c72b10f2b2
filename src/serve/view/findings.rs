//! Findings of a scan: searched, filtered, sorted, a page at a time; and one with its evidence.

use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use minijinja::context;
use rung_rules::model::{Control, Subject, Tags};

use super::{
    super::{Visitor, Web, WebError},
    gaps::words,
    query::{RESULTS, Wanted, page},
    removed_page, scan,
    scans::pages,
    segment,
};
use crate::{
    report::console::console_link,
    store::{Evidence, FindingRow, NoEvidence},
};

/// Findings a page.
const A_PAGE: i64 = 50;

/// The findings of the newest scan.
pub(super) async fn newest(State(web): State<Web>, visitor: Visitor) -> Result<Response, WebError> {
    match web.store.newest().await? {
        Some(scan) => Ok(Redirect::to(&format!("/scans/{}/findings", segment(&scan.id))).into_response()),
        None => {
            let context = context! { scans => web.settings.scans.display().to_string() };
            web.pages.render("empty.html", visitor.chrome("Findings", "findings"), context)
        }
    }
}

pub(super) async fn list(
    State(web): State<Web>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, WebError> {
    let (page, (filter, order)) = (page(wanted.page.as_deref())?, wanted.read()?);
    let scan = scan(&web, &id).await?;
    if let Some(removed) = removed_page(&web, &visitor, &scan, "findings") {
        return removed;
    }
    let found = web.store.findings(&scan, &filter, order, (page - 1) * A_PAGE, A_PAGE).await?;
    let (facets, criteria) = (web.store.facets(&scan).await?, web.store.criteria(&scan).await?);
    let controls: Vec<_> =
        Control::all().map(|one| context! { number => one.number(), title => one.title() }).collect();
    let all = pages(found.total, A_PAGE);
    let sorts: Vec<_> = ["result", "name", "criterion", "owner", "account", "region"]
        .map(|name| context! { name, address => wanted.with("sort", name) })
        .to_vec();
    let context = context! {
        scan, filter, order, facets, criteria, controls, page, pages => all, sorts,
        findings => found.findings,
        total => found.total,
        results => RESULTS,
        before => (page > 1).then(|| wanted.with("page", &(page - 1).to_string())),
        after => (page < all).then(|| wanted.with("page", &(page + 1).to_string())),
    };
    web.pages.render("findings.html", visitor.chrome("Findings", "findings"), context)
}

pub(super) async fn one(
    State(web): State<Web>,
    visitor: Visitor,
    Path((id, criterion, line)): Path<(String, String, String)>,
) -> Result<Response, WebError> {
    let scan = scan(&web, &id).await?;
    if let Some(removed) = removed_page(&web, &visitor, &scan, "findings") {
        return removed;
    }
    let none = || {
        WebError::NotFound(format!("The scan {id} has no finding of {criterion:?} in line {line:?} of its evidence."))
    };
    let number = line.parse().map_err(|_| none())?;
    let found = web.store.finding(&scan, &criterion, number).await?.ok_or_else(none)?;
    let (evidence, missing) = match web.store.evidence(&scan, &found).await? {
        Ok(evidence) => (Some(shown(evidence)), None),
        Err(why) => (None, Some(told(&why))),
    };
    let title = found.finding.name.clone().unwrap_or_else(|| found.finding.arn.clone());
    let console = console(&found.finding);
    let context = context! { scan, found, evidence, missing, console };
    web.pages.render("finding.html", visitor.chrome(title, "findings"), context)
}

/// Facts as people read them: values in words, the gap's cause in words.
fn shown(evidence: Evidence) -> minijinja::Value {
    let facts: Vec<_> = evidence
        .facts
        .into_iter()
        .map(|fact| {
            let why = fact.gap.as_ref().map(|gap| words(&gap.cause));
            context! { text => fact.value.as_ref().map(value), why, ..minijinja::Value::from_serialize(&fact) }
        })
        .collect();
    context! { tags => evidence.tags, facts }
}

/// A value as text: what AWS says there is none of is "none".
fn value(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "none".to_owned(),
        serde_json::Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Number(number) => number.to_string(),
        several => serde_json::to_string_pretty(several).unwrap_or_default(),
    }
}

fn told(why: &NoEvidence) -> String {
    match why {
        NoEvidence::Gone(folder) => {
            format!("The facts are in the bundle of this scan, and that is not in {} any more.", folder.display())
        }
        NoEvidence::Broken(why) => format!("The facts are in the bundle of this scan, and they are not shown: {why}"),
    }
}

/// The resource in AWS's console, where its address is known.
fn console(finding: &FindingRow) -> Option<String> {
    let subject = Subject {
        arn: finding.arn.as_str().into(),
        account: finding.account.as_str().into(),
        region: finding.region.as_str().into(),
        name: None,
        tags: Tags::new(),
        tags_gap: None,
    };
    console_link(&subject, &finding.kind)
}
