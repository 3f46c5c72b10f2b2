//! A request to a webhook: encrypted, to that address and no other, and what its answer means. A webhook's address is a secret: whoever has it
//! may write there. So only its host is ever shown.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{
    Client, Response, StatusCode, Url,
    header::{HeaderMap, RETRY_AFTER},
    redirect::Policy,
};

use super::{retry::Trouble, secret::Secret};
use crate::{config::notify::is_here, plain::plain, push::chain};

const CONNECT: Duration = Duration::from_secs(10);
const WHOLE: Duration = Duration::from_secs(30);
/// The most characters of a receiver's words that are passed on.
const WORDS: usize = 200;

/// Where a webhook listens.
#[derive(Debug)]
pub(super) struct Hook {
    client: Client,
    url: Url,
}

impl Hook {
    /// Checks the address; nothing is sent.
    pub(super) fn new(address: &Secret, insecure: bool) -> Result<Self, Trouble> {
        let url =
            Url::parse(address.open()).map_err(|error| Trouble::Final(format!("its address is none: {error}")))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        match url.scheme() {
            "https" => {}
            "http" if insecure || is_here(&host) => {}
            "http" => {
                let words = "its address is http://: what is told would go unencrypted over the network; use https://, or say insecure = true";
                return Err(Trouble::Final(words.to_owned()));
            }
            _ => return Err(Trouble::Final("its address does not begin with https://".to_owned())),
        }
        let client = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .user_agent(concat!("rung/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Trouble::Final(error.without_url().to_string()))?;
        Ok(Hook { client, url })
    }

    /// Its host, the one part that may be shown.
    pub(super) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Sends JSON once.
    pub(super) async fn post(&self, body: Vec<u8>, headers: HeaderMap) -> Result<(), Trouble> {
        let request = self.client.post(self.url.clone()).headers(headers);
        let request = request.header(reqwest::header::CONTENT_TYPE, "application/json").body(body);
        match request.send().await {
            Ok(answer) => self.judge(answer).await,
            Err(error) => {
                let error = error.without_url();
                let words = if error.is_timeout() { "no answer in time".to_owned() } else { chain(&error) };
                Err(Trouble::MayPass(format!("{}: {}", self.host(), plain(&words)), None))
            }
        }
    }

    async fn judge(&self, answer: Response) -> Result<(), Trouble> {
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let asked = retry_after(answer.headers(), Timestamp::now());
        let said = said(answer).await;
        let words = match status.is_redirection() {
            true => format!("{}: {status}: it points elsewhere; name the address that it means", self.host()),
            false => format!("{}: {status}{said}", self.host()),
        };
        match status {
            StatusCode::TOO_MANY_REQUESTS => Err(Trouble::MayPass(words, asked)),
            status if status.is_server_error() => Err(Trouble::MayPass(words, asked)),
            _ => Err(Trouble::Final(words)),
        }
    }
}

/// The beginning of what a receiver said: one chunk, for it may say a lot.
async fn said(mut answer: Response) -> String {
    let chunk = answer.chunk().await.ok().flatten().unwrap_or_default();
    let text: String = String::from_utf8_lossy(&chunk).trim().chars().take(WORDS).collect();
    if text.is_empty() { String::new() } else { format!(": {}", plain(&text)) }
}

/// The pause that a receiver asks for: seconds, or until a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::notify::SecretAt;

    fn hook(address: &str, insecure: bool) -> Result<Hook, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), address).unwrap();
        let secret = Secret::read(&SecretAt::File(file.path().to_owned())).unwrap();
        Hook::new(&secret, insecure).map_err(|trouble| trouble.words().to_owned())
    }

    #[test]
    fn nothing_goes_unencrypted_over_the_network_unless_somebody_says_so() {
        for fine in
            ["https://hooks.example.org/T0/SECRET", "http://127.0.0.1:1/x", "http://[::1]/x", "http://localhost/x"]
        {
            assert!(hook(fine, false).is_ok(), "{fine}");
        }
        for wrong in
            ["http://hooks.example.org/SECRET", "http://127.0.0.1.example.org/SECRET", "ftp://x/SECRET", "SECRET"]
        {
            let told = hook(wrong, false).unwrap_err();
            assert!(!told.contains("SECRET"), "{told}");
        }
        assert_eq!(hook("http://hooks.example.org/SECRET", true).unwrap().host(), "hooks.example.org");
    }

    #[test]
    fn a_pause_is_asked_for_in_seconds_or_until_a_date() {
        let now: Timestamp = "2026-11-25T23:00:00Z".parse().unwrap();
        let of = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            retry_after(&headers, now).map(|pause| pause.as_secs())
        };
        assert_eq!(of("7"), Some(7));
        assert_eq!(of("Wed, 25 Nov 2026 23:00:20 GMT"), Some(20));
        assert_eq!(of("Wed, 25 Nov 2026 22:00:00 GMT"), Some(0));
        assert_eq!(of("soon"), None);
    }
}
