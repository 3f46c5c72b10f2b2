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

/// Asked only for a register in S3.
const READ_OBJECT: &str = "s3:GetObject";
/// Asked only with `rung scan --sql-digests`.
const SQL_DIGESTS: &str = "pi:DescribeDimensionKeys";

const EXAMPLES: &str = "\
Examples:
  rung policy > rung-scan.json
  aws iam create-policy --policy-name rung-scan --policy-document file://rung-scan.json
  rung policy --register s3://team/debt.csv   also to read a debt register in S3
  rung policy --format markdown      what each permission is for";

/// Print the least-privilege IAM policy of a scan
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The policy as JSON, or a table of what each permission is for
    #[arg(long, value_enum, default_value = "json")]
    format: PolicyFormat,

    /// Also allow to read this one object: the performance debt register, where it lies in S3
    #[arg(long, value_name = "S3_URL", value_parser = object_arn)]
    register: Option<ObjectArn>,

    /// Also allow what `rung scan --sql-digests` asks of Performance Insights
    #[arg(long)]
    sql_digests: bool,
}

/// `arn:aws:s3:::BUCKET/KEY`.
#[derive(Clone, Debug)]
struct ObjectArn(String);

fn object_arn(url: &str) -> Result<ObjectArn, String> {
    let parts = url.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
    match parts {
        // A wildcard would allow more than the one object.
        Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() && !url.contains(['*', '?']) => {
            Ok(ObjectArn(format!("arn:aws:s3:::{bucket}/{key}")))
        }
        _ => Err("expected s3://BUCKET/KEY of one object, without wildcards".to_owned()),
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PolicyFormat {
    Json,
    Markdown,
}

/// Prints it.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    Output::Stdout.write(|out| match args.format {
        PolicyFormat::Json => policy(args, out),
        PolicyFormat::Markdown => table(out),
    })?;
    Ok(Exit::Done)
}

fn policy(args: &Args, out: &mut dyn Write) -> io::Result<()> {
    // Identity needs no permission: GetCallerIdentity is always allowed. Objects are never allowed on "*".
    let asked = |call: &&calls::Call| match call.iam().as_str() {
        READ_OBJECT => false,
        SQL_DIGESTS => args.sql_digests,
        _ => call.service != "sts",
    };
    let actions: BTreeSet<_> = calls::all().filter(asked).map(calls::Call::iam).collect();
    let mut statements =
        vec![json!({ "Sid": "RungReadOnlyScan", "Effect": "Allow", "Action": actions, "Resource": "*" })];
    if let Some(ObjectArn(arn)) = &args.register {
        statements.push(json!({
            "Sid": "RungDebtRegister", "Effect": "Allow", "Action": [READ_OBJECT], "Resource": arn
        }));
    }
    serde_json::to_writer_pretty(&mut *out, &json!({ "Version": "2012-10-17", "Statement": statements }))?;
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
