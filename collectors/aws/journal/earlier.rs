//! What an interrupted scan read in one account, looked up by request, never by order.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use jiff::Timestamp;

use super::{Line, PageOf, file::sound_lines, metrics::WholeSeries, QueryKey};
use crate::{
    aws::wire::{RecordedAnswer, RecordedRequest, request_key},
    calls::Call,
};

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
    answers: HashMap<String, (RecordedAnswer, Timestamp)>,
    series: WholeSeries,
    pages: HashMap<PageOf, u32>,
}

impl Earlier {
    /// Reads a file; also how many of its bytes are sound. A line of another account, or that this version does not understand, is
    /// passed over.
    pub(super) fn read(account: &str, packed: &[u8]) -> (Self, u64) {
        let mut earlier = Earlier::default();
        let sound = sound_lines(packed, |line| match serde_json::from_slice::<Line>(line) {
            Ok(line) if line.exchange.account == account => earlier.add(line),
            _ => {}
        });
        earlier.series.end();
        (earlier, sound)
    }

    fn add(&mut self, line: Line) {
        *self.pages.entry(line.of).or_default() += 1;
        let exchange = line.exchange;
        if exchange.operation == "GetMetricData" {
            self.series.add(&exchange, line.read_at);
        } else {
            self.answers.insert(exchange.key(), (exchange.answer, line.read_at));
        }
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
        let (answer, read_at) = self.answers.remove(&request_key(call.service, call.operation, region, request))?;
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
