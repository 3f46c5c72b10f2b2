//! Elastic Load Balancing v2: load balancers, target groups and the targets in them.

use std::sync::Arc;

use super::{Call, call};
use crate::aws::{Listing, PageEnd, Place, drain, pages};

call!(
    DESCRIBE_LOAD_BALANCERS,
    "elasticloadbalancing",
    "ElasticLoadBalancingv2",
    "DescribeLoadBalancers",
    "application, network and gateway load balancers: scheme, type, name"
);
call!(
    DESCRIBE_TARGET_GROUPS,
    "elasticloadbalancing",
    "ElasticLoadBalancingv2",
    "DescribeTargetGroups",
    "target groups and the load balancers that use them"
);
call!(
    DESCRIBE_TARGET_HEALTH,
    "elasticloadbalancing",
    "ElasticLoadBalancingv2",
    "DescribeTargetHealth",
    "targets registered in target groups, and their health"
);

pub(crate) static CALLS: &[&Call] = &[&DESCRIBE_LOAD_BALANCERS, &DESCRIBE_TARGET_GROUPS, &DESCRIBE_TARGET_HEALTH];

/// A load balancer.
#[derive(Clone, Debug)]
pub struct LoadBalancer {
    /// `LoadBalancerArn`.
    pub arn: Arc<str>,
    /// `LoadBalancerName`.
    pub name: Option<Arc<str>>,
    /// `DNSName`.
    pub dns_name: Option<Arc<str>>,
    /// `Scheme`: `internet-facing` or `internal`; gateway load balancers have none.
    pub scheme: Option<Arc<str>>,
    /// `Type`: `application`, `network` or `gateway`.
    pub kind: Option<Arc<str>>,
    /// `VpcId`.
    pub vpc: Option<Arc<str>>,
}

/// Every load balancer of the place.
pub async fn load_balancers(place: &Place) -> Arc<Listing<LoadBalancer>> {
    let stream = place.clients.elbv2().describe_load_balancers().page_size(400).into_paginator().send();
    let read = drain(place, &DESCRIBE_LOAD_BALANCERS, "", stream, |page, items| {
        items.extend(page.load_balancers.unwrap_or_default().into_iter().filter_map(|balancer| {
            Some(LoadBalancer {
                arn: balancer.load_balancer_arn?.into(),
                name: balancer.load_balancer_name.map(Arc::from),
                dns_name: balancer.dns_name.map(Arc::from),
                scheme: balancer.scheme.map(|scheme| scheme.as_str().into()),
                kind: balancer.r#type.map(|kind| kind.as_str().into()),
                vpc: balancer.vpc_id.map(Arc::from),
            })
        }));
    });
    place.memo(&DESCRIBE_LOAD_BALANCERS, "", read).await
}

/// A target group.
#[derive(Clone, Debug)]
pub struct TargetGroup {
    /// `TargetGroupArn`.
    pub arn: Arc<str>,
    /// `TargetGroupName`.
    pub name: Option<Arc<str>>,
    /// `TargetType`: `instance`, `ip`, `lambda` or `alb`.
    pub target_type: Option<Arc<str>>,
    /// `LoadBalancerArns`: those that use it; none sends it nothing.
    pub load_balancers: Vec<Arc<str>>,
}

/// Every target group of the place.
pub async fn target_groups(place: &Place) -> Arc<Listing<TargetGroup>> {
    let stream = place.clients.elbv2().describe_target_groups().page_size(400).into_paginator().send();
    let read = drain(place, &DESCRIBE_TARGET_GROUPS, "", stream, |page, items| {
        items.extend(page.target_groups.unwrap_or_default().into_iter().filter_map(|group| {
            Some(TargetGroup {
                arn: group.target_group_arn?.into(),
                name: group.target_group_name.map(Arc::from),
                target_type: group.target_type.map(|kind| kind.as_str().into()),
                load_balancers: group.load_balancer_arns.unwrap_or_default().into_iter().map(Arc::from).collect(),
            })
        }));
    });
    place.memo(&DESCRIBE_TARGET_GROUPS, "", read).await
}

/// A target registered in a target group.
#[derive(Clone, Debug)]
pub struct Target {
    /// `Target.Id`: an instance id, an address, or the ARN of a function or load balancer.
    pub id: Arc<str>,
    /// `TargetHealth.State`: `healthy`, `unhealthy`, `draining`, `unused` ...
    pub state: Option<Arc<str>>,
}

/// The targets of a target group. AWS answers in one page.
pub async fn targets(place: &Place, group: &str) -> Arc<Listing<Target>> {
    let client = place.clients.elbv2();
    let read = pages(
        place,
        &DESCRIBE_TARGET_HEALTH,
        group,
        |_: Option<()>| client.describe_target_health().target_group_arn(group).send(),
        |page, items| {
            items.extend(page.target_health_descriptions.unwrap_or_default().into_iter().filter_map(|one| {
                let state = one.target_health.and_then(|health| health.state);
                Some(Target { id: one.target?.id?.into(), state: state.map(|state| state.as_str().into()) })
            }));
            PageEnd::Last
        },
    );
    place.memo(&DESCRIBE_TARGET_HEALTH, group, read).await
}
