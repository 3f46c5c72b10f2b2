//! What a row tells: a criterion held against a resource, in the words that every format uses.

use std::collections::BTreeMap;

use rung_rules::model::{ControlReport, CriterionReport, DecidedBy, Finding, GapReport, Severity, Verdict};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::plain::plain;

/// The longest name or value that is written out, in characters: some tags are ten thousand long.
const LONGEST: usize = 256;

/// How a row came out. Unknown and attested are apart from pass and fail in every format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) enum Standing {
    /// It was seen to hold.
    Pass,
    /// It was seen not to hold.
    Fail,
    /// It could not be seen.
    Unknown,
    /// It could not be seen, and a person vouches for it.
    Attested,
    /// The criterion does not speak about it.
    NotApplicable,
}

impl Standing {
    /// One word, as the formats with free words have it.
    pub(in crate::report) fn word(self) -> &'static str {
        match self {
            Standing::Pass => "pass",
            Standing::Fail => "fail",
            Standing::Unknown => "unknown",
            Standing::Attested => "attested",
            Standing::NotApplicable => "not_applicable",
        }
    }
}

/// A row.
#[derive(Debug)]
pub(in crate::report) struct Told<'a> {
    /// The control.
    pub(in crate::report) control: &'a ControlReport,
    /// The criterion.
    pub(in crate::report) criterion: &'a CriterionReport,
    /// The finding.
    pub(in crate::report) finding: Finding,
    /// Why it is unknown, in words.
    pub(in crate::report) causes: Vec<String>,
    /// Whether the account stands as the resource.
    pub(in crate::report) alone: bool,
}

impl<'a> Told<'a> {
    pub(super) fn new(
        control: &'a ControlReport,
        criterion: &'a CriterionReport,
        finding: Finding,
        gaps: &BTreeMap<String, &GapReport>,
        alone: bool,
    ) -> Self {
        let words = |reason: &String| match (reason.as_str(), gaps.get(reason)) {
            ("attestation", _) => "AWS does not show it, it needs an attestation".to_owned(),
            (_, Some(gap)) => of_gap(gap),
            (id, None) => id.to_owned(),
        };
        let causes = finding.reasons.iter().map(words).collect();
        Told { control, criterion, finding, causes, alone }
    }

    /// How it came out.
    pub(in crate::report) fn standing(&self) -> Standing {
        let by_person = self.alone && self.criterion.decided_by == DecidedBy::Attested;
        // Where the account stands as the resource, the result is the criterion's outcome already.
        let against = !self.alone && self.criterion.bar.counts_against();
        match self.finding.result.of_subject(against) {
            Verdict::Pass if by_person => Standing::Attested,
            Verdict::Unknown if self.finding.attested => Standing::Attested,
            Verdict::Pass => Standing::Pass,
            Verdict::Fail => Standing::Fail,
            Verdict::Unknown => Standing::Unknown,
            Verdict::NotApplicable => Standing::NotApplicable,
        }
    }

    /// Whether somebody has to do something about it: it fails or is unknown, and is not accepted.
    pub(in crate::report) fn is_open(&self) -> bool {
        matches!(self.standing(), Standing::Fail | Standing::Unknown) && !self.finding.waived
    }

    /// The same in every scan for the same criterion and resource.
    pub(in crate::report) fn fingerprint(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(&self.finding.criterion);
        digest.update([0]);
        // The ARN of a bucket names no account.
        digest.update(self.finding.subject.subject.account.as_bytes());
        digest.update([0]);
        digest.update(self.finding.subject.subject.arn.as_bytes());
        if self.alone {
            digest.update([0]);
        }
        hex::encode(digest.finalize()).chars().take(32).collect()
    }

    /// What people call the resource, without control characters.
    pub(in crate::report) fn name(&self) -> String {
        let subject = &self.finding.subject.subject;
        cut(&clean(subject.name.as_deref().unwrap_or(&subject.arn)), LONGEST)
    }

    /// The facts that decided it, as text.
    pub(in crate::report) fn facts(&self) -> impl Iterator<Item = (&str, String)> {
        self.finding.facts.iter().map(|(name, fact)| (name.as_str(), value(fact)))
    }

    /// What came of it, in one sentence without control characters.
    pub(in crate::report) fn sentence(&self) -> String {
        let name = self.name();
        let waived = if self.finding.waived { " (waived)" } else { "" };
        let facts = || self.facts().map(|(fact, value)| format!("{fact}={value}")).collect::<Vec<_>>().join("; ");
        match self.standing() {
            _ if self.alone && self.causes.is_empty() => format!("{}{waived}", self.criterion.why),
            Standing::Pass => format!("{name} passes: {}", facts()),
            Standing::Fail => format!("{name} fails{waived}: {}", facts()),
            Standing::Unknown => format!("unknown: {name}{waived}: {}", self.causes.join("; ")),
            Standing::Attested => format!("attested by a person, not seen: {name}: {}", self.causes.join("; ")),
            Standing::NotApplicable => format!("not applicable to {name}"),
        }
    }

    /// The control's severity as a word; what does not fail has none.
    pub(in crate::report) fn severity(&self) -> &'static str {
        match self.control.severity {
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
        }
    }
}

/// A gap in words.
fn of_gap(gap: &GapReport) -> String {
    let gap = &gap.gap;
    let what = if gap.what.is_empty() { String::new() } else { format!(" ({})", cut(&clean(&gap.what), LONGEST)) };
    format!("{}{what} in {}: {}", gap.operation, gap.region, gap.cause.words())
}

fn value(fact: &Value) -> String {
    match fact.get("value") {
        Some(Value::String(text)) => cut(&clean(text), LONGEST),
        Some(value) => cut(&clean(&value.to_string()), LONGEST),
        None => "unknown".to_owned(),
    }
}

/// Text without control characters, and without the two that Unicode keeps for nothing: XML has no way to write them.
pub(in crate::report) fn clean(text: &str) -> String {
    plain(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// At most so many characters.
pub(in crate::report) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_ends_in_an_ellipsis() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß", 3), "äö…");
    }

    #[test]
    fn a_fact_behind_a_gap_is_unknown_and_null_is_not() {
        assert_eq!(value(&serde_json::json!({"gap": "g-1"})), "unknown");
        assert_eq!(value(&serde_json::json!({"value": null, "from": "s-1"})), "null");
        assert_eq!(value(&serde_json::json!({"value": "a\u{202e}b"})), "a\\u{202e}b");
    }
}
