//! The scan after, as far as the scan before would have seen it: what one of the two could not see is taken from the scan before.
//!
//! What differs between the scan before and this is of the resources; what differs between this and the scan after is of coverage.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use super::{Plan, Side};
use crate::{
    facts::{Facts, Kind},
    model::{Evidence, EvidenceSet, Observed, Subject, Unseen},
};

/// How a gap stands in the JSON of facts. Inside a text its quotes would be escaped.
const GAP: &str = "\"gap\":\"g-";

/// Makes evidence as old as it is on another day.
pub(super) fn grow_older(set: &mut EvidenceSet, now: Timestamp) {
    let days = (now.duration_since(set.now).as_secs_f64() / 86_400.0).round() as i32;
    set.now = now;
    for evidence in &mut set.evidence {
        // The one fact that is an age; all others are dates.
        if let Facts::Instance(instance) = &mut evidence.facts
            && let Observed::Known { value: Some(age), .. } = &mut instance.sizing_review_age_days
        {
            *age += days;
        }
    }
}

/// The kinds that could not be listed, with account and region.
#[derive(Debug, Default)]
struct Unlisted<'a>(BTreeSet<(Kind, &'a str, &'a str)>);

impl<'a> Unlisted<'a> {
    fn new(unseen: &'a [Unseen]) -> Self {
        Unlisted(unseen.iter().map(|one| (one.kind, &*one.account, &*one.region)).collect())
    }

    /// Whether a subject may be one of those that were not listed.
    fn may_have(&self, kind: Kind, subject: &Subject) -> bool {
        let account = &*subject.account;
        let somewhere = || self.0.iter().any(|(own, of, _)| *own == kind && *of == account);
        match &*subject.region {
            "global" => somewhere(),
            region => self.0.contains(&(kind, account, region)) || self.0.contains(&(kind, account, "global")),
        }
    }
}

/// Evidence of one account. `before` is as old as on the day of the scan after.
pub(super) fn seen(plan: &Plan, before: &EvidenceSet, after: &EvidenceSet) -> EvidenceSet {
    let (hidden_before, hidden_after) = (Unlisted::new(&before.unseen), Unlisted::new(&after.unseen));
    let key = |one: &Evidence| (one.facts.kind(), one.subject.arn.clone());
    let old: BTreeMap<_, _> = before.evidence.iter().map(|one| (key(one), one)).collect();
    let now: BTreeSet<_> = after.evidence.iter().map(key).collect();
    // Some kinds are listed wherever they are: a region that neither scan names hides nothing.
    let hid = |side: &Side, other: &Side, unlisted: &Unlisted<'_>, one: &Evidence| {
        let Subject { account, region, .. } = &one.subject;
        let is_out = !side.looked_into(account, region) && other.looked_into(account, region);
        is_out || unlisted.may_have(one.facts.kind(), &one.subject)
    };
    let there = after.evidence.iter().filter_map(|new| match old.get(&key(new)) {
        Some(old) => Some(merged(old, new)),
        None if hid(&plan.before, &plan.after, &hidden_before, new) => None,
        None => Some(new.clone()),
    });
    let kept = before.evidence.iter().filter(|one| !now.contains(&key(one)));
    let kept = kept.filter(|one| hid(&plan.after, &plan.before, &hidden_after, one)).cloned();
    let mut set = EvidenceSet {
        now: after.now,
        accounts: before.accounts.clone(),
        evidence: there.chain(kept).collect(),
        unseen: before.unseen.clone(),
        gaps: before.gaps.iter().chain(&after.gaps).cloned().collect(),
        sources: Vec::new(),
    };
    set.sort();
    set
}

/// What was seen of a subject in both scans is as after, the rest as before.
fn merged(old: &Evidence, new: &Evidence) -> Evidence {
    let mut subject = new.subject.clone();
    if old.subject.tags_gap.is_some() || new.subject.tags_gap.is_some() {
        subject.tags = old.subject.tags.clone();
        subject.tags_gap = old.subject.tags_gap;
    }
    let facts = if old.facts == new.facts { None } else { merged_facts(&old.facts, &new.facts) };
    Evidence { subject, facts: facts.unwrap_or_else(|| new.facts.clone()) }
}

/// Nothing where neither has a gap.
fn merged_facts(old: &Facts, new: &Facts) -> Option<Facts> {
    let has_gap = |facts: &Facts| serde_json::to_string(facts).is_ok_and(|text| text.contains(GAP));
    if !has_gap(old) && !has_gap(new) {
        return None;
    }
    let (old, mut new) = (serde_json::to_value(old).ok()?, serde_json::to_value(new).ok()?);
    let old = old.get("facts")?.as_object()?;
    for (name, value) in new.get_mut("facts")?.as_object_mut()? {
        if let Some(was) = old.get(name)
            && (is_hidden(was) || is_hidden(value))
        {
            value.clone_from(was);
        }
    }
    serde_json::from_value(new).ok()
}

/// Whether a fact, or anything in it, could not be read.
fn is_hidden(fact: &Value) -> bool {
    match fact {
        Value::Object(parts) => is_gap(fact) || parts.values().any(is_hidden),
        Value::Array(items) => items.iter().any(is_hidden),
        _ => false,
    }
}

/// Whether it is what stands in the place of a fact that could not be read.
pub(super) fn is_gap(fact: &Value) -> bool {
    let Value::Object(parts) = fact else { return false };
    let gap = parts.get("gap").and_then(Value::as_str);
    parts.len() == 1 && gap.is_some_and(|gap| gap.starts_with("g-"))
}
