//! Auto Scaling: groups, their policies, scheduled actions and activities.

use std::sync::Arc;

use aws_sdk_autoscaling::types::{
    AutoScalingGroup, CustomizedMetricSpecification, PredictiveScalingMode, ScalingActivityStatusCode, ScalingPolicy,
    TargetTrackingConfiguration,
};
use rung_rules::{
    facts::{PredictiveMode, ScalingMetric},
    model::Tags,
};

use super::{
    Call, call,
    scaling_policy::{Policy, PolicyKind},
    scaling_prose::{Activity, of_group},
    tags::tags,
    time::timestamp,
};
use crate::aws::{Listing, Place, drain};

call!(
    DESCRIBE_AUTO_SCALING_GROUPS,
    "autoscaling",
    "AutoScaling",
    "DescribeAutoScalingGroups",
    "Auto Scaling groups: sizes, instances, target groups, suspended processes"
);
call!(
    DESCRIBE_POLICIES,
    "autoscaling",
    "AutoScaling",
    "DescribePolicies",
    "scaling policies of groups: type, metric, predictive mode, alarms"
);
call!(
    DESCRIBE_SCALING_ACTIVITIES,
    "autoscaling",
    "AutoScaling",
    "DescribeScalingActivities",
    "what changed the capacity of groups in the last six weeks"
);
call!(
    DESCRIBE_SCHEDULED_ACTIONS,
    "autoscaling",
    "AutoScaling",
    "DescribeScheduledActions",
    "scheduled actions of groups"
);

pub(crate) static CALLS: &[&Call] =
    &[&DESCRIBE_AUTO_SCALING_GROUPS, &DESCRIBE_POLICIES, &DESCRIBE_SCALING_ACTIVITIES, &DESCRIBE_SCHEDULED_ACTIONS];

/// An Auto Scaling group, as `DescribeAutoScalingGroups` shows it. (Sizes and the health check are required there: AWS
/// always sends them, and the SDK would fill them in.)
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// `AutoScalingGroupName`.
    pub name: Arc<str>,
    /// `AutoScalingGroupARN`.
    pub arn: Option<Arc<str>>,
    /// Whether it is being deleted: `Status` is set only then.
    pub deleting: bool,
    /// `MinSize`.
    pub min: Option<i32>,
    /// `MaxSize`.
    pub max: Option<i32>,
    /// `DesiredCapacity`.
    pub desired: Option<i32>,
    /// `DefaultCooldown`, seconds.
    pub cooldown_s: Option<i32>,
    /// `DefaultInstanceWarmup`, seconds; absent where it is not set.
    pub warmup_s: Option<i32>,
    /// `HealthCheckType`.
    pub health_check_type: Option<Arc<str>>,
    /// `SuspendedProcesses`: their names.
    pub suspended: Option<Vec<Arc<str>>>,
    /// Whether `TargetGroupARNs`, `LoadBalancerNames` or `TrafficSources` name anything.
    pub load_balanced: bool,
    /// `Instances`: their ids.
    pub instances: Vec<Arc<str>>,
    /// `Tags`.
    pub tags: Tags,
}

/// Every group of the place, those being deleted too: their instances are not without a group.
pub async fn groups(place: &Place) -> Arc<Listing<Group>> {
    let stream = place.clients.autoscaling().describe_auto_scaling_groups().into_paginator().page_size(100).send();
    let read = drain(place, &DESCRIBE_AUTO_SCALING_GROUPS, "", stream, |page, items| {
        items.extend(page.auto_scaling_groups.unwrap_or_default().into_iter().filter_map(group));
    });
    place.memo(&DESCRIBE_AUTO_SCALING_GROUPS, "", read).await
}

fn group(group: AutoScalingGroup) -> Option<Group> {
    let some = |names: &Option<Vec<String>>| names.as_ref().is_some_and(|names| !names.is_empty());
    let sources = group.traffic_sources.is_some_and(|sources| !sources.is_empty());
    let suspended = group.suspended_processes.map(|processes| processes.into_iter().filter_map(|one| one.process_name));
    let instances = group.instances.unwrap_or_default().into_iter();
    Some(Group {
        name: group.auto_scaling_group_name?.into(),
        arn: group.auto_scaling_group_arn.map(Arc::from),
        deleting: group.status.is_some_and(|status| status.starts_with("Delete")),
        min: group.min_size,
        max: group.max_size,
        desired: group.desired_capacity,
        cooldown_s: group.default_cooldown,
        warmup_s: group.default_instance_warmup,
        health_check_type: group.health_check_type.map(Arc::from),
        suspended: suspended.map(|names| names.map(Arc::from).collect()),
        load_balanced: some(&group.target_group_arns) || some(&group.load_balancer_names) || sources,
        instances: instances.filter_map(|instance| instance.instance_id.map(Arc::from)).collect(),
        tags: tags(group.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value))),
    })
}

/// Every policy of the place's groups that is enabled.
pub async fn policies(place: &Place) -> Arc<Listing<Policy>> {
    let stream = place.clients.autoscaling().describe_policies().into_paginator().page_size(100).send();
    let read = drain(place, &DESCRIBE_POLICIES, "", stream, |page, items| {
        items.extend(page.scaling_policies.unwrap_or_default().into_iter().filter_map(policy));
    });
    place.memo(&DESCRIBE_POLICIES, "", read).await
}

fn policy(policy: ScalingPolicy) -> Option<Policy> {
    if policy.enabled == Some(false) {
        return None;
    }
    let kind = match policy.policy_type.as_deref() {
        Some("TargetTrackingScaling") => PolicyKind::TargetTracking,
        Some("StepScaling") => PolicyKind::Step,
        Some("PredictiveScaling") => {
            PolicyKind::Predictive(policy.predictive_scaling_configuration.and_then(|one| mode(&one.mode?)))
        }
        // Simple is the type of a policy made without one.
        Some("SimpleScaling") | None => PolicyKind::Simple,
        Some(_) => return None,
    };
    Some(Policy {
        of: policy.auto_scaling_group_name?.into(),
        kind,
        metrics: policy.target_tracking_configuration.map_or_else(Vec::new, tracked),
        alarms: policy.alarms.unwrap_or_default().into_iter().filter_map(|one| one.alarm_name.map(Arc::from)).collect(),
        cooldown_s: policy.cooldown,
    })
}

fn mode(mode: &PredictiveScalingMode) -> Option<PredictiveMode> {
    match mode {
        PredictiveScalingMode::ForecastAndScale => Some(PredictiveMode::ForecastAndScale),
        PredictiveScalingMode::ForecastOnly => Some(PredictiveMode::ForecastOnly),
        _ => None,
    }
}

fn tracked(configuration: TargetTrackingConfiguration) -> Vec<ScalingMetric> {
    let predefined = configuration.predefined_metric_specification.and_then(|metric| metric.predefined_metric_type);
    let predefined = predefined.map(|metric| ScalingMetric::of_predefined(metric.as_str()));
    let customized = configuration.customized_metric_specification.map_or_else(Vec::new, customized);
    predefined.into_iter().chain(customized).collect()
}

fn customized(metric: CustomizedMetricSpecification) -> Vec<ScalingMetric> {
    let of = |namespace: Option<String>, name: Option<String>| {
        Some(ScalingMetric::of_metric(namespace.as_deref().unwrap_or_default(), &name?))
    };
    let queries = metric.metrics.unwrap_or_default().into_iter().filter_map(|query| query.metric_stat?.metric);
    let of_queries = queries.filter_map(|metric| of(metric.namespace, metric.metric_name));
    of(metric.namespace, metric.metric_name).into_iter().chain(of_queries).collect()
}

/// Every activity of the place's groups that AWS keeps: those begun in the last six weeks.
pub async fn activities(place: &Place) -> Arc<Listing<Activity>> {
    let stream = place.clients.autoscaling().describe_scaling_activities().into_paginator().page_size(100).send();
    let read = drain(place, &DESCRIBE_SCALING_ACTIVITIES, "", stream, |page, items| {
        items.extend(page.activities.unwrap_or_default().into_iter().filter_map(activity));
    });
    place.memo(&DESCRIBE_SCALING_ACTIVITIES, "", read).await
}

fn activity(activity: aws_sdk_autoscaling::types::Activity) -> Option<Activity> {
    use ScalingActivityStatusCode::{Cancelled, Failed};
    Some(Activity {
        of: activity.auto_scaling_group_name?.into(),
        at: activity.start_time.and_then(timestamp),
        failed: matches!(activity.status_code, Some(Failed | Cancelled)),
        changes: of_group(&activity.cause.unwrap_or_default()),
        set_to: None,
    })
}

/// The group of every scheduled action of the place.
pub async fn scheduled(place: &Place) -> Arc<Listing<Arc<str>>> {
    let stream = place.clients.autoscaling().describe_scheduled_actions().into_paginator().page_size(100).send();
    let read = drain(place, &DESCRIBE_SCHEDULED_ACTIONS, "", stream, |page, items| {
        let actions = page.scheduled_update_group_actions.unwrap_or_default().into_iter();
        items.extend(actions.filter_map(|action| action.auto_scaling_group_name.map(Arc::from)));
    });
    place.memo(&DESCRIBE_SCHEDULED_ACTIONS, "", read).await
}
