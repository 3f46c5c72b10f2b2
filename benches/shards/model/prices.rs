//! List prices in US dollars, us-east-1, as looked up on the day that is named. Prices of calls are the program's own, in its ledger.

/// The day.
pub(crate) const LOOKED_UP: &str = "2026-11-26";

/// A price: how the page names it, US dollars, where it was seen.
#[derive(Debug)]
pub(crate) struct Price {
    pub(crate) name: &'static str,
    pub(crate) usd: f64,
    /// How many of the unit the figure of the page is for.
    pub(crate) per: f64,
    pub(crate) from: &'static str,
}

impl Price {
    const fn new(name: &'static str, usd: f64, per: f64, from: &'static str) -> Self {
        Price { name, usd, per, from }
    }

    /// So many of the unit.
    pub(crate) fn of(&self, units: f64) -> f64 {
        self.usd / self.per * units
    }
}

const LIST: &str = "AWS's list, as quoted by third parties in 2026";

pub(crate) static LAMBDA_GB_SECOND: Price =
    Price::new("Lambda, arm64, first tier, a million GB-seconds", 13.3334, 1e6, "`collectors/prices_lambda.rs`");
pub(crate) static LAMBDA_REQUEST: Price =
    Price::new("Lambda, a million requests", 0.20, 1e6, "`collectors/prices_lambda.rs`");
pub(crate) static FARGATE_CPU_HOUR: Price = Price::new("Fargate, arm64, a vCPU-hour", 0.03238, 1.0, LIST);
pub(crate) static FARGATE_GB_HOUR: Price = Price::new("Fargate, arm64, a GB-hour", 0.00356, 1.0, LIST);
pub(crate) static S3_PUT: Price = Price::new("S3 Standard, 1,000 PUT", 0.005, 1e3, LIST);
pub(crate) static S3_GET: Price = Price::new("S3 Standard, 1,000 GET or HEAD", 0.0004, 1e3, LIST);
pub(crate) static S3_GB_MONTH: Price = Price::new("S3 Standard, a GB-month", 0.023, 1.0, LIST);
pub(crate) static STATE_TRANSITION: Price = Price::new(
    "Step Functions, standard, 1,000 state transitions",
    0.025,
    1e3,
    "aws.amazon.com/step-functions/pricing",
);
pub(crate) static TRAIL_EVENT: Price = Price::new(
    "CloudTrail, 100,000 management events of a second trail (the first is free)",
    2.0,
    1e5,
    "aws.amazon.com/cloudtrail/pricing",
);
pub(crate) static GUARDDUTY_EVENT: Price =
    Price::new("GuardDuty, a million CloudTrail management events, first tier", 4.0, 1e6, LIST);

/// All of them, for the page.
pub(crate) static ALL: [&Price; 10] = [
    &LAMBDA_GB_SECOND,
    &LAMBDA_REQUEST,
    &FARGATE_CPU_HOUR,
    &FARGATE_GB_HOUR,
    &S3_PUT,
    &S3_GET,
    &S3_GB_MONTH,
    &STATE_TRANSITION,
    &TRAIL_EVENT,
    &GUARDDUTY_EVENT,
];
