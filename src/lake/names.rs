//! How the files of a scan are named. Their names are read as columns by query engines, so they hold what needs no escaping.

use rung_rules::model::Scan;
use sha2::{Digest, Sha256};

use crate::{failure::Failure, plain::plain};

/// Hexadecimal digits that stand for a bundle.
const DIGITS: usize = 16;

/// A table whose files are divided by date, account and region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Table {
    Findings,
    Evidence,
    Gaps,
}

impl Table {
    pub(super) const ALL: [Table; 3] = [Table::Findings, Table::Evidence, Table::Gaps];

    fn folder(self) -> &'static str {
        match self {
            Table::Findings => "findings",
            Table::Evidence => "evidence",
            Table::Gaps => "gaps",
        }
    }
}

/// The names of a scan's files.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// The UTC day on which the scan began: `2026-11-26`.
    pub(super) date: String,
    /// The scan's id.
    pub(super) scan: String,
    /// The beginning of the digest of the bundle's manifest.
    pub(super) bundle: String,
}

impl Names {
    pub(super) fn of(scan: &Scan, manifest: &[u8]) -> Result<Self, Failure> {
        Ok(Names {
            date: scan.started_at.strftime("%Y-%m-%d").to_string(),
            scan: safe("scan", &scan.id)?.to_owned(),
            bundle: hex::encode(Sha256::digest(manifest)).chars().take(DIGITS).collect(),
        })
    }

    /// The rows of a table about a region of an account.
    pub(super) fn rows(&self, table: Table, account: &str, region: &str) -> Result<String, Failure> {
        let (account, region) = (safe("account", account)?, safe("region", region)?);
        Ok(format!("{}/scan_date={}/account={account}/region={region}/{}", table.folder(), self.date, self.file()))
    }

    /// The rows about accounts.
    pub(super) fn accounts(&self) -> String {
        format!("accounts/scan_date={}/{}", self.date, self.file())
    }

    /// The list of files.
    pub(super) fn list(&self) -> String {
        format!("files/scan_date={}/{}", self.date, self.file())
    }

    /// The marker.
    pub(super) fn marker(&self) -> String {
        format!("scans/{}.json", self.scan)
    }

    fn file(&self) -> String {
        format!("{}-{}.jsonl.gz", self.scan, self.bundle)
    }
}

/// What can stand in a name as it is.
fn safe<'a>(what: &str, word: &'a str) -> Result<&'a str, Failure> {
    let plain_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !word.is_empty() && word.len() <= 128 && word.chars().all(plain_word) {
        return Ok(word);
    }
    let shown = plain(word);
    Err(Failure::usage(format!(
        "the bundle has the {what} {shown:?}, which cannot name a folder of the lake: expected letters, digits, - and _. \
         Scans of rung have no other; was the bundle changed?"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_day_account_and_region_and_nothing_leaves_its_folder() {
        let scan = Scan {
            id: "20261126T235959Z-012345678901".to_owned(),
            started_at: "2026-11-27T00:59:59+01:00".parse().unwrap_or_default(),
            ..Scan::default()
        };
        let names = Names::of(&scan, b"manifest").unwrap_or_else(|failure| panic!("{}", failure.message));
        assert_eq!(
            names.rows(Table::Gaps, "012345678901", "global").unwrap_or_default(),
            "gaps/scan_date=2026-11-26/account=012345678901/region=global/20261126T235959Z-012345678901-2b9e0f1b5dd86a3a.jsonl.gz"
                .replace("2b9e0f1b5dd86a3a", &names.bundle)
        );
        assert_eq!(names.bundle.len(), 16);
        for wrong in ["", "..", "a/b", "a=b", "eu west", "ü", "a\u{0}"] {
            let failure = names.rows(Table::Gaps, "1", wrong).map_err(|failure| failure.message);
            assert!(failure.is_err_and(|words| words.contains("the region")), "{wrong}");
        }
    }
}
