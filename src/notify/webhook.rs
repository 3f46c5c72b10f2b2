//! The signed webhook: our JSON, with a signature over the time and the body, so that the receiver knows that it is ours and not an old one.

use aws_lc_rs::hmac;
use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderValue};

use super::{message::Message, retry::Trouble, secret::Secret};

/// `t=<seconds since 1970>,v1=<hex HMAC-SHA-256 of "t.body">`.
pub const SIGNATURE: &str = "X-Rung-Signature";
/// The same for the same message, however often it is tried.
pub const DELIVERY: &str = "X-Rung-Delivery";

/// Body and headers of a message, signed at a time.
pub(super) fn request(message: &Message, secret: &Secret, now: Timestamp) -> Result<(Vec<u8>, HeaderMap), Trouble> {
    let wrong = |error: &dyn std::fmt::Display| Trouble::Final(format!("the message cannot be written: {error}"));
    let body = serde_json::to_vec(message).map_err(|error| wrong(&error))?;
    let mut headers = HeaderMap::new();
    let header = |text: &str| HeaderValue::from_str(text).map_err(|error| wrong(&error));
    headers.insert(SIGNATURE, header(&sign(secret.open().as_bytes(), now.as_second(), &body))?);
    headers.insert(DELIVERY, header(&message.delivery)?);
    Ok((body, headers))
}

fn sign(key: &[u8], time: i64, body: &[u8]) -> String {
    let mut signed = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    signed.update(format!("{time}.").as_bytes());
    signed.update(body);
    format!("t={time},v1={}", hex::encode(signed.sign()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_time_and_body() {
        // printf '1.{}' | openssl dgst -sha256 -hmac key
        let expected = "t=1,v1=1ba6b8171186efc613e8bcc0cbdab2748f24984d7c5a84faa2637afa0e40d224";
        assert_eq!(sign(b"key", 1, b"{}"), expected);
        assert_ne!(sign(b"key", 2, b"{}")[4..], expected[4..]);
        assert_ne!(sign(b"other", 1, b"{}"), expected);
    }
}
