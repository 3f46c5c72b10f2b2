//! VPCs and their ways to AWS's services.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// A VPC that the account owns. One shared by another account is judged in its owner's scan: only the owner sees its endpoints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Vpc {
    /// Whether it has a network interface other than those of its own endpoints (EC2 `DescribeNetworkInterfaces`).
    pub in_use: Observed<bool>,
    /// Route tables that serve a private subnet: without a route to an internet gateway (EC2 `DescribeRouteTables`,
    /// `DescribeSubnets`; the main table serves subnets without an association).
    pub private_route_tables: Observed<u64>,
    /// Those of them that an available S3 gateway endpoint serves (EC2 `DescribeVpcEndpoints`, `RouteTableIds`).
    pub s3_route_tables: Observed<u64>,
    /// Those of them that an available DynamoDB gateway endpoint serves; nothing where the VPC has none, because then nothing
    /// shows that DynamoDB is used from it.
    pub dynamodb_route_tables: Observed<Option<u64>>,
    /// AWS services that resources with an interface in it talk to, as endpoints name them: `ecr.api`, `logs` ...
    pub services_in_use: Observed<Vec<String>>,
    /// Those of them without an available interface endpoint with private DNS (EC2 `DescribeVpcEndpoints`).
    pub services_without_endpoint: Observed<Vec<String>>,
    /// Available NAT gateways (EC2 `DescribeNatGateways`).
    pub nat_gateways: Observed<u64>,
}
