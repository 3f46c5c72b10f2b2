//! Who was told what: once per event and receiver, and what could not be delivered yet.
//!
//! What is to be told is written down before it is sent, and held by whoever sends it, so that two programs do not tell it twice and a
//! program that is killed on the way leaves it pending.

use jiff::{SignedDuration, Timestamp};

use super::{
    Store, StoreError,
    db::{Arg, Change, ask, tell},
    rows::{of_time, time},
};

/// How long what could not be delivered is tried again.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long one program may be at it before another takes over.
const HELD: SignedDuration = SignedDuration::from_mins(15);

/// An event that a receiver has not been told yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Its key.
    pub event: String,
    /// When it came up.
    pub first_at: Timestamp,
    /// What was written down of it.
    pub body: String,
}

/// What is to be told now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// New and pending, oldest first.
    pub pending: Vec<Pending>,
    /// What was tried for seven days and is given up now.
    pub dropped: Vec<Pending>,
}

const PENDING: &str =
    "SELECT event, first_at, body FROM notified WHERE receiver = $1 AND told_at IS NULL AND held_until <= $2";

impl Store {
    /// Writes down events (key and body) that a receiver was not told yet, forgets those that are over, and takes hold of all that is pending.
    pub async fn hold(
        &self,
        receiver: &str,
        events: &[(String, String)],
        over: &[String],
        now: Timestamp,
    ) -> Result<Held, StoreError> {
        let _alone = self.db.alone().await;
        let mut change = self.db.change().await?;
        set(&mut change, "DELETE FROM notified", receiver, over, Vec::new()).await?;
        for (event, body) in events {
            let args = vec![receiver.into(), event.as_str().into(), of_time(now).into(), body.as_str().into()];
            let sql = "INSERT INTO notified (receiver, event, first_at, held_until, body) VALUES ($1, $2, $3, 0, $4) \
                       ON CONFLICT (receiver, event) DO NOTHING";
            tell(&mut change, sql, args).await?;
        }
        let rows: Vec<(String, i64, String)> =
            ask(&mut change, format!("{PENDING} ORDER BY first_at, event"), vec![receiver.into(), of_time(now).into()])
                .await?;
        let all = rows.into_iter().map(|(event, at, body)| Pending { event, first_at: time(at), body });
        let (dropped, pending): (Vec<_>, Vec<_>) = all.partition(|one| now.duration_since(one.first_at) > KEPT);
        let held = Held { pending, dropped };
        done(&mut change, receiver, &keys(&held.dropped), now).await?;
        let until = of_time(now + HELD).into();
        set(&mut change, "UPDATE notified SET held_until = $1", receiver, &keys(&held.pending), vec![until]).await?;
        change.commit().await?;
        Ok(held)
    }

    /// A receiver took these events.
    pub async fn told(&self, receiver: &str, events: &[String], now: Timestamp) -> Result<(), StoreError> {
        let _alone = self.db.alone().await;
        let mut change = self.db.change().await?;
        done(&mut change, receiver, events, now).await?;
        Ok(change.commit().await?)
    }

    /// A receiver did not take these events: they stay pending.
    pub async fn release(&self, receiver: &str, events: &[String]) -> Result<(), StoreError> {
        let _alone = self.db.alone().await;
        let mut change = self.db.change().await?;
        set(&mut change, "UPDATE notified SET held_until = $1", receiver, events, vec![0.into()]).await?;
        Ok(change.commit().await?)
    }

    /// The keys of all that a receiver was told, for whoever only wants to know what is new.
    pub async fn was_told(&self, receiver: &str) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT event FROM notified WHERE receiver = $1 AND told_at IS NOT NULL";
        let rows: Vec<(String,)> = self.db.all(sql, vec![receiver.into()]).await?;
        Ok(rows.into_iter().map(|(event,)| event).collect())
    }
}

fn keys(pending: &[Pending]) -> Vec<String> {
    pending.iter().map(|one| one.event.clone()).collect()
}

/// Told, or given up: it does not come again.
async fn done(change: &mut Change, receiver: &str, events: &[String], now: Timestamp) -> Result<(), StoreError> {
    set(change, "UPDATE notified SET told_at = $1, body = ''", receiver, events, vec![of_time(now).into()]).await
}

/// A statement about some events of a receiver.
async fn set(
    change: &mut Change,
    sql: &str,
    receiver: &str,
    events: &[String],
    first: Vec<Arg>,
) -> Result<(), StoreError> {
    /// Below both databases' limits of values in a statement.
    const AT_ONCE: usize = 500;
    for some in events.chunks(AT_ONCE) {
        let mut args = first.clone();
        args.push(receiver.into());
        let own = args.len();
        let places: Vec<String> = (1..=some.len()).map(|at| format!("${}", own + at)).collect();
        args.extend(some.iter().map(|event| Arg::from(event.as_str())));
        tell(change, format!("{sql} WHERE receiver = ${own} AND event IN ({})", places.join(", ")), args).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreUrl;

    async fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&StoreUrl::Sqlite(folder.path().join("store.db"))).await.unwrap();
        (folder, store)
    }

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    fn one(key: &str) -> Vec<(String, String)> {
        vec![(key.to_owned(), "body".to_owned())]
    }

    #[tokio::test]
    async fn an_event_is_told_once_per_receiver() {
        let (_folder, store) = store().await;
        let held = store.hold("a", &one("fell"), &[], at(1)).await.unwrap();
        assert_eq!(keys(&held.pending), ["fell"]);
        store.told("a", &keys(&held.pending), at(1)).await.unwrap();
        assert_eq!(store.hold("a", &one("fell"), &[], at(2)).await.unwrap(), Held::default());
        assert_eq!(store.hold("b", &one("fell"), &[], at(2)).await.unwrap().pending.len(), 1);
        assert_eq!(store.was_told("a").await.unwrap(), ["fell"]);
        assert!(store.was_told("b").await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn what_was_not_taken_comes_again_until_seven_days_are_over() {
        let (_folder, store) = store().await;
        for night in 0..=7 {
            let held = store.hold("a", &one("fell"), &[], at(night * 24)).await.unwrap();
            assert_eq!((held.pending.len(), held.dropped.len()), (1, 0), "night {night}");
            assert_eq!(held.pending[0].first_at, at(0));
            store.release("a", &keys(&held.pending)).await.unwrap();
        }
        let held = store.hold("a", &one("fell"), &[], at(8 * 24)).await.unwrap();
        assert_eq!((held.pending.len(), held.dropped.len()), (0, 1));
        assert_eq!(store.hold("a", &one("fell"), &[], at(9 * 24)).await.unwrap(), Held::default());
    }

    #[tokio::test]
    async fn what_one_program_is_at_no_other_tells_unless_it_was_killed() {
        let (_folder, store) = store().await;
        let at_minute = |minutes| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        assert_eq!(store.hold("a", &one("fell"), &[], at_minute(0)).await.unwrap().pending.len(), 1);
        assert_eq!(store.hold("a", &one("fell"), &[], at_minute(14)).await.unwrap().pending.len(), 0);
        assert_eq!(store.hold("a", &one("fell"), &[], at_minute(15)).await.unwrap().pending.len(), 1);
    }

    #[tokio::test]
    async fn a_state_that_is_over_is_told_anew_when_it_comes_back() {
        let (_folder, store) = store().await;
        let below = "below".to_owned();
        for night in [1, 3] {
            let held = store.hold("a", &one("below"), &[], at(night)).await.unwrap();
            assert_eq!(held.pending.len(), 1, "{night}");
            store.told("a", &keys(&held.pending), at(night)).await.unwrap();
            assert!(
                store.hold("a", &[], std::slice::from_ref(&below), at(night + 1)).await.unwrap().pending.is_empty()
            );
        }
    }
}
