//! Headers of every answer. Nothing is loaded from elsewhere, nothing is framed, nothing is kept by caches; that browsers come
//! back over TLS only (HSTS) is for the proxy to say, which has the TLS.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

const STRICT: [(HeaderName, &str); 8] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Nothing is told to other sites. "no-referrer" would also make browsers send our own forms with `Origin: null`.
    (header::REFERRER_POLICY, "same-origin"),
    (OPENER, "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("x-permitted-cross-domain-policies"), "none"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

/// Marks an answer that brings a policy of its own: a bundle's report, whose scripts lie inside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct OwnPolicy;

/// Puts them on an answer.
pub(super) async fn strict(mut response: Response) -> Response {
    let own = response.extensions().get::<OwnPolicy>().is_some();
    let headers = response.headers_mut();
    for (name, value) in STRICT {
        match own {
            true if name == header::CONTENT_SECURITY_POLICY => {
                headers.entry(name).or_insert(HeaderValue::from_static(value));
            }
            // Its policy puts it into a sandbox; browsers refuse a page that asks for both.
            true if name == OPENER => {}
            _ => {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
