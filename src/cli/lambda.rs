//! `rung lambda`.

use super::scan;
use crate::{
    failure::{Exit, Failure},
    lambda,
};

const EXAMPLES: &str = "\
Examples: events, as EventBridge Scheduler or `aws lambda invoke` sends them
  {\"schedule\": \"nightly\"}                          run this schedule of the configuration
  {\"args\": [\"--region\", \"eu-central-1\"]}           scan with flags of `rung scan`: those that touch no file
The answer: {\"exit\": 0, \"bundle\": \"s3://...\", \"levels\": {\"WAF-PERF-010\": {\"confirmed\": 2, \"possible\": 3}, ...}}
The invocation fails where the scan failed: exit codes other than 0 and 1, or time that is up. Lambda ends every run after 15 minutes.";

/// Answer AWS Lambda: run the scans that its events ask for
///
/// It is the command of a Lambda function with rung's image; `rung schedule print lambda` prints all that belongs to it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {}

/// Answers until Lambda ends the process.
pub(super) fn run(_: &Args) -> Result<Exit, Failure> {
    scan::runtime()?.block_on(lambda::serve())?;
    Ok(Exit::Done)
}
