//! A small account, made up, in which everything knows everything.

use std::collections::BTreeSet;

use super::*;

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
    let keys: BTreeSet<_> = new.iter().map(Exchange::key).collect();
    let before: BTreeSet<_> = account().iter().map(Exchange::key).collect();
    assert_eq!(keys.len(), before.len(), "no two requests have become one");
}

#[test]
fn bodies_still_parse() {
    still_parses(redacted(account()));
}

/// What the collectors read out of names.
#[test]
fn meaning_inside_names_is_kept() {
    let alarm = "TargetTracking-service/acme/shop-AlarmHigh-2d4ce0d2-2f07-4f0e-a4b4-bf4d8a0b3f5a";
    let answer = |description: &str| format!("<R><item><description>{description}</description></item></R>");
    let new = redacted(vec![
        answered("cloudwatch", "DescribeAlarms", &json!({"AlarmName": alarm}).to_string()),
        answered(
            "autoscaling",
            "DescribeScalingActivities",
            &json!({"Cause": format!("monitor alarm {alarm} in state ALARM triggered policy p")}).to_string(),
        ),
        answered("ec2", "DescribeNetworkInterfaces", &answer("AWS Lambda VPC ENI-cwsyn-acme-1")),
        answered("ec2", "DescribeNetworkInterfaces", &answer("VPC Endpoint Interface vpce-0a1b2c3d4e5f60718")),
        answered(
            "ec2",
            "DescribeNetworkInterfaces",
            &answer(&format!("arn:aws:ecs:us-east-1:{ACCOUNT}:attachment/0f1e")),
        ),
        answered(
            "devops-guru",
            "GetResourceCollection",
            r#"{"ResourceCollection":{"Tags":[{"AppBoundaryKey":"Devops-guru-x","TagValues":["acme-db"]}]}}"#,
        ),
        answered(
            "rds",
            "X",
            "<R><DbiResourceId>db-ACMEORDERS</DbiResourceId><Expression>DB_PERF_INSIGHTS('RDS', 'db-ACMEORDERS', 'db.load.avg')</Expression></R>",
        ),
    ]);
    let text = |at: usize| body_text(&new[at].answer.body);
    assert!(text(0).contains("TargetTracking-/n") && text(0).contains("-AlarmHigh-"), "{}", text(0));
    assert!(
        text(1).contains("-AlarmHigh-") && text(1).ends_with(" in state ALARM triggered policy p\"}"),
        "{}",
        text(1)
    );
    assert!(text(2).contains("AWS Lambda VPC ENI-cwsyn-n"), "{}", text(2));
    assert!(text(3).contains("VPC Endpoint Interface vpce-0a1b2c3d4e5f60718"), "{}", text(3));
    assert!(text(4).contains(":attachment/"), "{}", text(4));
    assert!(text(5).contains(r#""AppBoundaryKey":"Devops-guru-x","TagValues":["n"#), "{}", text(5));
    let id = text(6).split(['<', '>']).nth(4).unwrap().to_owned();
    assert!(text(6).contains(&format!("'RDS', '{id}', 'db.load.avg'")), "{}", text(6));
    assert!(new.iter().all(|one| !serde_json::to_string(one).unwrap().to_lowercase().contains("acme")));
}

#[test]
fn buckets_balancers_and_domains_have_the_same_name_in_hosts() {
    let hosts =
        |hosts: &[&str]| -> String { hosts.iter().map(|host| format!("<DomainName>{host}</DomainName>")).collect() };
    let new = redacted(vec![
        answered(
            "s3",
            "ListBuckets",
            "<L><Bucket><Name>www.acme.shop</Name></Bucket><Bucket><Name>internal-acme-12345678</Name></Bucket></L>",
        ),
        answered(
            "cloudfront",
            "ListDistributions",
            &format!(
                "<L>{}</L>",
                hosts(&[
                    "www.acme.shop.s3-website-us-east-1.amazonaws.com",
                    "internal-acme-12345678.s3.amazonaws.com",
                    "Shop-1234567.us-east-1.elb.amazonaws.com",
                    "dualstack.shop-1234567.us-east-1.elb.amazonaws.com.",
                    "d-1a2b3c4d5e.execute-api.us-east-1.amazonaws.com",
                    "s3-website-us-east-1.amazonaws.com",
                    "Www.Acme.Shop"
                ])
            ),
        ),
    ]);
    let names = |at: usize, tag: &str| -> Vec<String> {
        let text = body_text(&new[at].answer.body);
        text.split(&format!("<{tag}>")).skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
    };
    let (buckets, hosts) = (names(0, "Name"), names(1, "DomainName"));
    assert_eq!(hosts[0], format!("{}.s3-website-us-east-1.amazonaws.com", buckets[0]));
    assert_eq!(hosts[1], format!("{}.s3.amazonaws.com", buckets[1]));
    assert_eq!(hosts[3], format!("dualstack.{}.", hosts[2]));
    assert!(hosts[4].starts_with("d-n") && hosts[4].ends_with(".execute-api.us-east-1.amazonaws.com"));
    assert_eq!(hosts[5], "s3-website-us-east-1.amazonaws.com");
    assert_eq!(hosts[6].to_lowercase(), buckets[0]);
}

#[test]
fn rules_by_aws_keep_their_names_and_ones_own_do_not() {
    let rule = |source: &str| {
        let rules =
            format!(r#"{{"ConfigRules":[{{"ConfigRuleName":"acme","Source":{{"SourceIdentifier":"{source}"}}}}]}}"#);
        body_text(&redacted(vec![answered("config", "DescribeConfigRules", &rules)])[0].answer.body)
    };
    let by_aws = rule("DESIRED_INSTANCE_TYPE");
    assert!(by_aws.contains(r#""SourceIdentifier":"DESIRED_INSTANCE_TYPE""#) && !by_aws.contains("acme"), "{by_aws}");
    let own = rule("arn:aws:lambda:us-east-1:123456789012:function:acme-types");
    assert!(own.contains("arn:aws:lambda:us-east-1:") && !own.contains("acme"), "{own}");
}

#[test]
fn a_stage_that_is_called_like_a_category_does_not_take_it_away() {
    let stage = r#"{"stages":[{"name":"Invoke","actions":[{"actionTypeId":{"category":"Invoke","owner":"AWS"}}]}]}"#;
    let new = body_text(&redacted(vec![answered("codepipeline", "GetPipeline", stage)])[0].answer.body);
    assert!(new.contains(r#""category":"Invoke""#) && !new.contains(r#""name":"Invoke""#), "{new}");
}

#[test]
fn scripts_keep_their_tools_and_lose_their_hosts() {
    let spec = "phases:\n  build:\n    commands:\n      - k6 run s.js https://shop.acme-store.net/cart || true\n      - ./compare.py baseline.json\n";
    let answer = json!({"projects": [{"name": "acme-shop-RunK6", "source": {"buildspec": spec}}]}).to_string();
    let new = redacted(vec![answered("codebuild", "BatchGetProjects", &answer)]);
    let project = &answer_json(&new[0])["projects"][0];
    let spec = project["source"]["buildspec"].as_str().unwrap();
    assert!(!spec.contains("acme") && spec.contains("- k6 run s.js https://n"), "{spec}");
    assert!(spec.contains("/cart || true\n      - ./compare.py baseline.json\n"), "{spec}");
    assert!(project["name"].as_str().unwrap().ends_with("-K6"), "{project}");
}

#[test]
fn actions_of_pipelines_keep_what_they_are() {
    let action = |name: &str, category: &str, configuration: Value| {
        let kind = json!({"category": category, "owner": "AWS", "provider": "S3", "version": "1"});
        json!({"name": name, "actionTypeId": kind, "configuration": configuration})
    };
    let stages = json!([
        {"name": "Deploy", "actions": [action("Test", "Deploy", json!({"BucketName": "acme-live-site", "Owner": "acme"}))]},
        {"name": "Skip", "actions": [action("x", "Test", json!({}))], "onFailure": {"result": "SKIP"}},
    ]);
    let pipeline = json!({"pipeline": {"name": "acme-release", "stages": stages, "artifactStore": {"location": "acme-artifacts"}}});
    let new = redacted(vec![answered("codepipeline", "GetPipeline", &pipeline.to_string())]);
    let new = answer_json(&new[0]);
    assert!(!new.to_string().contains("acme"), "{new}");
    let [deploy, skip] = &new["pipeline"]["stages"].as_array().unwrap()[..] else { panic!("two stages") };
    assert_eq!(deploy["actions"][0]["actionTypeId"]["category"], "Deploy");
    assert!(deploy["actions"][0]["configuration"]["BucketName"].as_str().unwrap().ends_with("-live"));
    assert_eq!(
        (&skip["actions"][0]["actionTypeId"]["category"], &skip["onFailure"]["result"]),
        (&json!("Test"), &json!("SKIP"))
    );
}

#[test]
fn what_decides_about_debt_is_kept_and_what_people_wrote_is_not() {
    let bucket = answered(
        "s3",
        "ListBuckets",
        "<L><Bucket><Name>performance</Name></Bucket><Bucket><Name>Performance</Name></Bucket></L>",
    );
    let items = r#"{"OpsItemSummaries":[{"OpsItemId":"oi-0123456789ab","Title":"Acme checkout is slow","Category":"Performance","Status":"Open"}]}"#;
    let filter = r#"{"OpsItemFilters":[{"Key":"Category","Values":["Performance"],"Operator":"Equal"}]}"#;
    let asked = exchange("ssm", "DescribeOpsItems", "/", text(filter), text(items));
    let review = r#"{"LensReview":{"LensAlias":"wellarchitected","Notes":"Acme notes","PillarReviewSummaries":[{"PillarId":"performance","RiskCounts":{"HIGH":2}}]}}"#;
    let workloads = r#"{"WorkloadSummaries":[{"WorkloadName":"Acme shop","Lenses":["wellarchitected"]}]}"#;
    let alarm = format!(r#"{{"AlarmActions":["arn:aws:ssm:us-east-1:{ACCOUNT}:opsitem:2#CATEGORY=Security"]}}"#);
    let new = redacted(vec![
        bucket,
        asked,
        answered("wellarchitected", "GetLensReview", review),
        answered("wellarchitected", "ListWorkloads", workloads),
        answered("cloudwatch", "X", &alarm),
    ]);
    assert_eq!(body_text(&new[1].request.body), filter);
    let bodies: Vec<_> = new.iter().map(|exchange| body_text(&exchange.answer.body)).collect();
    assert!(bodies.iter().all(|body| !body.to_lowercase().contains("acme")), "{bodies:?}");
    assert!(bodies[1].contains(r#""Category":"Performance""#), "{}", bodies[1]);
    assert!(bodies[2].contains(r#""PillarId":"performance","RiskCounts":{"HIGH":2}"#), "{}", bodies[2]);
    assert!(bodies[3].contains(r#""Lenses":["wellarchitected"]"#), "{}", bodies[3]);
    assert!(bodies[4].contains(":opsitem:2#CATEGORY=Security") && !bodies[4].contains(ACCOUNT), "{}", bodies[4]);
}
