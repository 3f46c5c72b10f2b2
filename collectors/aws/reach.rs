//! Regions that are not reached: they cost a few attempts, not each source's every attempt.
//!
//! What a network does not reach it reaches for no account, so this is kept for each region of the whole scan. Services that
//! a region lacks have no address there either: only services that AWS has in every region count, two of them, and only while
//! nothing in the region has ever answered. Any answer ends it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::error::display::DisplayErrorContext;
use rung_rules::model::Cause;

use super::{account::GLOBAL, classify::of_connection};

/// Services that AWS has in every region, or, for the two last, for every account.
const EVERYWHERE: &[&str] = &[
    "autoscaling",
    "cloudformation",
    "cloudwatch",
    "ec2",
    "ecs",
    "elasticloadbalancing",
    "lambda",
    "rds",
    "s3",
    "states",
    "cloudfront",
    "route53",
];
/// So many of them without an answer stand for their region.
const ENOUGH: usize = 2;
/// AWS does not know the credentials; so it answers in a region that the account has not enabled.
const NOT_KNOWN_HERE: &[&str] = &["InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure"];

/// A request that was not sent, because nothing in its region is reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no endpoint of {region} was reached ({services} tried); nothing more is sent there: {words}")]
pub(crate) struct Unreached {
    pub(crate) cause: Cause,
    region: Arc<str>,
    services: String,
    words: Arc<str>,
}

#[derive(Debug, Default)]
struct Region {
    answered: bool,
    silent: BTreeSet<&'static str>,
    last: Option<(Cause, Arc<str>)>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    worked: bool,
    refused: bool,
}

type AccountAndRegion = (Arc<str>, Arc<str>);

/// Which regions answer, and which know the credentials.
#[derive(Debug, Default)]
pub struct Reach {
    regions: Mutex<BTreeMap<Arc<str>, Region>>,
    known: Mutex<BTreeMap<AccountAndRegion, Known>>,
}

impl Reach {
    fn regions(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, Region>> {
        self.regions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a request to the region is worth sending.
    pub(crate) fn ask(&self, region: &Arc<str>) -> Result<(), Unreached> {
        let regions = self.regions();
        let Some(Region { answered: false, silent, last: Some((cause, words)) }) = regions.get(region) else {
            return Ok(());
        };
        if silent.len() < ENOUGH {
            return Ok(());
        }
        let services = silent.iter().copied().collect::<Vec<_>>().join(", ");
        Err(Unreached { cause: *cause, region: region.clone(), services, words: words.clone() })
    }

    /// Something answered, whatever it said.
    pub(crate) fn answered(&self, region: &Arc<str>) {
        let mut regions = self.regions();
        if !regions.get(region).is_some_and(|known| known.answered) {
            regions.insert(region.clone(), Region { answered: true, ..Region::default() });
        }
    }

    /// Nothing answered.
    pub(crate) fn silent(&self, region: &Arc<str>, service: &'static str, error: &ConnectorError) {
        if EVERYWHERE.contains(&service) && (error.is_io() || error.is_timeout()) {
            let words = DisplayErrorContext(error).to_string();
            let mut regions = self.regions();
            let known = regions.entry(region.clone()).or_default();
            known.silent.insert(service);
            known.last =
                Some((of_connection(&words, error.is_timeout()), words.chars().take(300).collect::<String>().into()));
        }
    }

    /// AWS knew the credentials in this account and region.
    pub(crate) fn worked(&self, account: &Arc<str>, region: &Arc<str>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry((account.clone(), region.clone())).or_default().worked = true;
    }

    /// Whether an error says that the region is not enabled: AWS does not know the credentials here and does elsewhere.
    pub(crate) fn is_off(&self, account: &Arc<str>, region: &Arc<str>, code: &str) -> bool {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if !NOT_KNOWN_HERE.contains(&code) {
            if !code.is_empty() {
                known.entry((account.clone(), region.clone())).or_default().worked = true;
            }
            return false;
        }
        let here = known.entry((account.clone(), region.clone())).or_default();
        here.refused = true;
        // Credentials that worked here and no longer do have been taken away, which is another matter.
        let never_here = !here.worked && &**region != GLOBAL;
        let mut others = known.iter().filter(|((of, at), _)| of == account && at != region);
        never_here && others.any(|(_, other)| other.worked && !other.refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused() -> ConnectorError {
        ConnectorError::io("connection refused".into())
    }

    #[test]
    fn two_services_that_every_region_has_stand_for_the_region() {
        let (reach, here, there): (_, Arc<str>, Arc<str>) = (Reach::default(), "eu-west-9".into(), "us-east-1".into());
        for service in ["devops-guru", "dax", "ec2", "ec2"] {
            reach.silent(&here, service, &refused());
            assert_eq!(reach.ask(&here), Ok(()), "{service} alone says nothing of the region");
        }
        reach.silent(&here, "rds", &refused());
        let unreached = reach.ask(&here).unwrap_err();
        assert_eq!(unreached.cause, Cause::Failed);
        assert!(unreached.to_string().contains("eu-west-9 was reached (ec2, rds tried)"), "{unreached}");
        assert_eq!(reach.ask(&there), Ok(()));
        reach.answered(&here);
        assert_eq!(reach.ask(&here), Ok(()), "an answer ends it");
        ["ec2", "rds", "s3"].into_iter().for_each(|service| reach.silent(&here, service, &refused()));
        assert_eq!(reach.ask(&here), Ok(()), "a region that has answered is only disturbed");
    }

    #[test]
    fn the_cause_is_that_of_the_attempts() {
        let (reach, here): (_, Arc<str>) = (Reach::default(), "xx-east-1".into());
        let dns = || ConnectorError::io("dns error: failed to lookup address information".into());
        ["ec2", "s3"].into_iter().for_each(|service| reach.silent(&here, service, &dns()));
        assert_eq!(reach.ask(&here).unwrap_err().cause, Cause::NotOffered);
        let (slow, there): (_, Arc<str>) = (Reach::default(), "xx-west-1".into());
        ["ec2", "s3"]
            .into_iter()
            .for_each(|service| slow.silent(&there, service, &ConnectorError::timeout("slow".into())));
        assert_eq!(slow.ask(&there).unwrap_err().cause, Cause::TimedOut);
    }

    #[test]
    fn a_region_is_off_only_where_the_account_works_elsewhere() {
        let reach = Reach::default();
        let [account, other, home, off]: [Arc<str>; 4] = ["1", "2", "us-east-1", "af-south-1"].map(Arc::from);
        assert!(!reach.is_off(&account, &off, "AuthFailure"), "it may be the credentials");
        reach.worked(&other, &home);
        assert!(!reach.is_off(&account, &off, "AuthFailure"), "another account says nothing of this one");
        assert!(!reach.is_off(&account, &home, "AccessDenied"), "who is denied is known");
        assert!(reach.is_off(&account, &off, "AuthFailure") && reach.is_off(&account, &off, "InvalidClientTokenId"));
        assert!(!reach.is_off(&account, &home, "InvalidClientTokenId"), "they were taken away");
        assert!(!reach.is_off(&account, &off, "AuthFailure"));
    }
}
