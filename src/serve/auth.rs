//! Who may look: everybody on this machine, who has the token, or whom a proxy names.

use std::{
    collections::HashMap,
    fmt,
    net::IpAddr,
    path::Path,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use axum::http::{HeaderMap, HeaderName, header};
use axum_extra::extract::CookieJar;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    Network, ServeSettings, Visitor, WebError,
    sessions::{Attempts, Sessions, random},
};
use crate::failure::Failure;

/// The shortest token, in characters.
const SHORTEST: usize = 32;
/// The longest name that a proxy may give, in bytes.
const LONGEST_NAME: usize = 200;

/// Who may look. Without a token and a proxy: everybody who reaches the address, which then is this machine only.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Whoever has it may look.
    pub token: Option<Token>,
    /// A proxy that signs people in and names them.
    pub proxy: Option<Proxy>,
}

impl Access {
    /// Whether nobody is asked who they are.
    pub fn is_open(&self) -> bool {
        self.token.is_none() && self.proxy.is_none()
    }
}

/// A proxy in front of this server, which puts the person's name into a header.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// The header.
    pub header: HeaderName,
    /// Where the proxy's connections come from; the header counts from there only.
    pub trusted: Vec<Network>,
}

/// The secret that opens. It is never shown, not even for debugging.
#[derive(Clone)]
pub struct Token([u8; 32]);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(...)")
    }
}

impl Token {
    /// Takes a token; `place` is where it was written, for messages.
    pub fn new(text: &str, place: &str) -> Result<Self, Failure> {
        let text = text.trim();
        let made = "make one: `openssl rand -hex 32`";
        if text.chars().count() < SHORTEST {
            let words = format!("{place}: the token is shorter than {SHORTEST} characters; {made}");
            return Err(Failure::usage(words));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            let words = format!("{place}: a token is one word of plain letters, digits and signs; {made}");
            return Err(Failure::usage(words));
        }
        Ok(Token(digest(text)))
    }

    /// The token in a file: its only word.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
        Token::new(&text, &path.display().to_string())
    }

    /// Whether this is it, in a time that does not depend on what was given.
    pub(super) fn is(&self, given: &str) -> bool {
        self.0.ct_eq(&digest(given)).into()
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// What the door knows while the server runs.
#[derive(Debug)]
pub(super) struct Door {
    pub(super) sessions: Sessions,
    pub(super) attempts: Attempts,
    /// What forms carry where nobody is asked who they are.
    open: String,
    /// What forms carry of those whom a proxy names.
    named: Mutex<HashMap<String, String>>,
}

/// Names that a proxy gave, before their forms' tokens are made anew.
const MOST_NAMES: usize = 10_000;

impl Door {
    pub(super) fn new() -> Result<Self, Failure> {
        let (sessions, attempts) = (Sessions::default(), Attempts::default());
        Ok(Door { sessions, attempts, open: random()?, named: Mutex::default() })
    }

    /// Who sends a request; none where they have to sign in.
    pub(super) fn visitor(
        &self,
        settings: &ServeSettings,
        headers: &HeaderMap,
        peer: IpAddr,
    ) -> Result<Option<Visitor>, WebError> {
        if settings.access.is_open() {
            return Ok(Some(Visitor { who: None, csrf: Some(self.open.clone()) }));
        }
        if let Some(proxy) = &settings.access.proxy
            && let Some(who) = proxy.names(headers, peer)?
        {
            let csrf = Some(self.of_name(&who)?);
            return Ok(Some(Visitor { who: Some(who), csrf }));
        }
        let Some(token) = &settings.access.token else { return Ok(None) };
        if let Some(given) = bearer(headers) {
            self.check(token, given)?;
            return Ok(Some(Visitor { who: None, csrf: None }));
        }
        let jar = CookieJar::from_headers(headers);
        let csrf = jar.get(cookie_name(settings)).and_then(|id| self.sessions.csrf(id.value(), Instant::now()));
        Ok(csrf.map(|csrf| Visitor { who: None, csrf: Some(csrf) }))
    }

    /// Whether a token opens; wrong ones are counted.
    pub(super) fn check(&self, token: &Token, given: &str) -> Result<(), WebError> {
        let now = Instant::now();
        if !self.attempts.may(now) {
            return Err(WebError::TooMany);
        }
        if !token.is(given) {
            self.attempts.failed(now);
            return Err(WebError::SignIn);
        }
        Ok(())
    }

    fn of_name(&self, who: &str) -> Result<String, WebError> {
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = named.get(who) {
            return Ok(token.clone());
        }
        if named.len() >= MOST_NAMES {
            named.clear();
        }
        let token = random().map_err(|error| WebError::Internal(error.into()))?;
        named.insert(who.to_owned(), token.clone());
        Ok(token)
    }
}

/// The name of the session's cookie. Where TLS is in front, browsers hold it to this very host.
pub(super) fn cookie_name(settings: &ServeSettings) -> &'static str {
    if is_over_tls(settings) { "__Host-rung" } else { "rung" }
}

/// Whether browsers come over TLS.
pub(super) fn is_over_tls(settings: &ServeSettings) -> bool {
    settings.public.as_ref().is_some_and(|url| url.scheme() == "https")
}

/// The token of `Authorization: Bearer TOKEN`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl Proxy {
    /// The name that the proxy gives. A name that comes from elsewhere is refused, not passed over.
    fn names(&self, headers: &HeaderMap, peer: IpAddr) -> Result<Option<String>, WebError> {
        let mut given = headers.get_all(&self.header).iter();
        let Some(name) = given.next() else { return Ok(None) };
        if !self.trusted.iter().any(|network| network.contains(peer)) {
            let words = format!("The header {} is taken from the trusted proxy only. Come through it.", self.header);
            return Err(WebError::Refused(words));
        }
        let name = std::str::from_utf8(name.as_bytes()).map(str::trim).unwrap_or_default();
        let usable = !name.is_empty() && name.len() <= LONGEST_NAME && !name.chars().any(char::is_control);
        if given.next().is_some() || !usable {
            let words = format!("The header {} does not name one person.", self.header);
            return Err(WebError::Refused(words));
        }
        Ok(Some(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn a_token_is_long_one_word_and_never_shown() {
        let token = Token::new(&format!("{TOKEN}\n"), "file").unwrap();
        assert!(token.is(TOKEN) && !token.is(&TOKEN[1..]) && !token.is(""));
        assert_eq!(format!("{token:?}"), "Token(...)");
        for wrong in ["", &TOKEN[1..], "0123456789abcdef 0123456789abcdef", "0123456789abcdef\n0123456789abcdef"] {
            let message = Token::new(wrong, "token.txt").unwrap_err().message;
            assert!(message.starts_with("token.txt: ") && message.contains("openssl rand"), "{message}");
            assert!(wrong.is_empty() || !message.contains(wrong), "{message}");
        }
    }

    fn names(values: &[&[u8]], peer: &str) -> Result<Option<String>, WebError> {
        let proxy = Proxy { header: HeaderName::from_static("x-user"), trusted: vec!["10.0.0.0/8".parse().unwrap()] };
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("x-user", HeaderValue::from_bytes(value).unwrap());
        }
        proxy.names(&headers, peer.parse().unwrap())
    }

    #[test]
    fn a_name_counts_from_the_proxy_only_and_is_one_name() {
        assert_eq!(names(&[b"ada"], "10.1.2.3").unwrap().as_deref(), Some("ada"));
        assert_eq!(names(&["Grete Lärche".as_bytes()], "::ffff:10.1.2.3").unwrap().as_deref(), Some("Grete Lärche"));
        assert_eq!(names(&[], "10.1.2.3").unwrap(), None);
        for (values, peer) in [
            (&[b"ada".as_slice()][..], "192.0.2.1"),
            (&[b"ada", b"eve"], "10.1.2.3"),
            (&[b" "], "10.1.2.3"),
            (&[b"\xff"], "10.1.2.3"),
            (&[&[b'a'; 201]], "10.1.2.3"),
        ] {
            assert!(matches!(names(values, peer), Err(WebError::Refused(_))), "{values:?} {peer}");
        }
    }
}
