//! The SDK's clients of one account and region, all behind the gate. Made when first asked for.

use std::sync::{Arc, OnceLock};

use aws_smithy_runtime::client::retries::{RetryPartition, TokenBucket};
use aws_types::{SdkConfig, region::Region};

use super::{Counters, Gate, ended::SignAgain, unreadable::Unreadable};

macro_rules! clients {
    ($($(#[$doc:meta])* $name:ident: $krate:ident $(=> $tune:expr)?;)*) => {
        /// The clients of one account and region.
        #[derive(Debug)]
        pub struct Clients {
            config: SdkConfig,
            gate: Gate,
            $($name: OnceLock<$krate::Client>,)*
        }

        impl Clients {
            /// Clients for a region; `label` is what the region is called in evidence (`global` for global services).
            pub fn new(config: &SdkConfig, account: Arc<str>, label: Arc<str>, region: &str, counters: Arc<Counters>) -> Self {
                let config = config.to_builder().region(Region::new(region.to_owned())).build();
                Clients { config, gate: Gate::new(account, label, counters), $($name: OnceLock::new(),)* }
            }

            $(
                $(#[$doc])*
                pub fn $name(&self) -> &$krate::Client {
                    self.$name.get_or_init(|| {
                        let builder = $krate::config::Builder::from(&self.config)
                            .interceptor(self.gate.clone())
                            .retry_classifier(SignAgain)
                            .retry_classifier(Unreadable)
                            .retry_partition(quota(&self.gate, stringify!($name)));
                        $(let builder = $tune(builder, &self.config);)?
                        $krate::Client::from_conf(builder.build())
                    })
                }
            )*
        }
    };
}

/// Retries are bounded by the attempts of a call and by the pace. The SDK's own bound, 500 tokens for a service and region over the
/// whole process, would end them before the attempts that the user allows, and one account's throttles would be another's.
fn quota(gate: &Gate, service: &str) -> RetryPartition {
    RetryPartition::custom(gate.place_of(service)).token_bucket(TokenBucket::unlimited()).build()
}

/// A custom endpoint or a replay has no host a bucket; Global Accelerator and Route 53 answer in one region.
fn path_style(builder: aws_sdk_s3::config::Builder, config: &SdkConfig) -> aws_sdk_s3::config::Builder {
    builder.force_path_style(config.endpoint_url().is_some())
}

/// Global Accelerator is asked in us-west-2, whatever the scan's regions.
fn us_west_2(
    builder: aws_sdk_globalaccelerator::config::Builder,
    _: &SdkConfig,
) -> aws_sdk_globalaccelerator::config::Builder {
    builder.region(Region::from_static("us-west-2"))
}

clients! {
    /// STS.
    sts: aws_sdk_sts;
    /// EC2, with EBS and VPC.
    ec2: aws_sdk_ec2;
    /// CloudWatch.
    cloudwatch: aws_sdk_cloudwatch;
    /// RDS.
    rds: aws_sdk_rds;
    /// EFS.
    efs: aws_sdk_efs;
    /// S3.
    s3: aws_sdk_s3 => path_style;
    /// Auto Scaling.
    autoscaling: aws_sdk_autoscaling;
    /// Application Auto Scaling.
    application_autoscaling: aws_sdk_applicationautoscaling;
    /// Elastic Load Balancing v2.
    elbv2: aws_sdk_elasticloadbalancingv2;
    /// ECS.
    ecs: aws_sdk_ecs;
    /// Lambda.
    lambda: aws_sdk_lambda;
    /// Compute Optimizer.
    compute_optimizer: aws_sdk_computeoptimizer;
    /// Compute Optimizer Automation.
    compute_optimizer_automation: aws_sdk_computeoptimizerautomation;
    /// CloudFront.
    cloudfront: aws_sdk_cloudfront;
    /// API Gateway (REST APIs).
    apigateway: aws_sdk_apigateway;
    /// API Gateway v2 (HTTP and WebSocket APIs).
    apigatewayv2: aws_sdk_apigatewayv2;
    /// Global Accelerator.
    globalaccelerator: aws_sdk_globalaccelerator => us_west_2;
    /// Route 53.
    route53: aws_sdk_route53;
    /// Internet Monitor.
    internetmonitor: aws_sdk_internetmonitor;
    /// Network Synthetic Monitor.
    networkmonitor: aws_sdk_networkmonitor;
    /// CloudWatch Synthetics.
    synthetics: aws_sdk_synthetics;
    /// DevOps Guru.
    devopsguru: aws_sdk_devopsguru;
    /// Step Functions.
    sfn: aws_sdk_sfn;
    /// EventBridge.
    eventbridge: aws_sdk_eventbridge;
    /// EventBridge Scheduler.
    scheduler: aws_sdk_scheduler;
    /// AWS Config.
    config_rules: aws_sdk_config;
    /// CodePipeline.
    codepipeline: aws_sdk_codepipeline;
    /// CodeBuild.
    codebuild: aws_sdk_codebuild;
    /// CodeDeploy.
    codedeploy: aws_sdk_codedeploy;
    /// CloudFormation.
    cloudformation: aws_sdk_cloudformation;
    /// Fault Injection Service.
    fis: aws_sdk_fis;
    /// ElastiCache.
    elasticache: aws_sdk_elasticache;
    /// MemoryDB.
    memorydb: aws_sdk_memorydb;
    /// DynamoDB Accelerator.
    dax: aws_sdk_dax;
    /// CloudWatch Application Signals.
    application_signals: aws_sdk_applicationsignals;
    /// Well-Architected Tool.
    wellarchitected: aws_sdk_wellarchitected;
    /// Systems Manager.
    ssm: aws_sdk_ssm;
    /// Performance Insights.
    pi: aws_sdk_pi;
    /// Resource Groups Tagging API.
    tagging: aws_sdk_resourcegroupstagging;
    /// Organizations.
    organizations: aws_sdk_organizations;
}
