//! The full report of a scan, as its bundle has it: a page of its own, with its own scripts inside, and without any right to this server.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Redirect, Response},
};

use super::{
    super::{Visitor, Web, WebError, headers::OwnPolicy},
    removed_page, scan, segment,
};
use crate::{bundle::REPORT, store::NoEvidence};

/// Its scripts lie inside it; they may reach nothing, this server's pages included.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts allow-popups allow-downloads allow-modals";

/// The report has pages that name each other: it is shown under its own name.
pub(super) async fn report(State(web): State<Web>, Path(id): Path<String>) -> Result<Redirect, WebError> {
    let scan = scan(&web, &id).await?;
    Ok(Redirect::to(&format!("/scans/{}/{REPORT}", segment(&scan.id))))
}

/// A page of it.
pub(super) async fn page(
    State(web): State<Web>,
    visitor: Visitor,
    Path((id, page)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let scan = scan(&web, &id).await?;
    if let Some(removed) = removed_page(&web, &visitor, &scan, "report") {
        return removed;
    }
    match web.store.report(&scan, &page).await? {
        Ok(page) => {
            let mut response = Html(page).into_response();
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
            response.extensions_mut().insert(OwnPolicy);
            Ok(response)
        }
        Err(NoEvidence::Gone(folder)) => Err(WebError::NotFound(format!(
            "There is no {}: the bundle of this scan does not have it, or is not there any more.",
            folder.display()
        ))),
        Err(NoEvidence::Broken(why)) => Err(WebError::Unavailable(format!("The report is not shown: {why}"))),
    }
}
