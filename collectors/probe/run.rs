//! Runs the tries of a place: everything at once, each operation once, what is about a resource after the list that shows one.

use std::{collections::BTreeMap, future::Future, sync::Arc, time::Duration};

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures::future::join_all;
use rung_rules::model::Cause;
use tokio::sync::OnceCell;

use super::{
    Probed, Wanted,
    judge::{Answer, judge},
    probed, tries,
    tries::{Found, Given, MadeUp, Try, When},
};
use crate::{
    aws::{Clients, Place},
    calls::Call,
};

/// The name of a resource that cannot be there.
const NAME: &str = "rung-preflight";

/// The tries of one place.
#[derive(Debug)]
pub(super) struct Trying {
    place: Arc<Place>,
    global: Option<Arc<Trying>>,
    wanted: Wanted,
    answers: BTreeMap<Key, (&'static Try, OnceCell<Answer>)>,
}

/// Service and operation.
type Key = (&'static str, &'static str);

/// A resource to try an operation on.
#[derive(Debug)]
pub(super) struct One {
    pub(super) id: String,
    pub(super) given: Given,
}

impl Trying {
    pub(super) fn new(place: Arc<Place>, global: Option<Arc<Trying>>, wanted: &Wanted) -> Self {
        let here = tries().filter(|one| one.at.is_at(place.is_global()));
        let answers = here.map(|one| ((one.call.service, one.call.operation), (one, OnceCell::new()))).collect();
        Trying { place, global, wanted: wanted.clone(), answers }
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    pub(super) fn clients(&self) -> &Clients {
        &self.place.clients
    }

    pub(super) fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Tries everything here.
    pub(super) async fn everything(&self) -> Vec<Probed> {
        let tried = self.answers.values().map(async |(one, cell)| {
            let answer = self.answer(one, cell).await.clone();
            let least = if self.is_wanted(one.when) { one.least } else { 0 };
            probed(one.call, &self.place.account, &self.place.region, answer, least)
        });
        join_all(tried).await
    }

    async fn answer<'a>(&'a self, one: &'static Try, cell: &'a OnceCell<Answer>) -> &'a Answer {
        let tried = async {
            match not_wanted(one.when) {
                Some(why) if !self.is_wanted(one.when) => Answer::not_tried(why),
                _ => (one.ask)(self).await,
            }
        };
        cell.get_or_init(|| tried).await
    }

    fn is_wanted(&self, when: When) -> bool {
        let span = &self.place.span;
        match when {
            When::Always => true,
            When::Metrics => span.metrics,
            When::SqlDigests => span.sql_digests,
            When::Tags => span.tags,
            When::Register => self.wanted.register.is_some(),
        }
    }

    /// What the list of this call showed, here or at the global place.
    pub(super) async fn shown(&self, call: &Call) -> Found {
        let (trying, key) = (self.global.as_deref(), (call.service, call.operation));
        let here = self.answers.get(&key).map(|found| (self, found));
        let there = || trying.and_then(|global| global.answers.get(&key).map(|found| (global, found)));
        match here.or_else(there) {
            Some((trying, (one, cell))) => trying.answer(one, cell).await.found.clone(),
            None => Found::default(),
        }
    }

    /// A resource that the list of this call showed, or one that cannot be there.
    pub(super) async fn one_of(&self, call: &Call, made_up: MadeUp) -> One {
        match self.shown(call).await.ids.into_iter().next() {
            Some(id) => One { id, given: Given::Real },
            None => One { id: self.made_up(made_up), given: Given::MadeUp },
        }
    }

    fn made_up(&self, made_up: MadeUp) -> String {
        match made_up {
            MadeUp::Name => NAME.to_owned(),
            MadeUp::Id(id) => id.to_owned(),
            MadeUp::Arn(service, resource) => self.place.arn(service, resource).to_string(),
        }
    }

    /// Sends one request, in its turn and within its time.
    pub(super) async fn ask<O, E, R>(
        &self,
        call: &'static Call,
        given: Given,
        answer: impl Future<Output = Result<O, SdkError<E, R>>>,
        take: impl FnOnce(O) -> Found,
    ) -> Answer
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        let answered = match self.in_turn(call, Box::pin(answer)).await {
            Sent::Answered(Ok(page)) => Answer { found: take(page), ..Answer::allowed() },
            Sent::Answered(Err(error)) => judge(&error, given),
            Sent::Late => {
                let words = format!("no answer within {} s, retries counted", self.wanted.limit.as_secs());
                Answer::closed(Cause::TimedOut, words)
            }
            Sent::Interrupted => Answer::not_tried("interrupted by the user"),
        };
        if answered.cause.is_some() {
            self.place.span.counters.error(self.place.at(call));
        }
        answered
    }

    async fn in_turn<A>(&self, call: &'static Call, answer: impl Future<Output = A>) -> Sent<A> {
        let span = &self.place.span;
        tokio::select! {
            biased;
            () = span.interruption() => Sent::Interrupted,
            sent = async {
                span.pacer.turn(call, &self.place.account, &self.place.region).await;
                let _permit = span.in_flight.acquire().await;
                // Waiting for a place among the calls in flight is no fault of AWS's.
                within(self.wanted.limit, answer).await
            } => sent,
        }
    }
}

async fn within<A>(limit: Duration, answer: impl Future<Output = A>) -> Sent<A> {
    tokio::time::timeout(limit, answer).await.map_or(Sent::Late, Sent::Answered)
}

/// How a request ended.
enum Sent<A> {
    Answered(A),
    Late,
    Interrupted,
}

/// Why a scan that does not want it would not ask it.
fn not_wanted(when: When) -> Option<&'static str> {
    match when {
        When::Always => None,
        When::Metrics => Some("not needed: --metrics off"),
        When::SqlDigests => Some("not needed without --sql-digests"),
        When::Tags => Some("not needed: [scope] does not choose by tag"),
        When::Register => Some("not needed: no debt register in S3 is named"),
    }
}
