//! Sending a result to the server of WAF++ that the user names, and to nothing else: no redirect is followed.
//!
//! The key goes into one header, marked as secret, and nowhere else; over plain HTTP it goes to this machine only.

use std::{fmt, path::Path, time::Duration};

use reqwest::{
    Client, StatusCode, Url,
    header::{CONTENT_TYPE, HeaderValue},
    redirect::Policy,
};
use serde_json::Value;

use crate::{failure::Failure, plain::plain};

/// Where the server takes results.
const PATH: &str = "/api/v1/runs";
/// The header that carries the key.
const HEADER: &str = "X-Api-Key";
/// The variable that may hold it.
pub const VARIABLE: &str = "RUNG_WAFPASS_API_KEY";
const CONNECT: Duration = Duration::from_secs(10);
const WHOLE: Duration = Duration::from_secs(120);
/// The most characters of a server's words that are passed on.
const WORDS: usize = 300;

/// The key of the server.
pub struct ApiKey(HeaderValue);

impl ApiKey {
    /// From a file, or else from the environment; none where neither is given.
    pub fn find(file: Option<&Path>) -> Result<Option<Self>, Failure> {
        let (text, from) = match file {
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
                (text, path.display().to_string())
            }
            None => match std::env::var(VARIABLE) {
                Ok(text) => (text, VARIABLE.to_owned()),
                Err(std::env::VarError::NotPresent) => return Ok(None),
                Err(std::env::VarError::NotUnicode(_)) => (String::new(), VARIABLE.to_owned()),
            },
        };
        Self::new(&text).map(Some).ok_or_else(|| {
            Failure::usage(format!("{from}: expected an API key: one line of printable characters without spaces"))
        })
    }

    fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let printable = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        let mut value = HeaderValue::from_str(text).ok().filter(|_| printable)?;
        value.set_sensitive(true);
        Some(ApiKey(value))
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey")
    }
}

/// A server that takes results.
#[derive(Debug)]
pub struct Server {
    url: Url,
    client: Client,
    key: Option<ApiKey>,
}

impl Server {
    /// Checks address and key before any work is done; nothing is sent.
    pub fn new(address: &str, key: Option<ApiKey>) -> Result<Self, Failure> {
        let url = address_of(address)?;
        if key.is_some() && url.scheme() == "http" && !is_here(&url) {
            return Err(Failure::usage(format!(
                "--push {url}: the API key would go unencrypted over the network\nUse https://, or an address of this machine."
            )));
        }
        let client = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .user_agent(concat!("rung/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Failure::usage(format!("cannot push: {}", chain(&error))))?;
        Ok(Server { url, client, key })
    }

    /// Sends a result; gives the id that the server filed it under.
    pub async fn send(&self, result: Vec<u8>) -> Result<String, Failure> {
        let mut request = self.client.post(self.url.clone()).header(CONTENT_TYPE, "application/json").body(result);
        if let Some(ApiKey(key)) = &self.key {
            request = request.header(HEADER, key.clone());
        }
        let failed = |error: reqwest::Error| {
            let error = error.without_url();
            let hint =
                if error.is_timeout() { "it did not answer in time" } else { "is it running, and the address right?" };
            Failure::usage(format!("cannot push to {}: {}\n{hint}", self.url, plain(&chain(&error))))
        };
        let answer = request.send().await.map_err(failed)?;
        let status = answer.status();
        let text = answer.text().await.map_err(failed)?;
        match status {
            StatusCode::CREATED | StatusCode::OK => Ok(filed(&text)),
            _ => Err(self.refused(status, &text)),
        }
    }

    fn refused(&self, status: StatusCode, text: &str) -> Failure {
        let way_out = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if self.key.is_none() => {
                format!("It wants an API key: set {VARIABLE}, or name a file with --api-key-file.")
            }
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "It does not take this API key.".to_owned(),
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
                format!(
                    "It takes no results there: name its base address, or the whole address with its path ({PATH})."
                )
            }
            status if status.is_redirection() => "It points elsewhere; name the address that it means.".to_owned(),
            _ => format!("It said: {}", plain(&text.chars().take(WORDS).collect::<String>())),
        };
        Failure::usage(format!("cannot push to {}: {status}\n{way_out}", self.url))
    }
}

/// The address that results go to: of a base address the path that servers have.
fn address_of(address: &str) -> Result<Url, Failure> {
    let wrong = |words: &str| Failure::usage(format!("--push {}: {words}", plain(address)));
    let mut url = Url::parse(address).map_err(|error| wrong(&format!("{error}; expected https://HOST")))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong("expected https://HOST or http://HOST"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Failure::usage(
            "--push: the address holds a name or password; leave it out, the API key is enough",
        ));
    }
    if url.path() == "/" {
        url.set_path(PATH);
    }
    Ok(url)
}

/// Whether an address is this machine's own.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// `{"data": {"id": ...}}`.
fn filed(text: &str) -> String {
    let answer: Value = serde_json::from_str(text).unwrap_or_default();
    let id = answer.pointer("/data/id").or_else(|| answer.get("id"));
    id.and_then(Value::as_str).map_or_else(|| "without an id".to_owned(), plain)
}

/// An error with what lies beneath it: the topmost says little.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut beneath = error.source();
    while let Some(error) = beneath {
        words = format!("{words}: {error}");
        beneath = error.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_address_gets_the_path_of_servers() {
        let path = |address: &str| address_of(address).unwrap().to_string();
        assert_eq!(path("https://wafpass.example"), "https://wafpass.example/api/v1/runs");
        assert_eq!(path("http://127.0.0.1:8000/"), "http://127.0.0.1:8000/api/v1/runs");
        assert_eq!(path("https://x.example/waf/api/v2/runs"), "https://x.example/waf/api/v2/runs");
        for wrong in ["wafpass.example", "ftp://x.example", "file:///etc/passwd", "https://", "https://a:b@x.example"] {
            assert!(address_of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_key_goes_unencrypted_to_this_machine_only() {
        let to = |address: &str, key: &str| Server::new(address, ApiKey::new(key)).map(drop).map_err(|f| f.message);
        assert!(
            to("http://127.0.0.1:1", "k").is_ok()
                && to("http://localhost", "k").is_ok()
                && to("http://[::1]", "k").is_ok()
        );
        assert!(to("https://x.example", "k").is_ok() && to("http://x.example", "").is_ok());
        let refused = to("http://x.example", "k-secret").unwrap_err();
        assert!(refused.contains("unencrypted") && !refused.contains("k-secret"), "{refused}");
    }

    #[test]
    fn a_key_is_one_printable_word_and_never_shown() {
        assert!(ApiKey::new("abc\n").is_some());
        assert!(["", " ", "a b", "a\nb", "ä", "a\u{7f}"].iter().all(|text| ApiKey::new(text).is_none()));
        let server = Server::new("https://x.example", ApiKey::new("k-secret")).unwrap();
        assert!(!format!("{server:?}").contains("k-secret"));
    }
}
