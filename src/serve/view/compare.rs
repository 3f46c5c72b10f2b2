//! Two scans held against each other.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    response::Response,
};
use minijinja::context;
use serde::Deserialize;

use super::{
    super::{Visitor, Web, WebError},
    scan,
};
use crate::store::{Compared, Overview, ScanRow, Told};

/// Scans that the form offers.
const OFFERED: i64 = 60;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    a: Option<String>,
    b: Option<String>,
}

pub(super) async fn compare(
    State(web): State<Web>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let chrome = visitor.chrome("Compare two scans", "compare");
    let (offered, _) = web.store.scans(0, OFFERED).await?;
    let given = |id: Option<String>| id.filter(|id| !id.trim().is_empty());
    let b = match given(asked.b) {
        Some(id) => scan(&web, id.trim()).await?,
        None => match offered.first() {
            Some(newest) => newest.clone(),
            None => {
                return web.pages.render(
                    "empty.html",
                    chrome,
                    context! { scans => web.settings.scans.display().to_string() },
                );
            }
        },
    };
    let a = match given(asked.a) {
        Some(id) => Some(scan(&web, id.trim()).await?),
        None => web.store.before(&b).await?,
    };
    let compared = match &a {
        Some(a) => Some(changes(&web, a, &b).await?),
        None => None,
    };
    let told = match &a {
        Some(a) => told(&web.store.overview(&b).await?, a),
        None => None,
    };
    web.pages.render("compare.html", chrome, context! { a, b, compared, offered, told })
}

/// Why, where the newer scan's bundle tells it of just this scan before.
pub(super) fn told(after: &Overview, before: &ScanRow) -> Option<Told> {
    after.told.clone().filter(|told| told.before.id == before.id)
}

/// What changed from one to the other, from what is stored.
async fn changes(web: &Web, a: &ScanRow, b: &ScanRow) -> Result<Arc<Compared>, WebError> {
    Ok(web.store.compare(a, b).await?)
}
