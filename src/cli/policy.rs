//! `rung policy`.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

mod cloudformation;
mod role;
mod terraform;

use clap::ValueEnum;
use rung_collectors::calls::{self, Price};
use serde_json::{Value, json};

use super::output::Output;
use crate::{
    failure::{Exit, Failure},
    schedule::print::{Enters, Settled},
};
use role::Role;

/// Asked only for a register in S3.
const READ_OBJECT: &str = "s3:GetObject";
/// The service that is asked only with `rung scan --org`.
const ORGANIZATION: &str = "organizations";
/// Asked only with `rung scan --sql-digests`.
const SQL_DIGESTS: &str = "pi:DescribeDimensionKeys";

const EXAMPLES: &str = "\
Examples:
  rung policy > rung-scan.json
  aws iam create-policy --policy-name rung-scan --policy-document file://rung-scan.json
  rung policy --register s3://team/debt.csv   also to read a debt register in S3
  rung policy --org                           of the identity that scans an organisation
  rung policy --format markdown      what each permission is for
  rung policy --format cloudformation --trust 123456789012 --external-id team-4711 > rung-role.json
  aws cloudformation create-stack-set --stack-set-name rung --template-body file://rung-role.json \\
      --capabilities CAPABILITY_NAMED_IAM --permission-model SERVICE_MANAGED --auto-deployment Enabled=true,RetainStacksOnAccountRemoval=false
  rung policy --format terraform --trust 123456789012 > rung-role.tf.json";

/// Print the least-privilege IAM policy of a scan
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The policy as JSON; the role with it as a CloudFormation template (JSON, also for a StackSet) or as Terraform (JSON syntax);
    /// or a table of what each permission is for
    #[arg(long, value_enum, default_value = "json")]
    format: PolicyFormat,

    /// Also allow to read this one object: the performance debt register, where it lies in S3
    #[arg(long, value_name = "S3_URL", value_parser = object)]
    register: Option<Object>,

    /// Also allow what `rung scan --sql-digests` asks of Performance Insights
    #[arg(long)]
    sql_digests: bool,

    /// Also allow what `rung scan --org` asks of AWS Organizations, and to assume the role in its accounts: for the scanning identity
    /// in the management account or a delegated administrator's, not for the role of the members
    #[arg(long)]
    org: bool,

    /// Partition of the account, where the policy names one: --register or --org with json
    #[arg(long, value_enum, default_value = "aws")]
    partition: Partition,

    #[command(flatten)]
    role: Role,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Partition {
    Aws,
    AwsCn,
    AwsUsGov,
}

impl Partition {
    fn name(self) -> &'static str {
        match self {
            Partition::Aws => "aws",
            Partition::AwsCn => "aws-cn",
            Partition::AwsUsGov => "aws-us-gov",
        }
    }
}

/// One object in S3.
#[derive(Clone, Debug)]
struct Object {
    bucket: String,
    key: String,
}

fn object(url: &str) -> Result<Object, String> {
    let parts = url.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
    match parts {
        // A wildcard would allow more than the one object.
        Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() && !url.contains(['*', '?']) => {
            Ok(Object { bucket: bucket.to_owned(), key: key.to_owned() })
        }
        _ => Err("expected s3://BUCKET/KEY of one object, without wildcards".to_owned()),
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PolicyFormat {
    Json,
    Cloudformation,
    Terraform,
    Markdown,
}

/// Prints it.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    Output::Stdout.write(|out| match args.format {
        PolicyFormat::Json => policy(args, out),
        PolicyFormat::Cloudformation => {
            let role = json!({ "Fn::Sub": enter(args, "${AWS::Partition}") });
            let documents = documents(args, cloudformation::object_arn, role);
            pretty(&cloudformation::template(&args.role, &documents), out)
        }
        PolicyFormat::Terraform => {
            let role = enter(args, "${data.aws_partition.current.partition}");
            let documents = documents(args, terraform::object_arn, role);
            pretty(&terraform::configuration(&args.role, &documents), out)
        }
        PolicyFormat::Markdown => table(out),
    })?;
    Ok(Exit::Done)
}

/// What a scan needs, sorted.
fn actions(args: &Args) -> BTreeSet<String> {
    // Identity needs no permission: GetCallerIdentity is always allowed. Objects are never allowed on "*".
    let asked = |call: &&calls::Call| match call.iam().as_str() {
        READ_OBJECT => false,
        SQL_DIGESTS => args.sql_digests,
        _ if call.service == ORGANIZATION => args.org,
        _ => call.service != "sts",
    };
    calls::all().filter(asked).map(calls::Call::iam).collect()
}

/// To enter members' accounts: the role of that name in any account, which that account's trust policy must allow besides.
fn enter(args: &Args, partition: &str) -> Value {
    let role = args.role.role_name.as_deref().unwrap_or(role::ROLE);
    json!(format!("arn:{partition}:iam::*:role/{role}"))
}

fn members(arn: Value) -> Value {
    json!({ "Sid": "RungMembers", "Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": arn })
}

fn register(arn: Value) -> Value {
    json!({ "Sid": "RungDebtRegister", "Effect": "Allow", "Action": [READ_OBJECT], "Resource": arn })
}

fn policy(args: &Args, out: &mut dyn Write) -> io::Result<()> {
    let mut statements =
        vec![json!({ "Sid": "RungReadOnlyScan", "Effect": "Allow", "Action": actions(args), "Resource": "*" })];
    if let Some(Object { bucket, key }) = &args.register {
        statements.push(register(json!(format!("arn:{}:s3:::{bucket}/{key}", args.partition.name()))));
    }
    if args.org {
        statements.push(members(enter(args, args.partition.name())));
    }
    pretty(&json!({ "Version": "2012-10-17", "Statement": statements }), out)
}

/// The statements in documents that IAM takes; `arn` writes an object's ARN as the format has it, `role` is that of the members.
fn documents(args: &Args, arn: impl Fn(&str, &str) -> Value, role: Value) -> Vec<Vec<Value>> {
    documents_of(args, arn, args.org.then_some(role))
}

fn documents_of(args: &Args, arn: impl Fn(&str, &str) -> Value, role: Option<Value>) -> Vec<Vec<Value>> {
    let actions: Vec<_> = actions(args).into_iter().collect();
    let mut more: Vec<_> = args.register.iter().map(|object| register(arn(&object.bucket, &object.key))).collect();
    more.extend(role.map(members));
    role::documents(&actions, &more)
}

/// What the role of a scan may, for templates of CloudFormation beside this one: the same statements, in documents that IAM takes.
pub(super) fn of_schedule(settled: &Settled) -> Result<Vec<Vec<Value>>, Failure> {
    let register = settled.register.as_deref().map(object).transpose().map_err(Failure::usage)?;
    let (name, first) = match &settled.enters {
        Some(Enters::Members(name)) => (name.clone(), None),
        Some(Enters::First(arn)) => (None, Some(json!(arn))),
        None => (None, None),
    };
    let args = Args {
        format: PolicyFormat::Cloudformation,
        register,
        sql_digests: settled.sql_digests,
        org: settled.org,
        partition: Partition::Aws,
        role: Role { role_name: name, ..Role::default() },
    };
    let enter = settled
        .enters
        .as_ref()
        .map(|_| first.unwrap_or_else(|| json!({ "Fn::Sub": enter(&args, "${AWS::Partition}") })));
    Ok(documents_of(&args, cloudformation::object_arn, enter))
}

fn pretty(value: &Value, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
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
