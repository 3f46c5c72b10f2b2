//! Every format is changed in place.

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
fn dashboards_keep_the_metrics_of_aws_and_nothing_that_people_wrote() {
    let body = |markdown: &str, shop: &str, cache: &str, title: &str| {
        json!({"widgets": [
            {"type": "text", "properties": {"markdown": markdown}},
            {"type": "metric", "properties": {"title": title, "region": "us-east-1", "metrics": [
                ["AWS/ElastiCache", "CacheHits", "CacheClusterId", cache, {"id": "m1", "stat": "Sum"}],
                [".", "CacheMisses", ".", "."],
                [{"expression": "m1 / (m1 + m2)", "id": "e1"}],
                [shop, "Orders"]]}}]})
    };
    let plain = body("# Acme's plan", "Acme/Shop", "acme-carts-001", "Carts of Acme");
    let one = answered("cloudwatch", "GetDashboard", &json!({"DashboardBody": plain.to_string()}).to_string());
    let new = answer_json(&redacted(vec![one])[0])["DashboardBody"].clone();
    assert!(!new.to_string().to_lowercase().contains("acme"), "{new}");
    let new: Value = serde_json::from_str(new.as_str().unwrap()).unwrap();
    let text = |path: &str| new.pointer(path).and_then(Value::as_str).unwrap();
    let (markdown, title) = (text("/widgets/0/properties/markdown"), text("/widgets/1/properties/title"));
    let (cache, shop) = (text("/widgets/1/properties/metrics/0/3"), text("/widgets/1/properties/metrics/3/0"));
    assert_eq!(new, body(markdown, shop, cache, title), "all else is as it was");
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
        readable(&new.request.body)["MetricDataQueries"][0]["MetricStat"]["Metric"]["Dimensions"][0]["Value"].clone();
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

#[test]
fn services_and_routes_of_application_signals_are_the_users() {
    let dimensions = json!([{"Name": "Environment", "Value": "ecs:acme-prod"}, {"Name": "Service", "Value": "checkout"},
        {"Name": "Operation", "Value": "POST /basket"}]);
    let signals =
        json!({"Namespace": "ApplicationSignals", "Metrics": [{"MetricName": "Latency", "Dimensions": dimensions}]});
    let table = json!({"Namespace": "AWS/DynamoDB", "Metrics": [{"MetricName": "SuccessfulRequestLatency",
        "Dimensions": [{"Name": "Operation", "Value": "GetItem"}]}]});
    let new = redacted(vec![
        answered("cloudwatch", "X", &signals.to_string()),
        answered("cloudwatch", "Y", &table.to_string()),
    ]);
    let (signals, table) = (body_text(&new[0].answer.body), body_text(&new[1].answer.body));
    assert!(signals.contains("ApplicationSignals") && signals.contains("Latency"), "{signals}");
    assert!(!["acme", "checkout", "basket"].iter().any(|name| signals.contains(name)), "{signals}");
    assert!(table.contains("GetItem"), "{table}");
}
