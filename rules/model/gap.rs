//! Gaps: what could not be seen, why, and what would open it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A 64-bit id written as a short prefix and sixteen hexadecimal digits.
macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(into = "String", try_from = "String")]
        #[schemars(with = "String")]
        pub struct $name(pub u64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, "{:016x}"), self.0)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                text.strip_prefix($prefix)
                    .and_then(|hex| u64::from_str_radix(hex, 16).ok())
                    .map($name)
                    .ok_or_else(|| format!("{text:?} is no id of the form {}0123456789abcdef", $prefix))
            }
        }
    };
}
pub(crate) use hex_id;

hex_id!(
    /// Identifies a gap; the same gap has the same id in every scan.
    GapId,
    "g-"
);

/// Why something could not be seen. Causes are never merged: each has another way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The caller's own policies do not allow the action (implicit or explicit deny).
    DeniedByIdentityPolicy,
    /// A service control policy or resource control policy of the organisation denies the action.
    DeniedByOrganizationPolicy,
    /// The caller's permissions boundary does not allow the action.
    DeniedByPermissionsBoundary,
    /// A session, endpoint or resource policy denies the action.
    DeniedByOtherPolicy,
    /// Denied, and AWS's message does not say by what.
    Denied,
    /// The account is not enrolled in or subscribed to the service, or its support plan does not include it.
    NotEnrolled,
    /// The region is not enabled for the account.
    RegionNotEnabled,
    /// The service or operation is not offered in the region or partition.
    NotOffered,
    /// Every attempt was throttled.
    Throttled,
    /// No answer within the time-out, on every attempt.
    TimedOut,
    /// The call failed for another reason; the detail has AWS's own words.
    Failed,
    /// The listing was begun and not finished (interrupted, or a later page failed).
    CutShort,
    /// Asked and answered, but there are no data in the window.
    NoData,
    /// AWS's answer leaves the field out, which is not the same as "off".
    NotReported,
    /// It would have exceeded the most calls or the most list price that the user allows.
    OverBudget,
    /// The credentials ended before it was asked for, and were not renewed in time.
    CredentialsEnded,
    /// Not asked for, because the command line or the configuration left it out.
    NotRequested,
}

impl Cause {
    /// The cause in plain words, as it is printed.
    pub fn words(self) -> &'static str {
        match self {
            Cause::DeniedByIdentityPolicy => "denied by the caller's own policy",
            Cause::DeniedByOrganizationPolicy => "denied by an organisation's policy",
            Cause::DeniedByPermissionsBoundary => "denied by the permissions boundary",
            Cause::DeniedByOtherPolicy => "denied by a session, endpoint or resource policy",
            Cause::Denied => "denied",
            Cause::NotEnrolled => "not enrolled or not subscribed",
            Cause::RegionNotEnabled => "region not enabled",
            Cause::NotOffered => "not offered in this region",
            Cause::Throttled => "throttled on every attempt",
            Cause::TimedOut => "timed out",
            Cause::Failed => "failed",
            Cause::CutShort => "cut short",
            Cause::NoData => "no data in the window",
            Cause::NotReported => "not reported by AWS",
            Cause::OverBudget => "over the limit of calls or cost",
            Cause::CredentialsEnded => "credentials ended",
            Cause::NotRequested => "not asked for",
        }
    }
}

/// Something that could not be seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// The id that facts, findings and outcomes refer to.
    pub id: GapId,
    /// The operation with its service, for example `ec2:DescribeVolumes`.
    pub operation: String,
    /// Account it happened in.
    pub account: String,
    /// Region it happened in; `global` for services without regions.
    pub region: String,
    /// What of the answer is missing, where it is less than the whole (a metric, a field); empty otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub what: String,
    /// Why.
    pub cause: Cause,
    /// AWS's own words, shortened; empty where there are none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// What would open it.
    pub opens_with: String,
}
