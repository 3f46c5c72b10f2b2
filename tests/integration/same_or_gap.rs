//! Whether a disturbed scan says the same as a calm one, or less, and then says what it did not see: never anything better or else.

use std::collections::{BTreeMap, BTreeSet};

use rung_rules::model::{Assessment, Cause, Covered, CriterionReport, Finding, Outcome, Verdict};

/// What a bad network may do to a call.
const OF_THE_NETWORK: [Cause; 4] = [Cause::Throttled, Cause::TimedOut, Cause::Failed, Cause::CutShort];

/// What is wrong with `disturbed`; nothing if each criterion and finding is as in `calm`, or unknown with a gap that is listed,
/// has a cause of the network's, and stands in the coverage.
pub(crate) fn differs_only_in_named_gaps(calm: &Assessment, disturbed: &Assessment) -> Vec<String> {
    let gaps = new_gaps(calm, disturbed);
    let mut wrong = wrong_gaps(disturbed, &gaps);
    let criteria = |of: &Assessment| -> Vec<CriterionReport> {
        of.controls.iter().flat_map(|control| control.criteria.clone()).collect()
    };
    for (was, is) in criteria(calm).iter().zip(&criteria(disturbed)) {
        let known = match was.outcome {
            Outcome::Unknown => false,
            seen => seen == is.outcome,
        };
        if !known && is.outcome != Outcome::Unknown {
            wrong.push(format!("{}: {:?} became {:?}", was.id, was.outcome, is.outcome));
        }
        if was.outcome != is.outcome && !is.gaps.iter().any(|gap| gaps.contains(gap)) {
            wrong.push(format!("{}: hidden, and no gap of the network's is named", was.id));
        }
    }
    for (was, is) in calm.controls.iter().zip(&disturbed.controls) {
        if was.applicable && (!is.applicable || is.confirmed > was.confirmed) {
            wrong.push(format!("{}: {:?} became {:?}", was.id.id(), was.confirmed, is.confirmed));
        }
    }
    wrong.extend(wrong_findings(calm, disturbed, &gaps));
    wrong
}

/// Gaps that only the disturbed scan has.
pub(crate) fn new_gaps(calm: &Assessment, disturbed: &Assessment) -> BTreeSet<String> {
    let ids = |of: &Assessment| -> BTreeSet<String> { of.gaps.iter().map(|gap| gap.gap.id.to_string()).collect() };
    ids(disturbed).difference(&ids(calm)).cloned().collect()
}

fn wrong_gaps(disturbed: &Assessment, gaps: &BTreeSet<String>) -> Vec<String> {
    let mut wrong = Vec::new();
    for gap in disturbed.gaps.iter().map(|gap| &gap.gap).filter(|gap| gaps.contains(&gap.id.to_string())) {
        if !OF_THE_NETWORK.contains(&gap.cause) || (gap.detail.is_empty() && gap.cause != Cause::TimedOut) {
            wrong.push(format!("{}: a gap with cause {:?} and words {:?}", gap.operation, gap.cause, gap.detail));
        }
        let line = disturbed
            .coverage
            .iter()
            .find(|line| (&line.operation, &line.account, &line.region) == (&gap.operation, &gap.account, &gap.region));
        let read_less = |covered| matches!(covered, Covered::Partly | Covered::NotRead);
        if !line.is_some_and(|line| read_less(line.covered) && line.causes.contains(&gap.cause)) {
            wrong.push(format!("{} in {}: {:?} is not in the coverage", gap.operation, gap.region, gap.cause));
        }
    }
    wrong
}

fn wrong_findings(calm: &Assessment, disturbed: &Assessment, gaps: &BTreeSet<String>) -> Vec<String> {
    let by_key = |of: &Assessment| -> BTreeMap<(String, String), Finding> {
        let key = |finding: &Finding| (finding.criterion.clone(), finding.subject.subject.arn.to_string());
        of.findings.iter().map(|finding| (key(finding), finding.clone())).collect()
    };
    let (before, after) = (by_key(calm), by_key(disturbed));
    let named = |finding: &Finding| finding.reasons.iter().any(|reason| gaps.contains(reason));
    let unseen: BTreeSet<&str> = disturbed
        .controls
        .iter()
        .flat_map(|control| &control.criteria)
        .filter(|criterion| criterion.counts.unseen && criterion.gaps.iter().any(|gap| gaps.contains(gap)))
        .map(|criterion| criterion.id.as_str())
        .collect();
    let mut wrong = Vec::new();
    for ((criterion, arn), was) in &before {
        match after.get(&(criterion.clone(), arn.clone())) {
            Some(is) if is.result == was.result => {}
            Some(is) if is.result == Verdict::Unknown && named(is) => {}
            Some(is) => wrong.push(format!("{criterion} of {arn}: {:?} became {:?}", was.result, is.result)),
            None if unseen.contains(criterion.as_str()) => {}
            None => wrong.push(format!("{criterion} of {arn}: gone, and nothing says that there may be more")),
        }
    }
    for ((criterion, arn), is) in &after {
        let new = !before.contains_key(&(criterion.clone(), arn.clone()));
        if new && !(is.result == Verdict::Unknown && named(is)) {
            wrong.push(format!("{criterion} of {arn}: {:?}, and the calm scan does not have it", is.result));
        }
    }
    wrong
}
