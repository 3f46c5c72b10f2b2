//! EC2: VPC endpoints and network interfaces, which show what lives in a VPC.

use std::sync::Arc;

use super::{Call, call};
use crate::aws::{Listing, Place, drain};

call!(DESCRIBE_VPC_ENDPOINTS, "ec2", "EC2", "DescribeVpcEndpoints", "endpoints of VPCs: services, route tables, DNS");
call!(
    DESCRIBE_NETWORK_INTERFACES,
    "ec2",
    "EC2",
    "DescribeNetworkInterfaces",
    "network interfaces: which VPCs are in use, and by what"
);

pub(crate) static CALLS: &[&Call] = &[&DESCRIBE_VPC_ENDPOINTS, &DESCRIBE_NETWORK_INTERFACES];

/// A VPC endpoint.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// `VpcId`.
    pub vpc: Arc<str>,
    /// `VpcEndpointType`, in lower case: `gateway`, `interface` ...
    pub kind: Arc<str>,
    /// `ServiceName`: `com.amazonaws.eu-west-1.s3`.
    pub service: Arc<str>,
    /// `State` is `available`, which AWS writes in either case.
    pub available: Option<bool>,
    /// `RouteTableIds` of a gateway endpoint.
    pub route_tables: Vec<Arc<str>>,
    /// `PrivateDnsEnabled` of an interface endpoint.
    pub private_dns: Option<bool>,
}

/// A network interface.
#[derive(Clone, Debug)]
pub struct Interface {
    /// `VpcId`.
    pub vpc: Arc<str>,
    /// `InterfaceType`: `interface`, `lambda`, `nat_gateway`, `vpc_endpoint` ...; empty where AWS leaves it out.
    pub kind: Arc<str>,
    /// `Description`: AWS's services write there what the interface is for.
    pub description: Arc<str>,
    /// `Attachment.InstanceId` is set: it belongs to an instance of the account.
    pub on_instance: bool,
}

/// Every VPC endpoint of the place, but those deleted.
pub async fn endpoints(place: &Place) -> Arc<Listing<Endpoint>> {
    let stream = place.clients.ec2().describe_vpc_endpoints().into_paginator().page_size(500).send();
    let read = drain(place, &DESCRIBE_VPC_ENDPOINTS, "", stream, |page, items| {
        items.extend(page.vpc_endpoints.unwrap_or_default().into_iter().filter_map(endpoint));
    });
    place.memo(&DESCRIBE_VPC_ENDPOINTS, "", read).await
}

fn endpoint(endpoint: aws_sdk_ec2::types::VpcEndpoint) -> Option<Endpoint> {
    let route_tables = endpoint.route_table_ids.unwrap_or_default();
    Some(Endpoint {
        vpc: endpoint.vpc_id?.into(),
        kind: endpoint.vpc_endpoint_type?.as_str().to_ascii_lowercase().into(),
        service: endpoint.service_name?.into(),
        available: endpoint.state.map(|state| state.as_str().eq_ignore_ascii_case("available")),
        route_tables: route_tables.into_iter().map(Arc::from).collect(),
        private_dns: endpoint.private_dns_enabled,
    })
}

/// Every network interface of the place.
pub async fn interfaces(place: &Place) -> Arc<Listing<Interface>> {
    let stream = place.clients.ec2().describe_network_interfaces().into_paginator().page_size(1000).send();
    let read = drain(place, &DESCRIBE_NETWORK_INTERFACES, "", stream, |page, items| {
        items.extend(page.network_interfaces.unwrap_or_default().into_iter().filter_map(|interface| {
            Some(Interface {
                vpc: interface.vpc_id?.into(),
                kind: interface.interface_type.map_or_else(|| "".into(), |kind| kind.as_str().into()),
                description: interface.description.unwrap_or_default().into(),
                on_instance: interface.attachment.is_some_and(|attachment| attachment.instance_id.is_some()),
            })
        }));
    });
    place.memo(&DESCRIBE_NETWORK_INTERFACES, "", read).await
}
