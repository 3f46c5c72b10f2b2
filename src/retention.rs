//! Which bundles stay: all of the last days, then the last of each month, and always the newest of a chain. Decided from the times of
//! scans alone; what goes leaves the store first, which keeps its levels and outcomes, so that a crash in between is mended by the next time.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use crate::{
    bundle::is_of_chain,
    depot::{Depot, Kept},
    failure::Failure,
    store::Store,
};

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests;

/// How long bundles are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Days in which every bundle stays.
    pub all_days: i64,
    /// Months before this one of which the last bundle stays. Months are those of UTC.
    pub months: i64,
    /// Bundles of a chain at most.
    pub at_most: Option<usize>,
}

impl Default for Retention {
    /// Three months of nights, then one a month for three years.
    fn default() -> Self {
        Retention { all_days: 90, months: 36, at_most: None }
    }
}

/// What becomes of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stays: it is the newest of its chain.
    Newest,
    /// It stays: it is of the last days.
    Recent,
    /// It stays: it is the last of its month.
    LastOfMonth,
    /// It goes: its month has a later one.
    NotLastOfMonth,
    /// It goes: its month is too long ago.
    TooOld,
    /// It goes: there are enough newer ones.
    TooMany,
}

impl Fate {
    /// Whether it stays.
    pub fn stays(self) -> bool {
        matches!(self, Fate::Newest | Fate::Recent | Fate::LastOfMonth)
    }

    /// Why, for people.
    pub fn words(self, rule: &Retention) -> String {
        match self {
            Fate::Newest => "the newest of its chain".to_owned(),
            Fate::Recent => format!("of the last {} days", rule.all_days),
            Fate::LastOfMonth => "the last of its month".to_owned(),
            Fate::NotLastOfMonth => format!("older than {} days, and its month has a later one", rule.all_days),
            Fate::TooOld => format!("older than {} days and {} months", rule.all_days, rule.months),
            Fate::TooMany => format!("more than {} of its chain", rule.at_most.unwrap_or_default()),
        }
    }
}

/// What a look at a depot did.
#[derive(Clone, Debug, Default)]
pub struct Retained {
    /// Bundles with what became of them, the oldest first.
    pub bundles: Vec<(Kept, Fate)>,
    /// Bundles that were taken away.
    pub removed: usize,
    /// Scans whose findings the store let go of.
    pub forgotten: usize,
}

/// What would become of each bundle of a depot, the oldest scan first. Nothing is changed.
pub async fn plan(depot: &Depot, rule: &Retention, now: Timestamp) -> Result<Vec<(Kept, Fate)>, Failure> {
    Ok(decide(depot.bundles().await?, rule, now))
}

/// Takes away what the rule does not keep: first out of the store, which keeps levels and outcomes, then out of the depot.
pub async fn apply(depot: &Depot, store: &Store, rule: &Retention, now: Timestamp) -> Result<Retained, Failure> {
    depot.put_waiting().await?;
    // What was not taken in yet is not lost for the trend.
    store.sync(depot.folder()).await?;
    let bundles = plan(depot, rule, now).await?;
    let mut retained = Retained::default();
    let gone: Vec<&str> =
        bundles.iter().filter(|(_, fate)| !fate.stays()).map(|(kept, _)| kept.sha256.as_str()).collect();
    retained.forgotten = store.forget(&gone, now).await?;
    for (kept, fate) in bundles {
        if !fate.stays() {
            depot.remove(&kept).await?;
            retained.removed += 1;
        }
        retained.bundles.push((kept, fate));
    }
    depot.tidy(now).await?;
    Ok(retained)
}

/// The oldest first, as a depot has them.
fn decide(bundles: Vec<Kept>, rule: &Retention, now: Timestamp) -> Vec<(Kept, Fate)> {
    let mut decided: Vec<(Kept, Fate)> = Vec::new();
    // Of each chain the ones that were looked at, the newest first: how many stay, and the month of the last one.
    let mut chains: Vec<Chain> = Vec::new();
    for kept in bundles.into_iter().rev() {
        let scan = &kept.manifest.scan;
        let at = chains.iter().position(|chain| is_of_chain(&chain.newest.manifest.scan, scan));
        let fate = match at.and_then(|at| chains.get_mut(at)) {
            Some(chain) => chain.next(scan.started_at, rule, now),
            None => {
                chains.push(Chain { newest: kept.clone(), month: month(scan.started_at), stay: 1 });
                Fate::Newest
            }
        };
        decided.push((kept, fate));
    }
    decided.reverse();
    decided
}

struct Chain {
    newest: Kept,
    /// The month of the bundle that was looked at last.
    month: i64,
    stay: usize,
}

impl Chain {
    fn next(&mut self, started: Timestamp, rule: &Retention, now: Timestamp) -> Fate {
        let own = month(started);
        let is_last = own != std::mem::replace(&mut self.month, own);
        let recent = now.duration_since(started) <= SignedDuration::from_hours(24 * rule.all_days);
        let fate = match (recent, is_last) {
            (true, _) => Fate::Recent,
            _ if month(now) - own > rule.months => Fate::TooOld,
            (false, true) if rule.months > 0 => Fate::LastOfMonth,
            (false, true) => Fate::TooOld,
            (false, false) => Fate::NotLastOfMonth,
        };
        if fate.stays() && rule.at_most.is_some_and(|most| self.stay >= most) {
            return Fate::TooMany;
        }
        self.stay += usize::from(fate.stays());
        fate
    }
}

/// Months since the year 0, in UTC.
fn month(at: Timestamp) -> i64 {
    let date: Date = at.to_zoned(TimeZone::UTC).date();
    i64::from(date.year()) * 12 + i64::from(date.month()) - 1
}
