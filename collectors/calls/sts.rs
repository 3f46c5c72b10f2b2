//! STS: who is asking.

use std::sync::Arc;

use aws_smithy_types::error::{display::DisplayErrorContext, metadata::ProvideErrorMetadata};

use rung_rules::model::Cause;

use super::{Call, call};
use crate::aws::{Clients, NotAssumed, not_assumed};

call!(GET_CALLER_IDENTITY, "sts", "STS", "GetCallerIdentity", "account, partition and identity of the caller");

pub(crate) static CALLS: &[&Call] = &[&GET_CALLER_IDENTITY];

/// The caller.
#[derive(Clone, Debug)]
pub struct Identity {
    /// `Account`.
    pub account: Arc<str>,
    /// `Arn`.
    pub arn: Arc<str>,
    /// The ARN's partition.
    pub partition: Arc<str>,
}

/// Why the caller's identity could not be read, with the way out.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// No credentials could be had.
    #[error(
        "no usable credentials: {0}\nSet AWS_PROFILE or --profile, run `aws sso login`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
    )]
    NoCredentials(String),
    /// AWS says they have ended.
    #[error("the credentials have expired ({0})\nRenew them, for example with `aws sso login`, and scan again.")]
    Expired(String),
    /// AWS does not know them.
    #[error("AWS does not accept the credentials ({0})\nCheck the access key, and that it belongs to this partition.")]
    Invalid(String),
    /// The clock of this machine is wrong.
    #[error(
        "this machine's clock differs from AWS's ({0})\nSet the clock (for example with `timedatectl set-ntp true`) and scan again."
    )]
    ClockSkew(String),
    /// AWS could not be reached.
    #[error("AWS could not be reached: {0}\nCheck network, proxy variables and AWS_ENDPOINT_URL.")]
    Unreachable(String),
    /// A role on the way to the credentials could not be assumed.
    #[error(
        "the role could not be assumed ({}): {words}\nCheck that the role is there, that its trust policy names the caller, and the external id; `rung policy --format cloudformation` prints the role.",
        .cause.words()
    )]
    NotAssumed {
        /// By what, as far as AWS says.
        cause: Cause,
        /// AWS's words, and what else they may mean.
        words: String,
    },
    /// Anything else.
    #[error("the caller's identity could not be read: {0}")]
    Other(String),
}

impl IdentityError {
    fn of_code(code: &str, words: String) -> Self {
        match code {
            "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" => IdentityError::Expired(words),
            "RequestExpired" | "RequestTimeTooSkewed" | "InvalidSignatureException"
                if words.contains("igna") || code.starts_with("Request") =>
            {
                IdentityError::ClockSkew(words)
            }
            "SignatureDoesNotMatch" if words.contains("expired") || words.contains("not yet current") => {
                IdentityError::ClockSkew(words)
            }
            "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "SignatureDoesNotMatch"
            | "AuthFailure"
            | "InvalidAccessKeyId"
            | "IncompleteSignature" => IdentityError::Invalid(words),
            _ => IdentityError::Other(words),
        }
    }

    /// STS did not give a session. Credentials that have ended or that AWS does not know are a fault of the caller, not of the role.
    fn of_role(not: NotAssumed) -> Self {
        match IdentityError::of_code(&not.code, not.words.clone()) {
            IdentityError::Other(words) => IdentityError::NotAssumed { cause: not.cause, words },
            of_caller => of_caller,
        }
    }

    /// What the SDK says in its own words when no provider of its chain has credentials.
    fn of_text(text: String) -> Self {
        let lower = text.to_lowercase();
        if lower.contains("expired") {
            IdentityError::Expired(text)
        } else if lower.contains("credential") || lower.contains("profile") || lower.contains("token") {
            IdentityError::NoCredentials(text)
        } else {
            IdentityError::Unreachable(text)
        }
    }
}

/// Asks who is calling.
pub async fn identity(clients: &Clients) -> Result<Identity, IdentityError> {
    let answer = clients.sts().get_caller_identity().send().await.map_err(|error| {
        let context = DisplayErrorContext(&error).to_string();
        match error.as_service_error() {
            Some(service) if service.code().is_some() => {
                let (code, message) = (service.code().unwrap_or_default(), service.message().unwrap_or_default());
                IdentityError::of_code(code, format!("{code}: {message}"))
            }
            // A web page, or nothing that can be read.
            Some(_) => IdentityError::Unreachable(context),
            None => match not_assumed(&error) {
                Some(not) => IdentityError::of_role(not),
                None => IdentityError::of_text(context),
            },
        }
    })?;
    match (answer.account(), answer.arn()) {
        (Some(account), Some(arn)) => Ok(Identity {
            account: account.into(),
            arn: arn.into(),
            partition: arn.split(':').nth(1).unwrap_or("aws").into(),
        }),
        _ => Err(IdentityError::Other("the answer names no account".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_has_its_own_way_out() {
        let of = |code: &str, message: &str| IdentityError::of_code(code, format!("{code}: {message}"));
        assert!(matches!(
            of("ExpiredToken", "The security token included in the request is expired"),
            IdentityError::Expired(_)
        ));
        assert!(matches!(of("InvalidClientTokenId", "The security token is invalid"), IdentityError::Invalid(_)));
        assert!(matches!(
            of("SignatureDoesNotMatch", "Signature expired: 2026 is now earlier than"),
            IdentityError::ClockSkew(_)
        ));
        assert!(matches!(
            of("SignatureDoesNotMatch", "The request signature we calculated"),
            IdentityError::Invalid(_)
        ));
        assert!(matches!(of("RequestExpired", "Request has expired."), IdentityError::ClockSkew(_)));
        assert!(matches!(
            IdentityError::of_text("no providers in chain provided credentials".into()),
            IdentityError::NoCredentials(_)
        ));
        assert!(matches!(IdentityError::of_text("connection refused".into()), IdentityError::Unreachable(_)));
    }

    #[test]
    fn a_role_that_refuses_is_not_the_callers_fault_but_ended_credentials_are() {
        let of = |code: &str, cause| {
            IdentityError::of_role(NotAssumed { code: code.to_owned(), cause, words: format!("{code}: no") })
        };
        assert!(matches!(of("AccessDenied", Cause::Denied), IdentityError::NotAssumed { cause: Cause::Denied, .. }));
        assert!(matches!(of("", Cause::TimedOut), IdentityError::NotAssumed { cause: Cause::TimedOut, .. }));
        assert!(matches!(of("ExpiredToken", Cause::Failed), IdentityError::Expired(_)));
        assert!(matches!(of("InvalidClientTokenId", Cause::Failed), IdentityError::Invalid(_)));
    }
}
