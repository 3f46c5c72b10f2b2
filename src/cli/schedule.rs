//! `rung schedule`.

mod next;
mod print;
mod run;

use super::latest;
use crate::{
    config::{CONFIG, Config, Flags, schedule::ScheduleTable},
    failure::{Exit, Failure},
    plain::plain,
};

const EXAMPLES: &str = "\
Examples:
  rung schedule next                                   when the next scans are
  rung schedule run                                    run them, until Ctrl-C or SIGTERM
  rung schedule run --once nightly                     one run now, for a cron of your own
  rung schedule print systemd                          ready-made set-up: systemd, cron, Kubernetes, ECS, Lambda
  curl -s http://127.0.0.1:8741/healthz                how it is, while it runs

What is scanned when stands in rung.toml:
  [[schedule]]
  name = \"nightly\"
  cron = \"30 2 * * *\"            minute, hour, day of month, month, day of week
  time_zone = \"Europe/Berlin\"
  jitter = \"10m\"
  regions = [\"all\"]";

/// Scan by a timetable
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Run the schedules of rung.toml, as a service
    Run(Box<run::Args>),
    /// Tell when the next scans are
    Next(next::Args),
    /// Print ready-made set-up of nightly scans: systemd, cron, Kubernetes, ECS, Lambda, a container
    Print(Box<print::Args>),
}

/// Runs it.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    match args.command {
        Command::Run(args) => run::run(*args),
        Command::Next(args) => next::run(&args),
        Command::Print(args) => print::run(&args),
    }
}

/// The configuration, which has at least one schedule.
fn configured(flags: &Flags) -> Result<Config, Failure> {
    let config = latest::config(flags)?;
    if config.schedules.is_empty() {
        let file = flags.config.as_deref().unwrap_or(std::path::Path::new(CONFIG)).display();
        let words = format!(
            "{file}: there is no [[schedule]]: expected at least one with name and cron, as `rung schedule --help` shows"
        );
        return Err(Failure::usage(words));
    }
    Ok(config)
}

/// The schedule of a name.
fn named<'c>(config: &'c Config, name: &str) -> Result<&'c ScheduleTable, Failure> {
    config.schedules.iter().find(|schedule| schedule.name == name).ok_or_else(|| {
        let names: Vec<_> = config.schedules.iter().map(|schedule| schedule.name.as_str()).collect();
        Failure::usage(format!("no schedule is called {:?}: there is {}", plain(name), names.join(", ")))
    })
}
