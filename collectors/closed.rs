//! An account that could not be entered, or was not begun: nothing of it was seen, and there may be anything in it.

use rung_rules::{
    facts::Kind,
    model::{Cause, EvidenceSet, Unseen},
};

use crate::aws::{GLOBAL, GapAt, Registry};

/// What every account is entered with.
const ENTER: &str = "sts:AssumeRole";

/// The evidence of an account that stayed closed: of no kind of subject is known how many there are, because of one gap.
pub fn closed(account: &str, now: jiff::Timestamp, cause: Cause, words: &str) -> EvidenceSet {
    let registry = Registry::default();
    let at = GapAt { operation: ENTER, iam: ENTER, account, region: GLOBAL, what: "" };
    let gap = registry.add_gap(at, cause, words.to_owned());
    let unseen = |kind: &Kind| Unseen { kind: *kind, account: account.into(), region: GLOBAL.into(), gap };
    let (sources, gaps) = registry.snapshot();
    let mut set = EvidenceSet {
        now,
        accounts: vec![account.into()],
        unseen: Kind::ALL.iter().map(unseen).collect(),
        gaps,
        sources,
        ..EvidenceSet::default()
    };
    set.sort();
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_every_kind_there_may_be_any_number() {
        let set = closed("111111111111", "2026-11-25T00:00:00Z".parse().unwrap(), Cause::Denied, "no");
        assert_eq!((set.unseen.len(), set.gaps.len(), set.evidence.len()), (Kind::COUNT, 1, 0));
        assert!(set.gaps[0].opens_with.contains("sts:AssumeRole"));
    }
}
