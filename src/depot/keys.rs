//! Whoever writes to the bucket: the credentials, region and endpoint that the SDK's own chain finds in the environment. A scan's
//! `--profile` is for what is scanned, not for this.

use std::{pin::Pin, sync::Arc, time::Duration};

use object_store::{
    BackoffConfig, ClientOptions, CredentialProvider, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder, AwsCredential, Checksum},
};
use rung_collectors::aws::{Budget, Connection, Options, Renewing, connect};
use url::{Host, Url};

use crate::failure::Failure;

/// Endpoints of one's own, the most telling first.
const ENDPOINT: &str = "AWS_ENDPOINT_URL_S3";
const CONNECT: Duration = Duration::from_secs(5);
/// How long one request may take: parts of large bundles are sent in pieces.
const REQUEST: Duration = Duration::from_secs(120);
const RETRIES: usize = 4;
/// After so long a request is given up, retries included.
const WHOLE: Duration = Duration::from_secs(180);

/// The client of a bucket. Nothing is sent yet but what credentials need.
pub(crate) async fn client(bucket: &str) -> Result<AmazonS3, Failure> {
    let connection = chain().await?;
    let failed = |why: &str| Failure::usage(format!("s3://{bucket} cannot be used: {why}"));
    let options = ClientOptions::new().with_connect_timeout(CONNECT).with_timeout(REQUEST);
    let backoff = BackoffConfig { max_backoff: Duration::from_secs(2), ..BackoffConfig::default() };
    let retry = RetryConfig { backoff, max_retries: RETRIES, retry_timeout: WHOLE };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(connection.home_region.clone())
        .with_retry(retry)
        // A bucket with object lock takes nothing without one.
        .with_checksum_algorithm(Checksum::SHA256)
        .with_credentials(Arc::new(Chain(connection.span.credentials.clone())));
    let own = std::env::var(ENDPOINT).ok().filter(|text| !text.is_empty());
    let mut allow_http = false;
    if let Some(endpoint) = own.or_else(|| connection.config.endpoint_url().map(str::to_owned)) {
        allow_http = over_http(&endpoint).map_err(|why| failed(&why))?;
        builder = builder.with_endpoint(endpoint).with_virtual_hosted_style_request(false);
    }
    let built = builder.with_client_options(options.with_allow_http(allow_http)).build();
    built.map_err(|error| failed(&error.to_string()))
}

/// Whether an endpoint is reached without TLS; that is for this machine only.
fn over_http(endpoint: &str) -> Result<bool, String> {
    let url = Url::parse(endpoint).map_err(|error| format!("the endpoint {endpoint}: {error}"))?;
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match (url.scheme(), here) {
        ("https", _) => Ok(false),
        ("http", true) => Ok(true),
        _ => Err(format!("bundles would go unencrypted to {endpoint}: use https://, or an address of this machine")),
    }
}

async fn chain() -> Result<Connection, Failure> {
    let (_never, interrupted) = tokio::sync::watch::channel(false);
    let options = Options {
        profile: None,
        region: None,
        concurrency: 1,
        max_attempts: 3,
        timeout: Duration::from_secs(30),
        credential_wait: Duration::ZERO,
        metrics: false,
        tags: false,
        sql_digests: false,
        budget: Budget::new(None, None),
        paced: None,
        replay: None,
        recorder: None,
        journal: None,
        now: None,
        interrupted,
    };
    let of_bucket = "This is for the bucket of the bundles: --profile is for what is scanned, not for it.";
    connect(options).await.map_err(|error| Failure::credentials(error.to_string()).and(of_bucket))
}

/// The SDK's chain, as the object store asks for credentials.
struct Chain(Arc<Renewing>);

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Chain")
    }
}

type Asked<'a> = Pin<Box<dyn Future<Output = object_store::Result<Arc<AwsCredential>>> + Send + 'a>>;

impl CredentialProvider for Chain {
    type Credential = AwsCredential;

    fn get_credential<'s, 'a>(&'s self) -> Asked<'a>
    where
        's: 'a,
        Self: 'a,
    {
        Box::pin(async {
            let provider = self.0.provider();
            let found = provider.as_ref().provide_credentials().await;
            let found = found.map_err(|error| object_store::Error::Generic { store: "S3", source: Box::new(error) })?;
            Ok(Arc::new(AwsCredential {
                key_id: found.access_key_id().to_owned(),
                secret_key: found.secret_access_key().to_owned(),
                token: found.session_token().map(str::to_owned),
            }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::over_http;

    #[test]
    fn bundles_go_unencrypted_to_this_machine_only() {
        for here in ["http://127.0.0.1:5000", "http://localhost:9000/", "http://[::1]:1"] {
            assert_eq!(over_http(here), Ok(true), "{here}");
        }
        assert_eq!(over_http("https://s3.example.org"), Ok(false));
        for away in ["http://10.0.0.1", "http://s3.example.org", "ftp://127.0.0.1", "s3"] {
            assert!(over_http(away).is_err(), "{away}");
        }
    }
}
