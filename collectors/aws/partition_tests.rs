//! Outside the standard partition: what is asked there, of which hosts, and how its resources are named.

use std::sync::{Arc, Mutex};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    },
    orchestrator::HttpRequest,
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_types::SdkConfig;
use rung_rules::model::{Cause, Gap};

use super::{Clients, Counters, GLOBAL, Place, home_of};
use crate::{
    calls::{application_signals, devops_guru, globalaccelerator, networkmonitor},
    testing::place_in,
};

fn gaps(place: &Place) -> Vec<(String, Cause, String)> {
    let (_, gaps) = place.span.registry.snapshot();
    gaps.into_iter().map(|Gap { operation, cause, detail, .. }| (operation, cause, detail)).collect()
}

#[tokio::test]
async fn what_a_partition_lacks_is_not_asked_for() {
    let place = place_in("aws-cn", "cn-north-1", &[]);
    devops_guru::collections(&place).await;
    networkmonitor::monitors(&place).await;
    application_signals::objectives(&place).await;
    let global = place_in("aws-cn", GLOBAL, &[]);
    globalaccelerator::accelerators(&global).await;
    let gaps = [gaps(&place), gaps(&global)].concat();
    assert!(gaps.len() >= 4, "{gaps:?}");
    for (operation, cause, detail) in gaps {
        assert_eq!((cause, &*detail), (Cause::NotOffered, "not offered in the partition aws-cn"), "{operation}");
    }
}

#[tokio::test]
async fn arns_that_are_made_here_name_the_partition() {
    let place = place_in("aws-cn", "cn-north-1", &[]);
    assert_eq!(&*place.arn("ec2", "volume/v"), "arn:aws-cn:ec2:cn-north-1:123456789012:volume/v");
}

/// Notes whom a request would go to, and sends nothing.
#[derive(Clone, Debug, Default)]
struct Hosts(Arc<Mutex<Vec<String>>>);

impl HttpConnector for Hosts {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let uri: http::Uri = request.uri().parse().unwrap();
        self.0.lock().unwrap().push(uri.host().unwrap_or_default().to_owned());
        HttpConnectorFuture::ready(Err(ConnectorError::user("nothing is sent".into())))
    }
}

impl HttpClient for Hosts {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

async fn hosts(partition: &str, region: &str) -> Vec<String> {
    let hosts = Hosts::default();
    let credentials = Credentials::new("X", "X", None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(SharedHttpClient::new(hosts.clone()))
        .build();
    let clients = |label: &str, region: &str| {
        Clients::new(&config, "123456789012".into(), label.into(), region, Arc::new(Counters::default()))
    };
    let (here, global) = (clients(region, region), clients(GLOBAL, home_of(partition)));
    let _ = here.sts().get_caller_identity().send().await;
    let _ = here.ec2().describe_volumes().send().await;
    let _ = here.cloudwatch().describe_alarms().send().await;
    let _ = global.s3().list_buckets().send().await;
    let _ = global.route53().list_hosted_zones().send().await;
    let _ = global.cloudwatch().describe_alarms().send().await;
    hosts.0.lock().unwrap().clone()
}

#[tokio::test]
async fn endpoints_are_those_of_the_partition() {
    assert_eq!(
        hosts("aws-cn", "cn-north-1").await,
        [
            "sts.cn-north-1.amazonaws.com.cn",
            "ec2.cn-north-1.amazonaws.com.cn",
            "monitoring.cn-north-1.amazonaws.com.cn",
            "s3.cn-northwest-1.amazonaws.com.cn",
            "route53.amazonaws.com.cn",
            "monitoring.cn-northwest-1.amazonaws.com.cn",
        ]
    );
    assert_eq!(
        hosts("aws-us-gov", "us-gov-east-1").await,
        [
            "sts.us-gov-east-1.amazonaws.com",
            "ec2.us-gov-east-1.amazonaws.com",
            "monitoring.us-gov-east-1.amazonaws.com",
            "s3.us-gov-west-1.amazonaws.com",
            "route53.us-gov.amazonaws.com",
            "monitoring.us-gov-west-1.amazonaws.com",
        ]
    );
}
