//! Servers behind a load balancer that nothing scales: what is missing, made visible.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use rung_rules::{
    facts::{Kind, ServerKind, StaticServer},
    model::{Evidence, Observed, SourceId},
};

use crate::{
    Collected, at_once,
    aws::Place,
    calls::{application_autoscaling, autoscaling, ec2_instances, ecs, elbv2},
};

/// Target groups asked for their targets at once.
const AT_ONCE: usize = 16;

pub(super) async fn collect(place: &Place, collected: &mut Collected) {
    instances(place, collected).await;
    services(place, collected).await;
}

/// Target groups of an instance, and the source that says so.
type Registered = BTreeMap<Arc<str>, (Vec<String>, SourceId)>;

async fn instances(place: &Place, collected: &mut Collected) {
    let registered = registered(place, collected).await;
    if registered.is_empty() {
        return;
    }
    let groups = autoscaling::groups(place).await;
    let grouped: HashSet<&str> =
        groups.items.iter().flat_map(|group| &group.instances).map(|instance| &**instance).collect();
    let ungrouped = registered.into_iter().filter(|(instance, _)| !grouped.contains(&**instance));
    let scaled = outside_groups(place).await;
    let running = ec2_instances::instances(place).await;
    for (instance, (target_groups, from)) in ungrouped {
        let facts = StaticServer {
            server_kind: ServerKind::Instance,
            target_groups: Observed::known(target_groups, from),
            scaled,
        };
        let arn = place.arn("ec2", &format!("instance/{instance}"));
        let own = running.items.iter().find(|one| one.id == instance);
        let mut subject = place.subject(arn, Some(&instance), own.map(|one| one.tags.clone()).unwrap_or_default());
        subject.tags_gap = own.is_none().then(|| running.gap.unwrap_or_else(|| ec2_instances::tags_gap(place)));
        collected.evidence.push(Evidence { subject, facts: facts.into() });
    }
}

/// Whether an instance that is in no group that was read is scaled: no, unless a group was not read or a scaled Spot Fleet
/// may hold it (fleets do not list their instances here).
async fn outside_groups(place: &Place) -> Observed<bool> {
    let groups = autoscaling::groups(place).await;
    let fleets = application_autoscaling::targets(place, "ec2").await;
    match (groups.gap, fleets.gap) {
        (Some(gap), _) | (None, Some(gap)) => Observed::unknown(gap),
        (None, None) if !fleets.items.is_empty() => {
            let call = &application_autoscaling::DESCRIBE_SCALABLE_TARGETS;
            place.reported(None, fleets.from, call, "the instances of Spot Fleets")
        }
        (None, None) => Observed::known(false, groups.from),
    }
}

/// The instances of target groups that a load balancer uses. A target that is draining is on its way out.
async fn registered(place: &Place, collected: &mut Collected) -> Registered {
    let groups = elbv2::target_groups(place).await;
    collected.unseen.extend(place.unseen(Kind::StaticServer, &groups));
    let used = |group: &&elbv2::TargetGroup| {
        !group.load_balancers.is_empty() && group.target_type.as_deref().is_none_or(|kind| kind == "instance")
    };
    let used = groups.items.iter().filter(used);
    let of_groups = used.map(|group| async move { (group, elbv2::targets(place, &group.arn).await) });
    let mut registered = Registered::new();
    for (group, targets) in at_once(AT_ONCE, of_groups).await {
        collected.unseen.extend(place.unseen(Kind::StaticServer, &targets));
        let stays =
            |target: &&elbv2::Target| target.id.starts_with("i-") && target.state.as_deref() != Some("draining");
        for target in targets.items.iter().filter(stays) {
            let (groups, _) = registered.entry(target.id.clone()).or_insert_with(|| (Vec::new(), targets.from));
            // The same instance may be registered at several ports.
            if !groups.iter().any(|known| **known == *group.arn) {
                groups.push(group.arn.to_string());
            }
        }
    }
    registered
}

/// Services that stay, run as many tasks as they are told, and have a load balancer before them.
async fn services(place: &Place, collected: &mut Collected) {
    let services = ecs::services(place).await;
    collected.unseen.extend(place.unseen(Kind::StaticServer, &services));
    let behind = |service: &&ecs::Service| service.active() && !service.daemon && !service.load_balancers.is_empty();
    let targets = application_autoscaling::targets(place, application_autoscaling::ECS).await;
    let scaled: HashSet<&str> = targets.items.iter().map(|target| &*target.resource).collect();
    for service in services.items.iter().filter(behind).filter(|one| !scaled.contains(one.resource().as_str())) {
        let groups = service.load_balancers.iter().map(|group| group.to_string()).collect();
        let facts = StaticServer {
            server_kind: ServerKind::EcsService,
            target_groups: Observed::known(groups, service.from),
            scaled: targets.gap.map_or(Observed::known(false, targets.from), Observed::unknown),
        };
        let subject = place.subject(service.arn.clone(), Some(&service.name), service.tags.clone());
        collected.evidence.push(Evidence { subject, facts: facts.into() });
    }
}
