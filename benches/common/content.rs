//! The resources that a server plays, each in the wire shape of its list.

use std::fmt::Write;

use ciborium::Value;

use super::wire::{map, string};

/// Account and region that resources stand in.
#[derive(Clone, Copy)]
pub(crate) struct Home<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
}

/// A volume of `DescribeVolumes`: every fourth is gp2.
pub(crate) fn volume(xml: &mut String, home: Home<'_>, n: usize) {
    let Home { account, region } = home;
    let kind = ["gp3", "gp3", "gp2", "io2"][n % 4];
    let _ = write!(
        xml,
        "<item><volumeId>vol-{n:017x}</volumeId><size>{}</size><snapshotId/><availabilityZone>{region}a</availabilityZone>\
         <status>in-use</status><createTime>2025-01-01T00:00:00.000Z</createTime><attachmentSet><item><volumeId>vol-{n:017x}</volumeId>\
         <instanceId>i-{n:017x}</instanceId><device>/dev/xvda</device><status>attached</status><attachTime>2025-01-01T00:00:00.000Z</attachTime>\
         <deleteOnTermination>true</deleteOnTermination></item></attachmentSet><tagSet><item><key>Name</key><value>volume-{n}</value></item>\
         <item><key>environment</key><value>production</value></item><item><key>service</key><value>service-{}</value></item>\
         <item><key>owner</key><value>team-{}</value></item></tagSet><volumeType>{kind}</volumeType><iops>3000</iops>\
         <encrypted>true</encrypted><kmsKeyId>arn:aws:kms:{region}:{account}:key/00000000-0000-4000-8000-000000000000</kmsKeyId>\
         <multiAttachEnabled>false</multiAttachEnabled><throughput>125</throughput></item>",
        20 + n % 500,
        n % 97,
        n % 13
    );
}

/// A function of `ListFunctions`.
pub(crate) fn function(home: Home<'_>, n: usize) -> serde_json::Value {
    let Home { account, region } = home;
    serde_json::json!({
        "FunctionName": format!("function-{n}"), "FunctionArn": format!("arn:aws:lambda:{region}:{account}:function:function-{n}"),
        "Runtime": "python3.13", "Role": format!("arn:aws:iam::{account}:role/f"), "Handler": "app.handler", "CodeSize": 12345,
        "Timeout": 3 + n % 60, "MemorySize": 128 << (n % 4), "LastModified": "2026-01-01T00:00:00.000+0000", "Version": "$LATEST",
        "TracingConfig": {"Mode": "PassThrough"}, "Architectures": ["arm64"], "PackageType": "Zip", "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"}
    })
}

/// An alarm of `DescribeAlarms`, on the queue of the volume with this number.
pub(crate) fn alarm(home: Home<'_>, n: usize) -> Value {
    let Home { account, region } = home;
    let dimension = map(vec![("Name", string("VolumeId")), ("Value", string(format!("vol-{n:017x}")))]);
    map(vec![
        ("AlarmName", string(format!("queue-{n}"))),
        ("AlarmArn", string(format!("arn:aws:cloudwatch:{region}:{account}:alarm:queue-{n}"))),
        ("ActionsEnabled", Value::Bool(true)),
        ("AlarmActions", Value::Array(vec![string(format!("arn:aws:sns:{region}:{account}:ops"))])),
        ("StateValue", string("OK")),
        ("MetricName", string("VolumeQueueLength")),
        ("Namespace", string("AWS/EBS")),
        ("Statistic", string("Average")),
        ("Dimensions", Value::Array(vec![dimension])),
        ("Period", Value::Integer(300.into())),
        ("EvaluationPeriods", Value::Integer(3.into())),
        ("Threshold", Value::Float(8.0)),
        ("ComparisonOperator", string("GreaterThanThreshold")),
    ])
}
