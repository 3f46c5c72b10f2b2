//! AWS's rates: the program's own table of what it takes of them, and the bench's throttling server.

use rung_collectors::aws::rates;

/// A token bucket: requests a second, and at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bucket {
    pub(crate) refill: f64,
    pub(crate) burst: f64,
}

impl Bucket {
    /// The least time for so many requests.
    pub(crate) fn seconds(self, calls: f64) -> f64 {
        ((calls - self.burst) / self.refill).max(0.0)
    }
}

/// Whose rates hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rates {
    /// Nobody's: the server answers as fast as it is asked.
    None,
    /// What the program takes of AWS's.
    Published,
    /// The same before a server with one bucket for each account, region and service.
    Throttling(Bucket),
}

/// The bucket that an operation shares, by name, as the program's table has it.
pub(crate) fn bucket(operation: &str) -> (String, Bucket) {
    let (service, name) = operation.split_once(':').unwrap_or((operation, ""));
    let row = |service: &str, name: &str| {
        let found = rates().find(|row| row.0 == service && row.1 == name);
        found.map(|(_, _, refill, burst, _)| Bucket { refill, burst: burst.into() })
    };
    if let Some(own) = row(service, name) {
        return (operation.to_owned(), own);
    }
    let shared = row(service, "all others together").or_else(|| row("every other", "all together"));
    (service.to_owned(), shared.unwrap_or(Bucket { refill: 1.0, burst: 1.0 }))
}
