//! Pages that read the store. Each asks a fixed number of questions, however many scans there are, and changes nothing.

mod compare;
mod findings;
mod gaps;
mod overview;
pub(super) mod query;
mod report;
mod scans;
pub(super) mod schedule;
mod trend;

use axum::{Router, response::Response, routing::get};
use minijinja::context;

use super::{Visitor, Web, WebError};
use crate::store::{ScanRow, StoreError};

/// The pages.
pub fn routes() -> Router<Web> {
    Router::new()
        .route("/", get(overview::overview))
        .route("/scans", get(scans::list))
        .route("/scans/{id}", get(scans::one))
        .route("/scans/{id}/report", get(report::report))
        .route("/scans/{id}/{page}", get(report::page))
        .route("/scans/{id}/gaps", get(gaps::list))
        .route("/scans/{id}/findings", get(findings::list))
        .route("/scans/{id}/findings/{criterion}/{line}", get(findings::one))
        .route("/findings", get(findings::newest))
        .route("/schedule", get(schedule::page))
        .route("/trend", get(trend::trend))
        .route("/compare", get(compare::compare))
}

impl From<StoreError> for WebError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Away(why) => WebError::Unavailable(format!(
                "The store does not answer ({why}). Nothing is lost: the bundles have everything."
            )),
            StoreError::Refused(why) => WebError::BadInput(why),
            StoreError::Defect(error) => WebError::Internal(error),
        }
    }
}

/// The scan of an id; `latest` is the newest.
pub(super) async fn scan(web: &Web, id: &str) -> Result<ScanRow, WebError> {
    if id == "latest" {
        return web.store.newest().await?.ok_or_else(|| WebError::NotFound("The store has no scan yet.".to_owned()));
    }
    let none = || {
        WebError::NotFound(format!(
            "The store has no scan {id:?}. It may have been replaced by a newer one, or come from another store."
        ))
    };
    web.store.scan(id).await?.ok_or_else(none)
}

/// That retention removed a scan's details, in words; nothing while they are there.
pub(super) fn removed(scan: &ScanRow) -> Option<String> {
    let day = scan.removed_at?.strftime("%Y-%m-%d");
    Some(format!(
        "Retention removed the bundle of this scan on {day}, and its findings, gaps and facts with it. Its levels and the outcomes of \
         its criteria are kept."
    ))
}

/// The page that says so.
fn removed_page(web: &Web, visitor: &Visitor, scan: &ScanRow, here: &str) -> Option<Result<Response, WebError>> {
    let words = removed(scan)?;
    let context = context! { scan, words, here };
    Some(web.pages.render("removed.html", visitor.chrome("Removed by retention", "scans"), context))
}

/// Text as a part of an address's path.
pub(super) fn segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::segment;

    #[test]
    fn a_part_of_a_path_cannot_leave_it() {
        assert_eq!(segment("20261124T114649Z-123456789012"), "20261124T114649Z-123456789012");
        assert_eq!(segment("waf-perf-090.api.aws.x"), "waf-perf-090.api.aws.x");
        assert_eq!(segment("../a b?c#d\"<"), "..%2Fa%20b%3Fc%23d%22%3C");
    }
}
