//! What an interrupted scan read in one account, looked up by request, never by order.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use rung_rules::model::SourceId;

use super::{Answer, Line, PageOf, QueryKey, file::sound_lines, metrics::WholeSeries};
use crate::{
    aws::wire::{RecordedAnswer, RecordedRequest, request_key},
    calls::Call,
};

/// Tokens of a listing end after some time: the Tagging API's after 15 minutes, others' later.
const TOKEN_MINUTES: i64 = 10;

/// An answer of the journal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
    pub(crate) read_at: Timestamp,
}

/// Answers of an interrupted scan.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    answers: HashMap<String, Kept>,
    series: WholeSeries,
    pages: HashMap<PageOf, u32>,
    ended: HashSet<SourceId>,
}

#[derive(Debug)]
struct Kept {
    answer: RecordedAnswer,
    read_at: Timestamp,
    source: SourceId,
}

impl Earlier {
    /// Reads a file; also how many of its bytes are sound. A line of another account, or that this version does not understand, is
    /// passed over.
    pub(super) fn read(account: &str, packed: &[u8], now: Timestamp) -> (Self, u64) {
        let mut earlier = Earlier::default();
        let sound = sound_lines(packed, |line| match serde_json::from_slice::<Line>(line) {
            Ok(Line::Answer(answer)) if answer.exchange.account == account => earlier.add(*answer),
            Ok(Line::Ended(source)) => drop(earlier.ended.insert(source)),
            _ => {}
        });
        earlier.series.end();
        earlier.forget_stale(now);
        (earlier, sound)
    }

    fn add(&mut self, Answer { read_at, of, exchange }: Answer) {
        *self.pages.entry(of).or_default() += 1;
        if exchange.operation == "GetMetricData" {
            self.series.add(&exchange, read_at);
        } else {
            let key = exchange.key();
            self.answers.insert(key, Kept { read_at, source: of.source, answer: exchange.answer });
        }
    }

    /// Listings that were cut off too long ago to go on.
    fn forget_stale(&mut self, now: Timestamp) {
        let oldest = now - SignedDuration::from_mins(TOKEN_MINUTES);
        let mut latest: HashMap<SourceId, Timestamp> = HashMap::new();
        for kept in self.answers.values().filter(|kept| !self.ended.contains(&kept.source)) {
            let at = latest.entry(kept.source).or_insert(kept.read_at);
            *at = kept.read_at.max(*at);
        }
        let stale = |source: &SourceId| latest.get(source).is_some_and(|at| *at < oldest);
        self.answers.retain(|_, kept| !stale(&kept.source));
        self.pages.retain(|page, _| !stale(&page.source));
    }

    pub(super) fn has_ended(&self, source: SourceId) -> bool {
        self.ended.contains(&source)
    }

    pub(super) fn expects(&mut self, page: PageOf) -> bool {
        match self.pages.get_mut(&page) {
            Some(times) if *times > 0 => {
                *times -= 1;
                true
            }
            _ => false,
        }
    }

    pub(super) fn take(&mut self, call: &Call, region: &Arc<str>, request: &RecordedRequest) -> Option<Found> {
        if call.operation == "GetMetricData" {
            return self.series.answer(region, request);
        }
        if self.answers.is_empty() {
            return None;
        }
        let Kept { answer, read_at, .. } =
            self.answers.remove(&request_key(call.service, call.operation, region, request))?;
        // Damaged base64 in a sound member is nobody's work but a hand's: AWS is asked.
        let body = answer.body.bytes().ok()?;
        Some(Found { status: answer.status, headers: answer.headers, body, read_at })
    }

    pub(super) fn has_metrics(&self) -> bool {
        !self.series.is_empty()
    }

    pub(super) fn knows_metric(&self, query: QueryKey) -> bool {
        self.series.knows(query)
    }
}
