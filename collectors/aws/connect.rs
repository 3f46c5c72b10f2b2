//! From options to a connection: credentials, time-outs, retries, endpoint; live, recorded or replayed.

use std::{sync::Arc, time::Duration};

use aws_config::{BehaviorVersion, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_http_client::{
    Builder, Connector,
    proxy::ProxyConfig,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::{SdkConfig, region::Region};
use jiff::Timestamp;
use tokio::sync::{Semaphore, watch};

use super::{
    Budget, Counters, EndedKeys, Journal, Pacer, Patience, Recorder, Registry, Reload, Renewing, Replay, Span,
    Transport, TransportMode, enter::Before, transport::Watch,
};

/// How to reach AWS.
#[derive(Debug)]
pub struct Options {
    /// Named profile; the SDK's default chain otherwise.
    pub profile: Option<String>,
    /// Region to ask first, where neither profile nor environment names one.
    pub region: Option<String>,
    /// Most calls in flight at once.
    pub concurrency: usize,
    /// Most attempts of one call.
    pub max_attempts: u32,
    /// Time-out of one attempt.
    pub timeout: Duration,
    /// How long credentials that have ended are waited for; zero gives up at once.
    pub credential_wait: Duration,
    /// Whether CloudWatch metrics are asked for.
    pub metrics: bool,
    /// Whether the tags of resources whose lists carry none are asked for.
    pub tags: bool,
    /// Whether SQL digests are asked for.
    pub sql_digests: bool,
    /// What may be asked at most.
    pub budget: Budget,
    /// Whether requests are paced; nothing: at AWS they are, at an endpoint of one's own not.
    pub paced: Option<bool>,
    /// Answers from here instead of from AWS.
    pub replay: Option<Arc<Replay>>,
    /// Writes each exchange.
    pub recorder: Option<Arc<Recorder>>,
    /// What an interrupted scan read answers first, and what is read now is added; nothing in a replay.
    pub journal: Option<Journal>,
    /// When the scan began, if it resumes another: its windows and ages stay the same.
    pub now: Option<Timestamp>,
    /// Turns true when the user interrupts.
    pub interrupted: watch::Receiver<bool>,
}

/// What went wrong before the first call.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No region is known.
    #[error("no region: name one with --region, AWS_REGION or a region in the profile")]
    NoRegion,
    /// No credentials are configured at all.
    #[error(
        "no credentials: set AWS_PROFILE or --profile, run `aws sso login`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    )]
    NoCredentials,
}

/// A connection: configuration of the SDK with our transport under it, and what the scan shares.
#[derive(Debug)]
pub struct Connection {
    /// The SDK's configuration.
    pub config: SdkConfig,
    /// What the scan shares.
    pub span: Arc<Span>,
    /// The recorder, if any.
    pub recorder: Option<Arc<Recorder>>,
    /// The region to ask first.
    pub home_region: String,
    /// The SDK's configuration over its own HTTP client, for the credentials of members' roles.
    pub(crate) base: SdkConfig,
    /// Where answers come from: with the one HTTP client, whose pool all members share.
    pub(crate) mode: TransportMode,
    /// What members' roles are assumed with.
    pub(crate) before: Before,
    /// What the transport heeds beside the answers.
    pub(crate) watch: Watch,
    /// How long credentials that have ended are waited for.
    pub(crate) patience: Patience,
}

impl Connection {
    /// Whether answers come from a recording.
    pub fn is_replay(&self) -> bool {
        matches!(self.mode, TransportMode::Replay(_))
    }
}

/// Loads credentials and configuration; sends nothing yet but what credentials need.
pub async fn connect(options: Options) -> Result<Connection, ConnectError> {
    let base = match &options.replay {
        Some(replay) => replay_config(replay),
        None => live_config(&options).await,
    };
    connect_by(options, base)
}

/// A connection by a configuration that is already loaded: its credentials, region and endpoint.
pub fn connect_by(options: Options, base: SdkConfig) -> Result<Connection, ConnectError> {
    let counters = Arc::new(Counters::default());
    let replay = options.replay.clone();
    let home_region = base.region().map(|region| region.as_ref().to_owned()).ok_or(ConnectError::NoRegion)?;
    let ended = Arc::new(EndedKeys::default());
    let credentials = Arc::new(renewing(&base, &options, ended.clone())?);
    let watch = Watch { ended, reach: Arc::default(), timeout: options.timeout };
    let reach = watch.reach.clone();
    let mode = match &replay {
        Some(replay) => TransportMode::Replay(replay.clone()),
        None => TransportMode::Live { http: http_client(), recorder: options.recorder.clone() },
    };
    let at_aws = replay.is_none() && base.endpoint_url().is_none();
    let paced = options.paced.unwrap_or(at_aws);
    let pacer = Arc::new(Pacer::new(replay.is_none() && paced));
    let budget = Arc::new(options.budget);
    let config = base
        .to_builder()
        .credentials_provider(credentials.provider())
        .identity_cache(IdentityCache::no_cache())
        .http_client(SharedHttpClient::new(Transport::new(
            mode.clone(),
            counters.clone(),
            pacer.clone(),
            budget.clone(),
            watch.clone(),
        )))
        .retry_config(if replay.is_some() {
            RetryConfig::disabled()
        } else {
            retries(options.max_attempts, paced || at_aws)
        })
        .timeout_config(timeouts(options.timeout))
        .build();
    let span = Arc::new(Span {
        registry: Registry::default(),
        counters,
        now: match &replay {
            Some(replay) => replay.header().recorded_at,
            None => options.now.unwrap_or_else(Timestamp::now),
        },
        fixed_clock: replay.is_some(),
        metrics: options.metrics,
        tags: options.tags,
        sql_digests: options.sql_digests,
        budget,
        credentials,
        reach,
        pacer,
        in_flight: Arc::new(Semaphore::new(options.concurrency.max(1))),
        journal: options.journal.filter(|_| replay.is_none()),
        interrupted: options.interrupted,
    });
    // Sessions of members' roles: the same patience as for calls, without the pace that calls share.
    let base = base
        .to_builder()
        .retry_config(RetryConfig::standard().with_max_attempts(options.max_attempts))
        .timeout_config(timeouts(options.timeout))
        // The provider of assumed roles needs one, and a configuration need not have it.
        .time_source(base.time_source().unwrap_or_default())
        .build();
    let patience = Patience::new(options.credential_wait);
    let before = Before::default();
    Ok(Connection { config, span, recorder: options.recorder, home_region, base, mode, before, watch, patience })
}

/// The credentials of the chain, renewed as long as they can be; in a pause the whole chain is read anew.
fn renewing(base: &SdkConfig, options: &Options, ended: Arc<EndedKeys>) -> Result<Renewing, ConnectError> {
    let provider = base.credentials_provider().ok_or(ConnectError::NoCredentials)?;
    let renewing = Renewing::new(provider, ended, Patience::new(options.credential_wait));
    if options.replay.is_some() {
        return Ok(renewing);
    }
    let profile = options.profile.clone();
    let reload: Reload = Arc::new(move || {
        let profile = profile.clone();
        Box::pin(async move { chain(profile.as_deref()).await.credentials_provider() })
    });
    Ok(renewing.reloading(reload))
}

async fn chain(profile: Option<&str>) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http_client());
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    loader.load().await
}

async fn live_config(options: &Options) -> SdkConfig {
    let config = chain(options.profile.as_deref()).await;
    match (&options.region, config.region()) {
        (Some(region), None) => config.to_builder().region(Region::new(region.clone())).build(),
        _ => config,
    }
}

/// No environment, no profile, no network: a replay depends on its recording alone.
fn replay_config(replay: &Replay) -> SdkConfig {
    let header = replay.header();
    let credentials = Credentials::new("REPLAY", "REPLAY", None, None, "replay");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(header.home_region.clone()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

/// AWS is spared: the SDK's adaptive retry holds a client back whose requests are throttled, and waits from 1 to 20 seconds.
/// An endpoint of one's own is spared only if asked for, as with pacing.
fn retries(attempts: u32, spared: bool) -> RetryConfig {
    if spared {
        return RetryConfig::adaptive().with_max_attempts(attempts);
    }
    RetryConfig::standard()
        .with_max_attempts(attempts)
        .with_initial_backoff(Duration::from_millis(100))
        .with_max_backoff(Duration::from_secs(5))
}

fn timeouts(attempt: Duration) -> TimeoutConfig {
    // That of the whole attempt is the transport's.
    TimeoutConfig::builder().connect_timeout(Duration::from_secs(5).min(attempt)).build()
}

/// HTTPS by rustls and aws-lc; proxies as HTTPS_PROXY, HTTP_PROXY and NO_PROXY say.
fn http_client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut builder = Connector::builder().proxy_config(ProxyConfig::from_env());
        if let Some(settings) = settings {
            builder = builder.connector_settings(settings.clone());
        }
        builder.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
        builder.tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build()
    })
}
