//! What a scan could not see.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use minijinja::context;
use rung_rules::model::Cause;

use super::{
    super::{Visitor, Web, WebError},
    query::Paging,
    removed_page, scan,
    scans::pages,
};

/// Gaps a page.
const A_PAGE: i64 = 50;

pub(super) async fn list(
    State(web): State<Web>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Response, WebError> {
    let (page, scan) = (paging.page()?, scan(&web, &id).await?);
    if let Some(removed) = removed_page(&web, &visitor, &scan, "gaps") {
        return removed;
    }
    let found = web.store.gaps(&scan, (page - 1) * A_PAGE, A_PAGE).await?;
    let gaps: Vec<_> = found.gaps.into_iter().map(|gap| context! { why => words(&gap.cause), gap }).collect();
    let context = context! { scan, gaps, total => found.total, page, pages => pages(found.total, A_PAGE) };
    web.pages.render("gaps.html", visitor.chrome("What could not be seen", "scans"), context)
}

/// A cause in plain words; one that this program does not know as it is written.
pub(super) fn words(cause: &str) -> String {
    let known: Option<Cause> = serde_json::from_value(serde_json::Value::String(cause.to_owned())).ok();
    known.map_or_else(|| cause.replace('_', " "), |cause| cause.words().to_owned())
}
