//! A server that plays an organisation: it tells whose account and which region from each request's signature, waits as the
//! network would, and answers from what was made before.

use std::{collections::HashMap, sync::Arc, time::Duration};

use ciborium::Value;
use http_body_util::BodyExt;
use hyper::{Request, body::Incoming};

use super::{
    Held, Size,
    account::{Lists, lists},
    asked::{Asked, Protocol},
    counts::Counts,
    directory,
    throttle::{Buckets, refusal},
};
use crate::common::{
    content::Home,
    series::Series,
    wire::{Answer, encode, map, respond, serve, string},
};

/// Regions, as many of them as the organisation uses.
pub(crate) const REGIONS: [&str; 12] = [
    "us-east-1",
    "eu-west-1",
    "us-west-2",
    "eu-central-1",
    "ap-southeast-1",
    "ap-northeast-1",
    "us-east-2",
    "ca-central-1",
    "sa-east-1",
    "eu-north-1",
    "ap-south-1",
    "ap-southeast-2",
];

/// One account of so many is large.
pub(super) const LARGE_ONE: usize = 20;
pub(super) const LARGE_AT: usize = 7;

struct World {
    size: Size,
    /// By account and region.
    places: HashMap<(String, &'static str), Lists>,
    series: Series,
    counts: Counts,
    buckets: Option<Buckets>,
}

/// Serves until it is killed; prints where.
pub(super) fn run(size: Size, held: Held) {
    let mut places = HashMap::new();
    for number in 0..size.accounts {
        let account = directory::id(number);
        for region in &REGIONS[..size.regions] {
            places.insert((account.clone(), *region), lists(Home { account: &account, region }, held.times(number)));
        }
    }
    let buckets = (held == Held::Throttled).then(Buckets::default);
    let world = World { size, places, series: Series::new(true), counts: Counts::default(), buckets };
    serve(Arc::new(world), |world, request| async move { world.answer(request).await });
}

impl World {
    async fn answer(&self, request: Request<Incoming>) -> Answer {
        let (parts, body) = request.into_parts();
        if parts.uri.path() == "/_counts" {
            return self.report(parts.uri.query() == Some("each"));
        }
        let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let asked = Asked::new(&parts.method, &parts.uri, &parts.headers, body);
        self.counts.began(&asked);
        let throttled = self.buckets.as_ref().is_some_and(|buckets| !buckets.take(&asked));
        tokio::time::sleep(Duration::from_millis(self.size.latency_ms)).await;
        let answer = if throttled { refusal(&asked) } else { self.known(&asked) };
        self.counts.ended(&asked, &answer, throttled);
        answer
    }

    fn report(&self, detail: bool) -> Answer {
        let mut counts = self.counts.json(detail);
        counts["buckets"] = self.buckets.as_ref().map(Buckets::json).into();
        respond(200, "application/json", counts.to_string())
    }

    fn known(&self, asked: &Asked) -> Answer {
        match asked.service.as_str() {
            "organizations" => return directory::organizations(asked, self.size.accounts),
            "sts" => return directory::sts(asked),
            _ => {}
        }
        let region = REGIONS.iter().find(|region| ***region == asked.region).copied().unwrap_or_default();
        // Global services are signed for a region too; their operations are not among the lists.
        let lists = self.places.get(&(asked.account.clone(), region));
        if let Some(list) = lists.and_then(|lists| lists.get(asked.operation.as_str())) {
            return respond(200, kind(asked.protocol), list.clone());
        }
        match asked.operation.as_str() {
            "GetMetricData" => respond(200, kind(asked.protocol), self.series.answer(&asked.body)),
            "DescribeRegions" => self.regions(),
            "DescribeInstanceTypes" => instance_types(asked),
            "GetEnrollmentStatus" => {
                respond(200, kind(asked.protocol), encode(&map(vec![("status", string("Active"))])))
            }
            _ => empty(asked),
        }
    }

    fn regions(&self) -> Answer {
        let item = |region: &&str| {
            format!("<item><regionName>{region}</regionName><optInStatus>opt-in-not-required</optInStatus></item>")
        };
        let items: String = REGIONS[..self.size.regions].iter().map(item).collect();
        let body = format!("<DescribeRegionsResponse><regionInfo>{items}</regionInfo></DescribeRegionsResponse>");
        respond(200, "text/xml", body)
    }
}

fn kind(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Ec2 | Protocol::Query => "text/xml",
        Protocol::RestXml => "application/xml",
        Protocol::Json => "application/x-amz-json-1.1",
        Protocol::RestJson => "application/json",
        Protocol::Cbor => "application/cbor",
    }
}

fn instance_types(asked: &Asked) -> Answer {
    let item = |name: &String| {
        format!("<item><instanceType>{name}</instanceType><currentGeneration>true</currentGeneration></item>")
    };
    let items: String = asked.fields("InstanceType.").iter().map(item).collect();
    let set = format!("<instanceTypeSet>{items}</instanceTypeSet>");
    respond(200, "text/xml", format!("<DescribeInstanceTypesResponse>{set}</DescribeInstanceTypesResponse>"))
}

/// "There is none", as each protocol says it.
fn empty(asked: &Asked) -> Answer {
    let (operation, kind) = (&asked.operation, kind(asked.protocol));
    match asked.protocol {
        Protocol::Ec2 => {
            respond(200, kind, format!("<{operation}Response><requestId>r</requestId></{operation}Response>"))
        }
        Protocol::Query => respond(
            200,
            kind,
            format!("<{operation}Response><{operation}Result></{operation}Result></{operation}Response>"),
        ),
        Protocol::Json => respond(200, kind, "{}"),
        Protocol::Cbor => respond(200, kind, encode(&Value::Map(Vec::new()))),
        Protocol::RestJson if operation.ends_with("/policy") => {
            let body =
                r#"{"__type":"ResourceNotFoundException","message":"The resource you requested does not exist."}"#;
            let mut absent = respond(404, kind, body);
            let code = hyper::header::HeaderValue::from_static("ResourceNotFoundException");
            absent.headers_mut().insert("x-amzn-errortype", code);
            absent
        }
        Protocol::RestJson => respond(200, kind, "{}"),
        Protocol::RestXml => respond(200, kind, empty_xml(asked)),
    }
}

fn empty_xml(asked: &Asked) -> &'static str {
    match asked.service.as_str() {
        "s3" => "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>",
        "route53" if asked.path.ends_with("/hostedzone") => {
            "<ListHostedZonesResponse><HostedZones/><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems></ListHostedZonesResponse>"
        }
        _ => {
            "<DistributionList><Marker/><MaxItems>100</MaxItems><IsTruncated>false</IsTruncated><Quantity>0</Quantity></DistributionList>"
        }
    }
}
