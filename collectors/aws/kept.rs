//! Credentials that many members' roles are assumed with, kept while they last.
//!
//! The SDK's provider of assumed roles keeps nothing: without this, every member would ask the chain below it again, which
//! may be single sign-on, instance metadata or a process that asks a person for a code.

use std::time::{Duration, SystemTime};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, Result, SharedCredentialsProvider, future},
};
use tokio::sync::Mutex;

/// So long before their end credentials are renewed.
const BEFORE_END: Duration = Duration::from_secs(5 * 60);
/// Credentials that name no end are asked for again after this time, as the SDK's own cache does.
const WITHOUT_END: Duration = Duration::from_secs(15 * 60);

/// A provider that asks the one below it only when what it has ends soon.
#[derive(Debug)]
pub(crate) struct Kept {
    below: SharedCredentialsProvider,
    kept: Mutex<Option<(Credentials, SystemTime)>>,
}

impl Kept {
    pub(crate) fn new(below: SharedCredentialsProvider) -> Self {
        Kept { below, kept: Mutex::default() }
    }

    async fn current(&self) -> Result {
        let now = SystemTime::now();
        let mut kept = self.kept.lock().await;
        if let Some((credentials, _)) = kept.as_ref().filter(|(_, until)| *until > now) {
            return Ok(credentials.clone());
        }
        let fresh = self.below.provide_credentials().await?;
        let until = fresh.expiry().map_or_else(|| now + WITHOUT_END, |end| end - BEFORE_END);
        *kept = Some((fresh.clone(), until));
        Ok(fresh)
    }
}

impl ProvideCredentials for Kept {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.current())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    };

    use aws_credential_types::provider::error::CredentialsError;
    use futures::executor::block_on;

    use super::*;

    #[derive(Debug)]
    struct Below {
        asked: Arc<AtomicU64>,
        lasts: Option<Duration>,
    }

    impl ProvideCredentials for Below {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let asked = self.asked.fetch_add(1, Ordering::SeqCst);
            let end = self.lasts.map(|lasts| SystemTime::now() + lasts);
            future::ProvideCredentials::ready(match asked {
                0 => Err(CredentialsError::not_loaded("not yet")),
                n => Ok(Credentials::new(format!("key-{n}"), "secret", None, end, "test")),
            })
        }
    }

    /// The keys of four askings, the first of which fails.
    fn keys(lasts: Option<Duration>) -> Vec<String> {
        let kept = Kept::new(SharedCredentialsProvider::new(Below { asked: Arc::default(), lasts }));
        let ask = || block_on(kept.provide_credentials());
        let key = |asked: Result| asked.map_or_else(|_| "failed".to_owned(), |found| found.access_key_id().to_owned());
        (0..4).map(|_| key(ask())).collect()
    }

    #[test]
    fn what_lasts_is_kept_what_ends_soon_is_renewed_and_a_failure_is_not_kept() {
        assert_eq!(keys(Some(Duration::from_secs(3600))), ["failed", "key-1", "key-1", "key-1"]);
        assert_eq!(keys(None), ["failed", "key-1", "key-1", "key-1"]);
        assert_eq!(keys(Some(Duration::from_secs(299))), ["failed", "key-1", "key-2", "key-3"]);
    }
}
