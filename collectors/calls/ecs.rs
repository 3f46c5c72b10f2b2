//! ECS: clusters and their services.

use std::sync::Arc;

use aws_sdk_ecs::types::{DeploymentConfiguration, DeploymentControllerType, Failure, SchedulingStrategy};
use rung_rules::model::{Cause, GapId, SourceId, Tags};

use super::{Call, call, tags::tags};
use crate::{
    at_once,
    aws::{Listing, Place, Read, drain, once},
};

call!(LIST_CLUSTERS, "ecs", "ECS", "ListClusters", "ECS clusters");
call!(LIST_SERVICES, "ecs", "ECS", "ListServices", "ECS services of a cluster");
call!(DESCRIBE_SERVICES, "ecs", "ECS", "DescribeServices", "ECS services: tasks, strategy, load balancers");

pub(crate) static CALLS: &[&Call] = &[&LIST_CLUSTERS, &LIST_SERVICES, &DESCRIBE_SERVICES];

/// Services that one DescribeServices takes.
const SERVICES_PER_CALL: usize = 10;
/// Clusters, and batches of a cluster's services, under way at once.
const AT_ONCE: usize = 8;

/// An ECS service, as `DescribeServices` shows it.
#[derive(Clone, Debug)]
pub struct Service {
    /// `serviceArn`.
    pub arn: Arc<str>,
    /// `serviceName`.
    pub name: Arc<str>,
    /// Name of the cluster, from `clusterArn`.
    pub cluster: Arc<str>,
    /// `status`: `ACTIVE`, `DRAINING` or `INACTIVE`.
    pub status: Option<Arc<str>>,
    /// `desiredCount`.
    pub desired: i32,
    /// `schedulingStrategy` is `DAEMON`: one task an instance, whatever the load.
    pub daemon: bool,
    /// `loadBalancers` of the service and of its task sets: target group ARNs and names of classic load balancers.
    pub load_balancers: Vec<Arc<str>>,
    /// Who deploys, and what stops a deployment; nothing where `deploymentConfiguration` is absent.
    pub deployment: Option<Deployment>,
    /// `tags`; empty on services with ARNs of the old form.
    pub tags: Tags,
    /// The answer it was read from.
    pub from: SourceId,
}

/// How a service is deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// `deploymentController.type`; `ECS` where AWS leaves it out, which is its default.
    pub controller: Arc<str>,
    /// `deploymentConfiguration.alarms.alarmNames`; none where that is not enabled.
    pub alarms: Vec<Arc<str>>,
    /// `deploymentConfiguration.alarms.rollback`, where that is enabled.
    pub rolls_back: bool,
    /// `deploymentConfiguration.deploymentCircuitBreaker.enable`.
    pub circuit_breaker: bool,
}

impl Service {
    /// Whether it is there to stay: not draining, not a shell of one that was deleted.
    pub fn active(&self) -> bool {
        self.status.as_deref().is_none_or(|status| status == "ACTIVE")
    }

    /// What Application Auto Scaling calls it: `service/shop/web`.
    pub fn resource(&self) -> String {
        format!("service/{}/{}", self.cluster, self.name)
    }
}

/// Every service of the place's clusters; a gap of any of the three operations is a gap of the list.
pub async fn services(place: &Place) -> Arc<Listing<Service>> {
    place.memo(&DESCRIBE_SERVICES, "", all_services(place)).await
}

async fn all_services(place: &Place) -> Listing<Service> {
    let stream = place.clients.ecs().list_clusters().into_paginator().page_size(100).send();
    let clusters: Listing<Arc<str>> = drain(place, &LIST_CLUSTERS, "", stream, |page, items| {
        items.extend(page.cluster_arns.unwrap_or_default().into_iter().map(Arc::from));
    })
    .await;
    let mut all = Listing { items: Vec::new(), from: clusters.from, gap: clusters.gap };
    for (services, gap) in at_once(AT_ONCE, clusters.items.iter().map(|cluster| of_cluster(place, cluster))).await {
        all.items.extend(services);
        all.gap = all.gap.or(gap);
    }
    all
}

async fn of_cluster(place: &Place, cluster: &str) -> (Vec<Service>, Option<GapId>) {
    let stream = place.clients.ecs().list_services().cluster(cluster).into_paginator().page_size(100).send();
    let arns: Listing<String> = drain(place, &LIST_SERVICES, cluster, stream, |page, items| {
        items.extend(page.service_arns.unwrap_or_default());
    })
    .await;
    let mut all = Vec::with_capacity(arns.items.len());
    let mut gap = arns.gap;
    let batches = arns.items.chunks(SERVICES_PER_CALL);
    for part in at_once(AT_ONCE, batches.into_iter().map(|batch| describe(place, cluster, batch))).await {
        match part {
            Read::Known { value: (services, failed), from } => {
                all.extend(services.into_iter().filter_map(|one| service(one, from)));
                gap = gap.or(failed);
            }
            Read::Unknown { gap: unread } => gap = gap.or(Some(unread)),
        }
    }
    (all, gap)
}

async fn describe(
    place: &Place,
    cluster: &str,
    batch: &[String],
) -> Read<(Vec<aws_sdk_ecs::types::Service>, Option<GapId>)> {
    let request = place.clients.ecs().describe_services().cluster(cluster).set_services(Some(batch.to_vec()));
    let answer = request.include(aws_sdk_ecs::types::ServiceField::Tags).send();
    let parameters = format!("{cluster} from {}", batch.first().map_or("", String::as_str));
    let take = |answer: aws_sdk_ecs::operation::describe_services::DescribeServicesOutput| {
        let failed = answer.failures.unwrap_or_default().iter().find_map(|failure| not_described(place, failure));
        (answer.services.unwrap_or_default(), failed)
    };
    once(place, &DESCRIBE_SERVICES, &parameters, answer, take, &[], || None).await
}

/// A service that went away since it was listed is no gap.
fn not_described(place: &Place, failure: &Failure) -> Option<GapId> {
    let reason = failure.reason.as_deref().unwrap_or("no reason given");
    let arn = failure.arn.as_deref().unwrap_or_default();
    (reason != "MISSING").then(|| place.gap(&DESCRIBE_SERVICES, arn, Cause::Failed, reason))
}

fn service(service: aws_sdk_ecs::types::Service, from: SourceId) -> Option<Service> {
    let of_sets =
        service.task_sets.unwrap_or_default().into_iter().flat_map(|set| set.load_balancers.unwrap_or_default());
    let balancers = service.load_balancers.unwrap_or_default().into_iter().chain(of_sets);
    let controller = service.deployment_controller.map(|controller| controller.r#type);
    let arn: Arc<str> = service.service_arn?.into();
    Some(Service {
        name: service.service_name?.into(),
        cluster: service.cluster_arn?.rsplit('/').next()?.into(),
        status: service.status.map(Arc::from),
        desired: service.desired_count,
        daemon: service.scheduling_strategy == Some(SchedulingStrategy::Daemon),
        load_balancers: balancers
            .filter_map(|one| one.target_group_arn.or(one.load_balancer_name).map(Arc::from))
            .collect(),
        deployment: service.deployment_configuration.map(|configuration| deployment(configuration, controller)),
        tags: tags(service.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value))),
        arn,
        from,
    })
}

fn deployment(configuration: DeploymentConfiguration, controller: Option<DeploymentControllerType>) -> Deployment {
    let alarms = configuration.alarms.filter(|alarms| alarms.enable);
    Deployment {
        controller: controller.map_or("ECS".into(), |kind| kind.as_str().into()),
        rolls_back: alarms.as_ref().is_some_and(|alarms| alarms.rollback),
        alarms: alarms.into_iter().flat_map(|alarms| alarms.alarm_names).map(Arc::from).collect(),
        circuit_breaker: configuration.deployment_circuit_breaker.is_some_and(|breaker| breaker.enable),
    }
}
