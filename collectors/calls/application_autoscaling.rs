//! Application Auto Scaling: scalable targets, their policies, scheduled actions and activities.
//!
//! Each operation wants a service namespace, so each namespace costs a request a region even where it is not used.
//! Those of services that answer requests, or hold the data that requests wait for, are asked: ECS services, Lambda
//! provisioned concurrency, DynamoDB capacity, Aurora replicas, ElastiCache shards and replicas, SageMaker endpoints, Spot
//! Fleets. Not asked: AppStream, Comprehend, EMR, Keyspaces, MSK storage, Neptune, WorkSpaces, custom resources. What
//! belongs to the targets is asked only where a namespace has some.

use std::sync::Arc;

use aws_sdk_applicationautoscaling::types::{
    CustomizedMetricSpecification, PolicyType, PredictiveScalingMode, ScalableTarget, ScalingActivity,
    ScalingActivityStatusCode, ScalingPolicy, ServiceNamespace, TargetTrackingScalingPolicyConfiguration,
};
use rung_rules::facts::{PredictiveMode, ScalingMetric};

use super::{
    Call, call,
    scaling_policy::{Policy, PolicyKind},
    scaling_prose::{Activity, of_target, set_to},
    time::timestamp,
};
use crate::aws::{Listing, Place, drain};

call!(
    DESCRIBE_SCALABLE_TARGETS,
    "application-autoscaling",
    "ApplicationAutoScaling",
    "DescribeScalableTargets",
    "scalable targets: limits, suspended scaling"
);
call!(
    DESCRIBE_SCALING_POLICIES,
    "application-autoscaling",
    "ApplicationAutoScaling",
    "DescribeScalingPolicies",
    "scaling policies of scalable targets: type, metric, predictive mode, alarms"
);
call!(
    DESCRIBE_SCALING_ACTIVITIES,
    "application-autoscaling",
    "ApplicationAutoScaling",
    "DescribeScalingActivities",
    "what changed the capacity of scalable targets in the last six weeks"
);
call!(
    DESCRIBE_SCHEDULED_ACTIONS,
    "application-autoscaling",
    "ApplicationAutoScaling",
    "DescribeScheduledActions",
    "scheduled actions of scalable targets"
);

pub(crate) static CALLS: &[&Call] = &[
    &DESCRIBE_SCALABLE_TARGETS,
    &DESCRIBE_SCALING_POLICIES,
    &DESCRIBE_SCALING_ACTIVITIES,
    &DESCRIBE_SCHEDULED_ACTIONS,
];

/// The namespace of ECS services.
pub const ECS: &str = "ecs";
/// The namespaces that are asked.
pub const NAMESPACES: &[&str] = &[ECS, "lambda", "dynamodb", "rds", "elasticache", "sagemaker", "ec2"];

/// A scalable target.
#[derive(Clone, Debug)]
pub struct Target {
    /// Resource id and scalable dimension, as policies and activities refer to it.
    pub key: Arc<str>,
    /// `ScalableTargetARN`; optional.
    pub arn: Option<Arc<str>>,
    /// `ResourceId`: `service/shop/web`.
    pub resource: Arc<str>,
    /// `MinCapacity`.
    pub min: i32,
    /// `MaxCapacity`.
    pub max: i32,
    /// `SuspendedState`: its members that are true.
    pub suspended: Option<Vec<&'static str>>,
}

fn key(resource: &str, dimension: &str) -> Arc<str> {
    format!("{resource} {dimension}").into()
}

/// The scalable targets of a namespace.
pub async fn targets(place: &Place, namespace: &str) -> Arc<Listing<Target>> {
    let request = place.clients.application_autoscaling().describe_scalable_targets();
    let request = request.service_namespace(ServiceNamespace::from(namespace));
    let stream = request.into_paginator().page_size(50).send();
    let read = drain(place, &DESCRIBE_SCALABLE_TARGETS, namespace, stream, |page, items| {
        items.extend(page.scalable_targets.unwrap_or_default().into_iter().map(target));
    });
    place.memo(&DESCRIBE_SCALABLE_TARGETS, namespace, read).await
}

fn target(target: ScalableTarget) -> Target {
    let suspended = target.suspended_state.map(|state| {
        let states = [
            ("DynamicScalingInSuspended", state.dynamic_scaling_in_suspended),
            ("DynamicScalingOutSuspended", state.dynamic_scaling_out_suspended),
            ("ScheduledScalingSuspended", state.scheduled_scaling_suspended),
        ];
        states.into_iter().filter(|(_, suspended)| *suspended == Some(true)).map(|(name, _)| name).collect()
    });
    Target {
        key: key(&target.resource_id, target.scalable_dimension.as_str()),
        arn: target.scalable_target_arn.map(Arc::from),
        resource: target.resource_id.into(),
        min: target.min_capacity,
        max: target.max_capacity,
        suspended,
    }
}

/// The policies of a namespace.
pub async fn policies(place: &Place, namespace: &str) -> Arc<Listing<Policy>> {
    let request = place.clients.application_autoscaling().describe_scaling_policies();
    let request = request.service_namespace(ServiceNamespace::from(namespace));
    // Ten a page is AWS's maximum here.
    let stream = request.into_paginator().page_size(10).send();
    let read = drain(place, &DESCRIBE_SCALING_POLICIES, namespace, stream, |page, items| {
        items.extend(page.scaling_policies.unwrap_or_default().into_iter().filter_map(policy));
    });
    place.memo(&DESCRIBE_SCALING_POLICIES, namespace, read).await
}

fn policy(policy: ScalingPolicy) -> Option<Policy> {
    let kind = match policy.policy_type {
        PolicyType::TargetTrackingScaling => PolicyKind::TargetTracking,
        PolicyType::StepScaling => PolicyKind::Step,
        PolicyType::PredictiveScaling => {
            PolicyKind::Predictive(policy.predictive_scaling_policy_configuration.and_then(|one| mode(&one.mode?)))
        }
        _ => return None,
    };
    let tracking = policy.target_tracking_scaling_policy_configuration;
    let step = policy.step_scaling_policy_configuration;
    Some(Policy {
        of: key(&policy.resource_id, policy.scalable_dimension.as_str()),
        kind,
        cooldown_s: tracking.as_ref().and_then(|one| one.scale_out_cooldown).or(step.and_then(|one| one.cooldown)),
        metrics: tracking.map_or_else(Vec::new, tracked),
        alarms: policy.alarms.unwrap_or_default().into_iter().map(|alarm| alarm.alarm_name.into()).collect(),
    })
}

fn mode(mode: &PredictiveScalingMode) -> Option<PredictiveMode> {
    match mode {
        PredictiveScalingMode::ForecastAndScale => Some(PredictiveMode::ForecastAndScale),
        PredictiveScalingMode::ForecastOnly => Some(PredictiveMode::ForecastOnly),
        _ => None,
    }
}

fn tracked(configuration: TargetTrackingScalingPolicyConfiguration) -> Vec<ScalingMetric> {
    let predefined = configuration.predefined_metric_specification.map(|metric| metric.predefined_metric_type);
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

/// The activities of a namespace that AWS keeps: those of the last six weeks.
pub async fn activities(place: &Place, namespace: &str) -> Arc<Listing<Activity>> {
    let request = place.clients.application_autoscaling().describe_scaling_activities();
    let request = request.service_namespace(ServiceNamespace::from(namespace));
    let stream = request.into_paginator().page_size(50).send();
    let read = drain(place, &DESCRIBE_SCALING_ACTIVITIES, namespace, stream, |page, items| {
        items.extend(page.scaling_activities.unwrap_or_default().into_iter().map(activity));
    });
    place.memo(&DESCRIBE_SCALING_ACTIVITIES, namespace, read).await
}

fn activity(activity: ScalingActivity) -> Activity {
    use ScalingActivityStatusCode::{Failed, Unfulfilled};
    Activity {
        of: key(&activity.resource_id, activity.scalable_dimension.as_str()),
        at: timestamp(activity.start_time),
        failed: matches!(activity.status_code, Failed | Unfulfilled),
        changes: vec![of_target(&activity.cause)],
        set_to: set_to(&activity.description),
    }
}

/// The target (resource id and scalable dimension) of every scheduled action of a namespace.
pub async fn scheduled(place: &Place, namespace: &str) -> Arc<Listing<Arc<str>>> {
    let request = place.clients.application_autoscaling().describe_scheduled_actions();
    let request = request.service_namespace(ServiceNamespace::from(namespace));
    let stream = request.into_paginator().page_size(50).send();
    let read = drain(place, &DESCRIBE_SCHEDULED_ACTIONS, namespace, stream, |page, items| {
        let actions = page.scheduled_actions.unwrap_or_default().into_iter();
        items.extend(actions.filter_map(|action| Some(key(&action.resource_id, action.scalable_dimension?.as_str()))));
    });
    place.memo(&DESCRIBE_SCHEDULED_ACTIONS, namespace, read).await
}
