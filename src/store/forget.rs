//! Scans whose bundles retention takes away: levels and outcomes stay for the trend, findings and gaps go, and the space is given back.

use jiff::Timestamp;

use super::{
    Store, StoreError,
    db::{Arg, ask, tell},
    rows::of_time,
};

/// What is only told while the bundle is there to vouch for it.
const DETAILS: [&str; 3] = ["findings", "facets", "scan_gaps"];

/// Subjects and gaps that no scan names any more. EXCEPT, because both databases do it in one pass without an index.
const UNNAMED: [&str; 2] = [
    "DELETE FROM subjects WHERE num IN (SELECT num FROM subjects EXCEPT SELECT subject FROM findings)",
    "DELETE FROM gaps WHERE num IN (SELECT num FROM gaps EXCEPT SELECT gap FROM scan_gaps)",
];

impl Store {
    /// Lets go of what the scans of these bundles found, each whole or not at all; the manifests' SHA-256 name them. Tells how many it
    /// let go of; those that it does not have, or let go of before, are none.
    pub async fn forget(&self, manifests: &[&str], now: Timestamp) -> Result<usize, StoreError> {
        let _alone = self.db.alone().await;
        let mut forgotten = 0;
        for manifest in manifests {
            forgotten += usize::from(self.forget_one(manifest, now).await?);
        }
        if forgotten > 0 {
            let mut change = self.db.change().await?;
            for sql in UNNAMED {
                tell(&mut change, sql, Vec::new()).await?;
            }
            change.commit().await?;
        }
        // Also where an earlier one was killed before it came to this. Space that is not given back is used again.
        if !manifests.is_empty() {
            self.db.give_back().await;
        }
        Ok(forgotten)
    }

    async fn forget_one(&self, manifest: &str, now: Timestamp) -> Result<bool, StoreError> {
        let mut change = self.db.change().await?;
        let sql = "SELECT num FROM scans WHERE manifest_sha256 = $1 AND removed_at IS NULL";
        let there: Vec<(i64,)> = ask(&mut change, sql, vec![manifest.into()]).await?;
        let Some((num,)) = there.first() else { return Ok(false) };
        for table in DETAILS {
            tell(&mut change, format!("DELETE FROM {table} WHERE scan = $1"), vec![Arg::from(*num)]).await?;
        }
        let args = vec![of_time(now).into(), (*num).into()];
        tell(&mut change, "UPDATE scans SET removed_at = $1 WHERE num = $2", args).await?;
        change.commit().await?;
        Ok(true)
    }
}
