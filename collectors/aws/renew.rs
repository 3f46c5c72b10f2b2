//! Credentials that end in mid-scan: renewed while they can be, waited for while a person has to renew them, given up after
//! a limit.
//!
//! The SDK asks for the signer's identity in every attempt, with its own cache off, so one cache stands here. Who finds the
//! credentials ended renews them for all; the others wait for that one. A scan waits here and nowhere else: requests that
//! are already under way inside their next attempt, new ones before they take a place among the calls in flight.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use aws_credential_types::{
    Credentials,
    credential_feature::AwsCredentialFeature,
    provider::{self, ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future},
};
use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::{sync::watch, time::Instant};

use super::ended::{CredentialsEnded, EndedKeys};

/// Credentials are renewed so long before they end.
const AHEAD: Duration = Duration::from_secs(60);
/// The provider is given so long for an answer: some start a browser or a process.
const LOAD: Duration = Duration::from_secs(60);
/// The longest piece of a provider's words that is kept.
const WORDS: usize = 400;

/// How long a scan waits for credentials that a person must renew.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// The longest wait; zero gives up at once.
    pub wait: Duration,
    /// The provider is asked again so often.
    pub every: Duration,
}

impl Patience {
    /// Waits so long, asking every three seconds.
    pub fn new(wait: Duration) -> Self {
        Patience { wait, every: Duration::from_secs(3) }
    }
}

/// A scan that waits for credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paused {
    /// Since when.
    pub since: Timestamp,
    /// What the provider, or AWS, says.
    pub words: Arc<str>,
    /// After how long it gives up.
    pub wait: Duration,
}

/// Makes the provider anew, so that files which have changed meanwhile are read again.
pub type Reload = Arc<dyn Fn() -> BoxFuture<'static, Option<SharedCredentialsProvider>> + Send + Sync>;

/// A provider of credentials that renews those of another.
pub struct Renewing {
    reload: Option<Reload>,
    patience: Patience,
    ended: Arc<EndedKeys>,
    state: Mutex<State>,
    /// Held by the one that renews.
    renewal: tokio::sync::Mutex<()>,
    paused: watch::Sender<Option<Paused>>,
}

struct State {
    provider: SharedCredentialsProvider,
    current: Option<Credentials>,
    /// Credentials that still last are not renewed ahead before this.
    ahead_from: Option<Instant>,
    waiting_since: Option<Instant>,
    given_up: Option<CredentialsEnded>,
    /// Credentials of the environment stay what they are as long as this process lives.
    fixed: bool,
}

impl Renewing {
    /// Renews the credentials of `provider`; `ended` is shared with the transport.
    pub fn new(provider: SharedCredentialsProvider, ended: Arc<EndedKeys>, patience: Patience) -> Self {
        let state =
            State { provider, current: None, ahead_from: None, waiting_since: None, given_up: None, fixed: false };
        Renewing {
            reload: None,
            patience,
            ended,
            state: Mutex::new(state),
            renewal: tokio::sync::Mutex::default(),
            paused: watch::channel(None).0,
        }
    }

    /// Makes the provider anew before it is asked again in a pause.
    #[must_use]
    pub fn reloading(self, reload: Reload) -> Self {
        Renewing { reload: Some(reload), ..self }
    }

    /// What a configuration of the SDK takes.
    pub fn provider(self: &Arc<Self>) -> SharedCredentialsProvider {
        let provider: Arc<dyn ProvideCredentials> = self.clone();
        SharedCredentialsProvider::new(provider)
    }

    /// Forgets the credentials: the next request asks the provider.
    pub fn invalidate(&self) {
        self.state().current = None;
    }

    /// The pause, while there is one.
    pub fn pauses(&self) -> watch::Receiver<Option<Paused>> {
        self.paused.subscribe()
    }

    /// Why the scan sends nothing any more; nothing while it does.
    pub fn given_up(&self) -> Option<CredentialsEnded> {
        self.state().given_up.clone()
    }

    /// The credentials have worked: from now on their end is waited out.
    pub fn worked(&self) {
        self.ended.worked();
    }

    /// Waits until there are credentials to sign with. Before any have worked it says nothing: the request will tell.
    pub(crate) async fn ready(&self) -> Result<(), CredentialsEnded> {
        if !self.ended.have_worked() {
            return Ok(());
        }
        match self.credentials().await {
            Err(_) => self.given_up().map_or(Ok(()), Err),
            Ok(_) => Ok(()),
        }
    }

    /// Waits for a pause to begin.
    pub(crate) async fn pause(&self) {
        let mut paused = self.paused.subscribe();
        // The sender is `self`: it is not gone.
        let _ = paused.wait_for(Option::is_some).await;
    }

    /// Waits for the pause to end.
    pub(crate) async fn resumption(&self) {
        let mut paused = self.paused.subscribe();
        let _ = paused.wait_for(Option::is_none).await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn credentials(&self) -> provider::Result {
        if let Some(known) = self.standing()? {
            return Ok(known);
        }
        let _renewal = self.renewal.lock().await;
        if let Some(known) = self.standing()? {
            return Ok(known);
        }
        loop {
            let error = match self.load().await {
                Ok(fresh) => {
                    self.keep(&fresh);
                    return Ok(fresh);
                }
                Err(error) => error,
            };
            if !self.ended.have_worked() {
                return Err(error);
            }
            if let Some(known) = self.until_its_end() {
                return Ok(known);
            }
            self.wait_or_give_up(&words(&error))?;
            tokio::time::sleep(self.patience.every).await;
            self.reload().await;
        }
    }

    /// The cached credentials, unless they end soon or were refused.
    fn standing(&self) -> Result<Option<Credentials>, CredentialsError> {
        let state = self.state();
        if let Some(ended) = &state.given_up {
            return Err(CredentialsError::provider_error(ended.clone()));
        }
        let ahead = if state.ahead_from.is_some_and(|from| Instant::now() < from) { Duration::ZERO } else { AHEAD };
        let known = state.current.as_ref().filter(|known| self.lasts(known, ahead));
        Ok(known.cloned())
    }

    /// Credentials that end soon are good until then, though renewing them failed.
    fn until_its_end(&self) -> Option<Credentials> {
        let mut state = self.state();
        let known = state.current.clone().filter(|known| self.lasts(known, Duration::ZERO))?;
        state.ahead_from = Some(Instant::now() + self.patience.every);
        Some(known)
    }

    fn lasts(&self, credentials: &Credentials, ahead: Duration) -> bool {
        let ends = credentials.expiry().is_some_and(|end| end <= SystemTime::now() + ahead);
        !ends && !self.ended.holds(credentials.access_key_id())
    }

    /// One question to the provider. The very credentials that AWS has refused are no answer.
    async fn load(&self) -> provider::Result {
        let provider = self.state().provider.clone();
        let fresh = tokio::time::timeout(LOAD, provider.provide_credentials())
            .await
            .map_err(|_| CredentialsError::provider_timed_out(LOAD))??;
        self.state().fixed = is_fixed(&fresh);
        let refused = self.ended.holds(fresh.access_key_id());
        if self.ended.have_worked() && (refused || fresh.expiry().is_some_and(|end| end <= SystemTime::now())) {
            return Err(CredentialsError::provider_error("the provider still gives the ones that have ended"));
        }
        Ok(fresh)
    }

    async fn reload(&self) {
        if let Some(reload) = &self.reload
            && let Some(provider) = reload().await
        {
            self.state().provider = provider;
        }
    }

    fn keep(&self, fresh: &Credentials) {
        let mut state = self.state();
        state.current = Some(fresh.clone());
        (state.ahead_from, state.waiting_since) = (None, None);
        self.paused.send_if_modified(|paused| paused.take().is_some());
    }

    fn wait_or_give_up(&self, words: &str) -> Result<(), CredentialsError> {
        let mut state = self.state();
        let since = *state.waiting_since.get_or_insert_with(Instant::now);
        if state.fixed || since.elapsed() >= self.patience.wait {
            let ended = CredentialsEnded(words.into());
            state.given_up = Some(ended.clone());
            self.paused.send_if_modified(|paused| paused.take().is_some());
            return Err(CredentialsError::provider_error(ended));
        }
        self.paused.send_if_modified(|paused| {
            let begins = paused.is_none();
            if begins {
                *paused = Some(Paused { since: Timestamp::now(), words: words.into(), wait: self.patience.wait });
            }
            begins
        });
        Ok(())
    }
}

fn is_fixed(credentials: &Credentials) -> bool {
    let features = credentials.get_property::<Vec<AwsCredentialFeature>>();
    features.is_some_and(|features| features.contains(&AwsCredentialFeature::CredentialsEnvVars))
}

/// An error with its causes, in one line.
fn words(error: &CredentialsError) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = next {
        words.push(error.to_string());
        next = error.source();
    }
    let clean = words.join(": ");
    clean.chars().map(|c| if c.is_control() { ' ' } else { c }).take(WORDS).collect()
}

impl ProvideCredentials for Renewing {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

/// Without the credentials.
impl fmt::Debug for Renewing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewing").field("patience", &self.patience).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "renew_tests.rs"]
mod tests;
