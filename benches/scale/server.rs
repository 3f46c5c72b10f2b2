//! A fast local server with one synthetic account: answers are made once, before anybody asks.
//!
//! Volumes in EC2's XML, functions in Lambda's JSON, alarms and metrics in CloudWatch's CBOR. Each metric has 24 data
//! points (AWS would send up to 336; the parsing of points is the same for scan and bare paginators). Whatever else is
//! asked is denied, which is one small answer.

use std::{collections::HashMap, convert::Infallible, fmt::Write, sync::Arc};

use ciborium::Value;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::Size;

const POINTS: usize = 24;

struct Account {
    volumes: Vec<Bytes>,
    functions: Vec<Bytes>,
    alarms: HashMap<String, Bytes>,
    series: Series,
}

/// Serves until it is killed; prints where.
pub(crate) fn run(size: Size) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let account = Arc::new(Account::new(size));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("http://{}", listener.local_addr().unwrap());
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let account = account.clone();
            tokio::spawn(async move {
                let service = service_fn(move |request| {
                    let account = account.clone();
                    async move { Ok::<_, Infallible>(account.answer(request).await) }
                });
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
}

fn respond(status: u16, kind: &str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let cbor = kind == "application/cbor";
    let mut response = Response::builder().status(status).header("content-type", kind);
    if cbor {
        response = response.header("smithy-protocol", "rpc-v2-cbor");
    }
    response.body(Full::new(body.into())).unwrap()
}

impl Account {
    fn new(size: Size) -> Self {
        let pages = |count: usize, of: usize| count.div_ceil(of);
        let volumes = (0..pages(size.volumes, 500)).map(|page| volumes(page, size.volumes).into()).collect();
        let functions = (0..pages(size.functions, 50)).map(|page| functions(page, size.functions).into()).collect();
        let alarm_pages = pages(size.alarms, 100);
        let alarms = (0..alarm_pages).map(|page| (token(page), alarms(page, size.alarms))).collect();
        Account { volumes, functions, alarms, series: Series::new() }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (path, query) = (request.uri().path().to_owned(), request.uri().query().unwrap_or_default().to_owned());
        let body = request.into_body().collect().await.unwrap().to_bytes();
        if path.ends_with("/operation/DescribeAlarms") {
            let asked = decode(&body);
            let token = text(&asked, "NextToken").unwrap_or_else(|| token(0));
            return respond(
                200,
                "application/cbor",
                self.alarms.get(&token).cloned().unwrap_or_else(|| encode(&Value::Map(vec![]))),
            );
        }
        if path.ends_with("/operation/ListMetrics") {
            return respond(200, "application/cbor", encode(&map(vec![("Metrics", Value::Array(vec![]))])));
        }
        if path.ends_with("/operation/GetMetricData") {
            return respond(200, "application/cbor", self.series.answer(&body));
        }
        if path.starts_with("/2015-03-31/functions") && !path.trim_end_matches('/').ends_with("functions") {
            return denied_json();
        }
        if path.starts_with("/2015-03-31/functions") {
            let page = query.split("Marker=").nth(1).and_then(|m| m.split('&').next()?.parse().ok()).unwrap_or(0usize);
            return respond(
                200,
                "application/json",
                self.functions.get(page).cloned().unwrap_or_else(|| "{\"Functions\":[]}".into()),
            );
        }
        self.form(std::str::from_utf8(&body).unwrap_or_default())
    }

    fn form(&self, form: &str) -> Response<Full<Bytes>> {
        let field = |name: &str| form.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
        match field("Action") {
            Some("DescribeVolumes") => {
                let page = field("NextToken").and_then(|token| token.parse().ok()).unwrap_or(0usize);
                respond(200, "text/xml", self.volumes.get(page).cloned().unwrap_or_else(|| volumes(0, 0).into()))
            }
            Some("GetCallerIdentity") => respond(200, "text/xml", IDENTITY),
            Some("DescribeRegions") => respond(200, "text/xml", REGIONS),
            Some(_) => respond(403, "text/xml", DENIED),
            None => denied_json(),
        }
    }
}

fn denied_json() -> Response<Full<Bytes>> {
    respond(400, "application/json", r#"{"__type":"AccessDeniedException","message":"denied"}"#)
}

const DENIED: &str = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>denied</Message></Error></ErrorResponse>";
const IDENTITY: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
    <Arn>arn:aws:iam::123456789012:user/bench</Arn><UserId>X</UserId><Account>123456789012</Account>\
    </GetCallerIdentityResult></GetCallerIdentityResponse>";
const REGIONS: &str = "<DescribeRegionsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><regionInfo><item>\
    <regionName>us-east-1</regionName><optInStatus>opt-in-not-required</optInStatus></item></regionInfo></DescribeRegionsResponse>";

fn volumes(page: usize, all: usize) -> String {
    let mut xml = String::from(
        "<DescribeVolumesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>r</requestId><volumeSet>",
    );
    for n in page * 500..all.min((page + 1) * 500) {
        let kind = ["gp3", "gp3", "gp2", "io2"][n % 4];
        let _ = write!(
            xml,
            "<item><volumeId>vol-{n:017x}</volumeId><size>{}</size><snapshotId/><availabilityZone>us-east-1a</availabilityZone>\
             <status>in-use</status><createTime>2025-01-01T00:00:00.000Z</createTime><attachmentSet><item><volumeId>vol-{n:017x}</volumeId>\
             <instanceId>i-{n:017x}</instanceId><device>/dev/xvda</device><status>attached</status><attachTime>2025-01-01T00:00:00.000Z</attachTime>\
             <deleteOnTermination>true</deleteOnTermination></item></attachmentSet><tagSet><item><key>Name</key><value>volume-{n}</value></item>\
             <item><key>environment</key><value>production</value></item><item><key>service</key><value>service-{}</value></item>\
             <item><key>owner</key><value>team-{}</value></item></tagSet><volumeType>{kind}</volumeType><iops>3000</iops>\
             <encrypted>true</encrypted><kmsKeyId>arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000000</kmsKeyId>\
             <multiAttachEnabled>false</multiAttachEnabled><throughput>125</throughput></item>",
            20 + n % 500,
            n % 97,
            n % 13
        );
    }
    let more = if (page + 1) * 500 < all { format!("<nextToken>{}</nextToken>", page + 1) } else { String::new() };
    xml + "</volumeSet>" + &more + "</DescribeVolumesResponse>"
}

fn functions(page: usize, all: usize) -> String {
    let functions: Vec<_> = (page * 50..all.min((page + 1) * 50))
        .map(|n| {
            serde_json::json!({
                "FunctionName": format!("function-{n}"), "FunctionArn": format!("arn:aws:lambda:us-east-1:123456789012:function:function-{n}"),
                "Runtime": "python3.13", "Role": "arn:aws:iam::123456789012:role/f", "Handler": "app.handler", "CodeSize": 12345,
                "Timeout": 3 + n % 60, "MemorySize": 128 << (n % 4), "LastModified": "2026-01-01T00:00:00.000+0000", "Version": "$LATEST",
                "TracingConfig": {"Mode": "PassThrough"}, "Architectures": ["arm64"], "PackageType": "Zip", "EphemeralStorage": {"Size": 512},
                "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"}
            })
        })
        .collect();
    let marker = ((page + 1) * 50 < all).then(|| (page + 1).to_string());
    serde_json::json!({"Functions": functions, "NextMarker": marker}).to_string()
}

fn token(page: usize) -> String {
    format!("page-{page}")
}

fn string(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn map(entries: Vec<(&str, Value)>) -> Value {
    Value::Map(entries.into_iter().map(|(name, value)| (string(name), value)).collect())
}

fn alarms(page: usize, all: usize) -> Bytes {
    let alarms = (page * 100..all.min((page + 1) * 100)).map(|n| {
        let dimension = map(vec![("Name", string("VolumeId")), ("Value", string(format!("vol-{n:017x}")))]);
        map(vec![
            ("AlarmName", string(format!("queue-{n}"))),
            ("AlarmArn", string(format!("arn:aws:cloudwatch:us-east-1:123456789012:alarm:queue-{n}"))),
            ("ActionsEnabled", Value::Bool(true)),
            ("AlarmActions", Value::Array(vec![string("arn:aws:sns:us-east-1:123456789012:ops")])),
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
    });
    let mut entries = vec![("MetricAlarms", Value::Array(alarms.collect()))];
    if (page + 1) * 100 < all {
        entries.push(("NextToken", string(token(page + 1))));
    }
    encode(&map(entries))
}

fn positions<'a>(bytes: &'a [u8], what: &'static [u8]) -> impl Iterator<Item = usize> + 'a {
    bytes.windows(what.len()).enumerate().filter(move |(_, window)| *window == what).map(|(at, _)| at)
}

/// Answers to metric queries, put together from bytes encoded once: the server must not be what is measured.
struct Series {
    with_data: Vec<u8>,
    without: Vec<u8>,
}

impl Series {
    fn new() -> Self {
        let tail = |points: usize| {
            let time = |n: usize| Value::Tag(1, Box::new(Value::Float(1.79e9 + n as f64 * 3600.0)));
            let fields = [
                ("Label", string("x")),
                ("Timestamps", Value::Array((0..points).map(time).collect())),
                ("Values", Value::Array(vec![Value::Float(0.25); points])),
                ("StatusCode", string("Complete")),
            ];
            fields.iter().flat_map(|(name, value)| [encode(&string(*name)), encode(value)].concat()).collect()
        };
        Series { with_data: tail(POINTS), without: tail(0) }
    }

    /// One result for each query of a request; both clients number their queries `m0`, `m1` ...
    fn answer(&self, request: &[u8]) -> Bytes {
        let starts: Vec<_> = positions(request, b"MetricStat").collect();
        let ends = starts.iter().skip(1).copied().chain([request.len()]);
        let mut out = encode(&map(vec![("MetricDataResults", Value::Array(Vec::new()))])).to_vec();
        out.pop();
        // The array's head: its length in two bytes.
        out.push(0x99);
        out.extend((starts.len() as u16).to_be_bytes());
        for (n, (start, end)) in starts.iter().zip(ends).enumerate() {
            // A map of five entries, the first of them the id.
            out.push(0xa5);
            out.extend(encode(&string("Id")));
            out.extend(encode(&string(format!("m{n}"))));
            let of_functions = positions(&request[*start..end], b"AWS/Lambda").next().is_some();
            out.extend(if of_functions { &self.without } else { &self.with_data });
        }
        out.into()
    }
}

fn decode(body: &[u8]) -> Value {
    ciborium::from_reader(body).unwrap_or(Value::Null)
}

fn encode(value: &Value) -> Bytes {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes.into()
}

fn entry<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_map()?.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
}

fn text(value: &Value, name: &str) -> Option<String> {
    entry(value, name)?.as_text().map(str::to_owned)
}
