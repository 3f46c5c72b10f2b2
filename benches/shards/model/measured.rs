//! What was measured, as `measured.json` keeps it: never written by hand.

use serde::{Deserialize, Serialize};

/// All of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// The day, and how the program was built.
    pub(crate) taken: String,
    /// Resources in a region of the three accounts that were measured: an empty one, one of the common size, a large one.
    pub(crate) resources: [f64; 3],
    /// What each of them asked in one region, and beside regions.
    pub(crate) operations: Vec<Operation>,
    /// Findings of each.
    pub(crate) findings: [f64; 3],
    /// Requests of each that wait for one another, from the process's first to the account's last.
    pub(crate) chain: [f64; 3],
    /// Runs of an organisation.
    pub(crate) runs: Vec<Run>,
    /// Merges of many findings.
    pub(crate) merges: Vec<Merge>,
}

/// An operation, as the ledger counted it for each of the three accounts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Operation {
    /// `service:Operation`.
    pub(crate) name: String,
    /// Whether it is asked once an account, and not in each region.
    pub(crate) global: bool,
    pub(crate) calls: [f64; 3],
    /// List price in US dollars.
    pub(crate) usd: [f64; 3],
}

/// A run of an organisation of the bench: one account of twenty is large, or all are where the server throttles.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) accounts: usize,
    pub(crate) regions: usize,
    pub(crate) latency_ms: f64,
    pub(crate) processes: usize,
    /// Whether the server throttled, and the program kept its pace.
    pub(crate) throttled: bool,
    pub(crate) calls: f64,
    pub(crate) scan_seconds: f64,
    pub(crate) merge_seconds: f64,
    /// Processor time of the processes that scanned, and of the server beside them.
    pub(crate) cpu_seconds: f64,
    pub(crate) server_cpu_seconds: f64,
    pub(crate) findings: f64,
    pub(crate) shard_peak_mib: f64,
    pub(crate) merge_peak_mib: f64,
    /// What the shards left in the plan's folder.
    pub(crate) left_bytes: f64,
    pub(crate) left_files: f64,
    pub(crate) bundle_bytes: f64,
}

/// A merge of many findings.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Merge {
    pub(crate) findings: f64,
    pub(crate) accounts: f64,
    pub(crate) peak_mib: f64,
    pub(crate) seconds: f64,
    /// Beside the plan's folder, the bundle included.
    pub(crate) disk_bytes: f64,
    pub(crate) bundle_bytes: f64,
}

impl Measured {
    /// Between the measured sizes in a straight line, and on beyond the largest.
    pub(crate) fn at(&self, values: [f64; 3], resources: f64) -> f64 {
        let [x0, x1, x2] = self.resources;
        let [y0, y1, y2] = values;
        match resources <= x1 {
            true => y0 + (y1 - y0) * (resources - x0) / (x1 - x0),
            false => y1 + (y2 - y1) * (resources - x1) / (x2 - x1),
        }
    }

    /// Processor seconds of the program for one call: of the run with most calls, all that a shard does included.
    pub(crate) fn cpu_of_call(&self) -> f64 {
        let largest = self.runs.iter().filter(|run| !run.throttled).max_by(|a, b| a.calls.total_cmp(&b.calls));
        largest.map_or(f64::NAN, |run| run.cpu_seconds / run.calls)
    }
}
