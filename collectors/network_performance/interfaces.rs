//! Which AWS services the resources behind network interfaces talk to, through the VPC they are in.
//!
//! | seen in the VPC | sign | talks to |
//! |---|---|---|
//! | an ECS task | `arn:...:ecs:...:attachment/...` | `ecr.api`, `ecr.dkr`, `logs` |
//! | an ECS task on an instance of the account | the same, attached to an instance | also `ecs`, `ecs-agent`, `ecs-telemetry` |
//! | an EKS cluster | `Amazon EKS ...` | `ec2`, `ecr.api`, `ecr.dkr` |
//! | a Kubernetes node with the VPC CNI | `aws-K8S-...` | `ec2` |
//! | a canary | `AWS Lambda VPC ENI-cwsyn-...` | `monitoring` |
//!
//! S3, which all of them need too, is the gateway's part. What is not in the table shows nothing: Lambda sends a function's
//! logs and traces outside the VPC; RDS, ElastiCache, EFS, load balancers and NAT gateways are talked to and do not talk;
//! what code on an instance or in a function calls (SSM, STS, Secrets Manager, KMS, SQS ...) no interface shows. An interface
//! endpoint is no sign of use either: whoever has few would be asked for few.

use std::collections::BTreeSet;

use crate::calls::ec2_endpoints::Interface;

/// How a resource shows itself, and the services it talks to as endpoints name them.
type Row = (fn(&Interface) -> bool, &'static [&'static str]);

const TABLE: &[Row] = &[
    (is_ecs_task, &["ecr.api", "ecr.dkr", "logs"]),
    (|interface| is_ecs_task(interface) && interface.on_instance, &["ecs", "ecs-agent", "ecs-telemetry"]),
    (|interface| interface.description.starts_with("Amazon EKS "), &["ec2", "ecr.api", "ecr.dkr"]),
    (|interface| interface.description.starts_with("aws-K8S-"), &["ec2"]),
    (|interface| interface.description.starts_with("AWS Lambda VPC ENI-cwsyn-"), &["monitoring"]),
];

/// The services in use, in alphabetical order.
pub(super) fn services_in_use(interfaces: &[&Interface]) -> Vec<String> {
    let of_one = |interface: &&Interface| {
        let rows: Vec<_> = TABLE.iter().filter(|(sign, _)| sign(interface)).collect();
        rows.into_iter().flat_map(|(_, services)| services.iter().copied())
    };
    let services: BTreeSet<&str> = interfaces.iter().flat_map(of_one).collect();
    services.into_iter().map(str::to_owned).collect()
}

/// Whether the interface belongs to an endpoint: alone it does not mean that the VPC is in use.
pub(super) fn is_of_endpoint(interface: &Interface) -> bool {
    match &*interface.kind {
        "" => interface.description.starts_with("VPC Endpoint Interface "),
        kind => matches!(kind, "vpc_endpoint" | "gateway_load_balancer_endpoint"),
    }
}

/// `arn:aws:ecs:eu-west-1:123456789012:attachment/...`, read as an ARN.
fn is_ecs_task(interface: &Interface) -> bool {
    let parts: Vec<&str> = interface.description.splitn(6, ':').collect();
    matches!(parts.as_slice(), ["arn", _, "ecs", _, _, resource] if resource.starts_with("attachment/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(description: &str, on_instance: bool) -> Interface {
        Interface { vpc: "vpc-1".into(), kind: "interface".into(), description: description.into(), on_instance }
    }

    fn services(description: &str, on_instance: bool) -> Vec<String> {
        services_in_use(&[&interface(description, on_instance)])
    }

    #[test]
    fn a_task_talks_to_registry_and_logs_and_on_an_instance_to_ecs() {
        let task = "arn:aws:ecs:eu-west-1:123456789012:attachment/0f1e";
        assert_eq!(services(task, false), ["ecr.api", "ecr.dkr", "logs"]);
        assert_eq!(services(task, true), ["ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "logs"]);
    }

    #[test]
    fn a_canary_publishes_metrics_and_another_function_shows_nothing() {
        assert_eq!(services("AWS Lambda VPC ENI-cwsyn-shop-1", false), ["monitoring"]);
        assert_eq!(services("AWS Lambda VPC ENI-orders-1", false), [""; 0]);
    }

    #[test]
    fn what_only_looks_like_a_task_is_none() {
        assert_eq!(services("arn:aws:ecs:eu-west-1:123456789012:cluster/attachment/1", false), [""; 0]);
        assert_eq!(services("my ecs attachment", false), [""; 0]);
    }
}
