//! Which findings a report keeps: at most so many, fails before unknowns before passes before those that do not apply; what is
//! left out is counted.

use rung_rules::model::Verdict;

/// Findings in a report at most. The JSON and CSV have all.
pub(super) const MOST_FINDINGS: usize = 100_000;

/// The number of a result in the page's data.
pub(super) fn code(verdict: Verdict) -> usize {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Unknown => 1,
        Verdict::Pass => 2,
        Verdict::NotApplicable => 3,
    }
}

/// What is kept, by result.
#[derive(Debug)]
pub(super) struct Kept<F> {
    lists: [Vec<F>; 4],
    left_out: [u64; 4],
    most: usize,
}

impl<F> Default for Kept<F> {
    fn default() -> Self {
        Kept::new(MOST_FINDINGS)
    }
}

impl<F> Kept<F> {
    /// Nothing yet, and never more than so many.
    pub(super) fn new(most: usize) -> Self {
        Kept { lists: [const { Vec::new() }; 4], left_out: [0; 4], most }
    }

    /// Whether a finding with this result is to be kept. If so there is room for it, and `push` has to follow; one that tells
    /// less may have gone for it.
    pub(super) fn has_room(&mut self, result: Verdict) -> bool {
        let own = code(result);
        if self.lists.iter().map(Vec::len).sum::<usize>() < self.most {
            return true;
        }
        let filled = |at: &usize| self.lists.get(*at).is_some_and(|list| !list.is_empty());
        let worse = (own + 1..self.lists.len()).rev().find(filled);
        self.left_out.iter_mut().skip(worse.unwrap_or(own)).take(1).for_each(|count| *count += 1);
        worse.and_then(|at| self.lists.get_mut(at)).is_some_and(|list| list.pop().is_some())
    }

    /// Keeps it.
    pub(super) fn push(&mut self, result: Verdict, finding: F) {
        if let Some(list) = self.lists.get_mut(code(result)) {
            list.push(finding);
        }
    }

    /// All that are kept, the most telling first, each with its result's number.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &F)> {
        self.lists.iter().enumerate().flat_map(|(code, list)| list.iter().map(move |finding| (code, finding)))
    }

    /// How many were left out, by result.
    pub(super) fn left_out(&self) -> [u64; 4] {
        self.left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(results: &[Verdict], most: usize) -> (Vec<usize>, [u64; 4]) {
        let mut kept = Kept::new(most);
        for result in results {
            if kept.has_room(*result) {
                kept.push(*result, ());
            }
        }
        (kept.iter().map(|(code, ())| code).collect(), kept.left_out())
    }

    #[test]
    fn fails_push_out_passes_and_what_is_left_out_is_counted() {
        use Verdict::{Fail, NotApplicable, Pass, Unknown};
        let results = [Pass, Pass, NotApplicable, Fail, Fail, Unknown, Fail];
        assert_eq!(kept(&results, 3), (vec![0, 0, 0], [0, 1, 2, 1]));
        assert_eq!(kept(&results, 10), (vec![0, 0, 0, 1, 2, 2, 3], [0; 4]));
    }
}
