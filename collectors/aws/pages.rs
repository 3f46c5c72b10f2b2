//! Reading a source to its end: pages are reduced to slim items as they come; an error leaves what was read and a gap.

use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use jiff::Timestamp;
use rung_rules::model::{Cause, GapId, SourceId, SourceRecord};
use std::{future::Future, sync::Arc};

use super::{
    CredentialsEnded, Listing, Place, Read, Span,
    asking::{Asking, Unpaid},
    classify::classify,
    ids::source_id,
    offered::is_offered,
};
use crate::calls::Call;

/// Request ids kept for a source: enough to find it in CloudTrail.
const REQUEST_IDS: usize = 8;

struct Reading<'a> {
    place: &'a Place,
    call: &'static Call,
    record: SourceRecord,
    unpaid: Unpaid,
    /// The page that was asked for last.
    asking: Option<Arc<Asking>>,
}

/// Why nothing more is sent for a source.
enum Stopped {
    Interrupted,
    NotOffered,
    CredentialsEnded(CredentialsEnded),
}

impl<'a> Reading<'a> {
    fn begin(place: &'a Place, call: &'static Call, parameters: &str) -> Self {
        let record = SourceRecord {
            id: source_id(&call.name(), &place.account, &place.region, parameters),
            service: call.service.to_owned(),
            operation: call.operation.to_owned(),
            account: place.account.to_string(),
            region: place.region.to_string(),
            parameters: parameters.to_owned(),
            read_at: place.span.time(),
            pages: 0,
            items: 0,
            request_ids: Vec::new(),
        };
        Reading { place, call, record, unpaid: Unpaid::default(), asking: None }
    }

    /// A page that was understood.
    fn page(&mut self, answer: &impl RequestId) {
        self.keep();
        self.record.pages += 1;
        if self.record.pages == 1 {
            self.place.span.reach.worked(&self.place.account, &self.place.region);
        }
        if self.record.request_ids.len() < REQUEST_IDS {
            self.record.request_ids.extend(answer.request_id().map(str::to_owned));
        }
    }

    /// The last answer stands: a scan that resumes this one need not ask again.
    fn keep(&self) {
        if let Some(asking) = &self.asking {
            asking.keep();
        }
    }

    /// The source was read to its end.
    fn ended(&self) {
        if let Some(asking) = &self.asking {
            asking.ended();
        }
    }

    fn gap(&self, cause: Cause, detail: String) -> GapId {
        self.place.gap(self.call, &self.record.parameters, cause, detail)
    }

    fn failed<E, R>(&self, error: &SdkError<E, R>) -> GapId
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        self.place.span.counters.error(self.place.at(self.call));
        let (cause, detail) = self.cause(error);
        // Whoever goes on with the scan reads it again.
        if self.record.pages == 0 || cause == Cause::CredentialsEnded {
            return self.gap(cause, detail);
        }
        let words = format!("after {} pages {}: {detail}", self.record.pages, cause.words());
        self.gap(Cause::CutShort, words)
    }

    fn cause<E, R>(&self, error: &SdkError<E, R>) -> (Cause, String)
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        let Place { account, region, span, .. } = self.place;
        let (cause, detail) = classify(error);
        let off = span.reach.is_off(account, region, code_of(error));
        (if off { Cause::RegionNotEnabled } else { cause }, detail)
    }

    async fn read_to_end<O, E, R>(
        &mut self,
        mut stream: PaginationStream<Result<O, SdkError<E, R>>>,
        absent: &[&str],
        mut take: impl FnMut(O),
    ) -> Option<GapId>
    where
        O: RequestId,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        loop {
            match self.next(stream.next()).await {
                Ok(Some(Ok(page))) => {
                    self.page(&page);
                    take(page);
                }
                Ok(Some(Err(error))) if self.record.pages == 0 && absent.contains(&code_of(&error)) => {
                    self.keep();
                    self.ended();
                    return None;
                }
                Ok(Some(Err(error))) => return Some(self.failed(&error)),
                Ok(None) => {
                    self.ended();
                    return None;
                }
                Err(why) => return Some(self.stopped(why)),
            }
        }
    }

    fn end(mut self, items: usize) -> SourceId {
        self.record.items = items as u64;
        let id = self.record.id;
        self.place.span.registry.add_source(self.record);
        id
    }

    /// The next answer, unless the user interrupts first or nothing may be asked any more.
    async fn next<A>(&mut self, answer: impl Future<Output = A>) -> Result<A, Stopped> {
        let (call, place, span) = (self.call, self.place, &self.place.span);
        if !is_offered(&place.partition, call.service) {
            return Err(Stopped::NotOffered);
        }
        let (source, page, unpaid) = (self.record.id, self.record.pages, self.unpaid.clone());
        let (asking, answer) = tokio::select! {
            biased;
            () = span.interruption() => return Err(Stopped::Interrupted),
            answered = async {
                let asking = Arc::new(Asking::new(place.journal().await, source, page, unpaid));
                // Before the permit: who waits for a turn keeps nobody else from a call.
                if asking.needs_turn() {
                    span.pacer.turn(call, &place.account, &place.region).await;
                }
                span.credentials.ready().await.map_err(Stopped::CredentialsEnded)?;
                let answer = in_flight(span, asking.clone().scope(answer)).await;
                Ok((asking, answer))
            } => answered?,
        };
        if let (0, Some(read_at)) = (page, asking.read_at()) {
            self.record.read_at = read_at;
        }
        self.asking = Some(asking);
        Ok(answer)
    }

    fn stopped(&self, why: Stopped) -> GapId {
        match why {
            Stopped::Interrupted => self.gap(Cause::CutShort, "interrupted by the user".to_owned()),
            Stopped::CredentialsEnded(ended) => self.gap(Cause::CredentialsEnded, ended.0.to_string()),
            Stopped::NotOffered => {
                self.gap(Cause::NotOffered, format!("not offered in the partition {}", self.place.partition))
            }
        }
    }
}

/// The answer, with a place among the calls in flight, which is given up while the credentials are waited for. What has
/// begun is always polled: it may be the one that renews them.
async fn in_flight<A>(span: &Span, answer: impl Future<Output = A>) -> A {
    let mut answer = std::pin::pin!(answer);
    let mut permit = span.in_flight.acquire().await;
    loop {
        tokio::select! {
            biased;
            answer = &mut answer => return answer,
            () = span.credentials.pause() => drop(permit),
        }
        permit = tokio::select! {
            biased;
            answer = &mut answer => return answer,
            permit = async {
                span.credentials.resumption().await;
                span.in_flight.acquire().await
            } => permit,
        };
    }
}

fn code_of<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> &str {
    error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default()
}

/// Reads a paginated operation to its end.
pub(crate) async fn drain<O, E, R, T>(
    place: &Place,
    call: &'static Call,
    parameters: &str,
    stream: PaginationStream<Result<O, SdkError<E, R>>>,
    take: impl FnMut(O, &mut Vec<T>),
) -> Listing<T>
where
    O: RequestId,
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    drain_unless_absent(place, call, parameters, stream, &[], take).await
}

/// Like [`drain`], for operations that answer "there are none" with one of the error codes in `absent`.
pub(crate) async fn drain_unless_absent<O, E, R, T>(
    place: &Place,
    call: &'static Call,
    parameters: &str,
    stream: PaginationStream<Result<O, SdkError<E, R>>>,
    absent: &[&str],
    mut take: impl FnMut(O, &mut Vec<T>),
) -> Listing<T>
where
    O: RequestId,
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let mut reading = Reading::begin(place, call, parameters);
    let mut items = Vec::new();
    let gap = reading.read_to_end(stream, absent, |page| take(page, &mut items)).await;
    items.shrink_to_fit();
    Listing { from: reading.end(items.len()), items, gap }
}

/// How a part of a source went.
#[derive(Debug)]
pub(crate) struct Part {
    /// The gap, if any.
    pub(crate) gap: Option<GapId>,
    /// When it was asked for.
    pub(crate) read_at: Timestamp,
}

/// Like [`drain`], for a part of something larger whose source is registered by the caller; so many metrics are paid for when
/// it is sent.
pub(crate) async fn drain_part<O, E, R>(
    place: &Place,
    call: &'static Call,
    metrics: usize,
    stream: PaginationStream<Result<O, SdkError<E, R>>>,
    take: impl FnMut(O),
) -> Part
where
    O: RequestId,
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let mut reading = Reading { unpaid: Unpaid::new(metrics), ..Reading::begin(place, call, "") };
    let gap = reading.read_to_end(stream, &[], take).await;
    Part { gap, read_at: reading.record.read_at }
}

/// Where a page leaves off.
pub(crate) enum PageEnd<C> {
    /// Another page follows, from here.
    More(C),
    /// It was the last.
    Last,
}

/// Reads an operation that the SDK has no paginator for; `ask` gets where the last page left off.
pub(crate) async fn pages<O, E, R, T, C, F>(
    place: &Place,
    call: &'static Call,
    parameters: &str,
    mut ask: impl FnMut(Option<C>) -> F,
    mut take: impl FnMut(O, &mut Vec<T>) -> PageEnd<C>,
) -> Listing<T>
where
    F: Future<Output = Result<O, SdkError<E, R>>>,
    O: RequestId,
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let mut reading = Reading::begin(place, call, parameters);
    let mut items = Vec::new();
    let mut from = None;
    let gap = loop {
        match reading.next(Box::pin(ask(from.take()))).await {
            Ok(Ok(page)) => {
                reading.page(&page);
                match take(page, &mut items) {
                    PageEnd::More(next) => from = Some(next),
                    PageEnd::Last => {
                        reading.ended();
                        break None;
                    }
                }
            }
            Ok(Err(error)) => break Some(reading.failed(&error)),
            Err(why) => break Some(reading.stopped(why)),
        }
    };
    Listing { from: reading.end(items.len()), items, gap }
}

/// Reads an operation that answers once. Error codes in `absent` mean that there is no such thing, which `none` stands for.
pub(crate) async fn once<O, E, R, T>(
    place: &Place,
    call: &'static Call,
    parameters: &str,
    answer: impl Future<Output = Result<O, SdkError<E, R>>>,
    take: impl FnOnce(O) -> T,
    absent: &[&str],
    none: impl FnOnce() -> Option<T>,
) -> Read<T>
where
    O: RequestId,
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let mut reading = Reading::begin(place, call, parameters);
    // Boxed: the SDK's futures are tens of kilobytes each, and many of them wait at once.
    match reading.next(Box::pin(answer)).await {
        Err(why) => Read::Unknown { gap: reading.stopped(why) },
        Ok(Ok(answer)) => {
            reading.page(&answer);
            reading.ended();
            let value = take(answer);
            Read::Known { value, from: reading.end(1) }
        }
        Ok(Err(error)) => match none() {
            Some(value) if absent.contains(&code_of(&error)) => {
                reading.keep();
                reading.ended();
                reading.record.pages = 1;
                Read::Known { value, from: reading.end(0) }
            }
            _ => {
                let gap = reading.failed(&error);
                reading.end(0);
                Read::Unknown { gap }
            }
        },
    }
}
