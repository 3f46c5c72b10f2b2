//! What the steps did to the subjects of one criterion, counted, with a few of them by name: what sentences are made of.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    FactChange,
    subjects::{Code, Otherwise},
};
use crate::model::{Evidence, Gap};

/// Subjects that a sentence names; the rest is counted.
pub(super) const NAMED: usize = 2;
/// Longest name in a sentence, in characters.
const LONGEST: usize = 60;

/// Subjects that a step led from one verdict to another.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub(super) count: u64,
    /// The first ones, by what people call them.
    pub(super) named: Vec<String>,
    /// What differs of the first one.
    pub(super) fact: Option<FactChange>,
}

/// Gaps in words, the first ones, and how many different ones there are.
#[derive(Clone, Debug, Default)]
pub(super) struct GapWords(BTreeSet<String>);

impl GapWords {
    /// One more.
    pub(super) fn add(&mut self, gap: &Gap) {
        /// Enough to name some and to say that there are more.
        const KEPT: usize = 50;
        let what = if gap.what.is_empty() { String::new() } else { format!(" ({})", short(&gap.what)) };
        self.0.insert(format!("{}{what} in {}: {}", gap.operation, gap.region, gap.cause.words()));
        if self.0.len() > KEPT {
            self.0.pop_last();
        }
    }

    /// In a clause; nothing where there are none.
    pub(super) fn words(&self) -> Option<String> {
        let first = self.0.first()?;
        Some(match self.0.len() {
            1 => first.clone(),
            n => format!("{first}; and {} more", n - 1),
        })
    }
}

/// What the steps did to one criterion.
#[derive(Clone, Debug, Default)]
pub(super) struct Touched {
    /// By step and by the way the subjects went.
    pub(super) groups: BTreeMap<(usize, Code, Code), Group>,
    pub(super) otherwise: Otherwise,
    /// Gaps that hide something of it after and did not before.
    pub(super) opened: GapWords,
    /// Gaps that hid something of it before and do not after.
    pub(super) closed: GapWords,
}

impl Touched {
    /// Counts a subject that a step led to another verdict.
    pub(super) fn count(
        &mut self,
        way: (usize, Code, Code),
        evidence: Option<&Evidence>,
        fact: impl FnOnce() -> Option<FactChange>,
    ) {
        let group = self.groups.entry(way).or_default();
        group.count += 1;
        let Some(evidence) = evidence.filter(|_| group.named.len() < NAMED) else { return };
        if group.named.is_empty() {
            group.fact = fact();
        }
        group.named.push(called(evidence));
    }

    /// The groups of a step.
    pub(super) fn of_step(&self, step: usize) -> impl Iterator<Item = (Code, Code, &Group)> {
        let all = self.groups.range((step, Code::Absent, Code::Absent)..=(step, Code::Unknown, Code::Unknown));
        all.map(|((_, from, to), group)| (*from, *to, group))
    }
}

/// What people call a subject: its name, or the last part of its ARN.
fn called(evidence: &Evidence) -> String {
    let subject = &evidence.subject;
    let arn = subject.arn.rsplit(['/', ':']).find(|part| !part.is_empty()).unwrap_or(&subject.arn);
    short(subject.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(arn))
}

/// At most so long that it fits a sentence.
pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
    }
}
