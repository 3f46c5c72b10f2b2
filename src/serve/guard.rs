//! The guard before every page: is this address ours, who asks, and did our own page send this form?
//!
//! A form changes something only if it comes from our own origin and carries the token of its visitor. Both are asked
//! of every method but GET and HEAD, whichever page it is for.

use std::net::SocketAddr;

use axum::{
    body::to_bytes,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use subtle::ConstantTimeEq;

use super::{MOST_BYTES, Visitor, Web, WebError, host, sign_in};

/// The fields of a form, in their order; a name may come more than once.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(pub(super) Vec<(String, String)>);

impl Fields {
    /// The first value of a name, or nothing.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }

    /// Every value of a name.
    pub(super) fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// Lets a request through, or says why not.
pub(super) async fn guard(
    State(web): State<Web>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Result<Response, WebError> {
    let Some(origin) = host::origin(request.headers(), &web.settings) else {
        let words = "This server does not answer to that name. It may be named with --public-url.";
        return Err(WebError::Refused(words.to_owned()));
    };
    let path = request.uri().path();
    if path.starts_with("/assets/") {
        return Ok(next.run(request).await);
    }
    let signs_in = path == sign_in::LOGIN;
    let visitor = web.door.visitor(&web.settings, request.headers(), peer.ip())?;
    let Some(visitor) = visitor.or_else(|| signs_in.then(|| sign_in::stranger(&web.settings, request.headers())))
    else {
        return sign_in_first(&web, &request);
    };
    let mut request = changes(request, &origin, &visitor).await?;
    request.extensions_mut().insert(visitor);
    Ok(next.run(request).await)
}

/// People are led to the page where they sign in, programs are told.
fn sign_in_first(web: &Web, request: &Request) -> Result<Response, WebError> {
    if web.settings.access.token.is_none() {
        return Err(WebError::Refused("The proxy in front of this server has to say who you are.".to_owned()));
    }
    let is_page = request.method() == Method::GET && !request.uri().path().starts_with("/api/");
    let accepts = request.headers().get(header::ACCEPT).and_then(|kinds| kinds.to_str().ok()).unwrap_or_default();
    if !is_page || !accepts.contains("text/html") {
        return Err(WebError::SignIn);
    }
    let next = request.uri().path_and_query().map_or("/", |next| next.as_str());
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
    Ok(Redirect::to(&format!("{}?{query}", sign_in::LOGIN)).into_response())
}

/// For what may change something: the form's fields, if our own page sent them.
async fn changes(request: Request, origin: &str, visitor: &Visitor) -> Result<Request, WebError> {
    match *request.method() {
        Method::GET | Method::HEAD => return Ok(request),
        Method::POST => {}
        _ => return Err(WebError::NotAllowed),
    }
    if !is_ours(request.headers(), origin) {
        return Err(WebError::Refused("This form was not sent by a page of this server.".to_owned()));
    }
    let (parts, body) = request.into_parts();
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().is_none_or(|kind| !kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
    {
        return Err(WebError::BadInput("A form is expected.".to_owned()));
    }
    let body = to_bytes(body, MOST_BYTES).await;
    let body = body.map_err(|_| WebError::BadInput("The form broke off, or is longer than any here.".to_owned()))?;
    let fields = Fields(url::form_urlencoded::parse(&body).into_owned().collect());
    let token = visitor.csrf.as_deref().filter(|token| !token.is_empty());
    if !token.is_some_and(|token| bool::from(token.as_bytes().ct_eq(fields.get("csrf").as_bytes()))) {
        let words = "This form is not of this session; perhaps the server was started anew. Load the page again.";
        return Err(WebError::Refused(words.to_owned()));
    }
    let mut request = Request::from_parts(parts, axum::body::Body::from(body));
    request.extensions_mut().insert(fields);
    Ok(request)
}

/// Whether a page of our own origin sent this. Browsers say so in one header or in both, and no page can change them.
fn is_ours(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (text("sec-fetch-site"), text("origin")) {
        (None, None) => false,
        (site, from) => site.is_none_or(|site| site == "same-origin") && from.is_none_or(|from| from == origin),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn ours(site: Option<&'static str>, from: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in [("sec-fetch-site", site), ("origin", from)] {
            if let Some(value) = value {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
        is_ours(&headers, "http://127.0.0.1:8740")
    }

    #[test]
    fn a_form_is_ours_if_the_browser_says_so() {
        let own = Some("http://127.0.0.1:8740");
        assert!(ours(None, own) && ours(Some("same-origin"), own) && ours(Some("same-origin"), None));
        assert!(!ours(None, None));
        for site in ["cross-site", "same-site", "none", ""] {
            assert!(!ours(Some(site), own) && !ours(Some(site), None), "{site}");
        }
        for from in ["null", "http://evil.example", "https://127.0.0.1:8740", "http://127.0.0.1", ""] {
            assert!(!ours(None, Some(from)) && !ours(Some("same-origin"), Some(from)), "{from}");
        }
    }
}
