//! Who is signed in: random ids in memory, which end. A restart signs everybody out.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};

use crate::failure::Failure;

/// How long a session lasts.
const LASTS: Duration = Duration::from_hours(12);
/// Sessions at once; the one that ends first makes room.
const MOST: usize = 1_000;
/// Wrong tokens in a minute, of all visitors together, before none is looked at any more.
const WRONG_A_MINUTE: u32 = 10;

/// 256 random bits, in hexadecimal.
pub(super) fn random() -> Result<String, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Failure::usage(format!("the system gives no random bits: {error}")))?;
    Ok(hex::encode(bytes))
}

#[derive(Debug)]
struct Session {
    csrf: String,
    ends: Instant,
}

/// The sessions. Ids are kept as digests, so that looking one up takes no time that depends on it.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    open: Mutex<HashMap<[u8; 32], Session>>,
}

fn key(id: &str) -> [u8; 32] {
    Sha256::digest(id).into()
}

impl Sessions {
    fn open(&self) -> MutexGuard<'_, HashMap<[u8; 32], Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a session; its id is for the visitor's cookie.
    pub(super) fn begin(&self, now: Instant) -> Result<String, Failure> {
        let (id, csrf) = (random()?, random()?);
        let mut open = self.open();
        open.retain(|_, session| session.ends > now);
        if open.len() >= MOST
            && let Some(first) = open.iter().min_by_key(|(_, session)| session.ends).map(|(key, _)| *key)
        {
            open.remove(&first);
        }
        open.insert(key(&id), Session { csrf, ends: now + LASTS });
        Ok(id)
    }

    /// The token that the forms of a session carry, while it lasts.
    pub(super) fn csrf(&self, id: &str, now: Instant) -> Option<String> {
        self.open().get(&key(id)).filter(|session| session.ends > now).map(|session| session.csrf.clone())
    }

    /// Ends a session.
    pub(super) fn end(&self, id: &str) {
        self.open().remove(&key(id));
    }
}

/// Slows guessing down: after some wrong tokens none is looked at for the rest of the minute.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    wrong: Mutex<Option<(Instant, u32)>>,
}

impl Attempts {
    fn wrong(&self) -> MutexGuard<'_, Option<(Instant, u32)>> {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a token may be looked at.
    pub(super) fn may(&self, now: Instant) -> bool {
        let wrong = self.wrong();
        wrong.is_none_or(|(since, count)| count < WRONG_A_MINUTE || now - since >= Duration::from_mins(1))
    }

    /// One was wrong.
    pub(super) fn failed(&self, now: Instant) {
        let mut wrong = self.wrong();
        *wrong = match *wrong {
            Some((since, count)) if now - since < Duration::from_mins(1) => Some((since, count + 1)),
            _ => Some((now, 1)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_by_itself_and_when_it_is_ended() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let (one, two) = (sessions.begin(now).unwrap(), sessions.begin(now).unwrap());
        assert_ne!(sessions.csrf(&one, now).unwrap(), sessions.csrf(&two, now).unwrap());
        assert_eq!(one.len(), 64);
        assert!(sessions.csrf("somebody", now).is_none());
        sessions.end(&one);
        assert!(sessions.csrf(&one, now).is_none() && sessions.csrf(&two, now).is_some());
        assert!(sessions.csrf(&two, now + LASTS).is_none());
    }

    #[test]
    fn there_are_never_too_many_sessions() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let first = sessions.begin(now).unwrap();
        let later = now + Duration::from_secs(1);
        let ids: Vec<_> = (0..MOST).map(|_| sessions.begin(later).unwrap()).collect();
        assert!(sessions.csrf(&first, later).is_none());
        assert!(ids.iter().all(|id| sessions.csrf(id, later).is_some()));
    }

    #[test]
    fn guessing_is_slowed_down_for_a_minute() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for _ in 0..WRONG_A_MINUTE {
            assert!(attempts.may(now));
            attempts.failed(now);
        }
        assert!(!attempts.may(now + Duration::from_secs(59)));
        assert!(attempts.may(now + Duration::from_secs(60)));
        attempts.failed(now + Duration::from_secs(60));
        assert!(attempts.may(now + Duration::from_secs(61)));
    }
}
