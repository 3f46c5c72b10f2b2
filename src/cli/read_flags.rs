//! Flags that say what is read of an account, and as whom; `rung scan`, `rung plan` and `rung preflight` share them.

use super::scan::Switch;

/// What is read, and as whom.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ReadFlags {
    /// Named profile of the AWS configuration (default: the SDK's credential chain)
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Region to read; repeat for several, `all` for every enabled one (default: the profile's region)
    #[arg(long = "region", value_name = "REGION")]
    pub regions: Vec<String>,
    /// Whether a scan asks for CloudWatch metrics (list price 0.01 USD per 1,000 metrics)
    #[arg(long, value_enum, default_value = "on")]
    metrics: Switch,
    /// A scan asks Performance Insights for the 20 queries with most load of each database: digests, never SQL text
    #[arg(long)]
    pub sql_digests: bool,
}

impl ReadFlags {
    /// Whether CloudWatch metrics are asked for.
    pub(super) fn metrics(&self) -> bool {
        self.metrics == Switch::On
    }
}
