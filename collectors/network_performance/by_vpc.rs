//! A listing sorted by VPC, so that each VPC looks at its own items only.

use std::collections::HashMap;

use rung_rules::model::{GapId, Observed, SourceId};

use crate::aws::Listing;

/// Items of a listing by the VPC they belong to.
pub(super) struct ByVpc<'a, T> {
    items: HashMap<&'a str, Vec<&'a T>>,
    pub(super) from: SourceId,
    pub(super) gap: Option<GapId>,
}

impl<'a, T> ByVpc<'a, T> {
    /// Sorts a listing.
    pub(super) fn new(listing: &'a Listing<T>, vpc: impl Fn(&'a T) -> &'a str) -> Self {
        let mut items: HashMap<&str, Vec<&T>> = HashMap::new();
        for item in &listing.items {
            items.entry(vpc(item)).or_default().push(item);
        }
        ByVpc { items, from: listing.from, gap: listing.gap }
    }

    /// Those of one VPC, as far as they were listed.
    pub(super) fn of(&self, vpc: &str) -> &[&'a T] {
        self.items.get(vpc).map_or(&[], Vec::as_slice)
    }

    /// Whether one of the VPC's satisfies the predicate; none is "no" only when the list is complete.
    pub(super) fn any(&self, vpc: &str, predicate: impl FnMut(&&&T) -> bool) -> Observed<bool> {
        let found = self.of(vpc).iter().filter(predicate).count() > 0;
        match self.gap {
            Some(gap) if !found => Observed::unknown(gap),
            _ => Observed::known(found, self.from),
        }
    }

    /// A value made from the VPC's items; unknown when the list is not complete.
    pub(super) fn all_of<U>(&self, vpc: &str, make: impl FnOnce(&[&'a T]) -> U) -> Observed<U> {
        match self.gap {
            Some(gap) => Observed::unknown(gap),
            None => Observed::known(make(self.of(vpc)), self.from),
        }
    }
}
