//! What adds up over accounts: tallies, gaps, and the subjects that are named. All of it is small and does not depend on the
//! order in which accounts are added, so that an organisation needs no more memory than its largest account.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use super::{Bar, CriterionResult, EvidenceSet, Gap, GapId, Tally, Verdict};

/// Subjects named under a criterion that blocks a level; the rest is counted.
const NAMED_SUBJECTS: usize = 20;
/// Gaps named in a sentence; the rest is counted.
pub(crate) const NAMED_GAPS: usize = 2;
/// Gaps listed under a criterion; every gap itself tells which criteria it hides.
pub const LISTED_GAPS: usize = 1000;

/// The gaps behind a criterion's unknown and unseen subjects.
#[derive(Clone, Debug, Default)]
pub struct GapRefs {
    ids: BTreeSet<GapId>,
    /// Beyond `ids`, in sums.
    more: u64,
    /// The first sentences about them, in alphabetical order.
    words: BTreeSet<String>,
    /// Every sentence, by its hash: to count how many different ones there are.
    different: BTreeSet<u64>,
}

impl GapRefs {
    /// One more.
    pub(super) fn insert(&mut self, gap: GapId) {
        self.ids.insert(gap);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Their ids; in the sums of several accounts the first [`LISTED_GAPS`].
    pub fn ids(&self) -> impl Iterator<Item = GapId> {
        self.ids.iter().copied()
    }

    /// How many there are.
    pub fn total(&self) -> u64 {
        self.ids.len() as u64 + self.more
    }

    /// Some of them in words, and how many more different ones there are.
    pub(crate) fn words(&self) -> (impl Iterator<Item = &str>, usize) {
        let named = self.words.iter().take(NAMED_GAPS).map(String::as_str);
        (named, self.different.len().saturating_sub(NAMED_GAPS))
    }

    /// Puts them into words; what there is no gap for is not told.
    pub(super) fn describe(&mut self, gaps: &BTreeMap<GapId, &Gap>) {
        for gap in self.ids.iter().filter_map(|id| gaps.get(id)) {
            let what = if gap.what.is_empty() { String::new() } else { format!(" ({})", gap.what) };
            self.words.insert(format!("{}{what} in {}: {}", gap.operation, gap.region, gap.cause.words()));
        }
        self.different = self.words.iter().map(|words| hash(words)).collect();
        self.cap_words();
    }

    /// Keeps what sums keep.
    pub(super) fn cap(&mut self) {
        while self.ids.len() > LISTED_GAPS {
            self.ids.pop_last();
            self.more += 1;
        }
    }

    fn cap_words(&mut self) {
        while self.words.len() > NAMED_GAPS {
            self.words.pop_last();
        }
    }

    /// Those of another account: a gap belongs to one account, so none is in both.
    fn add(&mut self, other: &GapRefs) {
        self.ids.extend(&other.ids);
        self.more += other.more;
        self.words.extend(other.words.iter().cloned());
        self.different.extend(&other.different);
        self.cap();
        self.cap_words();
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Subjects that have to change, or be seen, for a bar to be reached: the first ones, and how many there are.
#[derive(Clone, Debug, Default)]
pub struct Short {
    /// By account and place in its evidence.
    first: BTreeMap<(Arc<str>, u32), Arc<str>>,
    /// All of them.
    pub total: u64,
}

impl Short {
    /// Those of one account's findings.
    pub(super) fn of(result: &CriterionResult<'_>, set: &EvidenceSet) -> Short {
        let mut short = Short::default();
        for finding in result.findings.iter().filter(|finding| is_short(result.criterion.bar, finding.verdict)) {
            short.total += 1;
            if short.first.len() < NAMED_SUBJECTS
                && let Some(evidence) = set.evidence.get(finding.evidence as usize)
            {
                let key = (evidence.subject.account.clone(), finding.evidence);
                short.first.insert(key, evidence.subject.arn.clone());
            }
        }
        short
    }

    /// ARNs of the first ones.
    pub fn arns(&self) -> impl Iterator<Item = Arc<str>> {
        self.first.values().cloned()
    }

    fn add(&mut self, other: &Short) {
        self.total += other.total;
        self.first.extend(other.first.iter().map(|(key, arn)| (key.clone(), arn.clone())));
        while self.first.len() > NAMED_SUBJECTS {
            self.first.pop_last();
        }
    }
}

/// Whether a subject with this verdict is one that has to change, or be seen, for the bar to be reached.
fn is_short(bar: Bar, verdict: Verdict) -> bool {
    match bar {
        Bar::None | Bar::AtMost(_) => matches!(verdict, Verdict::Pass | Verdict::Unknown),
        _ => matches!(verdict, Verdict::Fail | Verdict::Unknown),
    }
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.pass += other.pass;
        self.fail += other.fail;
        self.unknown += other.unknown;
        self.not_applicable += other.not_applicable;
        self.unseen |= other.unseen;
    }
}

impl<'a> CriterionResult<'a> {
    /// Adds what was held of another account.
    pub(super) fn add(&mut self, other: &CriterionResult<'a>) {
        self.tally.add(other.tally);
        self.needs_attestation |= other.needs_attestation;
        self.gaps.add(&other.gaps);
        self.short.add(&other.short);
        self.add_people(other);
    }
}

#[cfg(test)]
#[path = "sums_tests.rs"]
mod tests;
