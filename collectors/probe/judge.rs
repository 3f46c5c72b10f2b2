//! From an answer to what it says about permission.

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use rung_rules::model::Cause;

use super::tries::{Found, Given};
use crate::aws::classify;

/// What an answer says about permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// AWS answered.
    Allowed,
    /// AWS refused a made-up resource as unknown or malformed: permission was no obstacle, as far as AWS tells.
    Likely,
    /// A policy denies it.
    Denied,
    /// The account, its plan or the region does not have it: no policy opens it.
    Unavailable,
    /// It could not be found out: throttled, no answer in time, unreachable, or another error.
    Failed,
    /// Nothing was sent.
    NotTried,
}

/// How an operation answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What that says about permission.
    pub state: State,
    /// Why it is closed; nothing where it is not.
    pub cause: Option<Cause>,
    /// AWS's words, shortened, or why nothing was tried.
    pub words: String,
    /// What the answer showed.
    pub found: Found,
}

impl Answer {
    /// AWS answered.
    pub fn allowed() -> Self {
        Answer { state: State::Allowed, cause: None, words: String::new(), found: Found::default() }
    }

    /// Nothing was sent, for this reason.
    pub fn not_tried(why: &str) -> Self {
        Answer { state: State::NotTried, words: why.to_owned(), ..Answer::allowed() }
    }

    /// Closed for this cause.
    pub fn closed(cause: Cause, words: String) -> Self {
        Answer { state: state_of(cause), cause: Some(cause), words, found: Found::default() }
    }
}

fn state_of(cause: Cause) -> State {
    match cause {
        Cause::DeniedByIdentityPolicy
        | Cause::DeniedByOrganizationPolicy
        | Cause::DeniedByPermissionsBoundary
        | Cause::DeniedByOtherPolicy
        | Cause::Denied => State::Denied,
        Cause::NotEnrolled | Cause::RegionNotEnabled | Cause::NotOffered => State::Unavailable,
        Cause::CutShort | Cause::NotRequested => State::NotTried,
        Cause::Throttled
        | Cause::TimedOut
        | Cause::Failed
        | Cause::NoData
        | Cause::NotReported
        | Cause::OverBudget
        | Cause::CredentialsEnded => State::Failed,
    }
}

/// EC2's answer to a dry run that would have been carried out.
const DRY_RUN: &str = "DryRunOperation";
/// How AWS's services name what is not there. They look after they have authorised.
const NO_SUCH: &[&str] = &["NotFound", "NoSuch", "DoesNotExist", "NotExist"];
/// How they name what cannot be a resource's name, or an empty range.
const MALFORMED: &[&str] =
    &["Validation", "InvalidParameter", "InvalidInput", "InvalidRequest", "BadRequest", "InvalidA", "InvalidRange"];
/// In every denial that IAM decides.
const BY_IAM: &[&str] = &["not authorized to perform", "not authorized to access"];

/// The answer of an SDK error.
pub(super) fn judge<E, R>(error: &SdkError<E, R>, given: Given) -> Answer
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default();
    let (cause, words) = classify(error);
    of_code(code, cause, words, given)
}

fn of_code(code: &str, cause: Cause, words: String, given: Given) -> Answer {
    let among = |names: &[&str]| names.iter().any(|name| code.contains(name));
    if code == DRY_RUN {
        return Answer::allowed();
    }
    if state_of(cause) == State::Denied && given == Given::MadeUp && !BY_IAM.iter().any(|by| words.contains(by)) {
        let why = format!("AWS refused a made-up resource without saying that a policy did: {words}");
        return Answer::not_tried(&why);
    }
    match (cause, given) {
        (Cause::Failed, Given::MadeUp) if among(NO_SUCH) || among(MALFORMED) => {
            Answer { state: State::Likely, words, ..Answer::allowed() }
        }
        // There is none of what belongs to a resource that is there.
        (Cause::Failed, Given::Real) if among(NO_SUCH) || code == "InvalidRange" => Answer::allowed(),
        (Cause::Failed, Given::Nothing) if among(NO_SUCH) => Answer::allowed(),
        _ => Answer::closed(cause, words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(code: &str, cause: Cause, words: &str, given: Given) -> State {
        of_code(code, cause, words.to_owned(), given).state
    }

    #[test]
    fn a_dry_run_that_would_have_been_carried_out_is_allowed() {
        let words = "DryRunOperation: Request would have succeeded, but DryRun flag is set.";
        assert_eq!(state("DryRunOperation", Cause::Failed, words, Given::Nothing), State::Allowed);
    }

    #[test]
    fn what_is_not_there_means_allowed_on_a_real_resource_and_likely_on_a_made_up_one() {
        for code in ["ResourceNotFoundException", "NoSuchLifecycleConfiguration", "ApplicationDoesNotExistException"] {
            assert_eq!(state(code, Cause::Failed, code, Given::Real), State::Allowed);
            assert_eq!(state(code, Cause::Failed, code, Given::Nothing), State::Allowed);
            assert_eq!(state(code, Cause::Failed, code, Given::MadeUp), State::Likely);
        }
    }

    #[test]
    fn a_malformed_request_says_something_only_of_a_made_up_resource() {
        assert_eq!(state("ValidationException", Cause::Failed, "", Given::MadeUp), State::Likely);
        assert_eq!(state("ValidationException", Cause::Failed, "", Given::Real), State::Failed);
        assert_eq!(state("ValidationException", Cause::Failed, "", Given::Nothing), State::Failed);
    }

    #[test]
    fn an_unknown_error_is_never_allowed() {
        for given in [Given::Nothing, Given::Real, Given::MadeUp] {
            assert_eq!(state("InternalError", Cause::Failed, "", given), State::Failed);
            assert_eq!(state("InvalidClientTokenId", Cause::Failed, "", given), State::Failed);
            assert_eq!(state("", Cause::TimedOut, "", given), State::Failed);
            assert_eq!(state("Throttling", Cause::Throttled, "", given), State::Failed);
        }
    }

    #[test]
    fn a_denial_of_a_made_up_resource_counts_where_aws_names_a_policy() {
        let by_iam = "AccessDeniedException: User: x is not authorized to perform: lambda:GetPolicy";
        assert_eq!(state("AccessDeniedException", Cause::Denied, by_iam, Given::MadeUp), State::Denied);
        assert_eq!(state("AccessDenied", Cause::Denied, "AccessDenied: Access Denied", Given::MadeUp), State::NotTried);
        assert_eq!(state("AccessDenied", Cause::Denied, "AccessDenied: Access Denied", Given::Real), State::Denied);
    }

    #[test]
    fn no_policy_opens_what_the_account_does_not_have() {
        for cause in [Cause::NotEnrolled, Cause::NotOffered, Cause::RegionNotEnabled] {
            assert_eq!(state("OptInRequiredException", cause, "", Given::Nothing), State::Unavailable);
        }
    }
}
