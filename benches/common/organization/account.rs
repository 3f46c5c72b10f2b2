//! What an account holds in a region: answers made once, before anybody asks.
//!
//! A large account holds twenty times as much as one of the common size, an empty one nothing.

use std::{collections::HashMap, fmt::Write};

use ciborium::Value;
use hyper::body::Bytes;
use serde_json::json;

use crate::common::{
    content::{self, Home},
    wire::{encode, map},
};

/// How many times as much a large account holds.
pub(super) const TIMES: usize = 20;
/// Of an account of the common size, in each region.
const VOLUMES: usize = 4;
const FUNCTIONS: usize = 2;
const GROUPS: usize = 1;
const INSTANCES_OF_GROUP: usize = 2;
const DATABASES: usize = 1;
const ALARMS: usize = 3;
const BALANCERS: usize = 1;
/// All of them.
pub(super) const RESOURCES: usize =
    VOLUMES + FUNCTIONS + GROUPS * (1 + INSTANCES_OF_GROUP) + DATABASES + ALARMS + BALANCERS;

/// A list's answer by the operation that asks for it. Every list fits a page.
pub(crate) type Lists = HashMap<&'static str, Bytes>;

/// The lists of an account in a region, of so many times the common size.
pub(super) fn lists(home: Home<'_>, times: usize) -> Lists {
    let xml = |operation: &str, list: &str, count: usize, item: fn(&mut String, Home<'_>, usize)| {
        let mut items = String::new();
        (0..count * times).for_each(|n| item(&mut items, home, n));
        Bytes::from(of_xml(operation, list, &items))
    };
    let functions: Vec<_> = (0..FUNCTIONS * times).map(|n| content::function(home, n)).collect();
    let alarms = (0..ALARMS * times).map(|n| content::alarm(home, n)).collect();
    let lists = [
        ("DescribeVolumes", xml("DescribeVolumes", "volumeSet", VOLUMES, content::volume)),
        ("DescribeInstances", xml("DescribeInstances", "reservationSet", GROUPS, reservation)),
        ("DescribeVpcs", Bytes::from(of_xml("DescribeVpcs", "vpcSet", VPC))),
        ("DescribeAutoScalingGroups", xml("DescribeAutoScalingGroups", "AutoScalingGroups", GROUPS, group)),
        ("DescribeDBInstances", xml("DescribeDBInstances", "DBInstances", DATABASES, database)),
        ("DescribeLoadBalancers", xml("DescribeLoadBalancers", "LoadBalancers", BALANCERS, balancer)),
        ("DescribeAlarms", encode(&map(vec![("MetricAlarms", Value::Array(alarms))]))),
        ("GET /2015-03-31/functions", json!({"Functions": functions}).to_string().into()),
    ];
    lists.into_iter().collect()
}

const VPC: &str = "<item><vpcId>vpc-1</vpcId><state>available</state><cidrBlock>10.0.0.0/16</cidrBlock><isDefault>false</isDefault></item>";

/// EC2's lists stand in the answer, those of the query services in its result.
fn of_xml(operation: &str, list: &str, items: &str) -> String {
    let list = format!("<{list}>{items}</{list}>");
    if items.starts_with("<item>") {
        let name = "http://ec2.amazonaws.com/doc/2016-11-15/";
        return format!("<{operation}Response xmlns=\"{name}\"><requestId>r</requestId>{list}</{operation}Response>");
    }
    let metadata = "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>";
    format!("<{operation}Response><{operation}Result>{list}</{operation}Result>{metadata}</{operation}Response>")
}

fn instance_id(group: usize, n: usize) -> String {
    format!("i-{:017x}", group * INSTANCES_OF_GROUP + n)
}

fn reservation(xml: &mut String, home: Home<'_>, group: usize) {
    let _ =
        write!(xml, "<item><reservationId>r-{group}</reservationId><ownerId>{}</ownerId><instancesSet>", home.account);
    for n in 0..INSTANCES_OF_GROUP {
        let _ = write!(
            xml,
            "<item><instanceId>{}</instanceId><instanceState><code>16</code><name>running</name></instanceState><instanceType>c7g.large</instanceType>\
             <launchTime>2026-01-01T00:00:00.000Z</launchTime><vpcId>vpc-1</vpcId><tagSet><item><key>aws:autoscaling:groupName</key>\
             <value>group-{group}</value></item><item><key>environment</key><value>production</value></item></tagSet></item>",
            instance_id(group, n)
        );
    }
    xml.push_str("</instancesSet></item>");
}

fn group(xml: &mut String, home: Home<'_>, n: usize) {
    let Home { account, region } = home;
    let instances: String = (0..INSTANCES_OF_GROUP)
        .map(|number| {
            format!(
                "<member><InstanceId>{}</InstanceId><InstanceType>c7g.large</InstanceType><AvailabilityZone>{region}a</AvailabilityZone>\
                 <LifecycleState>InService</LifecycleState><HealthStatus>Healthy</HealthStatus><ProtectedFromScaleIn>false</ProtectedFromScaleIn></member>",
                instance_id(n, number)
            )
        })
        .collect();
    let _ = write!(
        xml,
        "<member><AutoScalingGroupName>group-{n}</AutoScalingGroupName>\
         <AutoScalingGroupARN>arn:aws:autoscaling:{region}:{account}:autoScalingGroup:{n}:autoScalingGroupName/group-{n}</AutoScalingGroupARN>\
         <MinSize>2</MinSize><MaxSize>6</MaxSize><DesiredCapacity>2</DesiredCapacity><DefaultCooldown>300</DefaultCooldown>\
         <AvailabilityZones><member>{region}a</member></AvailabilityZones><HealthCheckType>EC2</HealthCheckType><Instances>{instances}</Instances>\
         <CreatedTime>2025-01-01T00:00:00Z</CreatedTime><SuspendedProcesses/><Tags><member><ResourceId>group-{n}</ResourceId>\
         <ResourceType>auto-scaling-group</ResourceType><Key>environment</Key><Value>production</Value><PropagateAtLaunch>true</PropagateAtLaunch>\
         </member></Tags></member>"
    );
}

fn database(xml: &mut String, home: Home<'_>, n: usize) {
    let Home { account, region } = home;
    let _ = write!(
        xml,
        "<DBInstance><DBInstanceIdentifier>database-{n}</DBInstanceIdentifier><DBInstanceClass>db.r6g.large</DBInstanceClass><Engine>postgres</Engine>\
         <DBInstanceStatus>available</DBInstanceStatus><AllocatedStorage>200</AllocatedStorage><InstanceCreateTime>2025-01-01T00:00:00Z</InstanceCreateTime>\
         <DBParameterGroups><DBParameterGroup><DBParameterGroupName>ours-postgres16</DBParameterGroupName><ParameterApplyStatus>in-sync</ParameterApplyStatus>\
         </DBParameterGroup></DBParameterGroups><EngineVersion>16.4</EngineVersion><StorageType>gp2</StorageType><DbiResourceId>db-{n}</DbiResourceId>\
         <DBInstanceArn>arn:aws:rds:{region}:{account}:db:database-{n}</DBInstanceArn><DatabaseInsightsMode>standard</DatabaseInsightsMode>\
         <PerformanceInsightsEnabled>true</PerformanceInsightsEnabled><PerformanceInsightsRetentionPeriod>7</PerformanceInsightsRetentionPeriod>\
         <TagList><Tag><Key>environment</Key><Value>production</Value></Tag></TagList></DBInstance>"
    );
}

fn balancer(xml: &mut String, home: Home<'_>, n: usize) {
    let Home { account, region } = home;
    let _ = write!(
        xml,
        "<member><LoadBalancerArn>arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/balancer-{n}/{n:016x}</LoadBalancerArn>\
         <DNSName>balancer-{n}.{region}.elb.amazonaws.com</DNSName><CreatedTime>2025-01-01T00:00:00Z</CreatedTime><LoadBalancerName>balancer-{n}</LoadBalancerName>\
         <Scheme>internet-facing</Scheme><VpcId>vpc-1</VpcId><State><Code>active</Code></State><Type>application</Type></member>"
    );
}
