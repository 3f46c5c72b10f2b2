//! Secrets and pseudonyms in every format.

mod account;
mod formats;
mod hostile;
mod recordings;
mod secrets;

use std::collections::BTreeMap;

use ciborium::Value as Cbor;
use serde_json::{Value, json};

use super::{
    super::wire::{RecordedAnswer, RecordedRequest},
    *,
};

const ACCOUNT: &str = "123456789012";

fn text(text: &str) -> RecordedBody {
    RecordedBody::Text { text: text.to_owned() }
}

fn body_text(body: &RecordedBody) -> String {
    String::from_utf8_lossy(&body.bytes().unwrap()).into_owned()
}

fn exchange(service: &str, operation: &str, path: &str, request: RecordedBody, answer: RecordedBody) -> Exchange {
    Exchange {
        service: service.to_owned(),
        operation: operation.to_owned(),
        account: ACCOUNT.to_owned(),
        region: "us-east-1".to_owned(),
        request: RecordedRequest { method: "POST".to_owned(), path: path.to_owned(), body: request },
        answer: RecordedAnswer { status: 200, headers: BTreeMap::new(), body: answer },
    }
}

fn answered(service: &str, operation: &str, answer: &str) -> Exchange {
    exchange(service, operation, "/", text(""), text(answer))
}

fn header() -> RecordingHeader {
    RecordingHeader {
        schema: super::super::wire::RECORDING_SCHEMA.to_owned(),
        recorded_at: "2026-11-01T00:00:00Z".parse().unwrap(),
        account: ACCOUNT.to_owned(),
        partition: "aws".to_owned(),
        home_region: "us-east-1".to_owned(),
        regions: vec!["us-east-1".to_owned()],
        redacted: false,
        metrics: true,
        tags: false,
        exchanges: 0,
    }
}

fn redacted(mut exchanges: Vec<Exchange>) -> Vec<Exchange> {
    Redactor::learn(&exchanges).apply(&mut header(), &mut exchanges);
    exchanges
}

fn answer_json(exchange: &Exchange) -> Value {
    serde_json::from_str(&body_text(&exchange.answer.body)).unwrap()
}

fn without_secrets(service: &str, operation: &str, answer: &str) -> String {
    let mut one = answered(service, operation, answer);
    remove_secrets(&mut one);
    let once = one.clone();
    remove_secrets(&mut one);
    assert_eq!(one, once, "a second removal changes nothing");
    body_text(&one.answer.body)
}

/// Bytes as the SDK and AWS write them: maps and lists of indefinite length.
fn cbor(value: &Value) -> Vec<u8> {
    match value {
        Value::Object(map) => {
            let inner = map.iter().flat_map(|(key, value)| [cbor(&json!(key)), cbor(value)].concat());
            [0xbf].into_iter().chain(inner).chain([0xff]).collect()
        }
        Value::Array(items) => [0x9f].into_iter().chain(items.iter().flat_map(cbor)).chain([0xff]).collect(),
        Value::String(text) => {
            let mut bytes = Vec::new();
            ciborium::into_writer(&Cbor::Text(text.clone()), &mut bytes).unwrap();
            bytes
        }
        other => {
            let mut bytes = vec![0xfb];
            bytes.extend(other.as_f64().unwrap().to_be_bytes());
            bytes
        }
    }
}

fn cbor_body(value: &Value) -> RecordedBody {
    RecordedBody::binary(&cbor(value))
}

fn readable(body: &RecordedBody) -> Value {
    match body {
        RecordedBody::Binary { readable, .. } => readable.clone(),
        RecordedBody::Text { text } => panic!("not binary: {text}"),
    }
}

fn still_parses(exchanges: Vec<Exchange>) {
    for one in exchanges {
        for body in [&one.request.body, &one.answer.body] {
            let bytes = body.bytes().unwrap();
            let text = String::from_utf8_lossy(&bytes);
            match text.chars().next() {
                Some('{') => assert!(serde_json::from_str::<Value>(&text).is_ok(), "{text}"),
                Some('<') => assert!(tree::xml(&text).is_some(), "{text}"),
                Some(_) if matches!(body, RecordedBody::Binary { .. }) => {
                    assert!(ciborium::from_reader::<Cbor, _>(bytes.as_slice()).is_ok());
                }
                _ => {}
            }
        }
    }
}
