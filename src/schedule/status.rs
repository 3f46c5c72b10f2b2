//! What the loop is about, for those who ask: kept in memory, so that it is known when the store is away.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// Without a turn of the loop for so long it is not alive.
const ALIVE: SignedDuration = SignedDuration::from_mins(5);

/// What the loop is about. Cloning is cheap.
#[derive(Clone, Debug, Default)]
pub struct Status {
    state: Arc<Mutex<State>>,
}

/// A scan under way here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnderWay {
    /// The schedule's name.
    pub schedule: String,
    /// The instant that it is of.
    pub planned: Timestamp,
    /// When it began.
    pub started: Timestamp,
}

#[derive(Debug, Default)]
struct State {
    turned: Option<Timestamp>,
    away: Option<String>,
    under_way: Option<UnderWay>,
    next: BTreeMap<String, Timestamp>,
    stopping: bool,
}

impl Status {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn turned(&self, now: Timestamp) {
        self.state().turned = Some(now);
    }

    /// Whether this is other than before.
    pub(super) fn away(&self, why: Option<String>) -> bool {
        let mut state = self.state();
        let is_new = state.away.is_some() != why.is_some();
        state.away = why;
        is_new
    }

    pub(super) fn is_away(&self) -> bool {
        self.state().away.is_some()
    }

    pub(super) fn under_way(&self, run: Option<UnderWay>) {
        self.state().under_way = run;
    }

    pub(super) fn next(&self, name: &str, next: Option<Timestamp>) {
        let mut state = self.state();
        match next {
            Some(next) => state.next.insert(name.to_owned(), next),
            None => state.next.remove(name),
        };
    }

    pub(super) fn stopping(&self) {
        self.state().stopping = true;
    }

    /// Why the loop is not as it should be; nothing where it is.
    pub fn wrong_at(&self, now: Timestamp) -> Vec<String> {
        let state = self.state();
        let mut all: Vec<_> = state.away.iter().cloned().collect();
        match state.turned {
            None => all.push("the loop has not begun".to_owned()),
            Some(turned) if now.duration_since(turned) > ALIVE => {
                all.push(format!("the loop has not turned since {turned}"));
            }
            Some(_) => {}
        }
        if state.stopping {
            all.push("it is stopping".to_owned());
        }
        all
    }

    /// The scan under way here.
    pub fn running(&self) -> Option<UnderWay> {
        self.state().under_way.clone()
    }

    /// When the next run of each schedule begins.
    pub fn coming(&self) -> BTreeMap<String, Timestamp> {
        self.state().next.clone()
    }
}
