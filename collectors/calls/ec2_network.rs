//! EC2: VPCs, subnets, route tables, NAT gateways and subscriptions to network performance.

use std::sync::Arc;

use rung_rules::model::Tags;

use super::{Call, call, tags::tags};
use crate::aws::{Listing, Place, drain};

call!(DESCRIBE_VPCS, "ec2", "EC2", "DescribeVpcs", "VPCs of the account");
call!(DESCRIBE_SUBNETS, "ec2", "EC2", "DescribeSubnets", "subnets: which VPC they belong to");
call!(DESCRIBE_ROUTE_TABLES, "ec2", "EC2", "DescribeRouteTables", "which subnets are private");
call!(DESCRIBE_NAT_GATEWAYS, "ec2", "EC2", "DescribeNatGateways", "NAT gateways of VPCs");
call!(
    DESCRIBE_NETWORK_PERFORMANCE_SUBSCRIPTIONS,
    "ec2",
    "EC2",
    "DescribeAwsNetworkPerformanceMetricSubscriptions",
    "subscriptions to latency between zones and regions"
);

pub(crate) static CALLS: &[&Call] = &[
    &DESCRIBE_VPCS,
    &DESCRIBE_SUBNETS,
    &DESCRIBE_ROUTE_TABLES,
    &DESCRIBE_NAT_GATEWAYS,
    &DESCRIBE_NETWORK_PERFORMANCE_SUBSCRIPTIONS,
];

/// A VPC.
#[derive(Clone, Debug)]
pub struct Vpc {
    /// `VpcId`.
    pub id: Arc<str>,
    /// `OwnerId`: another account's for a shared VPC.
    pub owner: Option<Arc<str>>,
    /// `Tags`.
    pub tags: Tags,
}

/// A subnet.
#[derive(Clone, Debug)]
pub struct Subnet {
    /// `SubnetId`.
    pub id: Arc<str>,
    /// `VpcId`.
    pub vpc: Arc<str>,
}

/// A route table.
#[derive(Clone, Debug)]
pub struct RouteTable {
    /// `RouteTableId`.
    pub id: Arc<str>,
    /// `VpcId`.
    pub vpc: Arc<str>,
    /// `Associations` has the VPC's main one.
    pub main: bool,
    /// `Associations`: subnets.
    pub subnets: Vec<Arc<str>>,
    /// `Routes` has one to an internet gateway that exists.
    pub to_internet: bool,
}

/// A NAT gateway.
#[derive(Clone, Debug)]
pub struct NatGateway {
    /// `VpcId`.
    pub vpc: Arc<str>,
    /// `State` is `available`.
    pub available: bool,
}

/// A subscription to network performance.
#[derive(Clone, Debug)]
pub struct PerformanceSubscription {
    /// `Metric`: `aggregate-latency`.
    pub metric: Option<Arc<str>>,
}

/// Every VPC that the place shows, shared ones included.
pub async fn vpcs(place: &Place) -> Arc<Listing<Vpc>> {
    let stream = place.clients.ec2().describe_vpcs().into_paginator().page_size(500).send();
    let read = drain(place, &DESCRIBE_VPCS, "", stream, |page, items| {
        items.extend(page.vpcs.unwrap_or_default().into_iter().filter_map(|vpc| {
            Some(Vpc {
                id: vpc.vpc_id?.into(),
                owner: vpc.owner_id.map(Arc::from),
                tags: tags(vpc.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value))),
            })
        }));
    });
    place.memo(&DESCRIBE_VPCS, "", read).await
}

/// Every subnet of the place.
pub async fn subnets(place: &Place) -> Arc<Listing<Subnet>> {
    let stream = place.clients.ec2().describe_subnets().into_paginator().page_size(500).send();
    let read = drain(place, &DESCRIBE_SUBNETS, "", stream, |page, items| {
        items.extend(
            page.subnets
                .unwrap_or_default()
                .into_iter()
                .filter_map(|subnet| Some(Subnet { id: subnet.subnet_id?.into(), vpc: subnet.vpc_id?.into() })),
        );
    });
    place.memo(&DESCRIBE_SUBNETS, "", read).await
}

/// Every route table of the place.
pub async fn route_tables(place: &Place) -> Arc<Listing<RouteTable>> {
    let stream = place.clients.ec2().describe_route_tables().into_paginator().page_size(100).send();
    let read = drain(place, &DESCRIBE_ROUTE_TABLES, "", stream, |page, items| {
        items.extend(page.route_tables.unwrap_or_default().into_iter().filter_map(route_table));
    });
    place.memo(&DESCRIBE_ROUTE_TABLES, "", read).await
}

fn route_table(table: aws_sdk_ec2::types::RouteTable) -> Option<RouteTable> {
    let associations = table.associations.unwrap_or_default();
    Some(RouteTable {
        id: table.route_table_id?.into(),
        vpc: table.vpc_id?.into(),
        main: associations.iter().any(|association| association.main == Some(true)),
        subnets: associations.into_iter().filter_map(|association| association.subnet_id.map(Arc::from)).collect(),
        to_internet: table.routes.unwrap_or_default().iter().any(leads_to_internet),
    })
}

/// A route to `igw-...`; a deleted gateway leaves a black hole. Egress-only gateways (`eigw-...`) let nobody in.
fn leads_to_internet(route: &aws_sdk_ec2::types::Route) -> bool {
    let gateway = route.gateway_id.as_deref().is_some_and(|id| id.starts_with("igw-"));
    gateway && route.state.as_ref().is_none_or(|state| state.as_str() != "blackhole")
}

/// Every NAT gateway of the place.
pub async fn nat_gateways(place: &Place) -> Arc<Listing<NatGateway>> {
    let stream = place.clients.ec2().describe_nat_gateways().into_paginator().page_size(500).send();
    let read = drain(place, &DESCRIBE_NAT_GATEWAYS, "", stream, |page, items| {
        items.extend(page.nat_gateways.unwrap_or_default().into_iter().filter_map(|gateway| {
            let available = gateway.state.is_some_and(|state| state.as_str() == "available");
            Some(NatGateway { vpc: gateway.vpc_id?.into(), available })
        }));
    });
    place.memo(&DESCRIBE_NAT_GATEWAYS, "", read).await
}

/// Every subscription of the place to network performance.
pub async fn performance_subscriptions(place: &Place) -> Arc<Listing<PerformanceSubscription>> {
    let request = place.clients.ec2().describe_aws_network_performance_metric_subscriptions();
    let stream = request.into_paginator().page_size(100).send();
    let read = drain(place, &DESCRIBE_NETWORK_PERFORMANCE_SUBSCRIPTIONS, "", stream, |page, items| {
        items.extend(page.subscriptions.unwrap_or_default().into_iter().map(|subscription| PerformanceSubscription {
            metric: subscription.metric.map(|metric| metric.as_str().into()),
        }));
    });
    place.memo(&DESCRIBE_NETWORK_PERFORMANCE_SUBSCRIPTIONS, "", read).await
}
