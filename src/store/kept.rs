//! Comparisons that were worked out already: people look at the same few, and two stored scans never change.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::Compared;

/// Comparisons that are kept.
const MOST: usize = 32;

/// What a comparison depends on: the digests of both manifests, whether their findings are there, and the newest scan, whose names subjects have.
pub(super) type Key = [String; 3];

/// The last comparisons, the newest one last.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<VecDeque<(Key, Arc<Compared>)>>);

impl Kept {
    pub(super) fn get(&self, key: &Key) -> Option<Arc<Compared>> {
        self.all().iter().find(|(kept, _)| kept == key).map(|(_, compared)| compared.clone())
    }

    pub(super) fn keep(&self, key: Key, compared: Arc<Compared>) {
        let mut all = self.all();
        all.push_back((key, compared));
        if all.len() > MOST {
            all.pop_front();
        }
    }

    fn all(&self) -> MutexGuard<'_, VecDeque<(Key, Arc<Compared>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
