//! A fast local server with one synthetic account: answers are made once, before anybody asks.
//!
//! Volumes in EC2's XML, functions in Lambda's JSON, alarms and metrics in CloudWatch's CBOR. Each metric has 24 data
//! points (AWS would send up to 336; the parsing of points is the same for scan and bare paginators). Whatever else is
//! asked is denied, which is one small answer.

use std::{collections::HashMap, sync::Arc};

use ciborium::Value;
use http_body_util::BodyExt;
use hyper::{
    Request,
    body::{Bytes, Incoming},
};

use crate::{
    Size,
    common::{
        content::{self, Home},
        series::Series,
        wire::{Answer, encode, map, respond, serve, string},
    },
};

const HOME: Home<'_> = Home { account: "123456789012", region: "us-east-1" };

struct Account {
    volumes: Vec<Bytes>,
    functions: Vec<Bytes>,
    alarms: HashMap<String, Bytes>,
    series: Series,
}

/// Serves until it is killed; prints where.
pub(crate) fn run(size: Size) {
    serve(Arc::new(Account::new(size)), |account, request| async move { account.answer(request).await });
}

impl Account {
    fn new(size: Size) -> Self {
        let pages = |count: usize, of: usize| count.div_ceil(of);
        let volumes = (0..pages(size.volumes, 500)).map(|page| volumes(page, size.volumes).into()).collect();
        let functions = (0..pages(size.functions, 50)).map(|page| functions(page, size.functions).into()).collect();
        let alarm_pages = pages(size.alarms, 100);
        let alarms = (0..alarm_pages).map(|page| (token(page), alarms(page, size.alarms))).collect();
        Account { volumes, functions, alarms, series: Series::new(false) }
    }

    async fn answer(&self, request: Request<Incoming>) -> Answer {
        let (path, query) = (request.uri().path().to_owned(), request.uri().query().unwrap_or_default().to_owned());
        let body = request.into_body().collect().await.unwrap().to_bytes();
        if path.ends_with("/operation/DescribeAlarms") {
            let token = text(&body, "NextToken").unwrap_or_else(|| token(0));
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

    fn form(&self, form: &str) -> Answer {
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

fn denied_json() -> Answer {
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
    (page * 500..all.min((page + 1) * 500)).for_each(|n| content::volume(&mut xml, HOME, n));
    let more = if (page + 1) * 500 < all { format!("<nextToken>{}</nextToken>", page + 1) } else { String::new() };
    xml + "</volumeSet>" + &more + "</DescribeVolumesResponse>"
}

fn functions(page: usize, all: usize) -> String {
    let functions: Vec<_> = (page * 50..all.min((page + 1) * 50)).map(|n| content::function(HOME, n)).collect();
    let marker = ((page + 1) * 50 < all).then(|| (page + 1).to_string());
    serde_json::json!({"Functions": functions, "NextMarker": marker}).to_string()
}

fn token(page: usize) -> String {
    format!("page-{page}")
}

fn alarms(page: usize, all: usize) -> Bytes {
    let alarms = (page * 100..all.min((page + 1) * 100)).map(|n| content::alarm(HOME, n));
    let mut entries = vec![("MetricAlarms", Value::Array(alarms.collect()))];
    if (page + 1) * 100 < all {
        entries.push(("NextToken", string(token(page + 1))));
    }
    encode(&map(entries))
}

/// The text of an entry of a CBOR request.
fn text(body: &[u8], name: &str) -> Option<String> {
    let value: Value = ciborium::from_reader(body).unwrap_or(Value::Null);
    let entry = value.as_map()?.iter().find(|(key, _)| key.as_text() == Some(name));
    entry.and_then(|(_, value)| value.as_text()).map(str::to_owned)
}
