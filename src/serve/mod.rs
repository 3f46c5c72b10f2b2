//! `rung serve`: the stored scans in a browser. Pages are put together here, on the server, from templates that escape
//! everything; style and the little script there is lie inside the program.
//!
//! The way of a request: strict headers, panics and errors as pages, size and time limits, the guard (which host, who, did
//! our own page send this form), then the page. A page that only shows is a GET and changes nothing.

pub mod api;
mod attest_form;
mod auth;
mod error;
mod form;
mod guard;
mod headers;
mod host;
mod intake;
mod listen;
mod network;
mod page;
mod people;
mod runs;
mod sessions;
mod sign_in;
mod start;
pub mod view;
mod visitor;
mod waive_form;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use axum::{Router, http::StatusCode, middleware};
use tower_http::{catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer, timeout::TimeoutLayer};
use url::Url;

pub use auth::{Access, Proxy, Token};
pub use error::WebError;
pub use listen::{bind, serve};
pub use network::Network;
pub use page::{Chrome, Pages};
pub use visitor::Visitor;

use crate::{
    config::Flags,
    depot::{Depot, Location},
    failure::Failure,
    store::{Store, StoreUrl},
};

/// Bytes that a request may bring: forms are short.
const MOST_BYTES: usize = 64 * 1024;
/// How long an answer may take.
const LONGEST: Duration = Duration::from_secs(30);

/// What every page may use. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Web {
    /// The stored scans.
    pub store: Store,
    /// The templates.
    pub pages: Pages,
    /// How the server was started.
    pub settings: Arc<ServeSettings>,
    /// Who is signed in.
    door: Arc<auth::Door>,
    /// What needs a person.
    needs: people::Needs,
    /// What brings new bundles into the store.
    intake: intake::Intake,
    /// Scans that are started here.
    runs: runs::Runs,
}

/// How the server was started.
#[derive(Debug)]
pub struct ServeSettings {
    /// The address that it listens at.
    pub listen: SocketAddr,
    /// The address that browsers know it by, behind a proxy: scheme, host, port.
    pub public: Option<Url>,
    /// Who may look.
    pub access: Access,
    /// The flags that name configuration, attestations, waivers.
    pub flags: Flags,
    /// The folder of bundles.
    pub scans: PathBuf,
}

impl Web {
    /// Puts it together.
    pub fn new(store: Store, settings: ServeSettings) -> Result<Self, Failure> {
        let pages = Pages::new(settings.access.token.is_some())?;
        let door = Arc::new(auth::Door::new()?);
        let intake = intake::Intake::new(store.clone(), &settings.scans);
        let runs = runs::Runs::new(&settings.scans, intake.clone());
        Ok(Web { store, pages, settings: Arc::new(settings), door, needs: people::Needs::default(), intake, runs })
    }
}

impl Web {
    /// Shows what lies in a depot; scans that are started here are told where it is, if that was named at the start.
    #[must_use]
    pub fn keeping(mut self, depot: Depot, named: Option<&Location>, store: &StoreUrl) -> Self {
        self.intake = intake::Intake::of(self.store.clone(), depot);
        self.runs = runs::Runs::new(&self.settings.scans, self.intake.clone()).naming(named, store);
        self
    }
}

/// Every page, under the layers that hold for all of them.
pub fn router(web: Web) -> Router {
    let writing = people::routes().merge(start::routes()).merge(sign_in::routes());
    let pages = Router::new().merge(writing).merge(page::assets()).merge(view::routes()).merge(api::routes());
    let panicked =
        |_| axum::response::IntoResponse::into_response(WebError::Internal(anyhow::anyhow!("a page panicked")));
    pages
        .fallback(|| async { WebError::NotFound("There is no such page.".to_owned()) })
        .method_not_allowed_fallback(|| async { WebError::NotAllowed })
        .layer(middleware::from_fn_with_state(web.clone(), guard::guard))
        .layer(RequestBodyLimitLayer::new(MOST_BYTES))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(web.pages.clone(), error::told))
        .layer(middleware::map_response(headers::strict))
        .with_state(web)
}
