//! From the connection of the caller to one for each account: credentials of its own role, a ledger of its own; budget,
//! pace, limit of calls in flight and the pool of HTTP connections are those of the whole scan.

use std::sync::Arc;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tokio::sync::Mutex;

use super::{
    Account, AccountError, Connection, Counters, Registry, Renewing, RoleOptions, Span, Transport, transport::Watch,
};
use crate::calls::sts::IdentityError;

/// The credentials that members' roles are assumed with, by chain and session name: all members share them.
pub(crate) type Before = Mutex<Option<(Vec<String>, SharedCredentialsProvider)>>;

/// An account that let us in.
#[derive(Debug)]
pub struct Entered {
    /// The connection with its credentials.
    pub connection: Connection,
    /// The account.
    pub account: Account,
    /// Named regions that it has not enabled.
    pub left_out: Vec<Arc<str>>,
}

impl Connection {
    /// A connection to the caller's own account that counts and registers for itself.
    pub fn own_account(&self) -> Connection {
        self.with(None)
    }

    /// A connection whose credentials are those of the role in `account`. Nothing is sent before the first call.
    pub async fn member(&self, account: &str, partition: &str, role: &RoleOptions) -> Connection {
        // A recording holds no credentials and needs none.
        let credentials = match self.is_replay() {
            true => None,
            false => Some(role.member(&self.base, self.before(role).await, account, partition).await),
        };
        self.with(credentials)
    }

    /// Assumes the role in an account and settles its regions; why not, if it cannot be.
    pub async fn enter(
        &self,
        account: &str,
        partition: &str,
        role: &RoleOptions,
        wanted: &[String],
    ) -> Result<Entered, AccountError> {
        let connection = self.member(account, partition, role).await;
        let (found, left_out) = Account::find_member(&connection, wanted).await?;
        if *found.id != *account {
            let words = format!("the role of account {account} answers for account {}", found.id);
            return Err(AccountError::Identity(IdentityError::Other(words)));
        }
        Ok(Entered { connection, account: found, left_out })
    }

    /// The caller's own account, with the caller's own credentials; it counts and registers for itself.
    pub async fn enter_own(&self, caller: &Account, wanted: &[String]) -> Result<Entered, AccountError> {
        let connection = self.own_account();
        let (account, left_out) = caller.clone().settle_member(&connection, wanted).await?;
        Ok(Entered { connection, account, left_out })
    }

    async fn before(&self, role: &RoleOptions) -> SharedCredentialsProvider {
        let key = [&role.chain[..], std::slice::from_ref(&role.session_name)].concat();
        let mut before = self.before.lock().await;
        if let Some((_, provider)) = before.as_ref().filter(|(made_for, _)| *made_for == key) {
            return provider.clone();
        }
        let provider = role.before(&self.base, self.span.credentials.provider()).await;
        *before = Some((key, provider.clone()));
        provider
    }

    fn with(&self, credentials: Option<SharedCredentialsProvider>) -> Connection {
        let counters = Arc::new(Counters::default());
        let (pacer, budget) = (self.span.pacer.clone(), self.span.budget.clone());
        // Whether a role's session has worked is a matter of each account; which regions answer is one of all.
        let (credentials, watch) = match credentials {
            None => (self.span.credentials.clone(), self.watch.clone()),
            Some(provider) => {
                let watch = Watch { ended: Arc::default(), ..self.watch.clone() };
                (Arc::new(Renewing::new(provider, watch.ended.clone(), self.patience)), watch)
            }
        };
        let transport =
            Transport::new(self.mode.clone(), counters.clone(), pacer.clone(), budget.clone(), watch.clone());
        let config = self
            .config
            .to_builder()
            .http_client(SharedHttpClient::new(transport))
            .credentials_provider(credentials.provider());
        let span = &self.span;
        let span = Span {
            registry: Registry::default(),
            counters,
            now: span.now,
            fixed_clock: span.fixed_clock,
            metrics: span.metrics,
            tags: span.tags,
            sql_digests: span.sql_digests,
            budget,
            pacer,
            in_flight: span.in_flight.clone(),
            journal: span.journal.clone(),
            credentials,
            reach: span.reach.clone(),
            interrupted: span.interrupted.clone(),
        };
        Connection {
            config: config.build(),
            span: Arc::new(span),
            recorder: self.recorder.clone(),
            home_region: self.home_region.clone(),
            base: self.base.clone(),
            mode: self.mode.clone(),
            before: Before::default(),
            watch,
            patience: self.patience,
        }
    }
}
