//! WAF-PERF-020 Auto-Scaling: what scales, how it scaled lately, and what stands outside scaling.

mod activities;
mod limit_alarms;
mod load_runs;
mod policies;
mod static_servers;

use std::{collections::HashMap, sync::Arc};

use futures::future::{join, join_all};
use jiff::Timestamp;
use rung_rules::{
    facts::{Kind, ScalingKind, ScalingTarget},
    model::{Evidence, Observed, SourceId, Tags, Unseen},
};

use crate::{
    Collected,
    aws::{Listing, Place},
    calls::{
        application_autoscaling::{self as applications, ECS, NAMESPACES},
        autoscaling, cloudwatch, ecs,
        scaling_policy::PolicyKind,
    },
};
use activities::History;
use limit_alarms::LimitAlarms;
use load_runs::LoadRuns;
use policies::{AlarmMetrics, Policies};

/// The evidence of a place.
pub(crate) async fn collect(place: &Place) -> Collected {
    if place.is_global() {
        return Collected::default();
    }
    let mut collected = Collected::default();
    let (groups, namespaces) =
        join(groups(place), join_all(NAMESPACES.iter().map(|namespace| namespace_of(place, namespace)))).await;
    let parts: Vec<Part> = std::iter::once(groups).chain(namespaces).collect();
    collected.unseen.extend(parts.iter().filter_map(|part| part.unseen.clone()));
    if parts.iter().any(|part| !part.targets.is_empty()) {
        evidence(place, parts, &mut collected).await;
    }
    static_servers::collect(place, &mut collected).await;
    collected
}

/// The targets of one service or namespace, with what was read about them.
struct Part {
    targets: Vec<Target>,
    unseen: Option<Unseen>,
    behaviour: Option<Behaviour>,
}

/// What the targets of a part have done and are set to do. Read only where there are targets.
struct Behaviour {
    policies: Policies,
    history: History,
    scheduled: Arc<Listing<Arc<str>>>,
}

/// A scaling target, whichever service scales it.
struct Target {
    kind: ScalingKind,
    /// As policies and activities refer to it.
    key: Arc<str>,
    /// As alarms on its capacity refer to it.
    watched_as: Arc<str>,
    arn: Arc<str>,
    name: Arc<str>,
    tags: Tags,
    min: Observed<i32>,
    max: Observed<i32>,
    desired: Observed<Option<i32>>,
    suspended: Observed<Vec<String>>,
    warmup_s: Observed<Option<i32>>,
    /// Nothing where only policies have one.
    cooldown_s: Option<Observed<Option<i32>>>,
    health_check_type: Observed<Option<String>>,
    load_balanced: Observed<bool>,
}

async fn groups(place: &Place) -> Part {
    let groups = autoscaling::groups(place).await;
    let there = groups.items.iter().filter(|group| !group.deleting);
    let targets: Vec<Target> = there.map(|group| of_group(place, group, groups.from)).collect();
    let mut part = Part { unseen: place.unseen(Kind::ScalingTarget, &groups), targets, behaviour: None };
    if !part.targets.is_empty() {
        let (policies, activities, scheduled) =
            futures::join!(autoscaling::policies(place), autoscaling::activities(place), autoscaling::scheduled(place));
        part.behaviour = Some(Behaviour {
            policies: Policies::new(&autoscaling::DESCRIBE_POLICIES, &policies),
            history: History::new(place, &autoscaling::DESCRIBE_SCALING_ACTIVITIES, &activities),
            scheduled,
        });
    }
    part
}

fn of_group(place: &Place, group: &autoscaling::Group, from: SourceId) -> Target {
    let call = &autoscaling::DESCRIBE_AUTO_SCALING_GROUPS;
    let names = |names: &Vec<Arc<str>>| names.iter().map(|name| name.to_string()).collect();
    let composed = || place.arn("autoscaling", &format!("autoScalingGroup:autoScalingGroupName/{}", group.name));
    let health_check = group.health_check_type.as_deref().map(|kind| Some(kind.to_owned()));
    Target {
        kind: ScalingKind::AutoScalingGroup,
        key: group.name.clone(),
        watched_as: group.name.clone(),
        arn: group.arn.clone().unwrap_or_else(composed),
        name: group.name.clone(),
        tags: group.tags.clone(),
        min: place.reported(group.min, from, call, "MinSize"),
        max: place.reported(group.max, from, call, "MaxSize"),
        desired: place.reported(group.desired.map(Some), from, call, "DesiredCapacity"),
        suspended: place.reported(group.suspended.as_ref().map(names), from, call, "SuspendedProcesses"),
        warmup_s: Observed::known(group.warmup_s, from),
        cooldown_s: Some(place.reported(group.cooldown_s.map(Some), from, call, "DefaultCooldown")),
        health_check_type: place.reported(health_check, from, call, "HealthCheckType"),
        load_balanced: Observed::known(group.load_balanced, from),
    }
}

async fn namespace_of(place: &Place, namespace: &str) -> Part {
    let listed = applications::targets(place, namespace).await;
    let mut part = Part { unseen: place.unseen(Kind::ScalingTarget, &listed), targets: Vec::new(), behaviour: None };
    if listed.items.is_empty() {
        return part;
    }
    part.targets = match namespace {
        ECS => of_services(place, &listed).await,
        _ => listed.items.iter().map(|target| of_target(place, namespace, target, listed.from)).collect(),
    };
    let (policies, activities, scheduled) = futures::join!(
        applications::policies(place, namespace),
        applications::activities(place, namespace),
        applications::scheduled(place, namespace)
    );
    part.behaviour = Some(Behaviour {
        policies: Policies::new(&applications::DESCRIBE_SCALING_POLICIES, &policies),
        history: History::new(place, &applications::DESCRIBE_SCALING_ACTIVITIES, &activities),
        scheduled,
    });
    part
}

/// A target as its namespace shows it, before a join with the service behind it.
fn of_target(place: &Place, namespace: &str, target: &applications::Target, from: SourceId) -> Target {
    let call = &applications::DESCRIBE_SCALABLE_TARGETS;
    let names = |names: &Vec<&str>| names.iter().map(|name| (*name).to_owned()).collect();
    let composed = || place.arn("application-autoscaling", &format!("scalable-target/{namespace}/{}", target.key));
    Target {
        kind: ScalingKind::Other(namespace.to_owned()),
        key: target.key.clone(),
        watched_as: target.resource.clone(),
        arn: target.arn.clone().unwrap_or_else(composed),
        name: target.resource.clone(),
        tags: Tags::default(),
        min: Observed::known(target.min, from),
        max: Observed::known(target.max, from),
        desired: Observed::known(None, from),
        suspended: place.reported(target.suspended.as_ref().map(names), from, call, "SuspendedState"),
        warmup_s: Observed::known(None, from),
        cooldown_s: None,
        health_check_type: Observed::known(None, from),
        load_balanced: match namespace {
            // The request of a Spot Fleet may name target groups, its scalable target does not.
            "ec2" => place.reported(None, from, call, "the target groups of Spot Fleets"),
            _ => Observed::known(false, from),
        },
    }
}

/// ECS targets joined with their services. One whose service is gone or draining is left out.
async fn of_services(place: &Place, listed: &Listing<applications::Target>) -> Vec<Target> {
    let services = ecs::services(place).await;
    let by_resource: HashMap<String, &ecs::Service> =
        services.items.iter().map(|service| (service.resource(), service)).collect();
    let joined = listed.items.iter().filter_map(|listed_target| {
        let target = of_target(place, ECS, listed_target, listed.from);
        let target = Target { kind: ScalingKind::EcsService, ..target };
        let service = by_resource.get(&*listed_target.resource);
        match (service, services.gap) {
            (Some(service), _) => service.active().then(|| with_service(target, service)),
            (None, Some(gap)) => Some(Target {
                arn: place.arn("ecs", &listed_target.resource),
                desired: Observed::unknown(gap),
                load_balanced: Observed::unknown(gap),
                ..target
            }),
            (None, None) => None,
        }
    });
    joined.collect()
}

fn with_service(target: Target, service: &ecs::Service) -> Target {
    Target {
        arn: service.arn.clone(),
        name: service.name.clone(),
        tags: service.tags.clone(),
        desired: Observed::known(Some(service.desired), service.from),
        load_balanced: Observed::known(!service.load_balancers.is_empty(), service.from),
        ..target
    }
}

async fn evidence(place: &Place, parts: Vec<Part>, collected: &mut Collected) {
    let Some(automatic_change) = latest_automatic(&parts) else { return };
    let (alarms, load_runs) = join(cloudwatch::alarms(place), LoadRuns::of(place)).await;
    let joins =
        Joins { metrics: AlarmMetrics::new(&alarms), limits: LimitAlarms::new(&alarms), load_runs, automatic_change };
    for part in parts {
        let Some(behaviour) = part.behaviour else { continue };
        let of_part = part.targets.into_iter().map(|target| target_evidence(place, target, &behaviour, &joins));
        collected.evidence.extend(of_part);
    }
}

/// What is the same for all targets of a place.
struct Joins<'a> {
    metrics: AlarmMetrics<'a>,
    limits: LimitAlarms,
    load_runs: LoadRuns,
    automatic_change: Observed<Option<Timestamp>>,
}

/// The latest over all parts; "none" only when every part's activities, and every list of targets, were read. Nothing
/// where there are no targets.
fn latest_automatic(parts: &[Part]) -> Option<Observed<Option<Timestamp>>> {
    let histories = parts.iter().filter_map(|part| Some(&part.behaviour.as_ref()?.history));
    let of_parts: Vec<_> = histories.map(History::latest_automatic).collect();
    let at = |one: &&Observed<Option<Timestamp>>| one.value().copied().flatten();
    let latest = of_parts.iter().filter(|one| at(one).is_some()).max_by_key(at);
    let unread = of_parts.iter().find(|one| one.value().is_none()).copied();
    let unlisted = parts.iter().find_map(|part| Some(Observed::unknown(part.unseen.as_ref()?.gap)));
    latest.copied().or(unread).or(unlisted).or(of_parts.first().copied())
}

fn target_evidence(place: &Place, target: Target, behaviour: &Behaviour, joins: &Joins<'_>) -> Evidence {
    let Behaviour { policies, history, scheduled } = behaviour;
    let key = &*target.key;
    let records_users = target.kind == ScalingKind::AutoScalingGroup;
    let limit_alarm_percent = match target.max {
        Observed::Known { value: max, .. } => joins.limits.percent(&target.watched_as, max),
        Observed::Unknown { gap } => Observed::unknown(gap),
    };
    let facts = ScalingTarget {
        scaling_kind: target.kind,
        min: target.min,
        max: target.max,
        desired: target.desired,
        target_tracking_policies: policies.target_tracking(key),
        step_policies: policies.triggered(key, PolicyKind::Step),
        simple_policies: policies.triggered(key, PolicyKind::Simple),
        predictive: policies.predictive(place, key),
        metrics: policies.metrics(place, key, &joins.metrics),
        suspended: target.suspended,
        warmup_s: target.warmup_s,
        cooldown_s: target.cooldown_s.unwrap_or_else(|| policies.cooldown(key)),
        health_check_type: target.health_check_type,
        scheduled_actions: scheduled.count(|of| ***of == *key).map(|count| count as u32),
        load_balanced: target.load_balanced,
        limit_alarm_percent,
        activities_90_days: history.causes_90_days(key),
        activities_30_days: history.causes_30_days(key),
        policy_scale_out_at: history.policy_scale_out(place, key),
        user_change_at: if records_users { history.user_change(key) } else { history.user_change_unrecorded(place) },
        automatic_change_here_at: joins.automatic_change,
        load_tested: history.load_tested(place, key, &joins.load_runs),
    };
    Evidence { subject: place.subject(target.arn, Some(&target.name), target.tags), facts: facts.into() }
}

#[cfg(test)]
#[path = "auto_scaling_tests.rs"]
mod tests;
