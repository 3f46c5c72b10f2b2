//! Starting a scan from the page, watching it, stopping it.

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use minijinja::context;
use serde_json::json;

use super::{Visitor, Web, WebError, people::config, runs::shown};
use crate::plain::plain;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/run", get(page))
        .route("/run/state", get(state))
        .route("/run/start", post(start))
        .route("/run/stop", post(stop))
}

async fn page(State(web): State<Web>, visitor: Visitor) -> Result<Response, WebError> {
    let config = config(&web).await?;
    let (running, earlier) = web.runs.all();
    let command = shown(&web.settings.flags, &config);
    let lines =
        running.as_ref().map(|running| running.lines.iter().map(|line| plain(line)).collect::<Vec<_>>().join("\n"));
    let context = context! { running, earlier, command, lines, demo => config.serve.demo };
    web.pages.render("run.html", visitor.chrome("Run", "run"), context)
}

/// What the page's script asks for while a scan runs.
async fn state(State(web): State<Web>) -> Response {
    let (running, _) = web.runs.all();
    let lines = running.iter().flat_map(|running| &running.lines).map(|line| plain(line)).collect::<Vec<_>>();
    Json(json!({ "running": running.is_some(), "lines": lines })).into_response()
}

async fn start(State(web): State<Web>, visitor: Visitor) -> Result<Response, WebError> {
    let config = config(&web).await?;
    match web.runs.start(&web.settings.flags, &config, visitor.who.clone()) {
        Ok(true) => Ok(Redirect::to("/run").into_response()),
        Ok(false) => Err(WebError::Conflict("A scan is under way already. Wait for its end, or stop it.".to_owned())),
        Err(failure) => Err(WebError::Broken(failure.message)),
    }
}

async fn stop(State(web): State<Web>) -> Redirect {
    web.runs.stop();
    Redirect::to("/run")
}
