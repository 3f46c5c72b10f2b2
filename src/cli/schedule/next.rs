//! `rung schedule next`.

use jiff::Timestamp;
use serde::Serialize;

use super::{configured, named};
use crate::{
    cli::output::Output,
    config::{Flags, schedule::ScheduleTable},
    failure::{Exit, Failure},
};

const EXAMPLES: &str = "\
Examples:
  rung schedule next
  rung schedule next nightly --count 10
  rung schedule next --from 2026-03-28T00:00:00Z      how it goes on the night on which clocks change
  rung schedule next --format json | jq -r '.[0].next[0].begins'";

/// Tell when the next scans are
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Only this schedule
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// How many of each schedule
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=1000))]
    count: u16,
    /// From this time on, like 2026-11-25T00:00:00Z (default: now)
    #[arg(long, value_name = "TIME")]
    from: Option<Timestamp>,
    /// What to print
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
    #[command(flatten)]
    set: Flags,
}

/// How it is printed.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Form {
    Text,
    Json,
}

/// A schedule with its next instants.
#[derive(Serialize)]
struct Coming<'c> {
    name: &'c str,
    cron: &'c str,
    time_zone: &'c str,
    next: Vec<Instant>,
}

#[derive(Serialize)]
struct Instant {
    /// As the cron expression says.
    planned: Timestamp,
    /// The same with its jitter.
    begins: Timestamp,
    /// `planned` as clocks there show it.
    local: String,
}

/// Prints it.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let config = configured(&args.set)?;
    let only = args.name.as_deref().map(|name| named(&config, name)).transpose()?;
    let from = args.from.unwrap_or_else(Timestamp::now);
    let wanted = config.schedules.iter().filter(|schedule| only.is_none_or(|only| only.name == schedule.name));
    let all: Vec<_> = wanted.map(|schedule| coming(schedule, from, args.count.into())).collect();
    Output::Stdout.write(|out| match args.format {
        Form::Json => {
            serde_json::to_writer_pretty(&mut *out, &all)?;
            writeln!(out)
        }
        Form::Text => all.iter().try_for_each(|one| write!(out, "{}", text(one))),
    })?;
    Ok(Exit::Done)
}

fn coming(schedule: &ScheduleTable, from: Timestamp, count: usize) -> Coming<'_> {
    let timetable = &schedule.timetable;
    let instant = |planned: Timestamp| Instant {
        planned,
        begins: timetable.begins(&schedule.name, planned),
        local: planned.to_zoned(timetable.zone().clone()).strftime("%a %Y-%m-%d %H:%M %:z").to_string(),
    };
    let next = timetable.coming(from).take(count).map(instant).collect();
    Coming { name: &schedule.name, cron: timetable.cron(), time_zone: timetable.zone_name(), next }
}

fn text(one: &Coming<'_>) -> String {
    let mut text = format!("{}: {} in {}\n", one.name, one.cron, one.time_zone);
    for instant in &one.next {
        let later = instant.begins.duration_since(instant.planned);
        let jitter = if later.is_zero() { String::new() } else { format!(", begins {later:#} later") };
        text.push_str(&format!("  {}  {}{jitter}\n", instant.local, instant.planned));
    }
    text
}
