//! `rung policy`.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use clap::ValueEnum;
use rung_collectors::calls::{self, Price};
use serde_json::json;

use super::output::Output;
use crate::failure::{Exit, Failure};

const EXAMPLES: &str = "\
Examples:
  rung policy > rung-scan.json
  aws iam create-policy --policy-name rung-scan --policy-document file://rung-scan.json
  rung policy --format markdown      what each permission is for";

/// Print the least-privilege IAM policy of a scan
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The policy as JSON, or a table of what each permission is for
    #[arg(long, value_enum, default_value = "json")]
    format: PolicyFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PolicyFormat {
    Json,
    Markdown,
}

/// Prints it.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    Output::Stdout.write(|out| match args.format {
        PolicyFormat::Json => policy(out),
        PolicyFormat::Markdown => table(out),
    })?;
    Ok(Exit::Done)
}

fn policy(out: &mut dyn Write) -> io::Result<()> {
    // Identity needs no permission: GetCallerIdentity is always allowed.
    let actions: BTreeSet<_> = calls::all().filter(|call| call.service != "sts").map(calls::Call::iam).collect();
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Sid": "RungReadOnlyScan", "Effect": "Allow", "Action": actions, "Resource": "*" }]
    });
    serde_json::to_writer_pretty(&mut *out, &policy)?;
    writeln!(out)
}

fn table(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| IAM action | operation | list price | what it is for |\n|---|---|---|---|")?;
    let mut rows: Vec<_> = calls::all().collect();
    rows.sort_by_key(|call| call.name());
    for call in rows {
        let price = match call.price {
            Price::Free => "free".to_owned(),
            Price::PerRequest(usd) => format!("{:.4} USD per 1,000 requests", usd * 1000.0),
            Price::PerMetric(usd) => format!("{:.2} USD per 1,000 metrics", usd * 1000.0),
        };
        writeln!(out, "| `{}` | {} | {price} | {} |", call.iam(), call.operation, call.holds)?;
    }
    Ok(())
}
