//! The registry of a scan: every source read and every gap found, each once.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use rung_rules::model::{Cause, Gap, GapId, SourceId, SourceRecord};

use super::ids::gap_id;
use crate::calls::Call;

/// Sources and gaps of one scan, shared by all its places.
#[derive(Debug, Default)]
pub struct Registry {
    sources: Mutex<BTreeMap<SourceId, SourceRecord>>,
    gaps: Mutex<BTreeMap<GapId, Gap>>,
}

/// Where a gap happened and what it is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GapAt<'a> {
    pub(crate) operation: &'a str,
    pub(crate) iam: &'a str,
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) what: &'a str,
}

impl Registry {
    pub(crate) fn add_source(&self, source: SourceRecord) {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner).insert(source.id, source);
    }

    pub(crate) fn add_gap(&self, at: GapAt<'_>, cause: Cause, detail: String) -> GapId {
        let id = gap_id(at.operation, at.account, at.region, at.what, cause.words());
        let mut gaps = self.gaps.lock().unwrap_or_else(PoisonError::into_inner);
        gaps.entry(id).or_insert_with(|| Gap {
            id,
            operation: at.operation.to_owned(),
            account: at.account.to_owned(),
            region: at.region.to_owned(),
            what: at.what.to_owned(),
            cause,
            detail,
            opens_with: opens_with(cause, at),
        });
        id
    }

    /// Everything registered so far, ordered by id.
    pub fn snapshot(&self) -> (Vec<SourceRecord>, Vec<Gap>) {
        let sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        let gaps = self.gaps.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        (sources, gaps)
    }
}

/// What would open a call that is closed for this cause.
pub(crate) fn what_opens(cause: Cause, call: &Call, account: &str, region: &str) -> String {
    opens_with(cause, GapAt { operation: &call.name(), iam: &call.iam(), account, region, what: "" })
}

fn opens_with(cause: Cause, at: GapAt<'_>) -> String {
    let GapAt { operation, iam, account, region, what } = at;
    match cause {
        Cause::DeniedByIdentityPolicy => {
            format!("allow {iam} in a policy of the scanning identity (rung policy prints one)")
        }
        Cause::DeniedByOrganizationPolicy => {
            format!("an exception for {iam} in the organisation's service control policy that covers {account}")
        }
        Cause::DeniedByPermissionsBoundary => {
            format!("allow {iam} in the permissions boundary of the scanning identity")
        }
        Cause::DeniedByOtherPolicy => format!("allow {iam} in the session, endpoint or resource policy that denies it"),
        Cause::Denied => format!("allow {iam} for the scanning identity (identity policy, boundary, organisation)"),
        Cause::NotEnrolled => {
            format!("enrol {account} in the service behind {operation} in {region}, or leave it: it stays unknown")
        }
        Cause::RegionNotEnabled => format!("enable {region} for {account}, or leave it out of the scan"),
        Cause::NotOffered => format!("nothing: AWS does not offer {operation} in {region}"),
        Cause::Throttled => "scan again when less other work calls this API, or raise --max-attempts".to_owned(),
        Cause::TimedOut => "scan again, or raise --timeout".to_owned(),
        Cause::Failed if iam.is_empty() => "mend what the detail tells, and scan again".to_owned(),
        Cause::Failed => "read AWS's words in the detail, and scan again".to_owned(),
        Cause::OverBudget => "raise --max-calls or --max-cost".to_owned(),
        Cause::CredentialsEnded => {
            "renew the credentials (for example `aws sso login`) and go on with rung scan --resume".to_owned()
        }
        Cause::CutShort => "scan again and let it finish".to_owned(),
        Cause::NoData => format!("data for {what}: the resource must report it for the length of the window"),
        Cause::NotReported if iam.is_empty() => format!("write {what} into the file"),
        Cause::NotReported => format!("nothing in AWS's answer shows {what}; look at the resource itself"),
        Cause::NotRequested => "scan without --metrics off".to_owned(),
    }
}
