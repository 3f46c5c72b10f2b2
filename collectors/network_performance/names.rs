//! Where names lead, by the record sets of the account's own zones.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use rung_rules::model::GapId;

use super::hosts::{host, is_website_endpoint, leads_nowhere_else};
use crate::{
    at_once,
    aws::{Listing, Place},
    calls::route53::{self, HostedZone, RecordSet},
};

/// Zones read at once: Route 53 allows five requests a second in an account.
const ZONES_AT_ONCE: usize = 4;
/// Steps from name to name that are followed.
const STEPS: usize = 16;

/// The zones of the account with their record sets.
pub(super) struct Zones {
    /// The zones.
    pub(super) zones: Arc<Listing<HostedZone>>,
    /// The record sets of each, in the same order.
    pub(super) records: Vec<Arc<Listing<RecordSet>>>,
}

/// Reads every zone of the account.
pub(super) async fn zones(place: &Place) -> Zones {
    let zones = route53::hosted_zones(place).await;
    let records = zones.items.iter().map(|zone| route53::record_sets(place, &zone.id));
    let records = at_once(ZONES_AT_ONCE, records).await;
    Zones { zones, records }
}

/// What public names lead to.
pub(super) struct Names {
    targets: BTreeMap<String, BTreeSet<String>>,
    /// Why there may be more names.
    pub(super) gap: Option<GapId>,
}

/// Where a name leads.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Leads {
    /// The name itself and every name on the way.
    pub(super) hosts: BTreeSet<String>,
    /// Names on the way that no record and no rule of AWS's names explains.
    pub(super) open: BTreeSet<String>,
}

impl Names {
    /// The names of the public zones; CloudFront does not see private ones.
    pub(super) fn of(zones: &Zones) -> Names {
        let public = || zones.zones.items.iter().zip(&zones.records).filter(|(zone, _)| !zone.private);
        let mut targets: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for record in public().flat_map(|(_, records)| &records.items) {
            targets.entry(host(&record.name)).or_default().extend(record.targets.iter().map(|target| host(target)));
        }
        let gap = zones.zones.gap.or_else(|| public().find_map(|(_, records)| records.gap));
        Names { targets, gap }
    }

    /// Follows a name to where it leads.
    pub(super) fn follow(&self, name: &str) -> Leads {
        let mut leads = Leads::default();
        let mut ahead = BTreeSet::from([host(name)]);
        for _ in 0..STEPS {
            let mut next = BTreeSet::new();
            for name in ahead {
                if leads.hosts.insert(name.clone()) {
                    next.extend(self.step(&name, &mut leads));
                }
            }
            ahead = next;
        }
        leads.open.extend(ahead);
        leads
    }

    fn step(&self, name: &str, leads: &mut Leads) -> Vec<String> {
        if leads_nowhere_else(name) {
            return Vec::new();
        }
        let Some(targets) = self.targets_of(name) else {
            leads.open.insert(name.to_owned());
            return Vec::new();
        };
        let to = |target: &String| {
            if is_website_endpoint(target) { format!("{name}.{target}") } else { target.clone() }
        };
        targets.iter().map(to).collect()
    }

    /// The record of the name, or the nearest wildcard above it.
    fn targets_of(&self, name: &str) -> Option<&BTreeSet<String>> {
        let wildcards = name.match_indices('.').map(|(at, _)| format!("*{}", name.get(at..).unwrap_or_default()));
        self.targets.get(name).or_else(|| wildcards.into_iter().find_map(|wildcard| self.targets.get(&wildcard)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(records: &[(&str, &[&str])]) -> Names {
        let set = |targets: &[&str]| targets.iter().map(|target| host(target)).collect();
        Names { targets: records.iter().map(|(name, targets)| (host(name), set(targets))).collect(), gap: None }
    }

    fn hosts(leads: &Leads) -> Vec<&str> {
        leads.hosts.iter().map(String::as_str).collect()
    }

    #[test]
    fn a_name_is_followed_over_cname_and_alias() {
        let names = names(&[
            ("origin.example.com.", &["lb.example.com"]),
            ("lb.example.com.", &["dualstack.shop-1.eu-west-1.elb.amazonaws.com."]),
        ]);
        let leads = names.follow("Origin.example.com");
        assert_eq!(hosts(&leads), ["lb.example.com", "origin.example.com", "shop-1.eu-west-1.elb.amazonaws.com"]);
        assert!(leads.open.is_empty());
    }

    #[test]
    fn the_nearest_wildcard_answers_for_a_name_without_record() {
        let names = names(&[("\\052.example.com.", &["shop-1.eu-west-1.elb.amazonaws.com."])]);
        assert!(names.follow("a.b.example.com").hosts.contains("shop-1.eu-west-1.elb.amazonaws.com"));
        assert!(names.follow("example.org").open.contains("example.org"));
    }

    #[test]
    fn an_alias_to_the_websites_of_a_region_means_the_bucket_of_that_name() {
        let names = names(&[("www.example.com.", &["s3-website-us-east-1.amazonaws.com."])]);
        assert!(names.follow("www.example.com").hosts.contains("www.example.com.s3-website-us-east-1.amazonaws.com"));
    }

    #[test]
    fn a_circle_ends_and_an_address_is_an_end() {
        let circle = names(&[("a.example.com", &["b.example.com"]), ("b.example.com", &["a.example.com"])]);
        assert_eq!(hosts(&circle.follow("a.example.com")), ["a.example.com", "b.example.com"]);
        assert!(names(&[("a.example.com", &[])]).follow("a.example.com").open.is_empty());
    }

    #[test]
    fn a_name_of_others_stays_open() {
        let names = names(&[("a.example.com", &["cdn.example.net", "shop.elasticbeanstalk.com"])]);
        let open = names.follow("a.example.com").open;
        assert_eq!(open.into_iter().collect::<Vec<_>>(), ["cdn.example.net", "shop.elasticbeanstalk.com"]);
    }
}
