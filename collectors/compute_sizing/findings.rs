//! Compute Optimizer's findings about instances, Auto Scaling groups and ECS services.

use std::{collections::HashMap, sync::Arc};

use rung_rules::{
    facts::{SizedKind, SizedResource},
    model::{Cause, Evidence, GapId, Observed, SourceId},
};

use super::Compute;
use crate::{
    Collected,
    aws::{Listing, Place},
    calls::{
        Call,
        compute_optimizer::Recommendation,
        compute_optimizer_compute::{
            self, GET_AUTO_SCALING_GROUP_RECOMMENDATIONS, GET_EC2_INSTANCE_RECOMMENDATIONS,
            GET_ECS_SERVICE_RECOMMENDATIONS,
        },
    },
};

/// The findings of a place. A list is asked for only where there is something it could speak about.
pub(super) struct Findings {
    instances: Option<OfKind>,
    groups: Option<OfKind>,
    services: Option<OfKind>,
}

struct OfKind {
    by_arn: HashMap<Arc<str>, Arc<str>>,
    from: SourceId,
    gap: Option<GapId>,
}

impl OfKind {
    fn of(listing: &Listing<Recommendation>) -> OfKind {
        let by_arn = listing.items.iter().map(|one| (one.arn.clone(), one.finding.clone())).collect();
        OfKind { by_arn, from: listing.from, gap: listing.gap }
    }
}

impl Findings {
    pub(super) async fn read(place: &Place, compute: &Compute<'_>) -> Findings {
        let instances = async {
            if compute.instances.items.is_empty() {
                return None;
            }
            Some(OfKind::of(&*compute_optimizer_compute::instances(place).await))
        };
        let groups = async {
            compute.groups().next()?;
            Some(OfKind::of(&*compute_optimizer_compute::groups(place).await))
        };
        let services = async {
            compute.services().next()?;
            Some(OfKind::of(&*compute_optimizer_compute::services(place).await))
        };
        let (instances, groups, services) = futures::join!(instances, groups, services);
        Findings { instances, groups, services }
    }

    /// The finding about an instance.
    pub(super) fn instance(&self, place: &Place, arn: &str) -> Observed<Option<String>> {
        self.about(place, self.instances.as_ref(), &GET_EC2_INSTANCE_RECOMMENDATIONS, arn)
    }

    /// The evidence about groups and services.
    pub(super) fn collect(&self, place: &Place, compute: &Compute<'_>, collected: &mut Collected) {
        for group in compute.groups() {
            let composed =
                || place.arn("autoscaling", &format!("autoScalingGroup:autoScalingGroupName/{}", group.name));
            let arn = group.arn.clone().unwrap_or_else(composed);
            let finding = self.about(place, self.groups.as_ref(), &GET_AUTO_SCALING_GROUP_RECOMMENDATIONS, &arn);
            let facts = SizedResource { sized_kind: SizedKind::AutoScalingGroup, optimizer_finding: finding };
            let subject = place.subject(arn, Some(&group.name), group.tags.clone());
            collected.evidence.push(Evidence { subject, facts: facts.into() });
        }
        for service in compute.services() {
            let finding = self.about(place, self.services.as_ref(), &GET_ECS_SERVICE_RECOMMENDATIONS, &service.arn);
            let facts = SizedResource { sized_kind: SizedKind::EcsService, optimizer_finding: finding };
            let subject = place.subject(service.arn.clone(), Some(&service.name), service.tags.clone());
            collected.evidence.push(Evidence { subject, facts: facts.into() });
        }
    }

    /// Enrolled and without a single finding of any kind: Compute Optimizer has not looked yet, which tells nothing.
    fn about(&self, place: &Place, of_kind: Option<&OfKind>, call: &Call, arn: &str) -> Observed<Option<String>> {
        let no_data = || place.gap(call, "a finding about any instance, group or service", Cause::NoData, "");
        let Some(of_kind) = of_kind else { return Observed::unknown(no_data()) };
        match (of_kind.by_arn.get(arn), of_kind.gap) {
            (Some(finding), _) => Observed::known(Some(finding.to_string()), of_kind.from),
            (None, Some(gap)) => Observed::unknown(gap),
            (None, None) if self.has_looked() => Observed::known(None, of_kind.from),
            (None, None) => Observed::unknown(no_data()),
        }
    }

    fn has_looked(&self) -> bool {
        [&self.instances, &self.groups, &self.services].into_iter().flatten().any(|one| !one.by_arn.is_empty())
    }
}
