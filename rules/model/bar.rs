//! Bars: how many of the subjects must pass, decided in three-valued logic.

use super::{Outcome, Threshold, Thresholds};

/// How many of the applicable subjects must pass.
#[derive(Clone, Copy, Debug)]
pub enum Bar {
    /// At least one.
    Any,
    /// Every one: one counter-example is enough to miss it.
    All,
    /// Not one may pass: the predicate describes what must not be there.
    None,
    /// At least this share, in percent.
    Share(&'static Threshold),
    /// At most this share may pass, in percent: the predicate describes what must be rare.
    AtMost(&'static Threshold),
}

/// How the subjects came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Subjects that pass.
    pub pass: u64,
    /// Subjects that fail.
    pub fail: u64,
    /// Subjects that could not be judged.
    pub unknown: u64,
    /// Subjects the criterion does not speak about.
    pub not_applicable: u64,
    /// Whether there may be more subjects than were seen (a listing was denied or cut short).
    pub unseen: bool,
}

impl Tally {
    /// Subjects that count: all but those not applicable.
    pub fn applicable(&self) -> u64 {
        self.pass + self.fail + self.unknown
    }
}

impl Bar {
    /// Whether it speaks about what must be absent or rare: a match counts against the criterion.
    pub fn counts_against(&self) -> bool {
        matches!(self, Bar::None | Bar::AtMost(_))
    }

    /// The outcome, or nothing when no subject counts and none can be hidden.
    ///
    /// Met only if the bar holds even when every unknown and every unseen subject fails; unmet only if it is missed even
    /// when all of them pass; otherwise unknown.
    pub fn decide(&self, tally: Tally, thresholds: &Thresholds) -> Option<Outcome> {
        if tally.applicable() == 0 {
            return tally.unseen.then_some(Outcome::Unknown);
        }
        let hidden = tally.unknown > 0 || tally.unseen;
        Some(match self {
            Bar::Any if tally.pass > 0 => Outcome::Met,
            Bar::All if tally.fail > 0 => Outcome::Unmet,
            Bar::None if tally.pass > 0 => Outcome::Unmet,
            Bar::Any | Bar::All | Bar::None if hidden => Outcome::Unknown,
            Bar::Any => Outcome::Unmet,
            Bar::All | Bar::None => Outcome::Met,
            Bar::Share(threshold) => at_least(tally, thresholds.value(threshold)),
            Bar::AtMost(threshold) => at_most(tally, thresholds.value(threshold)),
        })
    }

    /// The threshold of a share.
    pub fn threshold(&self) -> Option<&'static Threshold> {
        match self {
            Bar::Share(threshold) | Bar::AtMost(threshold) => Some(threshold),
            _ => None,
        }
    }

    /// `any`, `all`, `none`, `share`, `at_most`.
    pub fn kind(&self) -> &'static str {
        match self {
            Bar::Any => "any",
            Bar::All => "all",
            Bar::None => "none",
            Bar::Share(_) => "share",
            Bar::AtMost(_) => "at_most",
        }
    }

    /// How many more subjects must pass (for `none` and `at most`: stop passing) to reach the bar, as far as was seen.
    pub fn missing(&self, tally: Tally, thresholds: &Thresholds) -> u64 {
        let of = tally.applicable();
        match self {
            Bar::Any => u64::from(tally.pass == 0),
            Bar::All => of - tally.pass,
            Bar::None => tally.pass + tally.unknown,
            Bar::Share(threshold) => needed(of, thresholds.value(threshold)).saturating_sub(tally.pass),
            Bar::AtMost(threshold) => {
                (tally.pass + tally.unknown).saturating_sub(allowed(of, thresholds.value(threshold)))
            }
        }
    }
}

/// Whether `count` of `of` is at least `percent`, without dividing: 4 of 5 is 80 %, exactly.
fn reaches(count: u64, of: u64, percent: f64) -> bool {
    count as f64 * 100.0 >= percent * of as f64
}

fn needed(of: u64, percent: f64) -> u64 {
    (0..=of).find(|count| reaches(*count, of, percent)).unwrap_or(of)
}

fn allowed(of: u64, percent: f64) -> u64 {
    (0..=of).rev().find(|count| *count as f64 * 100.0 <= percent * of as f64).unwrap_or(0)
}

fn at_least(tally: Tally, percent: f64) -> Outcome {
    let of = tally.applicable();
    let worst = reaches(tally.pass, of, percent) && (!tally.unseen || percent <= 0.0);
    let best =
        reaches(tally.pass + tally.unknown, of, percent) || (tally.unseen && (percent < 100.0 || tally.fail == 0));
    by_bounds(worst, best)
}

fn at_most(tally: Tally, percent: f64) -> Outcome {
    let of = tally.applicable() as f64;
    let within = |count: u64| count as f64 * 100.0 <= percent * of;
    let worst = within(tally.pass + tally.unknown) && (!tally.unseen || percent >= 100.0);
    let best = within(tally.pass) || (tally.unseen && (percent > 0.0 || tally.pass == 0));
    by_bounds(worst, best)
}

fn by_bounds(worst: bool, best: bool) -> Outcome {
    match (worst, best) {
        (true, _) => Outcome::Met,
        (false, false) => Outcome::Unmet,
        (false, true) => Outcome::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static EIGHTY: Threshold = Threshold { name: "t.eighty", default: 80.0, unit: "%", reason: "" };
    static FIVE: Threshold = Threshold { name: "t.five", default: 5.0, unit: "%", reason: "" };

    fn decide(bar: Bar, pass: u64, fail: u64, unknown: u64) -> Option<Outcome> {
        bar.decide(Tally { pass, fail, unknown, ..Tally::default() }, &Thresholds::default())
    }

    fn decide_unseen(bar: Bar, pass: u64, fail: u64) -> Option<Outcome> {
        bar.decide(Tally { pass, fail, unseen: true, ..Tally::default() }, &Thresholds::default())
    }

    #[test]
    fn any() {
        assert_eq!(decide(Bar::Any, 0, 3, 0), Some(Outcome::Unmet));
        assert_eq!(decide(Bar::Any, 1, 3, 0), Some(Outcome::Met));
        assert_eq!(decide(Bar::Any, 0, 3, 1), Some(Outcome::Unknown));
        assert_eq!(decide(Bar::Any, 1, 0, 9), Some(Outcome::Met));
    }

    #[test]
    fn all_is_missed_by_one_counter_example_even_half_blind() {
        assert_eq!(decide(Bar::All, 3, 0, 0), Some(Outcome::Met));
        assert_eq!(decide(Bar::All, 3, 1, 0), Some(Outcome::Unmet));
        assert_eq!(decide(Bar::All, 3, 0, 1), Some(Outcome::Unknown));
        assert_eq!(decide_unseen(Bar::All, 3, 1), Some(Outcome::Unmet));
        assert_eq!(decide_unseen(Bar::All, 3, 0), Some(Outcome::Unknown));
    }

    #[test]
    fn none() {
        assert_eq!(decide(Bar::None, 0, 3, 0), Some(Outcome::Met));
        assert_eq!(decide(Bar::None, 1, 3, 0), Some(Outcome::Unmet));
        assert_eq!(decide(Bar::None, 0, 3, 1), Some(Outcome::Unknown));
    }

    #[test]
    fn share_below_at_and_above() {
        assert_eq!(decide(Bar::Share(&EIGHTY), 3, 1, 0), Some(Outcome::Unmet));
        assert_eq!(decide(Bar::Share(&EIGHTY), 4, 1, 0), Some(Outcome::Met));
        assert_eq!(decide(Bar::Share(&EIGHTY), 5, 1, 0), Some(Outcome::Met));
    }

    #[test]
    fn share_with_unknown_subjects_is_decided_only_when_they_cannot_matter() {
        assert_eq!(decide(Bar::Share(&EIGHTY), 8, 1, 1), Some(Outcome::Met));
        assert_eq!(decide(Bar::Share(&EIGHTY), 7, 1, 2), Some(Outcome::Unknown));
        assert_eq!(decide(Bar::Share(&EIGHTY), 1, 3, 1), Some(Outcome::Unmet));
    }

    #[test]
    fn at_most_below_at_and_above() {
        assert_eq!(decide(Bar::AtMost(&FIVE), 0, 19, 0), Some(Outcome::Met));
        assert_eq!(decide(Bar::AtMost(&FIVE), 1, 19, 0), Some(Outcome::Met));
        assert_eq!(decide(Bar::AtMost(&FIVE), 2, 18, 0), Some(Outcome::Unmet));
        assert_eq!(decide(Bar::AtMost(&FIVE), 1, 18, 1), Some(Outcome::Unknown));
    }

    #[test]
    fn unseen_subjects_keep_a_share_open_both_ways() {
        assert_eq!(decide_unseen(Bar::Share(&EIGHTY), 100, 0), Some(Outcome::Unknown));
        assert_eq!(decide_unseen(Bar::Share(&EIGHTY), 0, 100), Some(Outcome::Unknown));
        assert_eq!(decide_unseen(Bar::AtMost(&FIVE), 0, 100), Some(Outcome::Unknown));
    }

    #[test]
    fn nothing_seen() {
        assert_eq!(decide(Bar::All, 0, 0, 0), None);
        assert_eq!(decide_unseen(Bar::All, 0, 0), Some(Outcome::Unknown));
        assert_eq!(decide_unseen(Bar::Any, 0, 0), Some(Outcome::Unknown));
    }

    #[test]
    fn missing_counts_what_lifts() {
        let thresholds = Thresholds::default();
        let tally = Tally { pass: 3, fail: 6, unknown: 1, ..Tally::default() };
        assert_eq!(Bar::Share(&EIGHTY).missing(tally, &thresholds), 5);
        assert_eq!(Bar::All.missing(tally, &thresholds), 7);
        assert_eq!(Bar::Any.missing(tally, &thresholds), 0);
        assert_eq!(Bar::None.missing(tally, &thresholds), 4);
    }
}
