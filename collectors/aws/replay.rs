//! Replay: answers from a recording, matched on service, operation, region and request, never on order.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    io::{self, BufRead, Read},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use flate2::read::GzDecoder;

use super::{
    gate::Stamp,
    replay_metrics::MetricAnswers,
    transport::exchange_of,
    wire::{Exchange, RECORDING_SCHEMA, RecordedAnswer, RecordedBody, RecordedRequest, Recording, RecordingHeader},
};

/// A recording that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A file cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("{path}, line {line}: {expected}")]
    Damaged {
        /// Which.
        path: PathBuf,
        /// Where.
        line: usize,
        /// What is wrong and what was expected.
        expected: String,
    },
    /// Files are missing or too many.
    #[error(
        "{path}: the recording has {found} exchanges, its recording.json says {expected}; copy the whole folder again"
    )]
    Incomplete {
        /// The folder.
        path: PathBuf,
        /// Files found.
        found: usize,
        /// Files expected.
        expected: usize,
    },
}

impl Recording {
    /// Reads a recording from its folder.
    pub fn open(folder: &Path) -> Result<Self, ReplayError> {
        let header: RecordingHeader = read_json(&folder.join("recording.json"))?;
        if header.schema != RECORDING_SCHEMA {
            let expected = format!("schema {:?}: expected {RECORDING_SCHEMA:?}", header.schema);
            return Err(ReplayError::Damaged { path: folder.join("recording.json"), line: 1, expected });
        }
        let mut files = Vec::new();
        json_files(folder, &mut files)?;
        files.retain(|file| *file != folder.join("recording.json"));
        files.sort();
        let exchanges = files.iter().map(|file| read_exchange(file)).collect::<Result<Vec<_>, _>>()?;
        if exchanges.len() != header.exchanges {
            let (found, expected) = (exchanges.len(), header.exchanges);
            return Err(ReplayError::Incomplete { path: folder.to_owned(), found, expected });
        }
        Ok(Recording { header, exchanges })
    }

    /// Reads a recording packed into gzip: the head on the first line, an exchange on each further one.
    pub fn unpack(packed: &[u8]) -> Result<Self, ReplayError> {
        let path = PathBuf::from("<packed recording>");
        let io = |source| ReplayError::Io { path: path.clone(), source };
        let damaged = |line: usize, error: serde_json::Error| ReplayError::Damaged {
            path: path.clone(),
            line: line + 1,
            expected: error.to_string(),
        };
        let mut lines = io::BufReader::new(GzDecoder::new(packed)).lines();
        let head = lines.next().transpose().map_err(io)?.unwrap_or_default();
        let header = serde_json::from_str(&head).map_err(|error| damaged(0, error))?;
        let exchanges = lines
            .enumerate()
            .map(|(at, line)| serde_json::from_str(&line.map_err(io)?).map_err(|error| damaged(at + 1, error)))
            .collect::<Result<_, _>>()?;
        Ok(Recording { header, exchanges })
    }
}

fn read_exchange(file: &Path) -> Result<Exchange, ReplayError> {
    let exchange: Exchange = read_json(file)?;
    for (what, body) in [("request", &exchange.request.body), ("answer", &exchange.answer.body)] {
        body.bytes().map_err(|error| ReplayError::Damaged {
            path: file.to_owned(),
            line: 1,
            expected: format!("{what}.body.base64: {error}"),
        })?;
    }
    Ok(exchange)
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, ReplayError> {
    let mut text = String::new();
    fs::File::open(path)
        .and_then(|mut file| file.read_to_string(&mut text))
        .map_err(|source| ReplayError::Io { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|error| ReplayError::Damaged {
        path: path.to_owned(),
        line: error.line(),
        expected: error.to_string(),
    })
}

fn json_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), ReplayError> {
    let io = |source| ReplayError::Io { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.is_dir() {
            json_files(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "json") {
            files.push(path);
        }
    }
    Ok(())
}

/// Answers requests from a recording.
#[derive(Debug)]
pub struct Replay {
    header: RecordingHeader,
    answers: HashMap<String, RecordedAnswer>,
    metrics: MetricAnswers,
    overlay: HashMap<String, RecordedAnswer>,
    operations: BTreeSet<String>,
    used: Mutex<BTreeSet<String>>,
}

impl Replay {
    /// Answers from this recording. Of several answers to one request (retries) the last counts.
    pub fn new(recording: Recording) -> Self {
        let metrics = MetricAnswers::learn(&recording.exchanges);
        let name = |exchange: &Exchange| format!("{}:{}", exchange.service, exchange.operation);
        let operations = recording.exchanges.iter().map(name).collect();
        let of_metrics = |exchange: &Exchange| exchange.operation == "GetMetricData";
        let answers = recording
            .exchanges
            .into_iter()
            .filter(|exchange| !of_metrics(exchange))
            .map(|exchange| (exchange.key(), exchange.answer))
            .collect();
        Replay {
            header: recording.header,
            answers,
            metrics,
            overlay: HashMap::new(),
            operations,
            used: Mutex::default(),
        }
    }

    /// Every request of `operation` (as `service:Operation`) is denied, as AWS denies it in that service's protocol: for
    /// tests of what a denial hides.
    pub fn deny(mut self, operation: &str) -> Self {
        self.overlay.insert(operation.to_owned(), denial(operation));
        self
    }

    /// Every operation in the recording, as `service:Operation`.
    pub fn operations(&self) -> BTreeSet<String> {
        self.operations.clone()
    }

    /// The head of the recording.
    pub fn header(&self) -> &RecordingHeader {
        &self.header
    }

    /// Requests of the recording that nobody asked for.
    pub fn unused(&self) -> Vec<String> {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let mut unused: Vec<_> = self.answers.keys().filter(|key| !used.contains(*key)).cloned().collect();
        unused.sort();
        unused
    }

    pub(crate) fn answer(&self, stamp: &Stamp, request: &RecordedRequest) -> Result<RecordedAnswer, String> {
        if let Some(answer) = self.overlay.get(&stamp.call.name()) {
            return Ok(answer.clone());
        }
        if stamp.call.operation == "GetMetricData" {
            return self.metrics.answer(&stamp.region, request);
        }
        let empty = RecordedAnswer { status: 0, headers: Default::default(), body: RecordedBody::new(&[]) };
        let key = exchange_of(stamp, request.clone(), empty).key();
        let answer = self.answers.get(&key).cloned();
        self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone());
        answer.ok_or_else(|| format!("the recording has no answer to {key}"))
    }
}

/// An AccessDenied in the protocol of the operation's service.
fn denial(operation: &str) -> RecordedAnswer {
    let message = format!(
        "User: arn:aws:iam::123456789012:user/scanner is not authorized to perform: {operation} because no \
         identity-based policy allows the {operation} action"
    );
    let service = operation.split(':').next().unwrap_or_default();
    let (status, kind, body) = match service {
        "ec2" => (
            403,
            "text/xml",
            format!(
                "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>{message}</Message></Error></Errors></Response>"
            ),
        ),
        "s3" => {
            (403, "application/xml", format!("<Error><Code>AccessDenied</Code><Message>{message}</Message></Error>"))
        }
        "rds"
        | "autoscaling"
        | "cloudformation"
        | "elasticache"
        | "elasticloadbalancing"
        | "cloudfront"
        | "route53"
        | "sts" => (
            403,
            "text/xml",
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>{message}</Message></Error></ErrorResponse>"
            ),
        ),
        "cloudwatch" | "compute-optimizer" | "aco-automation" => return denial_in_cbor(&message),
        _ => (400, "application/json", format!(r#"{{"__type":"AccessDeniedException","message":"{message}"}}"#)),
    };
    let mut headers = std::collections::BTreeMap::from([("content-type".to_owned(), kind.to_owned())]);
    if kind == "application/json" {
        headers.insert("x-amzn-errortype".to_owned(), "AccessDeniedException".to_owned());
    }
    RecordedAnswer { status, headers, body: RecordedBody::Text { text: body } }
}

fn denial_in_cbor(message: &str) -> RecordedAnswer {
    use ciborium::Value;
    let text = |text: &str| Value::Text(text.to_owned());
    let body = Value::Map(vec![(text("__type"), text("AccessDeniedException")), (text("message"), text(message))]);
    let mut bytes = Vec::new();
    // Writing into memory does not fail; if it did, the answer would be empty and the SDK would say so.
    let _ = ciborium::into_writer(&body, &mut bytes);
    let headers = [("content-type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    RecordedAnswer { status: 400, headers, body: RecordedBody::binary(&bytes) }
}
