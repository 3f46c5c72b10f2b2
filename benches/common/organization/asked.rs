//! What a request asks, in whatever protocol: for which account, in which region, which operation of which service.

use std::hash::{DefaultHasher, Hash, Hasher};

use hyper::{HeaderMap, Method, Uri, body::Bytes};
use url::form_urlencoded;

/// A protocol of AWS, as far as answers differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Ec2,
    Query,
    Json,
    Cbor,
    RestJson,
    RestXml,
}

/// A request, taken apart.
pub(crate) struct Asked {
    /// The account whose access key signed it: the key's last twelve digits.
    pub(crate) account: String,
    /// Region and service as signed.
    pub(crate) region: String,
    pub(crate) service: String,
    /// The operation; of REST the method and the path without names.
    pub(crate) operation: String,
    pub(crate) protocol: Protocol,
    pub(crate) path: String,
    pub(crate) body: Bytes,
    /// The same for requests that ask the same.
    pub(crate) fingerprint: u64,
}

impl Asked {
    pub(crate) fn new(method: &Method, uri: &Uri, headers: &HeaderMap, body: Bytes) -> Self {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let credential = header("authorization").split("Credential=").nth(1).unwrap_or_default();
        let mut scope = credential.split([',', ' ']).next().unwrap_or_default().split('/');
        let (key, _date) = (scope.next().unwrap_or_default(), scope.next());
        let account = key.get(key.len().saturating_sub(12)..).unwrap_or_default().to_owned();
        let mut part = || scope.next().unwrap_or("?").to_owned();
        let (region, service) = (part(), part());
        let path = uri.path().to_owned();
        let target = header("x-amz-target");
        let (protocol, operation) = if let Some((_, operation)) = path.rsplit_once("/operation/") {
            (Protocol::Cbor, operation.to_owned())
        } else if let Some((_, operation)) = target.rsplit_once('.') {
            (Protocol::Json, operation.to_owned())
        } else if body.starts_with(b"Action=") {
            let protocol = if service == "ec2" { Protocol::Ec2 } else { Protocol::Query };
            (protocol, field(&body, "Action").unwrap_or_default())
        } else {
            let xml = ["s3", "cloudfront", "route53"].contains(&service.as_str());
            (if xml { Protocol::RestXml } else { Protocol::RestJson }, nameless(method, &path))
        };
        let mut hasher = DefaultHasher::new();
        (&account, &region, &service, method.as_str(), uri.to_string(), target, &body[..]).hash(&mut hasher);
        let fingerprint = hasher.finish();
        Asked { account, region, service, operation, protocol, path, body, fingerprint }
    }

    /// A field of a form.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        field(&self.body, name)
    }

    /// Every field of a form whose name begins so.
    pub(crate) fn fields(&self, prefix: &str) -> Vec<String> {
        let named = form_urlencoded::parse(&self.body).filter(|(name, _)| name.starts_with(prefix));
        named.map(|(_, value)| value.into_owned()).collect()
    }
}

fn field(body: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(body).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// `GET /2015-03-31/functions/*/policy`: what follows a word that holds names is left out.
fn nameless(method: &Method, path: &str) -> String {
    const HOLDERS: &[&str] =
        &["functions", "tags", "restapis", "distributions", "cache-policy", "hostedzone", "file-systems", "workloads"];
    let mut held = false;
    let parts: Vec<&str> = path
        .trim_end_matches('/')
        .split('/')
        .map(|part| {
            let shown = if held { "*" } else { part };
            held = !held && HOLDERS.contains(&part);
            shown
        })
        .collect();
    let path = parts.join("/");
    format!("{method} {}", if path.is_empty() { "/" } else { &path })
}
