//! How subjects come out after each step, as numbers that are quick to compare; and those that came out otherwise in the end.

use super::{ChangeCause, FindingCounts, LISTED_SUBJECTS, SubjectChange};
use crate::model::{Bar, Verdict};

/// How a subject comes out after a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Code {
    /// It is not there.
    #[default]
    Absent,
    /// It is there, and the scope leaves it out.
    Out,
    /// The criterion does not speak about it.
    NotConcerned,
    /// It passes.
    Pass,
    /// It fails.
    Fail,
    /// It could not be seen.
    Unknown,
}

impl From<Verdict> for Code {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Code::Pass,
            Verdict::Fail => Code::Fail,
            Verdict::Unknown => Code::Unknown,
            Verdict::NotApplicable => Code::NotConcerned,
        }
    }
}

impl Code {
    /// The verdict that counts.
    pub(super) fn verdict(self) -> Option<Verdict> {
        match self {
            Code::Pass => Some(Verdict::Pass),
            Code::Fail => Some(Verdict::Fail),
            Code::Unknown => Some(Verdict::Unknown),
            _ => None,
        }
    }

    /// How good it is for the bar, from 0.
    pub(super) fn rank(self, bar: Bar) -> u8 {
        let must_not_be = matches!(bar, Bar::None | Bar::AtMost(_));
        match self.verdict() {
            Some(Verdict::Pass) if must_not_be => 0,
            Some(Verdict::Fail) if must_not_be => 3,
            Some(Verdict::Pass) => 3,
            Some(Verdict::Fail) => 0,
            Some(_) => 1,
            None => 2,
        }
    }
}

/// Subjects of one criterion that came out otherwise.
#[derive(Clone, Debug, Default)]
pub(super) struct Otherwise {
    worse: Vec<SubjectChange>,
    rest: Vec<SubjectChange>,
    pub(super) total: u64,
    /// Their causes, counted.
    pub(super) causes: std::collections::BTreeMap<ChangeCause, u64>,
}

impl Otherwise {
    /// One more; it is put together only where there is room for it.
    pub(super) fn add(&mut self, cause: ChangeCause, is_worse: bool, change: impl FnOnce() -> SubjectChange) {
        self.total += 1;
        *self.causes.entry(cause).or_default() += 1;
        let list = if is_worse { &mut self.worse } else { &mut self.rest };
        if list.len() < LISTED_SUBJECTS {
            list.push(change());
        }
    }

    /// Those that are listed, the worse first.
    pub(super) fn listed(&self) -> Vec<SubjectChange> {
        self.worse.iter().chain(&self.rest).take(LISTED_SUBJECTS).cloned().collect()
    }
}

impl FindingCounts {
    /// Counts what became of one finding.
    pub(super) fn count(&mut self, bar: Bar, from: Code, to: Code, cause: Option<ChangeCause>) {
        let counter = match (from.verdict(), to.verdict()) {
            (None, None) => return,
            (before, after) if before == after => &mut self.same,
            (None, Some(after)) if cause == Some(ChangeCause::Coverage) => match after {
                Verdict::Unknown => &mut self.otherwise,
                _ => &mut self.seen,
            },
            (Some(before), None) if cause == Some(ChangeCause::Coverage) => match before {
                Verdict::Unknown => &mut self.otherwise,
                _ => &mut self.hidden,
            },
            (None, Some(_)) if from == Code::NotConcerned => &mut self.otherwise,
            (Some(_), None) if to == Code::NotConcerned => &mut self.otherwise,
            (None, Some(_)) => &mut self.appeared,
            (Some(_), None) => &mut self.gone,
            (Some(Verdict::Unknown), Some(_)) => &mut self.seen,
            (Some(_), Some(Verdict::Unknown)) => &mut self.hidden,
            _ if to.rank(bar) > from.rank(bar) => &mut self.better,
            _ => &mut self.worse,
        };
        *counter += 1;
    }
}
