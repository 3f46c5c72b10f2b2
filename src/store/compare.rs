//! Two scans held against each other, from what is stored: levels, outcomes, findings that appeared, went, became better or worse.

use std::{collections::BTreeMap, sync::Arc};

use rung_rules::model::{Outcome, Verdict};
use serde::Serialize;

use super::{
    LevelRow, OutcomeRow, ScanRow, Store, StoreError,
    rows::{self, verdict},
};

/// Two scans held against each other.
#[derive(Clone, Debug, Serialize)]
pub struct Compared {
    /// The ten controls.
    pub levels: Vec<LevelChange>,
    /// Criteria that came out otherwise.
    pub outcomes: Vec<OutcomeChange>,
    /// False where retention removed the findings of one of them: then the counts are 0 and say nothing.
    pub known: bool,
    /// Findings of subjects that only the second scan has.
    pub appeared: i64,
    /// Findings of subjects that only the first scan has.
    pub gone: i64,
    /// Findings that came out better.
    pub better: i64,
    /// Findings that came out worse.
    pub worse: i64,
    /// Findings that are judged now and could not be seen before: neither better nor worse.
    pub seen: i64,
    /// Findings that cannot be seen any more: neither better nor worse.
    pub hidden: i64,
    /// Findings that came out as before.
    pub same: i64,
    /// The most telling of those that changed, worse ones first; at most [`MOST_CHANGES`].
    pub findings: Vec<ChangedFinding>,
}

/// Changed findings that are named.
pub(super) const MOST_CHANGES: usize = 100;

/// A control in two scans.
#[derive(Clone, Debug, Serialize)]
pub struct LevelChange {
    /// `WAF-PERF-090`.
    pub control: String,
    /// The number in its id.
    pub number: i64,
    /// Its name.
    pub title: &'static str,
    /// Confirmed and possible level before.
    pub before: (Option<u8>, Option<u8>),
    /// Confirmed and possible level after.
    pub after: (Option<u8>, Option<u8>),
    /// `rose`, `fell`, `wider`, `narrower` or `same`.
    pub direction: &'static str,
}

/// A criterion in two scans.
#[derive(Clone, Debug, Serialize)]
pub struct OutcomeChange {
    /// The criterion's full id.
    pub criterion: String,
    /// The control's number.
    pub number: i64,
    /// Its level.
    pub level: i64,
    /// What it came to before; absent where the rules did not have it.
    pub before: Option<Outcome>,
    /// What it came to after.
    pub after: Option<Outcome>,
    /// Why it came to that, in the newer scan that has it.
    pub why: String,
}

/// A finding in two scans.
#[derive(Clone, Debug, Serialize)]
pub struct ChangedFinding {
    /// The criterion's full id.
    pub criterion: String,
    /// The kind of subject.
    pub kind: String,
    /// The subject.
    pub arn: String,
    /// What people call it.
    pub name: Option<String>,
    /// Its account.
    pub account: String,
    /// Its region.
    pub region: String,
    /// How it came out before; absent where it was not there.
    pub before: Option<Verdict>,
    /// How it comes out now; absent where it is gone.
    pub after: Option<Verdict>,
    /// The line of evidence in the newer of the scans that has it.
    pub line: i64,
}

impl Store {
    /// What changed from scan `a` to scan `b`.
    pub async fn compare(&self, a: &ScanRow, b: &ScanRow) -> Result<Arc<Compared>, StoreError> {
        let newest = self.newest().await?.map(|scan| scan.manifest_sha256).unwrap_or_default();
        let found = |scan: &ScanRow| format!("{} {}", scan.manifest_sha256, scan.removed_at.is_none());
        let key = [found(a), found(b), newest];
        if let Some(compared) = self.compared.get(&key) {
            return Ok(compared);
        }
        let compared = Arc::new(self.work_out(a, b).await?);
        self.compared.keep(key, compared.clone());
        Ok(compared)
    }

    async fn work_out(&self, a: &ScanRow, b: &ScanRow) -> Result<Compared, StoreError> {
        let known = a.removed_at.is_none() && b.removed_at.is_none();
        let changed = if known { self.changed(a, b).await? } else { BTreeMap::new() };
        let count = |of: fn(&Change) -> bool| changed.values().filter(|change| of(change)).count() as i64;
        let (appeared, gone) = (count(|change| change.before.is_none()), count(|change| change.after.is_none()));
        let (better, worse) = (count(|change| change.step() > 0), count(|change| change.step() < 0));
        let (seen, hidden) = (count(|change| change.sight() > 0), count(|change| change.sight() < 0));
        Ok(Compared {
            levels: levels(&self.levels(a).await?, &self.levels(b).await?),
            outcomes: outcomes(&self.outcomes(a).await?, &self.outcomes(b).await?),
            known,
            appeared,
            gone,
            better,
            worse,
            seen,
            hidden,
            same: if known { b.findings() - appeared - (better + worse + seen + hidden) } else { 0 },
            findings: self.named(changed).await?,
        })
    }

    /// The findings of each scan that the other does not have just so. Both lie in the same order on disk, so this is one walk
    /// through each.
    async fn changed(&self, a: &ScanRow, b: &ScanRow) -> Result<BTreeMap<(i64, i64), Change>, StoreError> {
        let sql = "SELECT f.criterion, f.subject, f.result, f.line FROM findings f WHERE f.scan = $1 AND NOT EXISTS \
                   (SELECT 1 FROM findings o WHERE o.scan = $2 AND o.result = f.result AND o.criterion = f.criterion AND o.subject = f.subject)";
        let mut changed: BTreeMap<(i64, i64), Change> = BTreeMap::new();
        for (of, other, is_before) in [(a, b, true), (b, a, false)] {
            let only: Vec<(i64, i64, i64, i64)> = self.db.all(sql, vec![of.num.into(), other.num.into()]).await?;
            for (criterion, subject, result, line) in only {
                let change = changed.entry((criterion, subject)).or_default();
                *(if is_before { &mut change.before } else { &mut change.after }) = Some(verdict(result));
                change.line = line;
            }
        }
        Ok(changed)
    }

    /// The most telling changes, with names.
    async fn named(&self, changed: BTreeMap<(i64, i64), Change>) -> Result<Vec<ChangedFinding>, StoreError> {
        let mut all: Vec<_> = changed.into_iter().filter(|(_, change)| change.tells()).collect();
        all.sort_by_key(|(key, change)| (change.weight(), *key));
        all.truncate(MOST_CHANGES);
        let list = |numbers: Vec<i64>| numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        if all.is_empty() {
            return Ok(Vec::new());
        }
        let subjects = list(all.iter().map(|((_, subject), _)| *subject).collect());
        let sql = format!("SELECT num, kind, arn, name, account, region FROM subjects WHERE num IN ({subjects})");
        let subjects: Vec<(i64, String, String, Option<String>, String, String)> = self.db.all(sql, Vec::new()).await?;
        let subjects: BTreeMap<i64, _> = subjects.into_iter().map(|row| (row.0, row)).collect();
        let criteria: Vec<(i64, String)> = self.db.all("SELECT num, id FROM criteria", Vec::new()).await?;
        let criteria: BTreeMap<i64, String> = criteria.into_iter().collect();
        let named = all.into_iter().filter_map(|((criterion, subject), change)| {
            let (_, kind, arn, name, account, region) = subjects.get(&subject)?.clone();
            let criterion = criteria.get(&criterion)?.clone();
            let Change { before, after, line } = change;
            Some(ChangedFinding { criterion, kind, arn, name, account, region, before, after, line })
        });
        Ok(named.collect())
    }
}

/// A finding in two scans, by numbers.
#[derive(Clone, Copy, Debug, Default)]
struct Change {
    before: Option<Verdict>,
    after: Option<Verdict>,
    line: i64,
}

impl Change {
    /// Up, down, or neither where one side is missing, unknown, or does not speak about it: what is not seen is no better.
    fn step(&self) -> i8 {
        let rank = |verdict: Verdict| match verdict {
            Verdict::Fail => Some(0),
            Verdict::Pass => Some(1),
            Verdict::Unknown | Verdict::NotApplicable => None,
        };
        match (self.before.and_then(rank), self.after.and_then(rank)) {
            (Some(before), Some(after)) if after > before => 1,
            (Some(before), Some(after)) if after < before => -1,
            _ => 0,
        }
    }

    /// Up where it is seen now, down where it is not seen any more.
    fn sight(&self) -> i8 {
        let judged = |verdict: Verdict| matches!(verdict, Verdict::Pass | Verdict::Fail);
        match (self.before, self.after) {
            (Some(Verdict::Unknown), Some(after)) if judged(after) => 1,
            (Some(before), Some(Verdict::Unknown)) if judged(before) => -1,
            _ => 0,
        }
    }

    /// Whether it says more than that something does not apply.
    fn tells(&self) -> bool {
        let says = |verdict: Option<Verdict>| verdict.is_some_and(|verdict| verdict != Verdict::NotApplicable);
        says(self.before) || says(self.after)
    }

    /// Worse ones first, then new ones that fail and passes that are not seen any more, better ones, the rest.
    fn weight(&self) -> u8 {
        match (self.step(), self.before, self.after) {
            (-1, ..) => 0,
            (_, None, Some(Verdict::Fail)) | (_, Some(Verdict::Pass), Some(Verdict::Unknown)) => 1,
            (1, ..) => 2,
            (_, Some(Verdict::Fail), None) => 3,
            _ => 4,
        }
    }
}

fn levels(before: &[LevelRow], after: &[LevelRow]) -> Vec<LevelChange> {
    let of = |rows: &[LevelRow], number: i64| {
        rows.iter().find(|row| row.number == number).map_or((None, None), |row| (row.confirmed, row.possible))
    };
    (10..=100)
        .step_by(10)
        .map(|number| {
            let (before, after) = (of(before, number), of(after, number));
            let direction = direction(before, after);
            LevelChange {
                control: rows::control_id(number),
                number,
                title: rows::control_title(number),
                before,
                after,
                direction,
            }
        })
        .collect()
}

/// A level that is confirmed counts first; then how much is left open above it.
fn direction(before: (Option<u8>, Option<u8>), after: (Option<u8>, Option<u8>)) -> &'static str {
    match (before, after) {
        ((Some(a), _), (Some(b), _)) if b > a => "rose",
        ((Some(a), _), (Some(b), _)) if b < a => "fell",
        ((Some(_), Some(a)), (Some(_), Some(b))) if b > a => "wider",
        ((Some(_), Some(a)), (Some(_), Some(b))) if b < a => "narrower",
        _ => "same",
    }
}

/// A criterion: its control's number, its level, its id.
type Key<'r> = (i64, i64, &'r str);
/// Its outcome before and after.
type Pair<'r> = (Option<&'r OutcomeRow>, Option<&'r OutcomeRow>);

fn outcomes(before: &[OutcomeRow], after: &[OutcomeRow]) -> Vec<OutcomeChange> {
    let mut all: BTreeMap<Key<'_>, Pair<'_>> = BTreeMap::new();
    for row in before {
        all.entry((row.number, row.level, &row.criterion)).or_default().0 = Some(row);
    }
    for row in after {
        all.entry((row.number, row.level, &row.criterion)).or_default().1 = Some(row);
    }
    let changed = all.into_iter().filter(|(_, (a, b))| a.map(|row| row.outcome) != b.map(|row| row.outcome));
    let change = |((number, level, criterion), (a, b)): (Key<'_>, Pair<'_>)| OutcomeChange {
        criterion: criterion.to_owned(),
        number,
        level,
        before: a.map(|row| row.outcome),
        after: b.map(|row| row.outcome),
        why: b.or(a).map(|row| row.why.clone()).unwrap_or_default(),
    };
    changed.map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_is_confirmed_counts_before_what_is_possible() {
        let of = |confirmed: u8, possible: u8| (Some(confirmed), Some(possible));
        assert_eq!(direction(of(2, 3), of(3, 3)), "rose");
        assert_eq!(direction(of(3, 5), of(2, 5)), "fell");
        assert_eq!(direction(of(2, 3), of(2, 5)), "wider");
        assert_eq!(direction(of(2, 5), of(2, 3)), "narrower");
        assert_eq!(direction((None, None), of(2, 3)), "same");
    }

    #[test]
    fn what_is_not_seen_or_does_not_apply_is_neither_better_nor_worse() {
        let of = |before, after| Change { before, after, line: 1 };
        let step = |before, after| of(before, after).step();
        assert_eq!(step(Some(Verdict::Fail), Some(Verdict::Pass)), 1);
        assert_eq!(step(Some(Verdict::Pass), Some(Verdict::Fail)), -1);
        assert_eq!(step(Some(Verdict::NotApplicable), Some(Verdict::Fail)), 0);
        assert_eq!(step(None, Some(Verdict::Fail)), 0);
        // What is denied today is not better than what failed yesterday.
        for judged in [Verdict::Fail, Verdict::Pass] {
            assert_eq!(
                (step(Some(judged), Some(Verdict::Unknown)), step(Some(Verdict::Unknown), Some(judged))),
                (0, 0)
            );
            assert_eq!(of(Some(judged), Some(Verdict::Unknown)).sight(), -1);
            assert_eq!(of(Some(Verdict::Unknown), Some(judged)).sight(), 1);
        }
    }
}
