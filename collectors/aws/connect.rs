//! From options to a connection: credentials, time-outs, retries, endpoint; live, recorded or replayed.

use std::{sync::Arc, time::Duration};

use aws_config::{BehaviorVersion, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_http_client::{
    Builder, Connector,
    proxy::ProxyConfig,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::{SdkConfig, region::Region};
use jiff::Timestamp;
use tokio::sync::{Semaphore, watch};

use super::{Budget, Counters, Pacer, Recorder, Registry, Replay, Span, Transport, TransportMode};

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
}

/// Loads credentials and configuration; sends nothing yet but what credentials need.
pub async fn connect(options: Options) -> Result<Connection, ConnectError> {
    let counters = Arc::new(Counters::default());
    let replay = options.replay.clone();
    let base = match &replay {
        Some(replay) => replay_config(replay),
        None => live_config(&options).await,
    };
    let home_region = base.region().map(|region| region.as_ref().to_owned()).ok_or(ConnectError::NoRegion)?;
    if base.credentials_provider().is_none() {
        return Err(ConnectError::NoCredentials);
    }
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
        .http_client(SharedHttpClient::new(Transport::new(mode, counters.clone(), pacer.clone(), budget.clone())))
        .retry_config(if replay.is_some() { RetryConfig::disabled() } else { retries(options.max_attempts, paced) })
        .timeout_config(timeouts(options.timeout))
        .build();
    let span = Arc::new(Span {
        registry: Registry::default(),
        counters,
        now: replay.as_ref().map_or_else(Timestamp::now, |replay| replay.header().recorded_at),
        fixed_clock: replay.is_some(),
        metrics: options.metrics,
        tags: options.tags,
        sql_digests: options.sql_digests,
        budget,
        pacer,
        in_flight: Semaphore::new(options.concurrency.max(1)),
        interrupted: options.interrupted,
    });
    Ok(Connection { config, span, recorder: options.recorder, home_region })
}

async fn live_config(options: &Options) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http_client());
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    let config = loader.load().await;
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
fn retries(attempts: u32, paced: bool) -> RetryConfig {
    if paced {
        return RetryConfig::adaptive().with_max_attempts(attempts);
    }
    RetryConfig::standard()
        .with_max_attempts(attempts)
        .with_initial_backoff(Duration::from_millis(100))
        .with_max_backoff(Duration::from_secs(2))
}

fn timeouts(attempt: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5).min(attempt))
        .operation_attempt_timeout(attempt)
        .build()
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
