//! WAF-PERF-010 Compute Sizing: running instances and their use, Compute Optimizer's findings, and what validates sizes.

mod findings;
mod instances;
mod memory;
mod validation;

use rung_rules::{
    facts::{Kind, SizingPractice},
    model::{Evidence, Observed},
};

use crate::{
    Collected,
    aws::{Listing, Place, Read},
    calls::{
        autoscaling, compute_optimizer_automation,
        compute_optimizer_compute::{self, GET_ENROLLMENT_STATUS},
        config,
        ec2_instances::{self, Instance},
        ecs,
    },
    metrics::{Ask, Metric, Metrics},
};
use findings::Findings;
use memory::Memory;

static CPU: Metric = Metric::hourly("AWS/EC2", "CPUUtilization", "Average", &["InstanceId"]);
/// AWS's managed rule that says which instance types are allowed.
const DESIRED_INSTANCE_TYPE: &str = "DESIRED_INSTANCE_TYPE";

/// The metrics this control needs of a place.
pub(crate) async fn ask_metrics(place: &Place, ask: &Ask) {
    if place.is_global() {
        return;
    }
    let cpu = |instances: &[Instance]| ask.all(instances.iter().map(|instance| CPU.of(&instance.id)));
    let instances = ec2_instances::instances_as_they_come(place, cpu).await;
    // Once more: who came first to the list may have been somebody who asks for nothing.
    cpu(&instances.items);
    if !instances.items.is_empty() {
        let memory = Memory::read(place).await;
        ask.all(instances.items.iter().flat_map(|instance| memory.queries(&instance.id).iter().cloned()));
    }
}

/// The evidence of a place.
pub(crate) async fn collect(place: &Place, metrics: &Metrics) -> Collected {
    if place.is_global() {
        return Collected::default();
    }
    let (instances, groups, services) =
        futures::join!(ec2_instances::instances(place), autoscaling::groups(place), ecs::services(place));
    let compute = Compute { instances: &instances, groups: &groups, services: &services };
    let mut collected = Collected::default();
    collected.unseen.extend(place.unseen(Kind::Instance, &instances));
    collected.unseen.extend(place.unseen(Kind::SizedResource, &groups));
    collected.unseen.extend(place.unseen(Kind::SizedResource, &services));
    let (findings, practice) = futures::join!(Findings::read(place, &compute), practice(place, &compute));
    instances::collect(place, &instances, &findings, metrics, &mut collected).await;
    findings.collect(place, &compute, &mut collected);
    collected.evidence.push(practice);
    collected
}

/// What there is to size in a place.
struct Compute<'a> {
    instances: &'a Listing<Instance>,
    groups: &'a Listing<autoscaling::Group>,
    services: &'a Listing<ecs::Service>,
}

impl<'a> Compute<'a> {
    fn groups(&self) -> impl Iterator<Item = &'a autoscaling::Group> + use<'a> {
        self.groups.items.iter().filter(|group| !group.deleting)
    }

    fn services(&self) -> impl Iterator<Item = &'a ecs::Service> + use<'a> {
        self.services.items.iter().filter(|service| service.active())
    }

    /// Whether it is certain that there is none.
    fn is_none(&self) -> bool {
        let unlisted = self.instances.gap.is_some() || self.groups.gap.is_some() || self.services.gap.is_some();
        !unlisted && self.instances.items.is_empty() && self.groups().count() + self.services().count() == 0
    }
}

async fn practice(place: &Place, compute: &Compute<'_>) -> Evidence {
    let (enrolment, automation, rules, pipeline_validates) = futures::join!(
        enrolment(place, compute),
        compute_optimizer_automation::rules(place),
        config::rules(place),
        validation::in_pipelines(place)
    );
    let desired = |rule: &config::ConfigRule| rule.source.as_deref() == Some(DESIRED_INSTANCE_TYPE);
    let sizes_compute = |rule: &&compute_optimizer_automation::AutomationRule| {
        rule.active && rule.actions.iter().any(|action| changes_compute(action))
    };
    let facts = SizingPractice {
        instances: compute.instances.count(|_| true),
        auto_scaling_groups: compute.groups.count(|group| !group.deleting),
        ecs_services: compute.services.count(|service| service.active()),
        enrolment,
        automation_rules: automation.count(sizes_compute).map(|count| count as u32),
        config_rule_validates: rules.any(desired),
        pipeline_validates,
    };
    let subject = place.subject(place.arn("rung", "compute-sizing"), Some("compute sizing"), Default::default());
    Evidence { subject, facts: facts.into() }
}

/// AWS has actions for EBS volumes so far (`UpgradeEbsVolumeType` ...). Those to come will name what they change.
fn changes_compute(action: &str) -> bool {
    !action.contains("Ebs") && ["Ec2", "Instance", "AutoScaling", "Ecs"].iter().any(|word| action.contains(word))
}

async fn enrolment(place: &Place, compute: &Compute<'_>) -> Observed<Option<String>> {
    if compute.is_none() {
        return Observed::known(None, compute.instances.from);
    }
    match &*compute_optimizer_compute::enrolment(place).await {
        Read::Known { value, from } => {
            let status = value.as_ref().map(|status| Some(status.to_string()));
            place.reported(status, *from, &GET_ENROLLMENT_STATUS, "status")
        }
        Read::Unknown { gap } => Observed::unknown(*gap),
    }
}

#[cfg(test)]
mod tests;
