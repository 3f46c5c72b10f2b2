//! From an SDK error to the cause of a gap. Causes are told apart because each has another way out.

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::{display::DisplayErrorContext, metadata::ProvideErrorMetadata};
use rung_rules::model::Cause;

use super::{
    budget::OverBudget,
    ended::{CredentialsEnded, is_ended},
    reach::Unreached,
};

/// The longest piece of AWS's own words that is kept.
const DETAIL_CHARS: usize = 400;

const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "Client.UnauthorizedOperation",
    "ForbiddenException",
    "NotAuthorized",
    "NotAuthorizedException",
    "UnauthorizedOperation",
    "UnauthorizedAccess",
];
const THROTTLED: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];
const NOT_ENROLLED: &[&str] = &[
    "OptInRequired",
    "OptInRequiredException",
    "SubscriptionRequiredException",
    "NotSubscribedException",
    "MissingAuthenticationTokenForOptIn",
];
const NOT_OFFERED: &[&str] = &[
    "InvalidAction",
    "UnknownOperationException",
    "UnsupportedOperation",
    "UnsupportedOperationException",
    "OperationNotSupportedException",
];
const REGION_OFF: &[&str] = &["RegionDisabledException", "InvalidRegion", "IllegalLocationConstraintException"];

/// Whether an error code says "slow down".
pub(crate) fn is_throttle(code: &str) -> bool {
    THROTTLED.contains(&code)
}

/// The cause and AWS's own words.
pub(crate) fn classify<E, R>(error: &SdkError<E, R>) -> (Cause, String)
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match error {
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or_default();
            let message = service.err().message().unwrap_or_default();
            if code.is_empty() && message.is_empty() {
                // No words of AWS's: the answer could not be read, and the SDK says where.
                return (Cause::Failed, shorten(&DisplayErrorContext(service.err()).to_string()));
            }
            (of_code(code, message), shorten(&words(code, message)))
        }
        SdkError::TimeoutError(_) => (Cause::TimedOut, String::new()),
        SdkError::DispatchFailure(dispatch) if dispatch.is_timeout() => (Cause::TimedOut, String::new()),
        SdkError::DispatchFailure(_) => {
            if let Some(known) = of_ours(error) {
                return known;
            }
            let text = DisplayErrorContext(error).to_string();
            (of_connection(&text, false), shorten(&text))
        }
        SdkError::ConstructionFailure(_) if cause::<CredentialsEnded>(error).is_some() => {
            of_ours(error).unwrap_or((Cause::CredentialsEnded, String::new()))
        }
        other => (Cause::Failed, shorten(&DisplayErrorContext(other).to_string())),
    }
}

/// What this program itself refused to send, and why.
fn of_ours(error: &(dyn std::error::Error + 'static)) -> Option<(Cause, String)> {
    let over = cause::<OverBudget>(error).map(|over| (Cause::OverBudget, over.to_string()));
    let unreached = || cause::<Unreached>(error).map(|of| (of.cause, shorten(&of.to_string())));
    let ended = || cause::<CredentialsEnded>(error).map(|of| (Cause::CredentialsEnded, shorten(&of.0)));
    over.or_else(unreached).or_else(ended)
}

/// An error of this type, wherever it stands in the chain of causes.
fn cause<'a, E: std::error::Error + 'static>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a E> {
    std::iter::successors(Some(error), |error| error.source()).find_map(|error| error.downcast_ref::<E>())
}

/// The cause of a connection that was not made, by the words of its error. A host without an address is a service that the
/// region does not have.
pub(crate) fn of_connection(text: &str, timed_out: bool) -> Cause {
    if text.contains("dns error") || text.contains("failed to lookup address") {
        Cause::NotOffered
    } else if timed_out {
        Cause::TimedOut
    } else {
        Cause::Failed
    }
}

fn words(code: &str, message: &str) -> String {
    match (code.is_empty(), message.is_empty()) {
        (_, true) => code.to_owned(),
        (true, _) => message.to_owned(),
        _ => format!("{code}: {message}"),
    }
}

fn of_code(code: &str, message: &str) -> Cause {
    if NOT_ENROLLED.contains(&code) || message.contains("is not registered for") || message.contains("not subscribed") {
        Cause::NotEnrolled
    } else if DENIED.contains(&code) {
        of_denial(message)
    } else if is_ended(code, message) {
        Cause::CredentialsEnded
    } else if is_throttle(code) {
        Cause::Throttled
    } else if NOT_OFFERED.contains(&code) {
        Cause::NotOffered
    } else if REGION_OFF.contains(&code) {
        Cause::RegionNotEnabled
    } else if code.contains("Timeout") {
        Cause::TimedOut
    } else {
        Cause::Failed
    }
}

/// IAM says in its message which kind of policy denied; older services do not.
fn of_denial(message: &str) -> Cause {
    let has = |text: &str| message.contains(text);
    if has("service control policy") || has("resource control policy") {
        Cause::DeniedByOrganizationPolicy
    } else if has("permissions boundary") {
        Cause::DeniedByPermissionsBoundary
    } else if has("identity-based policy") {
        Cause::DeniedByIdentityPolicy
    } else if has("session policy") || has("VPC endpoint policy") || has("resource-based policy") {
        Cause::DeniedByOtherPolicy
    } else {
        Cause::Denied
    }
}

fn shorten(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match clean.char_indices().nth(DETAIL_CHARS) {
        Some((at, _)) => format!("{}...", clean.get(..at).unwrap_or_default()),
        None => clean,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn denials_are_told_apart_by_aws_message() {
        let user = "User: arn:aws:iam::123456789012:user/scanner is not authorized to perform: ec2:DescribeVolumes";
        let cause = |end: &str| of_code("UnauthorizedOperation", &format!("{user} {end}"));
        assert_eq!(cause("because no identity-based policy allows the action"), Cause::DeniedByIdentityPolicy);
        assert_eq!(cause("with an explicit deny in an identity-based policy"), Cause::DeniedByIdentityPolicy);
        assert_eq!(cause("with an explicit deny in a service control policy"), Cause::DeniedByOrganizationPolicy);
        assert_eq!(cause("because no permissions boundary allows the action"), Cause::DeniedByPermissionsBoundary);
        assert_eq!(cause("because no session policy allows the action"), Cause::DeniedByOtherPolicy);
        assert_eq!(cause(""), Cause::Denied);
    }

    #[test]
    fn other_causes_by_code() {
        assert_eq!(of_code("OptInRequiredException", ""), Cause::NotEnrolled);
        assert_eq!(of_code("RequestLimitExceeded", ""), Cause::Throttled);
        assert_eq!(of_code("InvalidAction", ""), Cause::NotOffered);
        assert_eq!(of_code("InternalError", ""), Cause::Failed);
        assert_eq!(of_code("ExpiredTokenException", ""), Cause::CredentialsEnded);
        assert_eq!(of_code("X", "The security token included in the request is expired"), Cause::CredentialsEnded);
        assert_eq!(of_code("RequestTimeout", ""), Cause::TimedOut);
    }

    #[test]
    fn details_are_short_and_without_control_characters() {
        let text = shorten(&format!("a\u{1b}[31m{}", "x".repeat(1000)));
        assert!(text.chars().count() <= DETAIL_CHARS + 3);
        assert!(!text.contains('\u{1b}'));
    }
}
