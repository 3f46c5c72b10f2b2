//! The transport under every client: sends, or answers from a recording; counts, and records when asked.
//!
//! It sits below the gate and fails closed: a request without the gate's stamp is refused.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
            SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use jiff::Timestamp;

use super::{
    Budget, Counters, EndedKeys, Pacer, Reach, Recorder, Replay,
    asking::Asking,
    attempt::attempt,
    budget::OverBudget,
    classify::is_throttle,
    counters::At,
    ended::{RefusedAsEnded, Signature},
    gate::Stamp,
    journal::Answered,
    whole::broken,
    wire::{Exchange, KEPT_ANSWER_HEADERS, RecordedAnswer, RecordedBody, RecordedRequest},
};

/// Where answers come from.
#[derive(Clone, Debug)]
pub enum TransportMode {
    /// From AWS, recorded if asked.
    Live {
        /// The HTTP client.
        http: SharedHttpClient,
        /// The recorder.
        recorder: Option<Arc<Recorder>>,
    },
    /// From a recording; nothing is ever sent.
    Replay(Arc<Replay>),
}

/// The HTTP client of every AWS client.
#[derive(Clone, Debug)]
pub struct Transport {
    mode: TransportMode,
    counters: Arc<Counters>,
    pacer: Arc<Pacer>,
    budget: Arc<Budget>,
    watch: Watch,
}

/// What the transport heeds beside the answers.
#[derive(Clone, Debug)]
pub struct Watch {
    /// Access keys that AWS refuses as ended.
    pub ended: Arc<EndedKeys>,
    /// Regions that do not answer.
    pub reach: Arc<Reach>,
    /// Time-out of one attempt.
    pub timeout: Duration,
}

impl Transport {
    /// A transport that counts into `counters` and tells `pacer` of throttles.
    pub fn new(
        mode: TransportMode,
        counters: Arc<Counters>,
        pacer: Arc<Pacer>,
        budget: Arc<Budget>,
        watch: Watch,
    ) -> Self {
        Transport { mode, counters, pacer, budget, watch }
    }
}

impl HttpClient for Transport {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let (inner, recorder, replay) = match &self.mode {
            TransportMode::Live { http, recorder } => {
                (Some(http.http_connector(settings, components)), recorder.clone(), None)
            }
            TransportMode::Replay(replay) => (None, None, Some(replay.clone())),
        };
        SharedHttpConnector::new(Connector {
            inner,
            recorder,
            replay,
            counters: self.counters.clone(),
            pacer: self.pacer.clone(),
            budget: self.budget.clone(),
            watch: self.watch.clone(),
        })
    }
}

#[derive(Clone, Debug)]
struct Connector {
    inner: Option<SharedHttpConnector>,
    recorder: Option<Arc<Recorder>>,
    replay: Option<Arc<Replay>>,
    counters: Arc<Counters>,
    pacer: Arc<Pacer>,
    budget: Arc<Budget>,
    watch: Watch,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(stamp) = request.extension::<Stamp>().cloned() else {
            let refused = "a request without the read-only gate's stamp; nothing was sent";
            return HttpConnectorFuture::ready(Err(ConnectorError::user(refused.into())));
        };
        let this = self.clone();
        HttpConnectorFuture::new(async move { this.exchange(stamp, request).await })
    }
}

impl Connector {
    async fn exchange(self, stamp: Stamp, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let began = Instant::now();
        let at = At { call: stamp.call, account: &stamp.account, region: &stamp.region };
        let asking = Asking::current();
        let journal = asking.as_deref().filter(|asking| asking.has_journal());
        let kept = journal.map(|_| recorded_request(&stamp, &request, RecordedBody::plain));
        if let Some(found) = journal.zip(kept.as_ref()).and_then(|(journal, kept)| journal.earlier(&stamp, kept)) {
            self.counters.resumed(at);
            return response(found.status, &found.headers, found.body);
        }
        let rpc = request.headers().contains_key("x-amz-target");
        let Watch { ended, reach, timeout } = &self.watch;
        reach.ask(&stamp.region).map_err(|unreached| ConnectorError::user(unreached.into()))?;
        self.allow(at, asking.as_deref()).map_err(|over| ConnectorError::user(over.into()))?;
        if let Some(replay) = &self.replay {
            let asked = recorded_request(&stamp, &request, recorded_body);
            let answer = replay.answer(&stamp, &asked).map_err(|error| ConnectorError::user(error.into()))?;
            let bytes = answer.body.bytes().map_err(|error| ConnectorError::user(error.into()))?;
            self.count(&stamp, answer.status, &answer.headers, &bytes, Duration::ZERO);
            whole(&stamp, rpc, answer.status, &answer.headers, &bytes)?;
            return response(answer.status, &answer.headers, bytes);
        }
        let Some(inner) = &self.inner else {
            return Err(ConnectorError::user("neither a connection nor a recording".into()));
        };
        let asked = self.recorder.as_ref().map(|_| recorded_request(&stamp, &request, recorded_body));
        let (signature, read_at) = (Signature::of(&request), Timestamp::now());
        let answered = attempt(inner.call(request), *timeout).await;
        let (mut answer, bytes) =
            answered.inspect_err(|error| reach.silent(&stamp.region, stamp.call.service, error))?;
        reach.answered(&stamp.region);
        let (status, headers) = (answer.status().as_u16(), kept_headers(&answer));
        if signature.refused(status, &headers, &bytes, ended) {
            answer.add_extension(RefusedAsEnded);
        }
        self.count(&stamp, status, &headers, &bytes, began.elapsed());
        whole(&stamp, rpc, status, &headers, &bytes)?;
        if let (Some(recorder), Some(asked)) = (&self.recorder, asked) {
            let body = recorded_body(headers.get("content-type").map(String::as_str), &bytes);
            let answer = RecordedAnswer { status, headers: headers.clone(), body };
            recorder.add(exchange_of(&stamp, asked, answer));
        }
        if let (Some(asking), Some(request)) = (&asking, kept) {
            let body = SdkBody::from(bytes.clone());
            asking.answered(Answered { stamp, request, status, headers, body, read_at });
        }
        *answer.body_mut() = SdkBody::from(bytes);
        Ok(answer)
    }

    /// Takes the request from the budget, and its turn if it did not wait for one.
    fn allow(&self, at: At<'_>, asking: Option<&Asking>) -> Result<(), OverBudget> {
        if let Some(asking) = asking {
            asking.pay(at, &self.budget, &self.counters)?;
            if !asking.needs_turn() {
                self.pacer.charge(at.call, at.account, at.region);
            }
        }
        self.budget.request(at)
    }

    fn count(&self, stamp: &Stamp, status: u16, headers: &BTreeMap<String, String>, body: &[u8], took: Duration) {
        let throttled = status >= 400 && says_slow_down(status, headers, body);
        if throttled {
            self.pacer.throttled(stamp.call, &stamp.account, &stamp.region);
        }
        let at = At { call: stamp.call, account: &stamp.account, region: &stamp.region };
        self.counters.exchange(at, status, body.len(), took, throttled);
    }
}

/// What is no answer is like a connection that broke: the SDK asks again.
fn whole(
    stamp: &Stamp,
    rpc: bool,
    status: u16,
    headers: &BTreeMap<String, String>,
    body: &[u8],
) -> Result<(), ConnectorError> {
    broken(stamp.call, rpc, status, headers, body).map_or(Ok(()), |broken| Err(ConnectorError::io(broken.into())))
}

pub(crate) fn exchange_of(stamp: &Stamp, request: RecordedRequest, answer: RecordedAnswer) -> Exchange {
    Exchange {
        service: stamp.call.service.to_owned(),
        operation: stamp.call.operation.to_owned(),
        account: stamp.account.to_string(),
        region: stamp.region.to_string(),
        request,
        answer,
    }
}

fn response(status: u16, headers: &BTreeMap<String, String>, bytes: Vec<u8>) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(status).map_err(|error| ConnectorError::user(error.into()))?;
    let mut response = HttpResponse::new(status, SdkBody::from(bytes));
    for (name, value) in headers {
        response.headers_mut().insert(name.clone(), value.clone());
    }
    Ok(response)
}

fn kept_headers(answer: &HttpResponse) -> BTreeMap<String, String> {
    KEPT_ANSWER_HEADERS
        .iter()
        .filter_map(|name| answer.headers().get(*name).map(|value| ((*name).to_owned(), value.to_owned())))
        .collect()
}

fn recorded_body(content_type: Option<&str>, bytes: &[u8]) -> RecordedBody {
    if content_type.is_some_and(|kind| kind.contains("cbor")) {
        RecordedBody::binary(bytes)
    } else {
        RecordedBody::new(bytes)
    }
}

type ToBody = fn(Option<&str>, &[u8]) -> RecordedBody;

fn recorded_request(stamp: &Stamp, request: &HttpRequest, to_body: ToBody) -> RecordedRequest {
    let body = to_body(request.headers().get("content-type"), request.body().bytes().unwrap_or_default());
    RecordedRequest { method: request.method().to_owned(), path: path_of(stamp.call.service, request), body }
}

/// Path and query, with an S3 bucket in the path whether it was addressed by path or by host.
fn path_of(service: &str, request: &HttpRequest) -> String {
    let Ok(uri) = request.uri().parse::<http::Uri>() else { return request.uri().to_owned() };
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    if service != "s3" {
        return path.to_owned();
    }
    let bucket = uri.host().and_then(|host| host.split_once(".s3").map(|(bucket, _)| format!("/{bucket}")));
    let path = format!("{}{path}", bucket.unwrap_or_default());
    // `/bucket/?website` and `/bucket?website` are one request; `/?max-buckets=1000` names no bucket.
    if path.starts_with("/?") { path } else { path.replacen("/?", "?", 1) }
}

fn says_slow_down(status: u16, headers: &BTreeMap<String, String>, body: &[u8]) -> bool {
    if status == 429 {
        return true;
    }
    let of_header = headers.get("x-amzn-errortype").map(|kind| kind.split([':', '#']).next().unwrap_or_default());
    if let Some(code) = of_header {
        return is_throttle(code);
    }
    let text = String::from_utf8_lossy(body.get(..body.len().min(2_000)).unwrap_or_default());
    text.split(['<', '>', '"', '#']).any(is_throttle)
}
