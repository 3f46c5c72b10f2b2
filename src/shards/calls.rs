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
        place.get(NAME).await?.map_or(Ok(Calls::default()), |bytes| Calls::parse(&bytes, place))
    }

    /// Takes those that the folder has where there are none here, and puts all there. What is damaged there is worth nothing; what cannot be
    /// read is left as it is.
    pub async fn add_to(mut self, place: &Place) -> Result<(), Failure> {
        let there = place.get(NAME).await?;
        self.or(there.and_then(|bytes| Calls::parse(&bytes, place).ok()).unwrap_or_default());
        place.put_json(NAME, &self).await
    }

    fn parse(bytes: &[u8], place: &Place) -> Result<Self, Failure> {
        let told =
            |why: String| Failure::usage(format!("{}: {why}; delete it, and it is counted anew", place.uri(NAME)));
        let calls: Calls =
            serde_json::from_slice(bytes).map_err(|error| told(format!("line {}: {error}", error.line())))?;
        match calls.schema == SCHEMA {
            true => Ok(calls),
            false => Err(told(format!("schema {:?}, expected {SCHEMA:?}", calls.schema))),
        }
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
        Calls::of([account("1", 10), account("2", 20)]).add_to(&place).await.unwrap();
        Calls::of([account("2", 5), account("3", 0)]).add_to(&place).await.unwrap();
        let there = Calls::read(&place).await.unwrap();
        assert_eq!(["1", "2", "3"].map(|id| there.get(id)), [Some(10), Some(5), None]);
        std::fs::write(folder.path().join(NAME), "{\n\"schema\": \"other\", \"accounts\": {}}").unwrap();
        assert!(Calls::read(&place).await.unwrap_err().message.contains("schema \"other\""));
        std::fs::write(folder.path().join(NAME), "{\n]").unwrap();
        assert!(Calls::read(&place).await.unwrap_err().message.contains("calls.json: line 2"));
        Calls::of([account("4", 7)]).add_to(&place).await.unwrap();
        assert_eq!(Calls::read(&place).await.unwrap(), Calls::of([account("4", 7)]), "what is damaged is counted anew");
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::open(&Location::Folder(folder.path().into())).await.unwrap();
        // A folder of that name can be opened and not read, whoever asks.
        std::fs::create_dir(folder.path().join(NAME)).unwrap();
        assert!(Calls::default().add_to(&place).await.is_err());
        assert!(folder.path().join(NAME).is_dir());
    }
}
