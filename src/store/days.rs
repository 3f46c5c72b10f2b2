//! On which days an account was scanned: by itself, or among the accounts of an organisation.

use std::collections::BTreeSet;

use jiff::{civil::Date, tz::TimeZone};

use super::{
    Store, StoreError,
    rows::{of_time, time},
};

/// A scan that did not enter the account, or was interrupted before, did not scan it.
const DAYS: &str = "SELECT s.started_at FROM scans s WHERE s.started_at >= $1 AND s.started_at < $2 AND (s.series = $3 OR EXISTS \
     (SELECT 1 FROM accounts a WHERE a.scan = s.num AND a.account = $3 AND a.state <> 'not_entered' AND a.why IS NULL))";

impl Store {
    /// The days, in UTC, from `first` to `last` on which a scan of this account began, whether or not its bundle is still there.
    pub async fn days_with_scans(&self, account: &str, first: Date, last: Date) -> Result<BTreeSet<Date>, StoreError> {
        let begin = |date: Date| date.to_zoned(TimeZone::UTC).map(|zoned| of_time(zoned.timestamp()));
        let after = last.tomorrow().and_then(begin).unwrap_or(i64::MAX);
        let args = vec![begin(first).unwrap_or(i64::MIN).into(), after.into(), account.into()];
        let began: Vec<(i64,)> = self.db.all(DAYS, args).await?;
        Ok(began.into_iter().map(|(at,)| time(at).to_zoned(TimeZone::UTC).date()).collect())
    }
}
