//! How AWS says that credentials have ended, and which access keys it has said that of.
//!
//! Many requests are under way when a token ends: each refusal names the key it was signed with, so that the late ones do
//! not make new credentials be forgotten. Every account's credentials look into the same set.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use aws_smithy_runtime_api::client::{
    interceptors::context::InterceptorContext,
    orchestrator::HttpRequest,
    retries::classifiers::{ClassifyRetry, RetryAction},
};

/// Credentials that AWS, or the provider they come from, says have ended, and that could not be renewed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the credentials have ended and were not renewed: {0}")]
pub struct CredentialsEnded(pub Arc<str>);

const ENDED: &[&str] = &["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"];
const ENDED_WORDS: &str = "security token included in the request is expired";

/// Whether an error says that the token has ended.
pub(crate) fn is_ended(code: &str, message: &str) -> bool {
    ENDED.contains(&code) || message.contains(ENDED_WORDS)
}

/// The access keys that AWS has refused as ended.
#[derive(Debug, Default)]
pub struct EndedKeys {
    worked: AtomicBool,
    keys: Mutex<BTreeSet<String>>,
}

impl EndedKeys {
    /// The scan's credentials have worked once: from now on an end is waited out. Credentials that never worked are not.
    pub fn worked(&self) {
        self.worked.store(true, Ordering::Relaxed);
    }

    pub(crate) fn have_worked(&self) -> bool {
        self.worked.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, key: &str) {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned());
    }

    pub(crate) fn holds(&self, key: &str) -> bool {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).contains(key)
    }
}

/// How a request was signed.
pub(crate) struct Signature {
    key: Option<String>,
    temporary: bool,
}

impl Signature {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let header = request.headers().get("authorization").unwrap_or_default();
        let key = header.split_once("Credential=").and_then(|(_, rest)| rest.split('/').next());
        Signature { key: key.map(str::to_owned), temporary: request.headers().get("x-amz-security-token").is_some() }
    }

    /// Whether the answer says that the signature's credentials have ended; notes the key.
    pub(crate) fn refused(
        &self,
        status: u16,
        headers: &BTreeMap<String, String>,
        body: &[u8],
        ended: &EndedKeys,
    ) -> bool {
        let refused = status >= 400 && ended.have_worked() && says_ended(headers, body, self.temporary);
        if let (true, Some(key)) = (refused, &self.key) {
            ended.add(key);
        }
        refused
    }
}

/// EC2 answers `RequestExpired` to temporary credentials that have ended.
fn says_ended(headers: &BTreeMap<String, String>, body: &[u8], temporary: bool) -> bool {
    let ended = |code: &str| is_ended(code, "") || (temporary && code == "RequestExpired");
    if let Some(kind) = headers.get("x-amzn-errortype") {
        return ended(kind.split(':').next().and_then(|kind| kind.rsplit('#').next()).unwrap_or_default());
    }
    if headers.get("content-type").is_some_and(|kind| kind.contains("cbor")) {
        return cbor_code(body).is_some_and(|code| ended(code.rsplit('#').next().unwrap_or_default()));
    }
    let text = String::from_utf8_lossy(body.get(..body.len().min(2_000)).unwrap_or_default());
    text.contains(ENDED_WORDS) || text.split(['<', '>', '"', '#']).any(ended)
}

fn cbor_code(body: &[u8]) -> Option<String> {
    let answer: ciborium::Value = ciborium::from_reader(body).ok()?;
    let kind = answer.into_map().ok()?.into_iter().find(|(name, _)| name.as_text() == Some("__type"))?;
    kind.1.into_text().ok()
}

/// On an answer: it refuses credentials that have ended.
#[derive(Clone, Debug)]
pub(crate) struct RefusedAsEnded;

/// Makes an attempt that was signed with ended credentials worth another, which is signed with new ones.
#[derive(Debug)]
pub(crate) struct SignAgain;

impl ClassifyRetry for SignAgain {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match context.response().and_then(|answer| answer.extension::<RefusedAsEnded>()) {
            Some(_) => RetryAction::server_error(),
            None => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "credentials that have ended"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(header: Option<&str>, kind: &str, body: &[u8], temporary: bool) -> bool {
        let headers = [("content-type", Some(kind)), ("x-amzn-errortype", header)];
        let headers = headers.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
        says_ended(&headers.collect(), body, temporary)
    }

    #[test]
    fn an_ended_token_is_heard_in_every_protocol() {
        let xml = b"<Response><Errors><Error><Code>ExpiredToken</Code></Error></Errors></Response>";
        assert!(says(None, "text/xml", xml, true));
        let json = br##"{"__type":"com.amazon.coral.service#ExpiredTokenException","message":"gone"}"##;
        assert!(says(None, "application/x-amz-json-1.1", json, true));
        assert!(says(Some("ExpiredTokenException:http://internal.amazon.com/"), "application/json", b"{}", true));
        let mut cbor = Vec::new();
        let kind = ("__type", "com.amazonaws.cloudwatch#ExpiredTokenException");
        ciborium::into_writer(&std::collections::BTreeMap::from([kind, ("message", "gone")]), &mut cbor).unwrap();
        assert!(says(None, "application/cbor", &cbor, true));
        let words = br#"{"message":"The security token included in the request is expired"}"#;
        assert!(says(None, "application/json", words, true));
    }

    #[test]
    fn other_refusals_are_none_of_its_end() {
        let denied =
            br#"<Error><Code>AccessDenied</Code><Message>not authorized on function:ExpiredToken</Message></Error>"#;
        assert!(!says(None, "text/xml", denied, true));
        assert!(!says(Some("AccessDeniedException"), "application/json", br#"{"of":"ExpiredToken"}"#, true));
        assert!(!says(None, "text/xml", b"<Code>RequestExpired</Code>", false), "a clock that is wrong");
        assert!(says(None, "text/xml", b"<Code>RequestExpired</Code>", true));
    }

    #[test]
    fn a_refusal_before_anything_worked_is_left_to_the_start_of_the_scan() {
        let (ended, none) = (EndedKeys::default(), BTreeMap::new());
        let signature = Signature { key: Some("AKIA1".to_owned()), temporary: true };
        assert!(!signature.refused(403, &none, b"<Code>ExpiredToken</Code>", &ended));
        ended.worked();
        assert!(signature.refused(403, &none, b"<Code>ExpiredToken</Code>", &ended) && ended.holds("AKIA1"));
        assert!(!signature.refused(200, &none, b"<Code>ExpiredToken</Code>", &ended));
    }
}
