//! How many calls each account took the last time: what shards are divided by. A scan's bundle tells it too, but may be larger than the
//! planner's whole machine.

use std::collections::BTreeMap;

use rung_rules::model::AccountReport;
use serde::{Deserialize, Serialize};

use crate::{failure::Failure, place::Place};

const SCHEMA: &str = "rung/calls/v1";
/// Its name in the folder that a plan names for it.
const NAME: &str = "calls.json";

/// Calls by account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calls {
    schema: String,
    accounts: BTreeMap<String, u64>,
}

impl Default for Calls {
    fn default() -> Self {
        Calls { schema: SCHEMA.to_owned(), accounts: BTreeMap::new() }
    }
}

impl Calls {
    /// As an assessment tells them.
    pub fn of(accounts: impl IntoIterator<Item = AccountReport>) -> Self {
        let mut calls = Calls::default();
        accounts.into_iter().for_each(|account| calls.add(&account));
        calls
    }

    /// Adds an account; one that took none was not scanned, and tells nothing.
    pub fn add(&mut self, account: &AccountReport) {
        if account.calls > 0 {
            self.accounts.insert(account.id.clone(), account.calls);
        }
    }

    /// Takes those of an account from an older count, where it has none here.
    pub fn or(&mut self, older: Calls) {
        for (account, calls) in older.accounts {
            self.accounts.entry(account).or_insert(calls);
        }
    }

    /// The calls of an account.
    pub fn get(&self, account: &str) -> Option<u64> {
        self.accounts.get(account).copied()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// Reads the folder's; none were counted yet where there is none.
    pub async fn read(place: &Place) -> Result<Self, Failure> {
        let Some(bytes) = place.get(NAME).await? else { return Ok(Calls::default()) };
        let told =
            |why: String| Failure::usage(format!("{}: {why}; delete it, and it is counted anew", place.uri(NAME)));
        let calls: Calls =
            serde_json::from_slice(&bytes).map_err(|error| told(format!("line {}: {error}", error.line())))?;
        match calls.schema == SCHEMA {
            true => Ok(calls),
            false => Err(told(format!("schema {:?}, expected {SCHEMA:?}", calls.schema))),
        }
    }

    /// Puts it there, in place of the one before.
    pub async fn put(&self, place: &Place) -> Result<(), Failure> {
        place.put_json(NAME, self).await
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::depot::Location;

    #[tokio::test]
    async fn what_was_counted_is_read_again_and_an_older_count_fills_what_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::open(&Location::Folder(folder.path().into())).await.unwrap();
        assert!(Calls::read(&place).await.unwrap().is_empty());
        let account = |id: &str, calls| AccountReport { id: id.to_owned(), calls, ..AccountReport::default() };
        Calls::of([account("1", 10), account("2", 20)]).put(&place).await.unwrap();
        let mut tonight = Calls::of([account("2", 5), account("3", 0)]);
        tonight.or(Calls::read(&place).await.unwrap());
        assert_eq!(["1", "2", "3"].map(|id| tonight.get(id)), [Some(10), Some(5), None]);
        std::fs::write(folder.path().join(NAME), "{\n\"schema\": \"other\", \"accounts\": {}}").unwrap();
        assert!(Calls::read(&place).await.unwrap_err().message.contains("schema \"other\""));
        std::fs::write(folder.path().join(NAME), "{\n]").unwrap();
        assert!(Calls::read(&place).await.unwrap_err().message.contains("calls.json: line 2"));
    }
}
