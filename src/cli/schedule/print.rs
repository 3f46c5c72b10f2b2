//! `rung schedule print`: ready-made set-up of nightly scans.

mod folder;

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use rung_collectors::aws;

use super::super::{
    output::{Output, note},
    policy,
};
use crate::{
    failure::{Exit, Failure},
    schedule::print::{self, Asked, Bucket, Ecs, File, Kubernetes, Lambda, Plan, Systemd, calendar, check},
};

const EXAMPLES: &str = "\
Examples:
  rung schedule print systemd --output rung-setup      units, rung.toml and the role, into a folder
  rung schedule print systemd --service                one unit that keeps `rung schedule run` running
  rung schedule print cron --cron \"30 1 * * MON-FRI\" --time-zone Europe/Berlin
  rung schedule print kubernetes --image registry.example.com/rung:1.0 | kubectl apply -f -
  rung schedule print ecs --org --external-id team-4711 --bucket s3://scans-4711/rung > ecs.yaml
  rung schedule print lambda --region eu-central-1 --region eu-west-1 > lambda.yaml
  rung schedule print container > Containerfile

Each says on top what to fill in and how to apply it. Notifications and retention are tables of rung.toml: give yours with --config.";

/// Print ready-made set-up of nightly scans, with the role that they need
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    target: Target,
}

#[derive(Debug, Subcommand)]
enum Target {
    /// A service and a timer of systemd, for a machine
    Systemd(SystemdArgs),
    /// A crontab, for a machine without systemd
    Cron(CronArgs),
    /// A CronJob of Kubernetes
    Kubernetes(KubernetesArgs),
    /// A template of CloudFormation: a task of ECS on Fargate, started by EventBridge Scheduler
    Ecs(EcsArgs),
    /// A template of CloudFormation: a Lambda function, for one account and few regions
    Lambda(LambdaArgs),
    /// The container file that images are built from, in the folder of rung's source
    Container(Destination),
}

/// What is scanned, and when.
#[derive(Debug, clap::Args)]
struct Nightly {
    /// Name of the schedule
    #[arg(long, value_name = "NAME", default_value = "nightly", value_parser = check::name)]
    name: String,
    /// When it begins, as cron says it: minute hour day-of-month month day-of-week (default: 0 2 * * *)
    #[arg(long, value_name = "EXPRESSION", value_parser = cron)]
    cron: Option<String>,
    /// Time zone of --cron (default: UTC)
    #[arg(long, value_name = "ZONE", value_parser = check::time_zone)]
    time_zone: Option<String>,
    /// Region to scan; repeat for several, `all` for every enabled one (default: the one that it runs in)
    #[arg(long = "region", value_name = "REGION", value_parser = check::region)]
    regions: Vec<String>,
    /// Scan the active accounts of the organisation
    #[arg(long, conflicts_with = "accounts")]
    org: bool,
    /// Scan the accounts that this file lists, as `rung scan --accounts`
    #[arg(long, value_name = "FILE")]
    accounts: Option<PathBuf>,
    /// Role to assume in each account (default: rung-read-only)
    #[arg(long, value_name = "NAME", value_parser = aws::role_name)]
    role_name: Option<String>,
    /// External id that the role's trust policy asks for
    #[arg(long, value_name = "ID", value_parser = aws::external_id)]
    external_id: Option<String>,
    /// A rung.toml to put the schedule into; one of that --name in it is taken as it stands
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where bundles are kept: s3://BUCKET or s3://BUCKET/PREFIX (default: a disk; with ecs and lambda a bucket of the template)
    #[arg(long, value_name = "S3_URL", value_parser = check::bucket)]
    bucket: Option<Bucket>,
    #[command(flatten)]
    destination: Destination,
}

/// Where it is printed.
#[derive(Debug, clap::Args)]
struct Destination {
    /// Write files into this folder instead of printing them
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// With --output: replace files that are there
    #[arg(long, requires = "output")]
    force: bool,
}

#[derive(Debug, clap::Args)]
struct Jitter {
    /// Minutes by which a scan may begin late, so that not everybody begins at once
    #[arg(long, value_name = "MINUTES", default_value_t = 10, value_parser = clap::value_parser!(u16).range(..=720))]
    jitter: u16,
}

#[derive(Debug, clap::Args)]
struct SystemdArgs {
    #[command(flatten)]
    nightly: Nightly,
    #[command(flatten)]
    jitter: Jitter,
    /// Keep `rung schedule run` running, in place of a timer: it has a health page and metrics, and knows every cron expression
    #[arg(long)]
    service: bool,
    /// Where the program lies
    #[arg(long, value_name = "PATH", default_value = "/usr/local/bin/rung", value_parser = check::path)]
    binary: String,
    /// User who runs it (default: one that systemd makes)
    #[arg(long, value_name = "NAME", value_parser = check::user)]
    user: Option<String>,
}

#[derive(Debug, clap::Args)]
struct CronArgs {
    #[command(flatten)]
    nightly: Nightly,
    /// Where the program lies
    #[arg(long, value_name = "PATH", default_value = "/usr/local/bin/rung", value_parser = check::path)]
    binary: String,
}

#[derive(Debug, clap::Args)]
struct KubernetesArgs {
    #[command(flatten)]
    nightly: Nightly,
    /// Image of rung (default: a placeholder)
    #[arg(long, value_name = "IMAGE", value_parser = check::image)]
    image: Option<String>,
    /// Namespace, which is made
    #[arg(long, value_name = "NAME", default_value = "rung", value_parser = check::kubernetes_name)]
    namespace: String,
    /// Service account, which is made
    #[arg(long, value_name = "NAME", default_value = "rung", value_parser = check::kubernetes_name)]
    service_account: String,
    /// Role of the service account, by IRSA (default: EKS Pod Identity, by role.yaml)
    #[arg(long, value_name = "ARN", value_parser = aws::role_arn)]
    role_arn: Option<String>,
    /// Secret whose key `url` names the PostgreSQL store
    #[arg(long, value_name = "NAME", value_parser = check::kubernetes_name)]
    store_secret: Option<String>,
    /// GiB of the volume for bundles, without --bucket
    #[arg(long, value_name = "GIB", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=16_000))]
    storage: u16,
    /// Memory in MiB
    #[arg(long, value_name = "MIB", default_value_t = 2048, value_parser = clap::value_parser!(u32).range(256..=1_048_576))]
    memory: u32,
    /// Thousandths of a processor
    #[arg(long, value_name = "MILLI", default_value_t = 500, value_parser = clap::value_parser!(u32).range(50..=256_000))]
    cpu: u32,
}

#[derive(Debug, clap::Args)]
struct EcsArgs {
    #[command(flatten)]
    nightly: Nightly,
    #[command(flatten)]
    jitter: Jitter,
    /// Image of rung (default: a parameter of the template)
    #[arg(long, value_name = "IMAGE", value_parser = check::image)]
    image: Option<String>,
    /// VPC (default: a parameter of the template)
    #[arg(long, value_name = "ID", value_parser = check::vpc)]
    vpc: Option<String>,
    /// Subnet; repeat for several (default: a parameter of the template)
    #[arg(long = "subnet", value_name = "ID", value_parser = check::subnet)]
    subnets: Vec<String>,
    /// Give the task a public address, which it needs in public subnets
    #[arg(long)]
    public_ip: bool,
    /// Secret of Secrets Manager whose value names the PostgreSQL store
    #[arg(long, value_name = "ARN", value_parser = check::secret)]
    store_secret: Option<String>,
    /// Memory in MiB
    #[arg(long, value_name = "MIB", default_value_t = 4096)]
    memory: u32,
    /// Units of processor: 1024 are one
    #[arg(long, value_name = "UNITS", default_value_t = 1024)]
    cpu: u32,
    /// Architecture of the image
    #[arg(long, value_enum, default_value = "x86-64")]
    architecture: Architecture,
}

#[derive(Debug, clap::Args)]
struct LambdaArgs {
    #[command(flatten)]
    nightly: Nightly,
    #[command(flatten)]
    jitter: Jitter,
    /// Image of rung in ECR (default: a parameter of the template)
    #[arg(long, value_name = "IMAGE", value_parser = check::image)]
    image: Option<String>,
    /// Memory in MiB; processors grow with it
    #[arg(long, value_name = "MIB", default_value_t = 2048, value_parser = clap::value_parser!(u32).range(512..=10_240))]
    memory: u32,
    /// Architecture of the image
    #[arg(long, value_enum, default_value = "x86-64")]
    architecture: Architecture,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "kebab-case")]
enum Architecture {
    #[value(name = "x86-64")]
    X86,
    #[value(name = "arm64")]
    Arm,
}

fn cron(text: &str) -> Result<String, String> {
    calendar::read(text).map(|_| text.to_owned()).map_err(|failure| failure.message)
}

/// Prints it, or writes it into a folder.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let (files, destination) = match &args.target {
        Target::Systemd(own) => (systemd(own)?, &own.nightly.destination),
        Target::Cron(own) => (plan(&own.nightly, 0, None)?.cron(&own.binary)?, &own.nightly.destination),
        Target::Kubernetes(own) => (kubernetes(own)?, &own.nightly.destination),
        Target::Ecs(own) => (ecs(own)?, &own.nightly.destination),
        Target::Lambda(own) => (lambda(own)?, &own.nightly.destination),
        Target::Container(destination) => (print::container(), destination),
    };
    match &destination.output {
        Some(folder) => folder::write(folder, &files, destination.force)?,
        None => shown(&files)?,
    }
    Ok(Exit::Done)
}

/// The schedule, and what its role may. `jitter` is told to what starts it; `inside` to rung itself.
fn plan(nightly: &Nightly, jitter: u16, inside: Option<u16>) -> Result<Plan, Failure> {
    for (flag, given) in
        [("--role-name", nightly.role_name.is_some()), ("--external-id", nightly.external_id.is_some())]
    {
        if given && !nightly.org && nightly.accounts.is_none() {
            return Err(Failure::usage(format!("{flag} is for the accounts of --org or --accounts: give one of them")));
        }
    }
    let settled = print::settle(&Asked {
        name: nightly.name.clone(),
        cron: nightly.cron.clone(),
        time_zone: nightly.time_zone.clone(),
        regions: nightly.regions.clone(),
        org: nightly.org,
        accounts: nightly.accounts.clone(),
        role_name: nightly.role_name.clone(),
        external_id: nightly.external_id.clone(),
        config: nightly.config.clone(),
        jitter: inside,
    })?;
    let policies = policy::of_schedule(&settled)?;
    Ok(Plan { settled, bucket: nightly.bucket.clone(), policies, jitter })
}

fn systemd(own: &SystemdArgs) -> Result<Vec<File>, Failure> {
    let inside = own.service.then_some(own.jitter.jitter);
    let on = Systemd { service: own.service, binary: own.binary.clone(), user: own.user.clone() };
    plan(&own.nightly, own.jitter.jitter, inside)?.systemd(&on)
}

fn kubernetes(own: &KubernetesArgs) -> Result<Vec<File>, Failure> {
    plan(&own.nightly, 0, None)?.kubernetes(&Kubernetes {
        image: own.image.clone(),
        namespace: own.namespace.clone(),
        account: own.service_account.clone(),
        role: own.role_arn.clone(),
        store: own.store_secret.clone(),
        storage: own.storage,
        memory: own.memory,
        cpu: own.cpu,
    })
}

fn ecs(own: &EcsArgs) -> Result<Vec<File>, Failure> {
    check::fargate(own.cpu, own.memory).map_err(Failure::usage)?;
    plan(&own.nightly, own.jitter.jitter, None)?.ecs(&Ecs {
        image: own.image.clone(),
        vpc: own.vpc.clone(),
        subnets: own.subnets.clone(),
        public: own.public_ip,
        store: own.store_secret.clone(),
        memory: own.memory,
        cpu: own.cpu,
        architecture: match own.architecture {
            Architecture::X86 => "X86_64",
            Architecture::Arm => "ARM64",
        },
    })
}

fn lambda(own: &LambdaArgs) -> Result<Vec<File>, Failure> {
    plan(&own.nightly, own.jitter.jitter, None)?.lambda(&Lambda {
        image: own.image.clone(),
        memory: own.memory,
        architecture: match own.architecture {
            Architecture::X86 => "x86_64",
            Architecture::Arm => "arm64",
        },
    })
}

/// One file as it is; several one after the other, each under its name.
fn shown(files: &[File]) -> Result<(), Failure> {
    let (together, apart): (Vec<_>, Vec<_>) = files.iter().partition(|file| !file.apart);
    Output::Stdout.write(|out| {
        for file in &together {
            if together.len() > 1 {
                writeln!(out, "# file: {}", file.name)?;
            }
            out.write_all(file.text.as_bytes())?;
        }
        Ok(())
    })?;
    for file in apart {
        note(&format!("{} is not printed, as it is of another kind: --output DIR writes it too", file.name));
    }
    Ok(())
}
