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
    use rung_rules::model::{Level, Outcome, Settings, assess};

    use super::*;

    #[test]
    fn nothing_of_a_closed_account_is_met_unmet_or_not_applicable() {
        let set = closed("111111111111", "2026-11-25T00:00:00Z".parse().unwrap(), Cause::Denied, "no");
        let settings = Settings::default();
        for control in assess(&set, &settings).controls {
            for result in &control.criteria {
                assert_eq!(result.outcome, Outcome::Unknown, "{}", result.criterion.id);
            }
            let levels = control.levels.unwrap();
            assert_eq!((levels.confirmed, levels.possible), (Level::L1, Level::L5));
        }
        assert!(set.gaps[0].opens_with.contains("sts:AssumeRole"));
    }
}
