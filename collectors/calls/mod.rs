//! Every read operation, declared once: service, operation, IAM action, list price, paging, and how its answer becomes
//! our slim facts. One file per AWS service.
//!
//! The allow-list of the gate, `rung policy` and the table of permissions in the docs come from these declarations.

pub mod apigateway;
pub mod apigatewayv2;
pub mod application_autoscaling;
pub mod application_signals;
pub mod autoscaling;
pub mod cloudformation;
pub mod cloudfront;
pub mod cloudfront_tags;
pub mod cloudwatch;
pub mod cloudwatch_anomaly;
pub mod cloudwatch_composite;
pub mod cloudwatch_dashboards;
pub mod cloudwatch_metrics;
pub mod codebuild;
pub mod codedeploy;
pub mod codepipeline;
pub mod compute_optimizer;
pub mod compute_optimizer_automation;
pub mod compute_optimizer_compute;
pub mod compute_optimizer_lambda;
pub mod config;
pub mod dax;
pub mod devops_guru;
pub mod ec2_account;
pub mod ec2_endpoints;
pub mod ec2_instances;
pub mod ec2_network;
pub mod ec2_volumes;
pub mod ecs;
pub mod efs;
pub mod elasticache;
pub mod elbv2;
pub mod elbv2_tags;
pub mod eventbridge;
pub mod fis;
pub mod globalaccelerator;
pub mod internetmonitor;
pub mod lambda;
pub mod lambda_concurrency;
pub mod lambda_tags;
pub mod lambda_triggers;
pub mod memorydb;
pub mod networkmonitor;
pub mod ops_items;
pub mod organizations;
pub mod pi;
pub mod rds_clusters;
pub mod rds_instances;
pub mod rds_parameters;
pub mod rds_recommendations;
pub mod route53;
pub mod s3;
pub mod s3_object;
pub mod s3_website;
pub mod scaling_policy;
pub mod scaling_prose;
pub mod scheduler;
pub mod sfn;
pub mod sts;
pub mod synthetics;
pub mod tagging;
pub(crate) mod tags;
pub(crate) mod time;
pub mod wellarchitected;

/// What AWS charges for a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Price {
    /// Nothing.
    Free,
    /// US dollars a request, at list price.
    PerRequest(f64),
    /// US dollars a metric asked for (CloudWatch `GetMetricData`).
    PerMetric(f64),
}

/// One AWS read operation.
#[derive(Debug)]
pub struct Call {
    /// The service as IAM writes it: `ec2`, `elasticloadbalancing`.
    pub service: &'static str,
    /// The service as the SDK's metadata names it, without spaces: `EC2`, `ElasticLoadBalancingv2`.
    pub sdk_service: &'static str,
    /// The API operation.
    pub operation: &'static str,
    /// The IAM action that allows it, without the service: mostly the operation's name; S3 and API Gateway differ.
    pub iam_action: &'static str,
    /// List price.
    pub price: Price,
    /// What evidence it holds, for the table of permissions.
    pub holds: &'static str,
}

impl Call {
    /// `ec2:DescribeVolumes`: how evidence, gaps and criteria refer to it.
    pub fn name(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }

    /// `ec2:DescribeVolumes` as an IAM policy has it.
    pub fn iam(&self) -> String {
        format!("{}:{}", self.service, self.iam_action)
    }
}

/// Declares a call whose IAM action has the operation's name and that AWS does not bill.
macro_rules! call {
    ($name:ident, $service:literal, $sdk:literal, $operation:literal, $holds:literal) => {
        call!($name, $service, $sdk, $operation, $operation, $crate::calls::Price::Free, $holds);
    };
    ($name:ident, $service:literal, $sdk:literal, $operation:literal, $action:literal, $price:expr, $holds:literal) => {
        pub(crate) static $name: $crate::calls::Call = $crate::calls::Call {
            service: $service,
            sdk_service: $sdk,
            operation: $operation,
            iam_action: $action,
            price: $price,
            holds: $holds,
        };
    };
}
pub(crate) use call;

/// Every declared call. What is not here cannot be sent.
pub fn all() -> impl Iterator<Item = &'static Call> {
    [
        sts::CALLS,
        ec2_account::CALLS,
        ec2_volumes::CALLS,
        application_autoscaling::CALLS,
        autoscaling::CALLS,
        cloudwatch::CALLS,
        cloudwatch_anomaly::CALLS,
        cloudformation::CALLS,
        codebuild::CALLS,
        codepipeline::CALLS,
        cloudwatch_dashboards::CALLS,
        compute_optimizer::CALLS,
        compute_optimizer_automation::CALLS,
        dax::CALLS,
        devops_guru::CALLS,
        ecs::CALLS,
        efs::CALLS,
        elasticache::CALLS,
        elbv2::CALLS,
        eventbridge::CALLS,
        rds_clusters::CALLS,
        rds_instances::CALLS,
        rds_parameters::CALLS,
        rds_recommendations::CALLS,
        s3::CALLS,
        compute_optimizer_lambda::CALLS,
        lambda::CALLS,
        lambda_concurrency::CALLS,
        lambda_triggers::CALLS,
        sfn::CALLS,
        apigateway::CALLS,
        apigatewayv2::CALLS,
        cloudfront::CALLS,
        ec2_endpoints::CALLS,
        ec2_network::CALLS,
        globalaccelerator::CALLS,
        internetmonitor::CALLS,
        memorydb::CALLS,
        networkmonitor::CALLS,
        route53::CALLS,
        s3_website::CALLS,
        synthetics::CALLS,
        s3_object::CALLS,
        tagging::CALLS,
        pi::CALLS,
        ec2_instances::CALLS,
        cloudwatch_metrics::CALLS,
        compute_optimizer_compute::CALLS,
        config::CALLS,
        application_signals::CALLS,
        codedeploy::CALLS,
        cloudfront_tags::CALLS,
        elbv2_tags::CALLS,
        lambda_tags::CALLS,
        fis::CALLS,
        scheduler::CALLS,
        ops_items::CALLS,
        wellarchitected::CALLS,
        organizations::CALLS,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// The call with the SDK's names, if it is declared.
pub fn find(sdk_service: &str, operation: &str) -> Option<&'static Call> {
    all().find(|call| {
        call.operation == operation && call.sdk_service.chars().eq(sdk_service.chars().filter(|c| !c.is_whitespace()))
    })
}
