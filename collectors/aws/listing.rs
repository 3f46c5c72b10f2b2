//! The answer of a source: what was listed, and the gap where the list is not complete.

use rung_rules::model::{GapId, Observed, SourceId};

/// A list from AWS. With a gap it is not complete: absence from it proves nothing.
#[derive(Clone, Debug)]
pub struct Listing<T> {
    /// What was read, in AWS's order.
    pub items: Vec<T>,
    /// The source it came from.
    pub from: SourceId,
    /// Why it is not complete; nothing when it is.
    pub gap: Option<GapId>,
}

impl<T> Listing<T> {
    /// Whether an item satisfies the predicate. One that does is enough; none is "no" only when the list is complete.
    pub fn any(&self, predicate: impl FnMut(&T) -> bool) -> Observed<bool> {
        let found = self.items.iter().any(predicate);
        match self.gap {
            Some(gap) if !found => Observed::unknown(gap),
            _ => Observed::known(found, self.from),
        }
    }

    /// How many items satisfy the predicate; unknown when the list is not complete.
    pub fn count(&self, predicate: impl FnMut(&&T) -> bool) -> Observed<u64> {
        match self.gap {
            Some(gap) => Observed::unknown(gap),
            None => Observed::known(self.items.iter().filter(predicate).count() as u64, self.from),
        }
    }

    /// A value made from the items; unknown when the list is not complete.
    pub fn all_of<U>(&self, make: impl FnOnce(&[T]) -> U) -> Observed<U> {
        match self.gap {
            Some(gap) => Observed::unknown(gap),
            None => Observed::known(make(&self.items), self.from),
        }
    }

    /// The first item's value for which `pick` gives one; when none does: `Known(None)` only if the list is complete.
    pub fn find<U>(&self, pick: impl FnMut(&T) -> Option<U>) -> Observed<Option<U>> {
        match (self.items.iter().find_map(pick), self.gap) {
            (None, Some(gap)) => Observed::unknown(gap),
            (found, _) => Observed::known(found, self.from),
        }
    }
}

/// One answer that is not a list: the value, or the gap.
#[derive(Clone, Debug)]
pub enum Read<T> {
    /// Read.
    Known {
        /// The value.
        value: T,
        /// The source it came from.
        from: SourceId,
    },
    /// Not read.
    Unknown {
        /// Why not.
        gap: GapId,
    },
}

impl<T> Read<T> {
    /// A fact of the answer.
    pub fn fact<U>(&self, pick: impl FnOnce(&T) -> U) -> Observed<U> {
        match self {
            Read::Known { value, from } => Observed::known(pick(value), *from),
            Read::Unknown { gap } => Observed::unknown(*gap),
        }
    }
}
