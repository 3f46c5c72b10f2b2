//! Findings as a stream: each is put together when it is written, so that a million of them need no memory.

use std::{collections::BTreeMap, fmt};

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::{
    facts::Facts,
    model::{Assessed, ControlResult, CriterionResult, EvidenceSet, Finding, FindingSubject, RawFinding, Reason},
};

/// All findings of an assessment, made one at a time.
#[derive(Clone, Copy)]
pub struct LazyFindings<'a> {
    set: &'a EvidenceSet,
    assessed: &'a Assessed,
}

impl fmt::Debug for LazyFindings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LazyFindings")
    }
}

impl<'a> LazyFindings<'a> {
    pub(super) fn new(set: &'a EvidenceSet, assessed: &'a Assessed) -> Self {
        LazyFindings { set, assessed }
    }

    /// Every finding, in the order of controls, criteria and evidence.
    pub fn iter(&self) -> impl Iterator<Item = Finding> + 'a {
        let set = self.set;
        self.assessed.controls.iter().flat_map(move |control| {
            control.criteria.iter().flat_map(move |criterion| {
                criterion.findings.iter().filter_map(move |raw| finding(set, control, criterion, raw))
            })
        })
    }
}

impl Serialize for LazyFindings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

fn finding(set: &EvidenceSet, control: &ControlResult, result: &CriterionResult, raw: &RawFinding) -> Option<Finding> {
    let evidence = set.evidence.get(raw.evidence as usize)?;
    let kind = evidence.facts.kind();
    let test = result.criterion.tests.iter().find(|test| test.kind() == kind)?;
    Some(Finding {
        criterion: result.criterion.full_id(control.control),
        subject: FindingSubject { kind: kind.name().to_owned(), subject: evidence.subject.clone() },
        result: raw.verdict,
        facts: deciding(&evidence.facts, test.facts()),
        evidence: format!("evidence.jsonl:{}", raw.evidence + 1),
        reasons: raw.reasons.iter().map(reason).collect(),
        waived: false,
    })
}

fn reason(reason: &Reason) -> String {
    match reason {
        Reason::Gap(gap) => gap.to_string(),
        Reason::Attestation => "attestation".to_owned(),
    }
}

/// The named facts of a record, as they stand in the evidence.
pub(crate) fn deciding(facts: &Facts, names: &[&str]) -> BTreeMap<String, Value> {
    let Ok(Value::Object(mut tagged)) = serde_json::to_value(facts) else { return BTreeMap::new() };
    let Some(Value::Object(mut record)) = tagged.remove("facts") else { return BTreeMap::new() };
    names.iter().filter_map(|name| Some(((*name).to_owned(), record.remove(*name)?))).collect()
}
