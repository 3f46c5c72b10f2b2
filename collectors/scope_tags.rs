//! Tags for the scope: fills in those of resources whose own lists carry none.

use std::sync::Arc;

use rung_rules::{
    facts::Facts,
    model::{Cause, Evidence, has_tags},
};

use crate::{
    Collected,
    aws::Place,
    calls::tagging::{self, GET_RESOURCES},
};

/// Asks for the tags of everything here that shows none. AWS lists a resource only if it has tags, or had some: what a
/// complete answer leaves out has none.
pub(crate) async fn fill(place: &Place, collected: &mut Collected) {
    let bare = |evidence: &&Evidence| evidence.subject.tags.is_empty() && has_tags(evidence.facts.kind());
    for evidence in collected.evidence.iter_mut().filter(|evidence| is_untold(evidence)) {
        evidence.subject.tags_gap = Some(tagging::untold(place, &evidence.subject.arn));
    }
    let arns: Vec<Arc<str>> = collected
        .evidence
        .iter()
        .filter(bare)
        .map(|evidence| evidence.subject.arn.clone())
        .filter(|arn| tagging::is_asked(arn))
        .collect();
    if arns.is_empty() {
        return;
    }
    let listing = tagging::of(place, &arns).await;
    let known = tagging::by_arn(&listing);
    for evidence in &mut collected.evidence {
        let subject = &mut evidence.subject;
        if !subject.tags.is_empty() || !has_tags(evidence.facts.kind()) || !tagging::is_asked(&subject.arn) {
            continue;
        }
        match (known.get(&*subject.arn), listing.gap) {
            (Some(tags), _) => subject.tags = (*tags).clone(),
            (None, gap) => subject.tags_gap = gap,
        }
    }
}

/// Whether nothing tells the tags of what shows none. Objectives are asked for theirs one by one.
fn is_untold(evidence: &Evidence) -> bool {
    let subject = &evidence.subject;
    let told =
        tagging::is_asked(&subject.arn) || tagging::is_carried(&subject.arn) || matches!(evidence.facts, Facts::Slo(_));
    subject.tags.is_empty() && subject.tags_gap.is_none() && has_tags(evidence.facts.kind()) && !told
}

/// Tags that this scan did not ask for, though a scope may want them: open, not absent.
pub fn not_asked(set: &mut rung_rules::model::EvidenceSet) {
    let bare = |evidence: &&mut Evidence| {
        let subject = &evidence.subject;
        subject.tags.is_empty() && has_tags(evidence.facts.kind()) && !tagging::is_carried(&subject.arn)
    };
    for evidence in set.evidence.iter_mut().filter(bare) {
        let account = evidence.subject.account.clone();
        let operation = GET_RESOURCES.name();
        let id = crate::aws::gap_id(&operation, &account, "global", "tags", Cause::NotRequested.words());
        evidence.subject.tags_gap = Some(id);
        if !set.gaps.iter().any(|gap| gap.id == id) {
            set.gaps.push(rung_rules::model::tags_not_asked(id, &account));
        }
    }
    set.gaps.sort_by_key(|gap| gap.id);
}

#[cfg(test)]
#[path = "scope_tags_tests.rs"]
mod tests;
