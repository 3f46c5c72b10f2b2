//! Signing in with the token, and out.
//!
//! The form of a stranger carries what their cookie carries: there is no session yet to keep it in.

use std::time::Instant;

use axum::{
    Extension, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use minijinja::context;
use serde::Deserialize;

use super::{
    Chrome, ServeSettings, Visitor, Web, WebError,
    auth::{cookie_name, is_over_tls},
    guard::Fields,
    sessions::random,
};

/// Where people sign in.
pub(super) const LOGIN: &str = "/login";

pub(super) fn routes() -> Router<Web> {
    Router::new().route(LOGIN, get(ask).post(sign_in)).route("/logout", post(sign_out))
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

fn stranger_name(settings: &ServeSettings) -> &'static str {
    if is_over_tls(settings) { "__Host-rung-stranger" } else { "rung-stranger" }
}

/// Somebody who is about to sign in.
pub(super) fn stranger(settings: &ServeSettings, headers: &HeaderMap) -> Visitor {
    let jar = CookieJar::from_headers(headers);
    Visitor { who: None, csrf: jar.get(stranger_name(settings)).map(|cookie| cookie.value().to_owned()) }
}

fn cookie(settings: &ServeSettings, name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(is_over_tls(settings))
        .build()
}

async fn ask(State(web): State<Web>, jar: CookieJar, Query(next): Query<Next>) -> Result<Response, WebError> {
    if web.settings.access.token.is_none() {
        return Err(WebError::NotFound("Nobody signs in here.".to_owned()));
    }
    page(&web, jar, &next.next, None)
}

fn page(web: &Web, jar: CookieJar, next: &str, wrong: Option<&str>) -> Result<Response, WebError> {
    let token = random().map_err(|error| WebError::Internal(error.into()))?;
    let chrome = Chrome { title: "Sign in".to_owned(), ..Chrome::default() };
    let status = if wrong.is_some() { StatusCode::UNAUTHORIZED } else { StatusCode::OK };
    let made = web.pages.render_as(status, "login.html", chrome, context! { token, next, wrong })?;
    Ok((jar.add(cookie(&web.settings, stranger_name(&web.settings), token)), made).into_response())
}

async fn sign_in(
    State(web): State<Web>,
    jar: CookieJar,
    Extension(fields): Extension<Fields>,
) -> Result<Response, WebError> {
    let Some(token) = &web.settings.access.token else {
        return Err(WebError::NotFound("Nobody signs in here.".to_owned()));
    };
    match web.door.check(token, fields.get("token").trim()) {
        Ok(()) => {}
        Err(WebError::SignIn) => return page(&web, jar, fields.get("next"), Some("This is not the token.")),
        Err(other) => return Err(other),
    }
    let id = web.door.sessions.begin(Instant::now()).map_err(|error| WebError::Internal(error.into()))?;
    // Without an age the browser forgets it when it is closed; the server forgets it after twelve hours.
    let session = cookie(&web.settings, cookie_name(&web.settings), id);
    let stranger = cookie(&web.settings, stranger_name(&web.settings), String::new());
    Ok((jar.remove(stranger).add(session), Redirect::to(inside(fields.get("next")))).into_response())
}

async fn sign_out(State(web): State<Web>, jar: CookieJar) -> Response {
    let name = cookie_name(&web.settings);
    if let Some(id) = jar.get(name) {
        web.door.sessions.end(id.value());
    }
    let gone = cookie(&web.settings, name, String::new());
    (jar.remove(gone), Redirect::to(LOGIN)).into_response()
}

/// A path of this server, or the first page: nobody is led elsewhere.
fn inside(next: &str) -> &str {
    let mut bytes = next.bytes();
    let inside = bytes.next() == Some(b'/') && !matches!(bytes.next(), Some(b'/' | b'\\'));
    if inside && next.bytes().all(|byte| byte.is_ascii_graphic()) { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_elsewhere() {
        for inside_of in ["/", "/people", "/findings?page=2&q=%20a"] {
            assert_eq!(inside(inside_of), inside_of);
        }
        for outside in ["", "people", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/a b"] {
            assert_eq!(inside(outside), "/", "{outside:?}");
        }
    }
}
