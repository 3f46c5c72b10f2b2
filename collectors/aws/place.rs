//! A place: one account and region (or an account's global services), handing out its sources, each read at most once.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use rung_rules::facts::Kind;
use rung_rules::model::{Cause, GapId, Observed, SourceId, Subject, Tags, Unseen};
use tokio::sync::{OnceCell, Semaphore, watch};

use super::{
    Budget, Clients, Counters, Journal, Listing, Pacer, Reach, Registry, Renewing, counters::At,
    journal::AccountJournal, registry::GapAt,
};
use crate::calls::Call;

/// What all places of a scan share.
#[derive(Debug)]
pub struct Span {
    /// Sources and gaps.
    pub registry: Registry,
    /// What was asked.
    pub counters: Arc<Counters>,
    /// When the scan began, by the recording's clock in a replay: "today" for windows and ages.
    pub now: Timestamp,
    /// Whether times of reading are the clock's or, in a replay, the recording's.
    pub fixed_clock: bool,
    /// Whether CloudWatch metrics are asked for.
    pub metrics: bool,
    /// Whether the tags of resources whose lists carry none are asked for.
    pub tags: bool,
    /// Whether SQL digests are asked for.
    pub sql_digests: bool,
    /// What may be asked at most.
    pub budget: Arc<Budget>,
    /// The credentials, and whether they must be waited for.
    pub credentials: Arc<Renewing>,
    /// Which regions answer.
    pub(crate) reach: Arc<Reach>,
    /// The turns of requests.
    pub(crate) pacer: Arc<Pacer>,
    /// The limit on calls in flight.
    pub(crate) in_flight: Arc<Semaphore>,
    /// What an interrupted scan read, and what this one reads.
    pub journal: Option<Journal>,
    /// Turns true when the user interrupts.
    pub(crate) interrupted: watch::Receiver<bool>,
}

impl Span {
    /// The time of an answer.
    pub(crate) fn time(&self) -> Timestamp {
        if self.fixed_clock { self.now } else { Timestamp::now() }
    }

    /// Waits until the user interrupts; for ever if nobody does.
    pub(crate) async fn interruption(&self) {
        let mut receiver = self.interrupted.clone();
        if receiver.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

type Memo = Mutex<HashMap<(TypeId, &'static str, &'static str, String), Arc<OnceCell<Arc<dyn Any + Send + Sync>>>>>;

/// One account and region.
pub struct Place {
    /// Account id.
    pub account: Arc<str>,
    /// Partition: `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: Arc<str>,
    /// Region, or `global`.
    pub region: Arc<str>,
    /// Regions of the scan.
    pub regions: Arc<[Arc<str>]>,
    /// The SDK's clients, behind the gate.
    pub clients: Clients,
    /// What the scan shares.
    pub span: Arc<Span>,
    pub(crate) global: Option<Arc<Place>>,
    memo: Memo,
}

impl Place {
    pub(crate) fn new(
        account: &super::Account,
        region: Arc<str>,
        clients: Clients,
        span: Arc<Span>,
        global: Option<Arc<Place>>,
    ) -> Self {
        Place {
            account: account.id.clone(),
            partition: account.partition.clone(),
            region,
            regions: account.regions.clone(),
            clients,
            span,
            global,
            memo: Memo::default(),
        }
    }

    /// The journal of this place's account.
    pub(crate) async fn journal(&self) -> Option<Arc<AccountJournal>> {
        self.span.journal.as_ref()?.account(&self.account).await
    }

    /// A call of this place, for the counters.
    pub(crate) fn at(&self, call: &'static Call) -> At<'_> {
        At { call, account: &self.account, region: &self.region }
    }

    /// Whether this is the place of the account's global services.
    pub fn is_global(&self) -> bool {
        self.global.is_none()
    }

    /// The place of the account's global services.
    pub fn global(&self) -> &Place {
        self.global.as_deref().unwrap_or(self)
    }

    /// Reads a source at most once: the first asker makes the call, the rest wait for it.
    pub(crate) async fn memo<T: Send + Sync + 'static>(
        &self,
        call: &'static Call,
        parameters: &str,
        read: impl Future<Output = T>,
    ) -> Arc<T> {
        let key = (TypeId::of::<T>(), call.service, call.operation, parameters.to_owned());
        let cell = self.memo.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().clone();
        let mut read = Some(Box::pin(read));
        let any = cell
            .get_or_init(|| {
                let read = read.take();
                async move {
                    match read {
                        Some(read) => Arc::new(read.await) as Arc<dyn Any + Send + Sync>,
                        None => Arc::new(()),
                    }
                }
            })
            .await
            .clone();
        match any.downcast::<T>() {
            Ok(value) => value,
            Err(_) => unreachable!("the key holds the type"),
        }
    }

    /// Registers a gap of a call here.
    pub(crate) fn gap(&self, call: &Call, what: &str, cause: Cause, detail: impl Into<String>) -> GapId {
        let (operation, iam) = (call.name(), call.iam());
        let at = GapAt { operation: &operation, iam: &iam, account: &self.account, region: &self.region, what };
        self.span.registry.add_gap(at, cause, detail.into())
    }

    /// A field that AWS may leave out: absent is unknown.
    pub(crate) fn reported<T>(&self, value: Option<T>, from: SourceId, call: &Call, field: &str) -> Observed<T> {
        Observed::reported(value, from, || self.gap(call, field, Cause::NotReported, ""))
    }

    /// The subject with this ARN, in this place.
    pub fn subject(&self, arn: impl Into<Arc<str>>, name: Option<&str>, tags: Tags) -> Subject {
        Subject {
            arn: arn.into(),
            account: self.account.clone(),
            region: self.region.clone(),
            name: name.map(Arc::from),
            tags,
            tags_gap: None,
        }
    }

    /// An ARN of this place, for what AWS's answer gives only an id of.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> Arc<str> {
        let region = if self.is_global() { "" } else { &*self.region };
        format!("arn:{}:{service}:{region}:{}:{resource}", self.partition, self.account).into()
    }

    /// That subjects of a kind could not all be listed; nothing when the listing is complete.
    pub(crate) fn unseen<T>(&self, kind: Kind, listing: &Listing<T>) -> Option<Unseen> {
        let gap = listing.gap?;
        Some(Unseen { kind, account: self.account.clone(), region: self.region.clone(), gap })
    }
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Place({} {})", self.account, self.region)
    }
}
