//! Pacing: a token bucket for each account, region and service, below the rates that AWS publishes.
//!
//! It makes room before a request is sent; the SDK's adaptive retry stands above it for what is throttled all the same. What
//! AWS throttles slows its bucket down, because others share an account's rates; quiet brings it back.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use crate::calls::Call;

/// What AWS allows, by service, or by operation where that has a bucket of its own.
struct Published {
    service: &'static str,
    /// None: all operations of the service that are not named share one bucket.
    operation: Option<&'static str>,
    /// Requests a second.
    refill: f64,
    /// Requests at once.
    burst: u32,
    /// Where AWS says so.
    source: &'static str,
}

const EC2: &str = "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html";
const LAMBDA: &str = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html";
const CLOUDWATCH: &str = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html";

const fn of(
    service: &'static str,
    operation: Option<&'static str>,
    refill: f64,
    burst: u32,
    source: &'static str,
) -> Published {
    Published { service, operation, refill, burst, source }
}

/// Rates that AWS publishes, as read in November 2026.
static PUBLISHED: &[Published] = &[
    of("cloudwatch", Some("DescribeAlarms"), 9.0, 9, CLOUDWATCH),
    of("cloudwatch", Some("GetDashboard"), 10.0, 10, CLOUDWATCH),
    of("cloudwatch", Some("GetMetricData"), 50.0, 50, CLOUDWATCH),
    of("cloudwatch", Some("ListDashboards"), 10.0, 10, CLOUDWATCH),
    of("cloudwatch", Some("ListMetrics"), 25.0, 25, CLOUDWATCH),
    of("ec2", None, 20.0, 100, EC2),
    of("lambda", None, 15.0, 15, LAMBDA),
    of("lambda", Some("GetPolicy"), 15.0, 15, LAMBDA),
];
/// Where AWS publishes nothing: what its other control planes bear.
const UNPUBLISHED: Published = of("", None, 10.0, 20, "none: a careful default");
/// The share of a rate that a scan takes: the rest is for those whose account it is.
const SHARE: f64 = 0.8;
/// What is left of a rate after a throttle.
const SLOWER: f64 = 0.7;
/// How a rate comes back after a quiet time.
const FASTER: f64 = 1.3;
/// One throttle often comes with others of the same moment: they count once.
const MOMENT: Duration = Duration::from_secs(1);
/// Without a throttle for so long a rate comes back by a step.
const QUIET: Duration = Duration::from_secs(10);
/// Requests a second that are left in any case.
const FLOOR: f64 = 0.5;

fn published(call: &Call) -> &'static Published {
    let own = |one: &&Published| one.service == call.service && one.operation == Some(call.operation);
    let shared = |one: &&Published| one.service == call.service && one.operation.is_none();
    PUBLISHED.iter().find(own).or_else(|| PUBLISHED.iter().find(shared)).unwrap_or(&UNPUBLISHED)
}

/// The buckets of a scan.
#[derive(Debug)]
pub struct Pacer {
    lanes: Option<Mutex<HashMap<Key, Lane>>>,
}

type Key = (Arc<str>, Arc<str>, &'static str, Option<&'static str>);

#[derive(Debug)]
struct Lane {
    limiter: Arc<DefaultDirectRateLimiter>,
    full: f64,
    rate: f64,
    changed: Instant,
}

impl Lane {
    fn new(published: &Published, now: Instant) -> Self {
        let full = published.refill * SHARE;
        let burst = (f64::from(published.burst) * SHARE) as u32;
        Lane { limiter: limiter(full, burst), full, rate: full, changed: now }
    }

    fn throttled(&mut self, now: Instant) {
        if now.duration_since(self.changed) >= MOMENT || self.rate == self.full {
            self.set(self.rate * SLOWER, now);
        }
    }

    fn recover(&mut self, now: Instant) {
        if self.rate < self.full && now.duration_since(self.changed) >= QUIET {
            self.set(self.rate * FASTER, now);
        }
    }

    /// A slowed bucket holds nothing in store: what bursts is throttled again.
    fn set(&mut self, rate: f64, now: Instant) {
        self.rate = rate.clamp(FLOOR, self.full);
        self.limiter = limiter(self.rate, 1);
        self.changed = now;
    }
}

fn limiter(per_second: f64, burst: u32) -> Arc<DefaultDirectRateLimiter> {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    let period = Duration::from_secs_f64(1.0 / per_second.max(FLOOR));
    let quota = Quota::with_period(period).unwrap_or(Quota::per_second(NonZeroU32::MIN));
    Arc::new(RateLimiter::direct(quota.allow_burst(burst)))
}

impl Pacer {
    /// Buckets, or none: a recording and a server of one's own have no rates.
    pub fn new(paced: bool) -> Self {
        Pacer { lanes: paced.then(Mutex::default) }
    }

    /// Waits for the turn of a request.
    pub(crate) async fn turn(&self, call: &Call, account: &Arc<str>, region: &Arc<str>) {
        let Some(limiter) = self.limiter(call, account, region) else { return };
        limiter.until_ready().await;
    }

    /// Takes a turn, if there is one, for a request that did not wait for it.
    pub(crate) fn charge(&self, call: &Call, account: &Arc<str>, region: &Arc<str>) {
        if let Some(limiter) = self.limiter(call, account, region) {
            let _ = limiter.check();
        }
    }

    fn limiter(&self, call: &Call, account: &Arc<str>, region: &Arc<str>) -> Option<Arc<DefaultDirectRateLimiter>> {
        self.lane(call, account, region, |lane, now| {
            lane.recover(now);
            lane.limiter.clone()
        })
    }

    /// AWS throttled a request: its bucket fills more slowly from now on.
    pub(crate) fn throttled(&self, call: &Call, account: &Arc<str>, region: &Arc<str>) {
        self.lane(call, account, region, Lane::throttled);
    }

    fn lane<T>(
        &self,
        call: &Call,
        account: &Arc<str>,
        region: &Arc<str>,
        change: impl FnOnce(&mut Lane, Instant) -> T,
    ) -> Option<T> {
        let mut lanes = self.lanes.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        let (published, now) = (published(call), Instant::now());
        let key = (account.clone(), region.clone(), call.service, published.operation);
        Some(change(lanes.entry(key).or_insert_with(|| Lane::new(published, now)), now))
    }
}

/// The table of rates for the docs: service, operation, requests a second, at once, source.
pub fn rates() -> impl Iterator<Item = (&'static str, &'static str, f64, u32, &'static str)> {
    let others = PUBLISHED.iter().map(|one| {
        (one.service, one.operation.unwrap_or("all others together"), one.refill * SHARE, at_once(one), one.source)
    });
    let default = &UNPUBLISHED;
    let last = ("every other", "all together", default.refill * SHARE, at_once(default), default.source);
    others.chain([last])
}

fn at_once(one: &Published) -> u32 {
    (f64::from(one.burst) * SHARE) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls;

    fn call(name: &str) -> &'static Call {
        calls::all().find(|call| call.name() == name).expect("declared")
    }

    #[test]
    fn operations_with_a_bucket_of_their_own_do_not_share() {
        assert_eq!(published(call("cloudwatch:GetMetricData")).operation, Some("GetMetricData"));
        assert_eq!(published(call("lambda:GetPolicy")).operation, Some("GetPolicy"));
        assert_eq!(published(call("lambda:ListAliases")).operation, None);
        assert!(published(call("rds:DescribeDBInstances")).source.starts_with("none"));
        for one in PUBLISHED {
            assert!(calls::all().any(|call| call.service == one.service), "{} is never asked", one.service);
            assert!(one.source.starts_with("https://docs.aws.amazon.com/"));
        }
    }

    #[test]
    fn a_throttle_slows_once_a_moment_down_to_the_floor_and_quiet_brings_it_back() {
        let begin = Instant::now();
        let mut lane = Lane::new(published(call("ec2:DescribeVolumes")), begin);
        assert_eq!(lane.rate, 16.0, "below the published 20");
        lane.throttled(begin);
        lane.throttled(begin + Duration::from_millis(500));
        assert!((lane.rate - 11.2).abs() < 1e-9, "two of one moment count once: {}", lane.rate);
        let mut now = begin;
        for _ in 0..20 {
            now += MOMENT;
            lane.throttled(now);
        }
        assert_eq!(lane.rate, FLOOR);
        lane.recover(now + Duration::from_secs(9));
        assert_eq!(lane.rate, FLOOR, "not before it was quiet");
        for _ in 0..40 {
            now += QUIET;
            lane.recover(now);
        }
        assert_eq!(lane.rate, lane.full, "and never above the published share");
    }

    #[test]
    fn buckets_are_of_one_account_region_and_service() {
        let pacer = Pacer::new(true);
        let name = |text: &str| -> Arc<str> { text.into() };
        let volumes = call("ec2:DescribeVolumes");
        let taken = |account: &str, region: &str, call: &Call| {
            let limiter = pacer.limiter(call, &name(account), &name(region)).expect("paced");
            (0..200).take_while(|_| limiter.check().is_ok()).count()
        };
        assert!((80..85).contains(&taken("1", "us-east-1", volumes)), "the burst of one bucket");
        assert!(taken("1", "us-east-1", call("ec2:DescribeVpcs")) < 5, "which the service's operations share");
        assert!(taken("1", "eu-west-1", volumes) >= 80 && taken("2", "us-east-1", volumes) >= 80);
        assert!(Pacer::new(false).limiter(volumes, &name("1"), &name("r")).is_none());
    }
}
