//! One exchange with AWS as it is written to disk: readable, without credentials, whatever the protocol.

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Headers of answers that are kept: what the SDK needs to read them, and what finds the call in CloudTrail.
pub(crate) const KEPT_ANSWER_HEADERS: &[&str] = &[
    "content-type",
    "smithy-protocol",
    "x-amz-bucket-region",
    "x-amz-id-2",
    "x-amz-request-id",
    "x-amzn-errortype",
    "x-amzn-query-error",
    "x-amzn-requestid",
];

/// The head of a recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordingHeader {
    /// Always `rung/recording/v1`.
    pub schema: String,
    /// When the scan began: the clock of every replay.
    pub recorded_at: Timestamp,
    /// Account scanned.
    pub account: String,
    /// Partition.
    pub partition: String,
    /// The region that identity and regions were asked in.
    pub home_region: String,
    /// Regions scanned.
    pub regions: Vec<String>,
    /// Whether names were replaced by pseudonyms.
    pub redacted: bool,
    /// Whether CloudWatch metrics were asked for.
    pub metrics: bool,
    /// Whether the tags of resources whose lists carry none were asked for.
    #[serde(default)]
    pub tags: bool,
    /// How many exchanges belong to it: fewer means that files are missing.
    pub exchanges: usize,
}

/// The version of the recording format.
pub(crate) const RECORDING_SCHEMA: &str = "rung/recording/v1";

/// A whole recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// Its head.
    pub header: RecordingHeader,
    /// Its exchanges.
    pub exchanges: Vec<Exchange>,
}

/// A body: text stays text; binary is kept as bytes, with a readable form beside it for people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RecordedBody {
    /// Text as it was: XML, JSON, a form.
    Text {
        /// The text.
        text: String,
    },
    /// Bytes, for example CBOR.
    Binary {
        /// The bytes.
        base64: String,
        /// What they say, for people; replay reads the bytes.
        #[serde(default, skip_serializing_if = "Value::is_null")]
        readable: Value,
    },
}

impl RecordedBody {
    /// A body of either form.
    pub fn new(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => RecordedBody::Text { text: text.to_owned() },
            Err(_) => RecordedBody::binary(bytes),
        }
    }

    /// CBOR and other binary bodies.
    pub fn binary(bytes: &[u8]) -> Self {
        let readable = super::replay_metrics::decode(bytes).map_or(Value::Null, |value| readable(&value));
        RecordedBody::Binary { base64: STANDARD.encode(bytes), readable }
    }

    /// A body of this content type, without a form for people.
    pub(crate) fn plain(content_type: Option<&str>, bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) if !content_type.is_some_and(|kind| kind.contains("cbor")) => {
                RecordedBody::Text { text: text.to_owned() }
            }
            _ => RecordedBody::Binary { base64: STANDARD.encode(bytes), readable: Value::Null },
        }
    }

    /// Drops the form for people.
    pub(crate) fn forget_readable(&mut self) {
        if let RecordedBody::Binary { readable, .. } = self {
            *readable = Value::Null;
        }
    }

    /// The bytes; an error when the base64 is damaged.
    pub fn bytes(&self) -> Result<Vec<u8>, base64::DecodeError> {
        match self {
            RecordedBody::Text { text } => Ok(text.as_bytes().to_vec()),
            RecordedBody::Binary { base64, .. } => STANDARD.decode(base64),
        }
    }
}

fn readable(value: &ciborium::Value) -> Value {
    use ciborium::Value as Cbor;
    match value {
        Cbor::Integer(n) => i128::from(*n).try_into().map_or(Value::Null, |n: i64| n.into()),
        Cbor::Float(n) => (*n).into(),
        Cbor::Text(text) => text.clone().into(),
        Cbor::Bool(b) => (*b).into(),
        Cbor::Bytes(bytes) => STANDARD.encode(bytes).into(),
        Cbor::Tag(_, inner) => readable(inner),
        Cbor::Array(items) => items.iter().map(readable).collect(),
        Cbor::Map(entries) => {
            let text = |key: &Cbor| key.as_text().map_or_else(|| format!("{key:?}"), str::to_owned);
            entries.iter().map(|(key, value)| (text(key), readable(value))).collect::<serde_json::Map<_, _>>().into()
        }
        _ => Value::Null,
    }
}

/// One request and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// Service as IAM writes it.
    pub service: String,
    /// Operation.
    pub operation: String,
    /// Account asked.
    pub account: String,
    /// Region asked; `global` for global services.
    pub region: String,
    /// What was asked.
    pub request: RecordedRequest,
    /// What was answered.
    pub answer: RecordedAnswer,
}

/// What was asked: nothing of it is secret, signatures and tokens are never kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedRequest {
    /// HTTP method.
    pub method: String,
    /// Path and query; for S3 with the bucket in the path, however it was addressed.
    pub path: String,
    /// Body.
    pub body: RecordedBody,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedAnswer {
    /// HTTP status.
    pub status: u16,
    /// Headers that the SDK needs.
    pub headers: std::collections::BTreeMap<String, String>,
    /// Body.
    pub body: RecordedBody,
}

impl Exchange {
    /// What a request is matched on: service, operation, region and the request itself, never order.
    pub(crate) fn key(&self) -> String {
        request_key(&self.service, &self.operation, &self.region, &self.request)
    }
}

/// The key of the exchange that this request would make.
pub(crate) fn request_key(service: &str, operation: &str, region: &str, request: &RecordedRequest) -> String {
    let body = match &request.body {
        RecordedBody::Text { text } => text,
        RecordedBody::Binary { base64, .. } => base64,
    };
    format!("{service}:{operation} {region} {} {} {body}", request.method, request.path)
}
