//! The role that is assumed in each member account: how it is named, what goes with it, and why it could not be assumed.
//!
//! `sts:AssumeRole` is sent by the SDK's own provider of credentials, as the profile's `role_arn` would be: it issues a session and
//! reads or changes nothing, so it does not pass the gate.

use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::{error::SdkError, operation::assume_role::AssumeRoleError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::SdkConfig;
use rung_rules::model::Cause;

use super::{classify::classify, kept::Kept};

/// The role's usual name.
pub const ROLE: &str = "rung-read-only";
/// The usual name of its sessions, as CloudTrail shows it.
pub const SESSION: &str = "rung";
/// Most session tags of one session (STS).
const MOST_TAGS: usize = 50;

/// How the members' role is assumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleOptions {
    /// Name of the role, the same in each account, with its path if it has one: `audit/rung-read-only`.
    pub name: String,
    /// The external id that its trust policy asks for.
    pub external_id: Option<String>,
    /// Name of the sessions.
    pub session_name: String,
    /// Tags of the sessions.
    pub session_tags: Vec<(String, String)>,
    /// ARNs of roles that are assumed before it, in this order.
    pub chain: Vec<String>,
}

impl Default for RoleOptions {
    fn default() -> Self {
        RoleOptions {
            name: ROLE.to_owned(),
            external_id: None,
            session_name: SESSION.to_owned(),
            session_tags: Vec::new(),
            chain: Vec::new(),
        }
    }
}

impl RoleOptions {
    /// The role's ARN in an account.
    pub fn arn(&self, account: &str, partition: &str) -> String {
        format!("arn:{partition}:iam::{account}:role/{}", self.name)
    }

    /// Credentials of the last role of the chain, kept while they last: all members share them.
    pub(crate) async fn before(
        &self,
        base: &SdkConfig,
        mut provider: SharedCredentialsProvider,
    ) -> SharedCredentialsProvider {
        for arn in &self.chain {
            let step = AssumeRoleProvider::builder(arn).configure(base).session_name(&self.session_name);
            provider = SharedCredentialsProvider::new(Kept::new(SharedCredentialsProvider::new(
                step.build_from_provider(provider).await,
            )));
        }
        provider
    }

    /// Credentials of the role in an account, by those of the chain.
    pub(crate) async fn member(
        &self,
        base: &SdkConfig,
        before: SharedCredentialsProvider,
        account: &str,
        partition: &str,
    ) -> SharedCredentialsProvider {
        let mut role =
            AssumeRoleProvider::builder(self.arn(account, partition)).configure(base).session_name(&self.session_name);
        if let Some(id) = &self.external_id {
            role = role.external_id(id);
        }
        if !self.session_tags.is_empty() {
            role = role.tags(self.session_tags.clone());
        }
        SharedCredentialsProvider::new(role.build_from_provider(before).await)
    }
}

/// A role that was not assumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotAssumed {
    /// STS's error code; empty when STS did not answer.
    pub(crate) code: String,
    pub(crate) cause: Cause,
    /// AWS's words, and what else they may mean.
    pub(crate) words: String,
}

/// STS's refusal to assume a role, wherever it stands in an error's chain of causes.
pub(crate) fn not_assumed(error: &(dyn std::error::Error + 'static)) -> Option<NotAssumed> {
    let mut next = Some(error);
    let mut chain = std::iter::from_fn(move || {
        let one = next?;
        next = one.source();
        Some(one)
    });
    chain.find_map(|error| {
        let refused = error.downcast_ref::<SdkError<AssumeRoleError, HttpResponse>>()?;
        let code = refused.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default().to_owned();
        let (cause, detail) = classify(refused);
        Some(NotAssumed { words: told(cause, &detail), code, cause })
    })
}

/// AWS answers AccessDenied for a role that does not exist, too: it does not tell strangers which roles there are.
fn told(cause: Cause, detail: &str) -> String {
    let hint = match cause {
        Cause::Denied | Cause::DeniedByOtherPolicy => {
            "AWS says the same when the role does not exist, when its trust policy does not name the caller or asks for another external id, and when the account is suspended"
        }
        Cause::DeniedByIdentityPolicy => "the caller's own policy must allow sts:AssumeRole on this role",
        Cause::DeniedByPermissionsBoundary => {
            "the caller's permissions boundary must allow sts:AssumeRole on this role"
        }
        Cause::DeniedByOrganizationPolicy => "a policy of the organisation denies it",
        Cause::RegionNotEnabled => {
            "STS of this region is not enabled for the account: begin in another with AWS_REGION"
        }
        Cause::TimedOut => "STS did not answer in time",
        _ => "",
    };
    let words: Vec<_> = [detail, hint].into_iter().filter(|words| !words.is_empty()).collect();
    words.join("; ")
}

const OF_NAMES: &str = "+=,.@_-";

fn all(text: &str, more: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
}

/// A role's name, with its path if it has one: `audit/rung-read-only`.
pub fn role_name(text: &str) -> Result<String, String> {
    let relative = text.trim_start_matches('/');
    let (path, name) = relative.rsplit_once('/').unwrap_or(("", relative));
    // IAM: a path has at most 512 characters with its slashes; any printable one, but `*` and `?` would name several roles.
    let path_fits = path.len() <= 510 && path.chars().all(|c| c.is_ascii_graphic() && !"*?:".contains(c));
    match path_fits && (1..=64).contains(&name.len()) && all(name, OF_NAMES) {
        true => Ok(relative.to_owned()),
        false => Err("expected the name of a role, 1 to 64 letters, digits or +=,.@_-, with its path if it has one: audit/rung-read-only".to_owned()),
    }
}

/// The ARN of a role.
pub fn role_arn(text: &str) -> Result<String, String> {
    let parts: Vec<_> = text.splitn(6, ':').collect();
    let fits = match parts.as_slice() {
        ["arn", partition, "iam", "", account, role] => {
            let id = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
            let name = role.strip_prefix("role/").is_some_and(|name| !name.starts_with('/') && role_name(name).is_ok());
            partition.starts_with("aws") && id && name
        }
        _ => false,
    };
    match fits {
        true => Ok(text.to_owned()),
        false => Err("expected the ARN of a role: arn:aws:iam::123456789012:role/NAME".to_owned()),
    }
}

/// An external id, within STS's limits.
pub fn external_id(text: &str) -> Result<String, String> {
    match (2..=1224).contains(&text.len()) && all(text, "+=,.@:/-_") {
        true => Ok(text.to_owned()),
        false => Err("expected 2 to 1224 letters, digits or +=,.@:/-_".to_owned()),
    }
}

/// A session's name, within STS's limits.
pub fn session_name(text: &str) -> Result<String, String> {
    match (2..=64).contains(&text.len()) && all(text, OF_NAMES) {
        true => Ok(text.to_owned()),
        false => Err("expected 2 to 64 letters, digits or +=,.@_-".to_owned()),
    }
}

/// A session's tag, `KEY=VALUE`, within STS's limits.
pub fn session_tag(text: &str) -> Result<(String, String), String> {
    let fits = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c));
    match text.split_once('=') {
        Some((key, value))
            if (1..=128).contains(&key.chars().count())
                && value.chars().count() <= 256
                && !key.to_lowercase().starts_with("aws:")
                && fits(key)
                && fits(value) =>
        {
            Ok((key.to_owned(), value.to_owned()))
        }
        _ => Err("expected KEY=VALUE: letters, digits, spaces or _.:/=+-@, a key of 1 to 128 that does not begin with aws:, a value of at most 256".to_owned()),
    }
}

/// The tags of a session together: each key once, in any case, and no more than STS takes.
pub fn session_tags(tags: &[(String, String)]) -> Result<(), String> {
    let mut keys: Vec<_> = tags.iter().map(|(key, _)| key.to_lowercase()).collect();
    keys.sort();
    match keys.windows(2).find(|pair| matches!(pair, [a, b] if a == b)) {
        Some(pair) => Err(format!("the key {:?} is given twice", pair.first().map_or("", String::as_str))),
        None if tags.len() > MOST_TAGS => Err(format!("{} tags: STS takes at most {MOST_TAGS}", tags.len())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_held_against_iams_limits() {
        assert_eq!(role_name("/audit/deep/rung"), Ok("audit/deep/rung".to_owned()));
        assert!(role_name("rung-read-only").is_ok() && role_name(&"x".repeat(64)).is_ok());
        for bad in ["", "a b", "*", "a/*/b", "audit/", "arn:aws:iam::123456789012:role/x", &"x".repeat(65)] {
            assert!(role_name(bad).is_err(), "{bad}");
        }
        for good in ["arn:aws:iam::123456789012:role/x", "arn:aws-cn:iam::123456789012:role/a/b"] {
            assert!(role_arn(good).is_ok(), "{good}");
        }
        for bad in
            ["rung", "arn:aws:iam::12:role/x", "arn:aws:iam::123456789012:user/x", "arn:aws:sts::123456789012:role/x"]
        {
            assert!(role_arn(bad).is_err(), "{bad}");
        }
        assert!(external_id("team:4711/x").is_ok() && external_id("x").is_err() && external_id("a b").is_err());
        assert!(session_name("rung").is_ok() && session_name("r").is_err() && session_name("a:b").is_err());
        assert!(session_name(&"x".repeat(65)).is_err());
    }

    #[test]
    fn session_tags_are_held_against_stss_limits() {
        assert_eq!(session_tag("team=a=b"), Ok(("team".to_owned(), "a=b".to_owned())));
        assert_eq!(session_tag("team="), Ok(("team".to_owned(), String::new())));
        for bad in ["team", "=x", "aws:x=y", "AWS:x=y", "a;b=c"] {
            assert!(session_tag(bad).is_err(), "{bad}");
        }
        assert!(session_tag(&format!("k={}", "v".repeat(257))).is_err());
        let tag = |key: &str| (key.to_owned(), String::new());
        assert!(session_tags(&[tag("a"), tag("b")]).is_ok());
        assert!(session_tags(&[tag("Team"), tag("b"), tag("team")]).unwrap_err().contains("twice"));
        assert!(session_tags(&(0..51).map(|n| tag(&n.to_string())).collect::<Vec<_>>()).unwrap_err().contains("50"));
    }

    #[test]
    fn the_arn_is_the_partitions() {
        let role = RoleOptions { name: "audit/rung".to_owned(), ..RoleOptions::default() };
        assert_eq!(role.arn("111111111111", "aws-us-gov"), "arn:aws-us-gov:iam::111111111111:role/audit/rung");
    }
}
