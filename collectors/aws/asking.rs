//! What a page and the transport below it tell each other.
//!
//! The SDK stands between the two and carries nothing of ours from one to the other, so it goes with the task that asks: from
//! the page down which journal may answer and what has to be paid, back up when the answer was read and what to keep of it.

use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use jiff::Timestamp;
use rung_rules::model::SourceId;

use super::{
    Budget, Counters,
    budget::OverBudget,
    counters::At,
    gate::Stamp,
    journal::{AccountJournal, Answered, Found, PageOf},
    wire::RecordedRequest,
};

tokio::task_local! {
    static ASKING: Arc<Asking>;
}

/// Metrics that a source still has to pay for: paid when the first request is sent, not when the journal answers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unpaid(Arc<AtomicUsize>);

impl Unpaid {
    pub(crate) fn new(metrics: usize) -> Self {
        Unpaid(Arc::new(AtomicUsize::new(metrics)))
    }
}

/// One page that is being asked for.
#[derive(Debug)]
pub(crate) struct Asking {
    journal: Option<Arc<AccountJournal>>,
    page: PageOf,
    unpaid: Unpaid,
    in_turn: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The last answer of AWS; nothing where the journal answered.
    answered: Option<Answered>,
    /// When the journal's answer was read.
    read_at: Option<Timestamp>,
}

impl Asking {
    /// A page of a source, which this journal may know.
    pub(crate) fn new(journal: Option<Arc<AccountJournal>>, source: SourceId, page: u32, unpaid: Unpaid) -> Self {
        let page = PageOf { source, page };
        let in_turn = !journal.as_ref().is_some_and(|journal| journal.expects(page));
        Asking { journal, page, unpaid, in_turn, state: Mutex::default() }
    }

    /// Whether it has to wait for its turn: the journal is not expected to answer it.
    pub(crate) fn needs_turn(&self) -> bool {
        self.in_turn
    }

    /// Runs what asks, so that the transport under it finds this.
    pub(crate) async fn scope<A>(self: Arc<Self>, asking: impl Future<Output = A>) -> A {
        ASKING.scope(self, asking).await
    }

    /// The page that the running task asks for; nothing for requests that belong to no source, such as the caller's identity.
    pub(crate) fn current() -> Option<Arc<Self>> {
        ASKING.try_with(Arc::clone).ok()
    }

    /// Whether there is a journal to read and to write.
    pub(crate) fn has_journal(&self) -> bool {
        self.journal.is_some()
    }

    /// The journal's answer to this request.
    pub(crate) fn earlier(&self, stamp: &Stamp, request: &RecordedRequest) -> Option<Found> {
        let found = self.journal.as_ref()?.take(stamp, request)?;
        self.state().read_at = Some(found.read_at);
        Some(found)
    }

    /// Pays for the metrics that this page asks for, if nobody has.
    pub(crate) fn pay(&self, at: At<'_>, budget: &Budget, counters: &Counters) -> Result<(), OverBudget> {
        let metrics = self.unpaid.0.load(Ordering::Acquire);
        if metrics > 0 {
            budget.metrics(at, metrics)?;
            counters.metrics(at, metrics);
            self.unpaid.0.store(0, Ordering::Release);
        }
        Ok(())
    }

    /// AWS answered; a retry's answer takes the place of the one before.
    pub(crate) fn answered(&self, answered: Answered) {
        self.state().answered = Some(answered);
    }

    /// When the journal's answer was read; nothing where AWS answered just now.
    pub(crate) fn read_at(&self) -> Option<Timestamp> {
        self.state().read_at
    }

    /// The answer was understood and says all that was asked: it goes into the journal.
    pub(crate) fn keep(&self) {
        let answered = self.state().answered.take();
        if let (Some(journal), Some(answered)) = (&self.journal, answered) {
            journal.keep(self.page, answered);
        }
    }

    /// The source was read to its end.
    pub(crate) fn ended(&self) {
        if let Some(journal) = &self.journal {
            journal.ended(self.page.source);
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
