//! `/healthz` and `/metrics`: whether the loop lives and the store answers, and what scans came to. Neither names a resource.

use std::{collections::BTreeMap, future::Future, sync::Arc};

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::Timestamp;
use prometheus_client::encoding::prometheus_text::CONTENT_TYPE;
use serde::Serialize;
use tokio::net::TcpListener;

use super::{Clock, Status, metrics, status::UnderWay};
use crate::{
    failure::Failure,
    runs::meaning,
    store::{RunRow, RunState, Store},
};

/// What is asked over HTTP. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Watched {
    /// What the loop is about.
    pub status: Status,
    /// The store.
    pub store: Store,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The names of the schedules.
    pub schedules: Vec<String>,
}

/// How it is.
#[derive(Debug, Serialize)]
struct Health {
    status: &'static str,
    /// What is wrong; empty where nothing is.
    why: Vec<String>,
    version: &'static str,
    under_way: Option<UnderWay>,
    /// When the next run of each schedule begins.
    next: BTreeMap<String, Timestamp>,
    /// What the last run of each schedule came to; absent where the store does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<BTreeMap<String, Last>>,
}

/// What a run came to.
#[derive(Debug, Serialize)]
struct Last {
    planned: Timestamp,
    state: RunState,
    exit: Option<i64>,
    /// In words.
    words: String,
}

/// The two pages.
pub fn router(watched: Watched) -> Router {
    Router::new().route("/healthz", get(health)).route("/metrics", get(numbers)).with_state(watched)
}

/// Answers until `stop` comes.
pub async fn serve(
    listener: TcpListener,
    watched: Watched,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    let served = axum::serve(listener, router(watched)).with_graceful_shutdown(stop);
    served.await.map_err(|error| Failure::usage(format!("--listen: {error}")))
}

async fn health(State(watched): State<Watched>) -> Response {
    let mut why = watched.status.wrong_at(watched.clock.now());
    let last = match watched.store.last_runs(1, false).await {
        Ok(rows) => Some(rows.into_iter().map(|row| (row.schedule.clone(), last(row))).collect()),
        Err(error) => {
            let error = error.to_string();
            if !why.contains(&error) {
                why.push(error);
            }
            None
        }
    };
    let (status, code) = match why.is_empty() {
        true => ("ok", StatusCode::OK),
        false => ("failing", StatusCode::SERVICE_UNAVAILABLE),
    };
    let health = Health {
        status,
        why,
        version: env!("CARGO_PKG_VERSION"),
        under_way: watched.status.running(),
        next: watched.status.coming(),
        last,
    };
    (code, Json(health)).into_response()
}

fn last(row: RunRow) -> Last {
    Last { planned: row.planned, state: row.state, exit: row.exit, words: words(&row) }
}

/// What a run came to, in words.
pub fn words(row: &RunRow) -> String {
    let exit = || row.exit.and_then(|exit| i32::try_from(exit).ok());
    match row.state {
        RunState::UnderWay => "under way".to_owned(),
        RunState::Ended => meaning(exit()).to_owned(),
        RunState::Missed => "missed".to_owned(),
        RunState::Skipped => "skipped".to_owned(),
        RunState::Lost => "ended without a word".to_owned(),
    }
}

async fn numbers(State(watched): State<Watched>) -> Response {
    match metrics::text(&watched).await {
        Ok(text) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
