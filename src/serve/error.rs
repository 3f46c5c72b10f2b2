//! What goes wrong, as a page for people and as JSON under `/api/`.

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use minijinja::context;

use super::{Chrome, Pages};
use crate::plain::plain;

/// Why a page cannot be shown.
#[derive(Debug)]
pub enum WebError {
    /// There is no such page, scan, finding.
    NotFound(String),
    /// What was asked for cannot be: an impossible filter, a page that is no number.
    BadInput(String),
    /// Somebody else was quicker.
    Conflict(String),
    /// The store cannot be reached now.
    Unavailable(String),
    /// Nobody is signed in.
    SignIn,
    /// Not for this visitor, or not from there.
    Refused(String),
    /// Too many wrong tokens in a short time.
    TooMany,
    /// The address exists, but not for this method.
    NotAllowed,
    /// The configuration, or a stored scan, cannot be read: what a command would say of it.
    Broken(String),
    /// A defect. It is told on standard error, not to the visitor.
    Internal(anyhow::Error),
}

/// What the page of an error says.
#[derive(Clone, Debug)]
struct Told {
    title: &'static str,
    words: String,
}

impl WebError {
    fn parts(self) -> (StatusCode, &'static str, String) {
        match self {
            WebError::NotFound(words) => (StatusCode::NOT_FOUND, "Not found", words),
            WebError::BadInput(words) => (StatusCode::BAD_REQUEST, "This cannot be asked", words),
            WebError::Conflict(words) => (StatusCode::CONFLICT, "Somebody else was quicker", words),
            WebError::Unavailable(words) => (StatusCode::SERVICE_UNAVAILABLE, "The store cannot be reached", words),
            WebError::SignIn => {
                let words = "Sign in with the token, or send it as \"Authorization: Bearer TOKEN\".";
                (StatusCode::UNAUTHORIZED, "Nobody is signed in", words.to_owned())
            }
            WebError::Refused(words) => (StatusCode::FORBIDDEN, "Refused", words),
            WebError::TooMany => {
                let words = "There were too many wrong tokens. Tokens are looked at again in a minute.";
                (StatusCode::TOO_MANY_REQUESTS, "Too many attempts", words.to_owned())
            }
            WebError::NotAllowed => {
                let words = "This address exists, but not for this method.";
                (StatusCode::METHOD_NOT_ALLOWED, "Not like this", words.to_owned())
            }
            WebError::Broken(words) => (StatusCode::INTERNAL_SERVER_ERROR, "This cannot be read", words),
            WebError::Internal(error) => {
                tell(&error);
                (StatusCode::INTERNAL_SERVER_ERROR, "A defect", DEFECT.to_owned())
            }
        }
    }
}

const DEFECT: &str = "This page could not be made. The cause is told where `rung serve` runs, on its standard error.";

#[expect(clippy::print_stderr, reason = "the server's own log")]
fn tell(error: &anyhow::Error) {
    eprintln!("error: {}", plain(&format!("{error:#}")));
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        let asks = matches!(self, WebError::SignIn);
        let waits = matches!(self, WebError::TooMany);
        let (status, title, words) = self.parts();
        let mut response = (status, format!("{title}. {words}\n")).into_response();
        if asks {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if waits {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
        }
        response.extensions_mut().insert(Told { title, words });
        response
    }
}

/// Turns plain errors, ours and those of the layers below, into pages; under `/api/` into JSON.
pub(super) async fn told(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    let for_programs = request.uri().path().starts_with("/api/");
    let response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || is_made(&response) {
        return response;
    }
    let told = response.extensions().get::<Told>().cloned().unwrap_or_else(|| of(status));
    let made = match for_programs {
        true => axum::Json(serde_json::json!({ "error": told.words })).into_response(),
        false => page(&pages, &told),
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.extend(made.headers().clone());
    Response::from_parts(parts, made.into_body())
}

/// Whether the answer is a page or JSON already.
fn is_made(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    response.extensions().get::<Told>().is_none() && (kind.starts_with("text/html") || kind.contains("json"))
}

fn of(status: StatusCode) -> Told {
    let (title, words) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => ("Too long", "This is longer than any form here."),
        StatusCode::SERVICE_UNAVAILABLE => ("Too slow", "The answer took too long and was given up. Try again."),
        status if status.is_server_error() => ("A defect", DEFECT),
        _ => ("This cannot be asked", "The address or the form is not one of this server's."),
    };
    Told { title, words: words.to_owned() }
}

fn page(pages: &Pages, told: &Told) -> Response {
    let chrome = Chrome { title: told.title.to_owned(), ..Chrome::default() };
    match pages.render("error.html", chrome, context! { words => told.words }) {
        Ok(page) => page,
        Err(_) => format!("{}. {}\n", told.title, told.words).into_response(),
    }
}
