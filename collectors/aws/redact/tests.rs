use std::collections::BTreeMap;

use ciborium::Value as Cbor;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{
    super::wire::{RecordedAnswer, RecordedRequest},
    *,
};

const ACCOUNT: &str = "123456789012";

fn text(text: &str) -> RecordedBody {
    RecordedBody::Text { text: text.to_owned() }
}

fn body_text(body: &RecordedBody) -> String {
    String::from_utf8_lossy(&body.bytes().unwrap()).into_owned()
}

fn exchange(service: &str, operation: &str, path: &str, request: RecordedBody, answer: RecordedBody) -> Exchange {
    Exchange {
        service: service.to_owned(),
        operation: operation.to_owned(),
        account: ACCOUNT.to_owned(),
        region: "us-east-1".to_owned(),
        request: RecordedRequest { method: "POST".to_owned(), path: path.to_owned(), body: request },
        answer: RecordedAnswer { status: 200, headers: BTreeMap::new(), body: answer },
    }
}

fn answered(service: &str, operation: &str, answer: &str) -> Exchange {
    exchange(service, operation, "/", text(""), text(answer))
}

fn header() -> RecordingHeader {
    RecordingHeader {
        schema: super::super::wire::RECORDING_SCHEMA.to_owned(),
        recorded_at: "2026-11-01T00:00:00Z".parse().unwrap(),
        account: ACCOUNT.to_owned(),
        partition: "aws".to_owned(),
        home_region: "us-east-1".to_owned(),
        regions: vec!["us-east-1".to_owned()],
        redacted: false,
        metrics: true,
        exchanges: 0,
    }
}

fn redacted(mut exchanges: Vec<Exchange>) -> Vec<Exchange> {
    Redactor::learn(&exchanges).apply(&mut header(), &mut exchanges);
    exchanges
}

fn answer_json(exchange: &Exchange) -> Value {
    serde_json::from_str(&body_text(&exchange.answer.body)).unwrap()
}

fn without_secrets(service: &str, operation: &str, answer: &str) -> String {
    let mut one = answered(service, operation, answer);
    remove_secrets(&mut one);
    let once = one.clone();
    remove_secrets(&mut one);
    assert_eq!(one, once, "a second removal changes nothing");
    body_text(&one.answer.body)
}

/// Bytes as the SDK and AWS write them: maps and lists of indefinite length.
fn cbor(value: &Value) -> Vec<u8> {
    match value {
        Value::Object(map) => {
            let inner = map.iter().flat_map(|(key, value)| [cbor(&json!(key)), cbor(value)].concat());
            [0xbf].into_iter().chain(inner).chain([0xff]).collect()
        }
        Value::Array(items) => [0x9f].into_iter().chain(items.iter().flat_map(cbor)).chain([0xff]).collect(),
        Value::String(text) => {
            let mut bytes = Vec::new();
            ciborium::into_writer(&Cbor::Text(text.clone()), &mut bytes).unwrap();
            bytes
        }
        other => {
            let mut bytes = vec![0xfb];
            bytes.extend(other.as_f64().unwrap().to_be_bytes());
            bytes
        }
    }
}

fn cbor_body(value: &Value) -> RecordedBody {
    RecordedBody::binary(&cbor(value))
}

fn readable(body: &RecordedBody) -> Value {
    match body {
        RecordedBody::Binary { readable, .. } => readable.clone(),
        RecordedBody::Text { text } => panic!("not binary: {text}"),
    }
}

mod secrets {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn of_functions_environments() {
        let answer = r#"{"Functions": [{"FunctionName":"orders", "Environment":{"Variables":{"DB":"mysql://a:b\"@x"},"Error":{"Message":"m"}},"MemorySize":128.50}],"NextMarker":"abc"}"#;
        let expected = r#"{"Functions": [{"FunctionName":"orders", "Environment":{"Variables":{"DB":"REDACTED"},"Error":{"Message":"m"}},"MemorySize":128.50}],"NextMarker":"abc"}"#;
        assert_eq!(without_secrets("lambda", "ListFunctions", answer), expected);
    }

    #[test]
    fn of_stages_and_targets() {
        let stages = r#"{"item":[{"stageName":"prod","variables":{"backend":"x"},"methodSettings":{"*/*":{"cachingEnabled":true}}}]}"#;
        let expected = stages.replace(r#""x""#, r#""REDACTED""#);
        assert_eq!(without_secrets("apigateway", "GetStages", stages), expected);
        let targets = r#"{"Targets":[{"Id":"1","Arn":"arn:aws:lambda:us-east-1:1:function:f","Input":"{\"a\":1}","InputTransformer":{"InputPathsMap":{"t":"$.time"},"InputTemplate":"<t>"},"HttpParameters":{"HeaderParameters":{"X":"y"}}}],"NextToken":"more"}"#;
        let clean: Value = serde_json::from_str(&without_secrets("events", "ListTargetsByRule", targets)).unwrap();
        assert_eq!(clean["Targets"][0]["Input"], "REDACTED");
        assert_eq!(clean["Targets"][0]["InputTransformer"]["InputPathsMap"]["t"], "REDACTED");
        assert_eq!(clean["Targets"][0]["HttpParameters"]["HeaderParameters"]["X"], "REDACTED");
        assert_eq!(clean["Targets"][0]["Arn"], "arn:aws:lambda:us-east-1:1:function:f");
        assert_eq!(clean["NextToken"], "more");
    }

    #[test]
    fn of_containers_and_execution_data() {
        let definition = r#"{"taskDefinition":{"containerDefinitions":[{"name":"web","environment":[{"name":"PW","value":"x"}],"secrets":[{"name":"S","valueFrom":"arn:aws:ssm:x"}]}]}}"#;
        let expected = definition.replace(r#""value":"x""#, r#""value":"REDACTED""#);
        assert_eq!(without_secrets("ecs", "DescribeTaskDefinition", definition), expected);
        let execution =
            without_secrets("states", "DescribeExecution", r#"{"input":"{\"k\":\"v\"}","status":"SUCCEEDED"}"#);
        assert_eq!(execution, r#"{"input":"REDACTED","status":"SUCCEEDED"}"#);
    }

    #[test]
    fn of_xml_by_name() {
        let answer = "<?xml version=\"1.0\"?>\n<R><DB><MasterUserPassword>a&amp;b</MasterUserPassword><MasterUserSecret><SecretArn>arn:x</SecretArn><SecretStatus>active</SecretStatus></MasterUserSecret><Marker>abcd</Marker><UserData/><UserData>IyEv</UserData></DB></R>";
        let expected = answer.replace("a&amp;b", "REDACTED").replace("IyEv", "REDACTED");
        assert_eq!(without_secrets("rds", "DescribeDBInstances", answer), expected);
    }

    #[test]
    fn of_cbor_by_name_byte_by_byte() {
        let asked = json!({"Metric": "m", "SessionToken": "s", "NextToken": "n", "At": 1.5});
        let mut one = exchange("cloudwatch", "X", "/", cbor_body(&asked), cbor_body(&asked));
        remove_secrets(&mut one);
        let expected = json!({"Metric": "m", "SessionToken": "REDACTED", "NextToken": "n", "At": 1.5});
        assert_eq!(readable(&one.answer.body), expected);
        assert_eq!(one.request.body.bytes().unwrap(), cbor(&expected), "indefinite lengths and wide floats stay");
        let before = one.clone();
        remove_secrets(&mut one);
        assert_eq!(one, before);
    }

    #[test]
    fn of_forms_and_presigned_paths() {
        let form = "Action=X&Version=1&MasterUserPassword=a%26b&Marker=m&NextToken=n&ClientRequestToken=c";
        let path =
            "/b/k?X-Amz-Signature=1&versionId=2&X-Amz-Security-Token=3&AWSAccessKeyId=4&X-Amz-Credential=5&Signature=6";
        let mut one = exchange("rds", "X", path, text(form), text(""));
        remove_secrets(&mut one);
        assert_eq!(body_text(&one.request.body), form.replace("a%26b", "REDACTED"));
        assert_eq!(one.request.path, "/b/k?versionId=2");
    }

    #[test]
    fn of_texts_that_carry_them() {
        let location = r#"{"Code":{"Location":"https://s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature=abc&X-Amz-Security-Token=t"}}"#;
        let clean = without_secrets("lambda", "GetFunction", location);
        assert!(clean.contains("X-Amz-Date=1&X-Amz-Signature=REDACTED&X-Amz-Security-Token=REDACTED"), "{clean}");
        let spec = r#"{"buildspec":"git clone https://bob:hunter2@example.com/x; export K=AKIAIOSFODNN7EXAMPLE"}"#;
        let clean = without_secrets("codebuild", "BatchGetProjects", spec);
        assert!(!clean.contains("hunter2") && !clean.contains("AKIA"), "{clean}");
        let nested = r#"{"definition":"{\"Parameters\":{\"apiKey\":\"k\",\"nextToken\":\"t\"}}"}"#;
        let clean: Value = serde_json::from_str(&without_secrets("states", "DescribeStateMachine", nested)).unwrap();
        assert_eq!(clean["definition"], r#"{"Parameters":{"apiKey":"REDACTED","nextToken":"t"}}"#);
    }

    #[test]
    fn not_of_what_only_speaks_about_them() {
        let about = r#"{"ManageMasterUserPassword":"true","nextToken":"t","requestToken":"r","apiKeySource":"HEADER","SecretArn":"x","CreationToken":"c","PasswordLastUsed":"2026","httpTokens":"required"}"#;
        assert_eq!(without_secrets("rds", "X", about), about);
    }
}

mod formats {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn xml_keeps_all_but_the_names() {
        let answer = "<?xml version=\"1.0\"?>\n<!-- c --><R xmlns=\"http://x\">\n <DBInstances><DBInstance><DBInstanceIdentifier>orders &amp; co</DBInstanceIdentifier><Engine>postgres</Engine><Empty/><TagList><Tag><Key>team</Key><Value>payments</Value></Tag></TagList></DBInstance></DBInstances>\n</R>";
        let new = redacted(vec![answered("rds", "DescribeDBInstances", answer)]);
        let new = body_text(&new[0].answer.body);
        assert!(!new.contains("orders") && !new.contains("payments"), "{new}");
        assert!(new.starts_with("<?xml version=\"1.0\"?>\n<!-- c --><R xmlns=\"http://x\">\n <DBInstances>"), "{new}");
        assert!(new.contains("<Engine>postgres</Engine><Empty/><TagList><Tag><Key>team</Key><Value>n"), "{new}");
        assert!(tree::xml(&new).is_some());
    }

    #[test]
    fn json_within_json_is_rewritten_too() {
        let policy = json!({"Statement": [{"Effect": "Allow", "Action": "lambda:InvokeFunction",
            "Principal": {"Service": "apigateway.amazonaws.com"},
            "Resource": format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:checkout"),
            "Condition": {"ArnLike": {"AWS:SourceArn": format!("arn:aws:execute-api:us-east-1:{ACCOUNT}:a1b2c3d4e5/*/GET/cart")}}}]});
        let one = answered("lambda", "GetPolicy", &json!({"Policy": policy.to_string()}).to_string());
        let new = answer_json(&redacted(vec![one])[0]);
        let new: Value = serde_json::from_str(new["Policy"].as_str().unwrap()).unwrap();
        let statement = &new["Statement"][0];
        assert_eq!(statement["Principal"]["Service"], "apigateway.amazonaws.com");
        assert_eq!(statement["Action"], "lambda:InvokeFunction");
        let arn = statement["Resource"].as_str().unwrap();
        assert!(arn.starts_with("arn:aws:lambda:us-east-1:") && arn.contains(":function:n"), "{arn}");
        assert!(!new.to_string().contains("checkout") && !new.to_string().contains(ACCOUNT));
    }

    #[test]
    fn cbor_keeps_its_bytes() {
        let asked = |bucket: &str| {
            json!({"StartTime": 1.5, "MetricDataQueries": [{"Id": "m1", "MetricStat": {"Stat": "p99", "Metric": {
                "Namespace": "AWS/S3", "MetricName": "BucketSizeBytes", "Dimensions": [
                    {"Name": "BucketName", "Value": bucket}, {"Name": "StorageType", "Value": "StandardStorage"}]}}}]})
        };
        let one = exchange("cloudwatch", "GetMetricData", "/", cbor_body(&asked("acme-logs")), cbor_body(&json!({})));
        let new = redacted(vec![one]).remove(0);
        let name =
            readable(&new.request.body)["MetricDataQueries"][0]["MetricStat"]["Metric"]["Dimensions"][0]["Value"]
                .clone();
        let name = name.as_str().unwrap();
        assert!(name.starts_with('n') && name != "acme-logs");
        assert_eq!(new.request.body.bytes().unwrap(), cbor(&asked(name)));
        assert_eq!(readable(&new.request.body), asked(name), "the readable form is in step");
    }

    #[test]
    fn forms_paths_and_queries_are_encoded_as_the_sdk_does() {
        let arn = format!("arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/app/shop/50dc6c495c0c9188");
        let form = format!(
            "Action=X&Version=2015-12-01&LoadBalancerArns.member.1={}",
            arn.replace(':', "%3A").replace('/', "%2F")
        );
        let one = exchange(
            "elasticloadbalancing",
            "X",
            "/2015-03-31/functions/shop/configuration?FunctionVersion=ALL&Name=shop",
            text(&form),
            text(""),
        );
        let new = redacted(vec![one]).remove(0);
        let asked = body_text(&new.request.body);
        assert!(
            asked.starts_with(
                "Action=X&Version=2015-12-01&LoadBalancerArns.member.1=arn%3Aaws%3Aelasticloadbalancing%3Aus-east-1%3A"
            ),
            "{asked}"
        );
        assert!(asked.ends_with("%2F50dc6c495c0c9188") && asked.contains("%3Aloadbalancer%2Fapp%2Fn"), "{asked}");
        let name = asked.rsplit("%2F").nth(1).unwrap();
        let path = format!("/2015-03-31/functions/{name}/configuration?FunctionVersion=ALL&Name={name}");
        assert_eq!(new.request.path, path);
    }

    #[test]
    fn unreadable_bytes_are_hidden_and_plain_text_is_searched() {
        let mut all = vec![exchange("s3", "X", "/acme-logs?lifecycle", text(""), RecordedBody::binary(&[0xff, 0xfe]))];
        all.push(answered("s3", "Y", "<html>no acme-logs here<br></html>"));
        let new = redacted(all);
        assert_eq!(new[0].answer.body, text("REDACTED"));
        assert!(!body_text(&new[1].answer.body).contains("acme-logs"));
        assert!(new[0].request.path.starts_with("/n") && new[0].request.path.ends_with("?lifecycle"));
    }
}

/// An account in which everything knows everything.
fn account() -> Vec<Exchange> {
    let caller = format!("arn:aws:sts::{ACCOUNT}:assumed-role/AcmeAdmin/jane@acme.example");
    let function = format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:checkout-orders");
    let insights = "arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension:38";
    let balancer =
        format!("arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/app/acme-shop/50dc6c495c0c9188");
    let role = format!("arn:aws:iam::{ACCOUNT}:role/service-role/acme-lambda-role");
    vec![
        answered("sts", "GetCallerIdentity", &format!("<R><Arn>{caller}</Arn><UserId>AROAEXAMPLE:jane@acme.example</UserId><Account>{ACCOUNT}</Account></R>")),
        exchange("lambda", "ListFunctions", "/2015-03-31/functions?MaxItems=50", text(""), text(&json!({"Functions": [
            {"FunctionName": "checkout-orders", "FunctionArn": function, "Runtime": "python3.13", "Role": role, "Handler": "acme_orders.handle",
             "Layers": [{"Arn": insights}], "Description": "Takes Acme's orders", "MemorySize": 128, "PackageType": "Zip"},
            {"FunctionName": "acme-powertuning", "FunctionArn": format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:acme-powertuning")},
        ], "NextMarker": "bWFya2VyLW9yZGVycw=="}).to_string())),
        exchange("lambda", "ListFunctions", "/2015-03-31/functions?MaxItems=50&Marker=bWFya2VyLW9yZGVycw%3D%3D", text(""), text("{}")),
        exchange("lambda", "GetPolicy", "/2015-03-31/functions/checkout-orders/policy", text(""), text("{}")),
        exchange("lambda", "ListTags", &format!("/2017-03-31/tags/{}", function.replace(':', "%3A")), text(""),
            text(r#"{"Tags":{"team":"Payments Squad","environment":"prod","Name":"checkout-orders"}}"#)),
        exchange("cloudwatch", "DescribeAlarms", "/", cbor_body(&json!({})), cbor_body(&json!({"MetricAlarms": [
            {"AlarmName": "Acme shop is slow", "AlarmArn": format!("arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:Acme shop is slow"),
             "Namespace": "AWS/ApplicationELB", "MetricName": "TargetResponseTime", "ExtendedStatistic": "p99",
             "Dimensions": [{"Name": "LoadBalancer", "Value": "app/acme-shop/50dc6c495c0c9188"}]},
            {"AlarmName": "errors", "Dimensions": [{"Name": "FunctionName", "Value": "checkout-orders"}]}],
            "CompositeAlarms": [{"AlarmName": "both", "AlarmRule": "ALARM(\"Acme shop is slow\") OR ALARM(errors)"}]}))),
        exchange("elasticloadbalancing", "DescribeLoadBalancers", "/", text("Action=DescribeLoadBalancers&Names.member.1=acme-shop"), text(&format!(
            "<R><LoadBalancers><member><LoadBalancerName>acme-shop</LoadBalancerName><LoadBalancerArn>{balancer}</LoadBalancerArn><DNSName>internal-acme-shop-1234567890.us-east-1.elb.amazonaws.com</DNSName><Type>application</Type><IpAddress>10.1.2.3</IpAddress><Ipv6>2600:1f18::5</Ipv6><Cidr>172.16.0.0/12</Cidr></member></LoadBalancers></R>"))),
        answered("cloudfront", "ListDistributions", "<D><Id>E2QWRUHAPOMQZL</Id><DomainName>d111111abcdef8.cloudfront.net</DomainName><Aliases><Items><CNAME>www.acme.example</CNAME></Items></Aliases><Origins><Origin><DomainName>acme-static.s3.us-east-1.amazonaws.com</DomainName></Origin><Origin><DomainName>internal-acme-shop-1234567890.us-east-1.elb.amazonaws.com</DomainName></Origin></Origins></D>"),
        answered("route53", "ListResourceRecordSets", "<R><ResourceRecordSet><Name>www.acme.example.</Name><Type>A</Type><AliasTarget><DNSName>d111111abcdef8.cloudfront.net.</DNSName></AliasTarget></ResourceRecordSet><ResourceRecordSet><Name>mx.acme.example.</Name><Type>MX</Type><ResourceRecords><ResourceRecord><Value>10 mail.acme.example.</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></R>"),
        exchange("s3", "GetBucketLifecycleConfiguration", "/acme-static?lifecycle", text(""), text("<L/>")),
        answered("s3", "ListBuckets", "<L><Owner><ID>75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a</ID></Owner><Buckets><Bucket><Name>acme-static</Name></Bucket><Bucket><Name>postgres</Name></Bucket></Buckets></L>"),
        answered("ec2", "DescribeInstances", "<R><item><instanceId>i-0a1b2c3d4e5f60718</instanceId><instanceState><name>running</name></instanceState><privateDnsName>ip-10-1-2-3.ec2.internal</privateDnsName><privateIpAddress>10.1.2.3</privateIpAddress><instanceType>m7g.large</instanceType><placement><availabilityZone>us-east-1a</availabilityZone></placement><tagSet><item><key>Name</key><value>acme-bastion</value></item><item><key>engine</key><value>postgres</value></item><item><key>sizing-reviewed</key><value>2026-10-01</value></item></tagSet></item></R>"),
        exchange("autoscaling", "DescribePolicies", "/", text("Action=DescribePolicies&AutoScalingGroupName=acme-workers"), text(&format!(
            "<R><member><AutoScalingGroupName>acme-workers</AutoScalingGroupName><PolicyName>acme-cpu</PolicyName><PolicyARN>arn:aws:autoscaling:us-east-1:{ACCOUNT}:scalingPolicy:11111111-2222-3333-4444-555555555555:autoScalingGroupName/acme-workers:policyName/acme-cpu</PolicyARN><PredefinedMetricType>ALBRequestCountPerTarget</PredefinedMetricType><ResourceLabel>app/acme-shop/50dc6c495c0c9188/targetgroup/acme-tg/943f017f100becff</ResourceLabel></member></R>"))),
        answered("autoscaling", "DescribeScalingActivities", "<R><member><Description>Launching a new EC2 instance: i-0a1b2c3d4e5f60718</Description><Cause>At 2026-10-01T00:00:00Z a user request update of AutoScalingGroup constraints to min: 1, changing acme-workers</Cause></member></R>"),
        answered("ecs", "DescribeServices", &json!({"services": [{"serviceName": "acme-web", "launchType": "FARGATE",
            "serviceArn": format!("arn:aws:ecs:us-east-1:{ACCOUNT}:service/acme-cluster/acme-web"),
            "taskDefinition": format!("arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/acme-k6:7"),
            "image": format!("{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/acme/web:1.2")}]}).to_string()),
        answered("lambda", "X", &json!({"message": format!("User: {caller} is not authorized to perform: lambda:ListTags on resource: {function}")}).to_string()),
    ]
}

const ORIGINALS: &[&str] = &[
    ACCOUNT,
    "jane",
    "acme",
    "Acme",
    "checkout",
    "Payments",
    "10.1.2.3",
    "10-1-2-3",
    "2600:1f18",
    "172.16.0.0",
    "d111111abcdef8",
    "bastion",
    "AROAEXAMPLE",
    "bWFya2Vy",
    "errors",
    "75aa57f0",
];

#[test]
fn nothing_of_the_originals_is_left() {
    let before = serde_json::to_string(&account()).unwrap();
    for original in ORIGINALS.iter().filter(|original| **original != "10-1-2-3") {
        assert!(before.contains(original) || *original == "errors", "{original} is in no exchange");
    }
    let new = redacted(account());
    for exchange in &new {
        let mut whole = serde_json::to_string(exchange).unwrap();
        whole += &String::from_utf8_lossy(&exchange.request.body.bytes().unwrap());
        whole += &String::from_utf8_lossy(&exchange.answer.body.bytes().unwrap());
        for original in ORIGINALS {
            assert!(!whole.contains(original), "{original} is left in {whole}");
        }
    }
}

#[test]
fn words_that_carry_meaning_are_kept() {
    let new = redacted(account());
    let all: String = new.iter().map(|one| serde_json::to_string(one).unwrap()).collect();
    for word in [
        "ListFunctions",
        "MaxItems=50",
        "python3.13",
        "arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension:38",
        "AWS/ApplicationELB",
        "TargetResponseTime",
        "p99",
        "app/n",
        "/50dc6c495c0c9188",
        "<Type>application</Type>",
        "E2QWRUHAPOMQZL",
        ".cloudfront.net",
        ".s3.us-east-1.amazonaws.com",
        "-1234567890.us-east-1.elb.amazonaws.com",
        "internal-n",
        "-powertuning",
        "-k6:7",
        "<name>running</name>",
        "m7g.large",
        "us-east-1a",
        "<key>engine</key><value>postgres</value>",
        "2026-10-01",
        "ALBRequestCountPerTarget",
        "<Name>postgres</Name>",
        "i-0a1b2c3d4e5f60718",
        "autoScalingGroupName/n",
        ":policyName/n",
        ":role/service-role/n",
        "a user request update of AutoScalingGroup constraints",
        "is not authorized to perform: lambda:ListTags",
        "FARGATE",
        ".dkr.ecr.us-east-1.amazonaws.com/n",
        "11111111-2222-3333-4444-555555555555",
        "<key>Name</key>",
        "<Value>10 n",
        ".example.</Value>",
        "assumed-role/n",
        "Names.member.1=n",
        "/12</Cidr>",
        r#"\"environment\":\"prod\""#,
        "Launching a new EC2 instance",
    ] {
        assert!(all.contains(word), "{word} is lost");
    }
}

#[test]
fn joins_stay_intact() {
    let new = redacted(account());
    let functions = answer_json(&new[1]);
    let name = functions["Functions"][0]["FunctionName"].as_str().unwrap();
    let arn = functions["Functions"][0]["FunctionArn"].as_str().unwrap();
    assert!(arn.ends_with(&format!(":function:{name}")), "{arn}");
    assert_eq!(new[3].request.path, format!("/2015-03-31/functions/{name}/policy"));
    assert_eq!(new[4].request.path, format!("/2017-03-31/tags/{}", arn.replace(':', "%3A")));
    assert_eq!(answer_json(&new[4])["Tags"]["Name"], name);
    let alarms = readable(&new[5].answer.body);
    assert_eq!(alarms["MetricAlarms"][1]["Dimensions"][0]["Value"], name);
    let slow = alarms["MetricAlarms"][0]["AlarmName"].as_str().unwrap();
    let errors = alarms["MetricAlarms"][1]["AlarmName"].as_str().unwrap();
    assert_eq!(alarms["CompositeAlarms"][0]["AlarmRule"], format!("ALARM(\"{slow}\") OR ALARM({errors})"));
    assert!(alarms["MetricAlarms"][0]["AlarmArn"].as_str().unwrap().ends_with(&format!(":alarm:{slow}")));
    let balancer = alarms["MetricAlarms"][0]["Dimensions"][0]["Value"].as_str().unwrap().split('/').nth(1).unwrap();
    assert!(body_text(&new[6].request.body).ends_with(&format!("Names.member.1={balancer}")));
    for part in [
        format!("internal-{balancer}-1234567890."),
        format!("<LoadBalancerName>{balancer}<"),
        format!("/app/{balancer}/"),
    ] {
        assert!(body_text(&new[6].answer.body).contains(&part), "{part}");
    }
    let token = functions["NextMarker"].as_str().unwrap();
    assert!(new[2].request.path.ends_with(&format!("Marker={}", token.replace('=', "%3D"))), "{token}");
}

#[test]
fn buckets_hosts_and_addresses_join() {
    let new = redacted(account());
    let text = |at: usize| body_text(&new[at].answer.body);
    let bucket = new[9].request.path.trim_start_matches('/').split('?').next().unwrap();
    assert!(text(10).contains(&format!("<Name>{bucket}</Name>")));
    assert!(text(7).contains(&format!("<DomainName>{bucket}.s3.us-east-1.amazonaws.com<")));
    let host = |text: &str, begin: &str| text.split_once(begin).unwrap().1.split('<').next().unwrap().to_owned();
    let (alias, record) = (host(&text(7), "<CNAME>"), host(&text(8), "<Name>"));
    assert_eq!(format!("{alias}."), record);
    assert_eq!(format!("{}.", host(&text(7), "<DomainName>")), host(&text(8), "<DNSName>"));
    let zone = |name: &str| name.split_once('.').unwrap().1.to_owned();
    assert_eq!(zone(&record), zone(text(8).split("<Name>").nth(2).unwrap().split('<').next().unwrap()));
    assert_eq!(host(&text(6), "<IpAddress>"), host(&text(11), "<privateIpAddress>"));
    let group = body_text(&new[12].request.body).rsplit('=').next().unwrap().to_owned();
    assert!(text(13).ends_with(&format!("changing {group}</Cause></member></R>")), "{}", text(13));
}

#[test]
fn the_account_is_replaced_everywhere_by_another() {
    let mut all = account();
    let mut head = header();
    Redactor::learn(&all).apply(&mut head, &mut all);
    assert!(head.redacted && head.account != ACCOUNT && pseudonyms::is_account(&head.account));
    assert!(all.iter().all(|one| one.account == head.account));
    let functions = body_text(&all[1].answer.body);
    assert!(functions.contains(&format!("arn:aws:lambda:us-east-1:{}:function:", head.account)));
    assert!(body_text(&all[14].answer.body).contains(&format!("{}.dkr.ecr", head.account)));
}

#[test]
fn redaction_is_the_same_every_time_and_in_any_order() {
    let mut reversed = account();
    reversed.reverse();
    let mut again = redacted(reversed);
    again.reverse();
    assert_eq!(redacted(account()), again);
}

#[test]
fn a_replay_asks_what_was_redacted() {
    let new = redacted(account());
    let keys: std::collections::BTreeSet<_> = new.iter().map(Exchange::key).collect();
    let before: std::collections::BTreeSet<_> = account().iter().map(Exchange::key).collect();
    assert_eq!(keys.len(), before.len(), "no two requests have become one");
}

#[test]
fn bodies_still_parse() {
    for one in redacted(account()) {
        for body in [&one.request.body, &one.answer.body] {
            let bytes = body.bytes().unwrap();
            let text = String::from_utf8_lossy(&bytes);
            match text.chars().next() {
                Some('{') => assert!(serde_json::from_str::<Value>(&text).is_ok(), "{text}"),
                Some('<') => assert!(tree::xml(&text).is_some(), "{text}"),
                Some(_) if matches!(body, RecordedBody::Binary { .. }) => {
                    assert!(ciborium::from_reader::<Cbor, _>(bytes.as_slice()).is_ok());
                }
                _ => {}
            }
        }
    }
}
