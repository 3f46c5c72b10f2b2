//! What a scan may ask at most, in requests and in US dollars of list price. It is taken before a request is sent.

use std::sync::{Mutex, PoisonError};

use super::counters::At;
use crate::calls::Price;

/// The limits of a scan, shared by all its clients.
#[derive(Debug, Default)]
pub struct Budget {
    max_calls: Option<u64>,
    max_usd: Option<f64>,
    spent: Mutex<(u64, f64)>,
}

/// A request that would exceed a limit; it was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OverBudget {
    /// `--max-calls`.
    #[error("the limit of --max-calls is reached; nothing was sent")]
    Calls,
    /// `--max-cost`.
    #[error("the limit of --max-cost is reached; nothing was sent")]
    Cost,
}

impl Budget {
    /// At most so many requests, retries counted, and so much list price.
    pub fn new(max_calls: Option<u64>, max_usd: Option<f64>) -> Self {
        Budget { max_calls, max_usd, spent: Mutex::default() }
    }

    /// Takes one request.
    pub(crate) fn request(&self, at: At<'_>) -> Result<(), OverBudget> {
        let usd = if let Price::PerRequest(usd) = at.call.price { usd } else { 0.0 };
        self.take(1, usd)
    }

    /// Takes the price of so many metrics; their requests are taken when they are sent.
    pub(crate) fn metrics(&self, at: At<'_>, metrics: usize) -> Result<(), OverBudget> {
        let usd = if let Price::PerMetric(usd) = at.call.price { usd } else { 0.0 };
        self.take(0, usd * metrics as f64)
    }

    fn take(&self, calls: u64, usd: f64) -> Result<(), OverBudget> {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if self.max_calls.is_some_and(|most| spent.0 + calls > most) {
            return Err(OverBudget::Calls);
        }
        // What costs nothing goes on when the money is spent.
        if usd > 0.0 && self.max_usd.is_some_and(|most| spent.1 + usd > most) {
            return Err(OverBudget::Cost);
        }
        spent.0 += calls;
        spent.1 += usd;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::calls;

    #[test]
    fn the_limit_itself_may_be_spent_and_no_more() {
        let (account, region): (Arc<str>, Arc<str>) = ("1".into(), "r".into());
        let at = |name: &str| At {
            call: calls::all().find(|call| call.name() == name).expect("declared"),
            account: &account,
            region: &region,
        };
        let budget = Budget::new(Some(2), None);
        let asked = [0; 3].map(|_| budget.request(at("ec2:DescribeVolumes")));
        assert_eq!(asked, [Ok(()), Ok(()), Err(OverBudget::Calls)]);

        let budget = Budget::new(None, Some(0.005));
        let metrics = at("cloudwatch:GetMetricData");
        assert_eq!([500, 1].map(|n| budget.metrics(metrics, n)), [Ok(()), Err(OverBudget::Cost)]);
        assert_eq!(budget.request(at("ec2:DescribeVolumes")), Ok(()), "what is free goes on");
        assert_eq!(Budget::default().metrics(metrics, 1_000_000), Ok(()));
    }
}
