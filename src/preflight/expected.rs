//! What a scan will ask and cost: what the last one of the account did, and a lower bound from what the probes saw.
//!
//! How many resources there are is known only to the end of a first page, so that the bound says "at least" and how it is
//! made. Nothing here is a forecast.

use jiff::Timestamp;
use rung_collectors::{
    aws::Account,
    calls::Price,
    probe::{Probed, State},
};
use rung_rules::model::Scan;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Metrics that a scan asks of each resource at least: list, how many, what the resource is called.
const METRICS_EACH: &[(&str, u64, &str)] = &[
    ("ec2:DescribeVolumes", 3, "attached volume"),
    ("ec2:DescribeInstances", 1, "running instance"),
    ("lambda:ListFunctions", 7, "function"),
    (BUCKETS, 8, "bucket of the regions"),
];
const BUCKETS: &str = "s3:ListBuckets";
/// What a scan asks of each bucket, and what it asks metrics with.
const OF_A_BUCKET: &[&str] =
    &["s3:GetBucketLifecycleConfiguration", "s3:GetBucketWebsite", "s3:ListBucketIntelligentTieringConfigurations"];
const GET_METRIC_DATA: &str = "cloudwatch:GetMetricData";
/// Metrics that one GetMetricData takes.
const METRICS_PER_CALL: u64 = 500;

/// What a scan will ask and cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Expected {
    /// What the newest stored scan of this account did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_scan: Option<LastScan>,
    /// Requests that a scan will make at least.
    pub calls_at_least: u64,
    /// CloudWatch metrics that it will ask for at least.
    pub metrics_at_least: u64,
    /// List price of these, in US dollars.
    pub cost_usd_at_least: f64,
    /// How the bound is made, and what it leaves out.
    pub notes: Vec<String>,
}

/// What a stored scan did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LastScan {
    /// Its id.
    pub id: String,
    /// When it began.
    pub started_at: Timestamp,
    /// False when it was interrupted.
    pub complete: bool,
    /// Its regions.
    pub regions: Vec<String>,
    /// Requests that AWS answered.
    pub calls: u64,
    /// Their list price, in US dollars.
    pub cost_usd: f64,
    /// Whether it asked for metrics.
    pub metrics: bool,
}

impl Expected {
    /// What is expected of a scan of this account.
    pub(super) fn of(account: &Account, probed: &[Probed], past: &[Scan]) -> Self {
        let bound = Bound::of(account, probed);
        Expected {
            last_scan: last_scan(&account.id, past),
            calls_at_least: bound.calls,
            metrics_at_least: bound.metrics,
            cost_usd_at_least: (bound.usd * 1e6).round() / 1e6,
            notes: notes(bound.more),
        }
    }
}

#[derive(Debug, Default)]
struct Bound {
    calls: u64,
    metrics: u64,
    usd: f64,
    /// Whether a page that was counted is not the last.
    more: bool,
}

impl Bound {
    fn of(account: &Account, probed: &[Probed]) -> Self {
        let mut bound = Bound::default();
        for one in probed.iter().filter(|one| one.answer.state != State::NotTried) {
            bound.add(one, one.least.into());
        }
        for region in account.regions.iter() {
            bound.add_region(region, probed);
        }
        bound
    }

    fn add(&mut self, one: &Probed, requests: u64) {
        self.calls += requests;
        if let (Price::PerRequest(usd), true) = (one.call.price, is_open(one)) {
            self.usd += usd * requests as f64;
        }
    }

    fn add_region(&mut self, region: &str, probed: &[Probed]) {
        let here = |name: &str| probed.iter().find(|one| *one.region == *region && one.call.name() == name);
        let listed = |name: &str| probed.iter().find(|one| one.call.name() == name && is_open(one));
        let buckets = listed(BUCKETS).map_or(0, |one| one.answer.found.count_in(region) as u64);
        for name in OF_A_BUCKET {
            if let Some(one) = here(name).filter(|one| is_open(one)) {
                self.add(one, buckets);
            }
        }
        let mut metrics = 0;
        for (list, each, _) in METRICS_EACH {
            let found = if *list == BUCKETS { listed(list) } else { here(list) };
            let count = found.map_or(0, |one| one.answer.found.count as u64);
            metrics += each * if *list == BUCKETS { buckets } else { count };
            self.more |= found.is_some_and(|one| one.answer.found.more);
        }
        let Some(asked) = here(GET_METRIC_DATA).filter(|one| is_open(one)) else { return };
        self.metrics += metrics;
        self.calls += metrics.div_ceil(METRICS_PER_CALL);
        if let Price::PerMetric(usd) = asked.call.price {
            self.usd += usd * metrics as f64;
        }
    }
}

fn is_open(one: &Probed) -> bool {
    matches!(one.answer.state, State::Allowed | State::Likely)
}

fn notes(more: bool) -> Vec<String> {
    let each: Vec<String> = METRICS_EACH.iter().map(|(_, each, what)| format!("{each} for each {what}")).collect();
    let mut notes = vec![
        "Calls: one for each list in each region (seven for scalable targets, three for DevOps Guru), three for each bucket, one \
         for 500 metrics. Further pages, and what a scan asks about single resources, come on top."
            .to_owned(),
        format!(
            "Metrics, at 0.01 USD a thousand: {}. Those of caches, entry points, distributions, services and memory come on top.",
            each.join(", ")
        ),
    ];
    if more {
        notes.push(
            "A first page was not the last: there are more volumes, instances, functions or buckets than counted."
                .to_owned(),
        );
    }
    notes
}

/// The newest stored scan of this account alone.
fn last_scan(account: &str, past: &[Scan]) -> Option<LastScan> {
    let of_account = past.iter().filter(|scan| matches!(scan.accounts.as_slice(), [one] if one == account));
    let scan = of_account.max_by_key(|scan| scan.started_at)?;
    Some(LastScan {
        id: scan.id.clone(),
        started_at: scan.started_at,
        complete: scan.complete,
        regions: scan.regions.clone(),
        calls: scan.calls.values().map(|count| count.calls).sum(),
        cost_usd: scan.cost_usd,
        metrics: scan.calls.contains_key(GET_METRIC_DATA),
    })
}
