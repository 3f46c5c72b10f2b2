//! Findings as a stream: each is put together when it is written, so that a million of them need no memory.

use std::fmt;

use serde::{Serialize, Serializer};

use super::named::Named;
use crate::model::{
    Assessed, Control, CriterionResult, Evidence, EvidenceSet, Finding, FindingSubject, Judged, RawFinding, Reason,
    Subject, Verdict,
};

/// All findings of an assessment, made one at a time.
#[derive(Clone, Copy)]
pub struct LazyFindings<'a> {
    set: &'a EvidenceSet,
    assessed: &'a Assessed<'a>,
    /// Lines of `evidence.jsonl` before those of this set.
    before: u64,
}

impl fmt::Debug for LazyFindings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LazyFindings")
    }
}

impl<'a> LazyFindings<'a> {
    /// The findings of a set that stands alone in its bundle.
    pub fn new(set: &'a EvidenceSet, assessed: &'a Assessed<'a>) -> Self {
        LazyFindings { set, assessed, before: 0 }
    }

    /// The findings of an account whose evidence begins after so many lines of its bundle.
    pub fn after(set: &'a EvidenceSet, assessed: &'a Assessed<'a>, before: u64) -> Self {
        LazyFindings { set, assessed, before }
    }

    /// Every finding, in the order of controls, criteria and evidence.
    pub fn iter(&self) -> impl Iterator<Item = LazyFinding<'a>> + 'a {
        let LazyFindings { set, before, .. } = *self;
        self.assessed.controls.iter().flat_map(move |control| {
            control.criteria.iter().flat_map(move |result| {
                let of_criterion = Of { control: control.control, result, before };
                result.findings.iter().filter_map(move |raw| of_criterion.finding(set, raw))
            })
        })
    }
}

impl Serialize for LazyFindings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[derive(Clone, Copy)]
struct Of<'a> {
    control: Control,
    result: &'a CriterionResult<'a>,
    before: u64,
}

impl<'a> Of<'a> {
    fn finding(self, set: &'a EvidenceSet, raw: &'a RawFinding) -> Option<LazyFinding<'a>> {
        let evidence = set.evidence.get(raw.evidence as usize)?;
        let kind = evidence.facts.kind();
        let test = self.result.criterion.tests.iter().find(|test| test.kind() == kind)?;
        Some(LazyFinding { of: self, raw, evidence, names: test.facts() })
    }
}

/// A finding where it lies: writes the same JSON as [`Finding`].
#[derive(Clone, Copy)]
pub struct LazyFinding<'a> {
    of: Of<'a>,
    raw: &'a RawFinding,
    evidence: &'a Evidence,
    names: &'static [&'static str],
}

impl fmt::Debug for LazyFinding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LazyFinding({} {:?})", self.evidence.subject.arn, self.raw)
    }
}

impl LazyFinding<'_> {
    fn facts(&self) -> Named<'_> {
        Named { facts: &self.evidence.facts, names: self.names }
    }

    fn reasons(&self) -> impl Iterator<Item = String> {
        self.of.result.reasons(self.raw).iter().map(|reason| match reason {
            Reason::Gap(gap) => gap.to_string(),
            Reason::Attestation => "attestation".to_owned(),
        })
    }

    fn line(&self) -> String {
        format!("evidence.jsonl:{}", self.of.before + u64::from(self.raw.evidence) + 1)
    }
}

impl Judged for LazyFinding<'_> {
    fn result(&self) -> Verdict {
        self.raw.verdict
    }

    fn criterion(&self) -> String {
        self.of.result.criterion.full_id(self.of.control)
    }

    fn into_finding(self) -> Finding {
        Finding {
            criterion: self.criterion(),
            subject: FindingSubject {
                kind: self.evidence.facts.kind().name().to_owned(),
                subject: self.evidence.subject.clone(),
            },
            result: self.raw.verdict,
            facts: self.facts().collect(),
            evidence: self.line(),
            reasons: self.reasons().collect(),
            attested: self.raw.attested,
            waived: self.raw.waived,
        }
    }
}

impl Serialize for LazyFinding<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Row<'a> {
            criterion: &'a str,
            subject: Of<'a>,
            result: Verdict,
            facts: Named<'a>,
            evidence: &'a str,
            #[serde(skip_serializing_if = "Vec::is_empty")]
            reasons: Vec<String>,
            attested: bool,
            waived: bool,
        }
        #[derive(Serialize)]
        struct Of<'a> {
            kind: &'static str,
            #[serde(flatten)]
            subject: &'a Subject,
        }
        let row = Row {
            criterion: &self.criterion(),
            subject: Of { kind: self.evidence.facts.kind().name(), subject: &self.evidence.subject },
            result: self.raw.verdict,
            facts: self.facts(),
            evidence: &self.line(),
            reasons: self.reasons().collect(),
            attested: self.raw.attested,
            waived: self.raw.waived,
        };
        row.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        facts::Bucket,
        model::{Settings, assess},
        testing::{evidence_set, known, of, unknown},
    };

    #[test]
    fn written_where_it_lies_or_put_together_it_is_the_same_json() {
        let bucket = Bucket {
            size_bytes: known(1e13),
            intelligent_tiering: unknown(),
            lifecycle: known(false),
            intelligent_tiering_bytes: unknown(),
        };
        let set = evidence_set(of([bucket]), None);
        let settings = Settings::default();
        let assessed = assess(&set, &settings);
        let findings: Vec<_> = LazyFindings::new(&set, &assessed).iter().collect();
        assert!(findings.iter().any(|finding| finding.result() == Verdict::Unknown));
        for finding in findings {
            let whole = serde_json::to_string(&finding.into_finding()).unwrap();
            assert_eq!(serde_json::to_string(&finding).unwrap(), whole);
        }
    }
}
