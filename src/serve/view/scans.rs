//! The list of scans, and one of them.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use minijinja::context;

use super::{
    super::{Visitor, Web, WebError},
    query::Paging,
    removed, scan,
};

/// Scans a page.
const A_PAGE: i64 = 50;
/// Accounts that a scan's page shows.
const ACCOUNTS: i64 = 100;

pub(super) async fn list(
    State(web): State<Web>,
    visitor: Visitor,
    Query(paging): Query<Paging>,
) -> Result<Response, WebError> {
    let page = paging.page()?;
    let (scans, total) = web.store.scans((page - 1) * A_PAGE, A_PAGE).await?;
    let scans: Vec<_> = scans.into_iter().map(|scan| context! { ladder => scan.ladder(), row => scan }).collect();
    let context = context! { scans, total, page, pages => pages(total, A_PAGE) };
    web.pages.render("scans.html", visitor.chrome("Scans", "scans"), context)
}

pub(super) async fn one(
    State(web): State<Web>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let scan = scan(&web, &id).await?;
    let (overview, levels) = (web.store.overview(&scan).await?, web.store.levels(&scan).await?);
    let (outcomes, before) = (web.store.outcomes(&scan).await?, web.store.before(&scan).await?);
    let accounts = match scan.accounts {
        1 => Vec::new(),
        _ => web.store.accounts(&scan, ACCOUNTS).await?,
    };
    let folder = scan.bundle.clone();
    let there = crate::store::blocking(move || folder.join("manifest.json").is_file()).await?;
    let removed = removed(&scan);
    let context = context! { scan, overview, levels, outcomes, before, accounts, there, removed, bundle => scan.bundle.display().to_string() };
    web.pages.render("scan.html", visitor.chrome(format!("Scan {id}"), "scans"), context)
}

/// How many pages a list has; an empty one has one.
pub(super) fn pages(total: i64, of: i64) -> i64 {
    ((total + of - 1) / of).max(1)
}
