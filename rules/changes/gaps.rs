//! Gaps that opened and closed, those that hide something first.

use std::collections::BTreeMap;

use super::{GapChanges, LISTED_GAPS, account::Account};
use crate::model::{EvidenceSet, Gap, GapId};

/// Gaps that hide something in either scan.
#[derive(Debug, Default)]
pub(super) struct Hiding(pub(super) std::collections::HashSet<GapId>);

/// Gaps that opened and closed, those that hide something apart.
#[derive(Debug, Default)]
pub(super) struct GapTally {
    opened: GapList,
    closed: GapList,
}

#[derive(Debug, Default)]
struct GapList {
    hiding: Vec<Gap>,
    others: Vec<Gap>,
    total: u64,
}

impl GapTally {
    pub(super) fn add(&mut self, account: &Account<'_>, hiding: &Hiding) {
        let [before, _, after] = account.sets;
        let by_id = |set: Option<&EvidenceSet>| -> BTreeMap<GapId, Gap> {
            set.iter().flat_map(|set| &set.gaps).map(|gap| (gap.id, gap.clone())).collect()
        };
        let (was, is) = (by_id(before), by_id(after));
        is.iter().filter(|(id, _)| !was.contains_key(id)).for_each(|(_, gap)| self.opened.add(gap, hiding));
        was.iter().filter(|(id, _)| !is.contains_key(id)).for_each(|(_, gap)| self.closed.add(gap, hiding));
    }

    pub(super) fn changes(self) -> GapChanges {
        let (opened_total, closed_total) = (self.opened.total, self.closed.total);
        GapChanges { opened: self.opened.listed(), opened_total, closed: self.closed.listed(), closed_total }
    }
}

impl GapList {
    fn add(&mut self, gap: &Gap, hiding: &Hiding) {
        self.total += 1;
        let list = if hiding.0.contains(&gap.id) { &mut self.hiding } else { &mut self.others };
        if list.len() < LISTED_GAPS {
            list.push(gap.clone());
        }
    }

    fn listed(self) -> Vec<Gap> {
        self.hiding.into_iter().chain(self.others).take(LISTED_GAPS).collect()
    }
}
