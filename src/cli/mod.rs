//! The command line.

pub(crate) mod accounts;
mod assess;
pub(crate) mod attest;
pub(crate) mod attest_list;
mod controls;
mod debt;
mod demands;
mod diff;
mod explain;
mod explain_page;
mod export;
pub(crate) mod find;
mod give_up;
mod history;
mod init;
mod lambda;
pub(crate) mod latest;
mod merge;
mod notify;
mod output;
mod plan;
mod policy;
mod preflight;
mod prune;
mod read_flags;
mod report;
mod scan;
mod schedule;
mod serve;
mod verify;
mod whatif;

pub(crate) use output::make_readable;

use clap::{Parser, Subcommand};

use crate::{
    depot::Location,
    failure::{Exit, Failure},
};

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    done, and a control stands below --fail-below, or fell (--no-regression, --fail-on-worse)
  2    usage, configuration or input is wrong
  3    the scan is not complete (--require-complete), or cannot be compared (--no-regression)
  4    no usable credentials
  130  interrupted; what was seen until then is in the bundle";

const EXAMPLES: &str = "\
Examples:
  rung scan --demo                 try it without an AWS account
  rung scan                        scan with the credentials and region of your shell
  rung scan --region all           every region the account has enabled
  rung preflight --region all      what a scan may ask, and what denied permissions hide
  rung explain 090                 what a control asks, and how it is decided
  rung policy                      the least-privilege IAM policy of a scan";

/// On which rung of a five-level performance-efficiency maturity model an AWS account stands, why, and what lifts it.
///
/// rung reads an account through its read-only APIs, keeps what it saw as evidence, and holds the model's criteria
/// against it. What could not be seen is unknown, never a pass and never a fail.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub struct Cli {
    /// Where the bundles of scans lie: a folder or s3://BUCKET/PREFIX (default: `scans` of rung.toml, or the user's data folder)
    #[arg(long, global = true, value_name = "PLACE", env = "RUNG_SCANS", help_heading = "Stored scans")]
    scans: Option<Location>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Scan an account: read it, keep the evidence, say where each control stands
    Scan(Box<scan::Args>),
    /// Divide a scan of many accounts into shards, for an engine that runs many processes
    Plan(Box<plan::Args>),
    /// Put together what the shards of a plan left
    Merge(merge::Args),
    /// Tell what a scan may ask, what denied permissions hide, and what it will cost at least
    Preflight(preflight::Args),
    /// Hold today's rules against a stored bundle, without AWS
    Assess(assess::Args),
    /// Render a stored scan again
    Report(report::Args),
    /// Prepare files for other tools to take in: the Well-Architected Tool, DuckDB, Athena
    Export(export::Args),
    /// Explain a control or a criterion: the model's words, the rule, the evidence, the remedy
    Explain(explain::Args),
    /// List controls, criteria and thresholds, or print the schema of the JSON output
    Controls(controls::Args),
    /// Print the least-privilege IAM policy of a scan
    Policy(policy::Args),
    /// List what needs a person, or write or renew an attestation
    Attest(attest::Args),
    /// Check the performance debt register, or draft entries from unmet criteria
    Debt(debt::Args),
    /// Write a commented rung.toml
    Init(init::Args),
    /// Tell which levels would result if criteria were met
    Whatif(whatif::Args),
    /// Tell whether bundles are as their scans left them, offline
    Verify(verify::Args),
    /// Remove the bundles that retention does not keep; the store keeps their levels and outcomes
    Prune(prune::Args),
    /// Tell what changed between two scans, and why
    Diff(diff::Args),
    /// Show the levels of the stored scans over time
    History(history::Args),
    /// Show the stored scans in a browser, to a person or a team; attest, waive and scan from there
    Serve(Box<serve::Args>),
    /// Scan by a timetable: every night, with what was missed caught up; tell when the next scans are
    Schedule(schedule::Args),
    /// Answer AWS Lambda: scans that it asks for
    Lambda(lambda::Args),
    /// Tell people what is new after a scan: Slack, webhooks, e-mail, SNS
    Notify(notify::Args),
}

/// Runs a command.
pub fn run(cli: Cli) -> Result<Exit, Failure> {
    latest::name(cli.scans);
    match cli.command {
        Command::Scan(args) => scan::run(*args),
        Command::Plan(args) => plan::run(&args),
        Command::Merge(args) => merge::run(&args),
        Command::Preflight(args) => preflight::run(&args),
        Command::Assess(args) => assess::run(args),
        Command::Report(args) => report::run(args),
        Command::Export(args) => export::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Controls(args) => controls::run(&args),
        Command::Policy(args) => policy::run(&args),
        Command::Debt(args) => debt::run(args),
        Command::Attest(args) => attest::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Whatif(args) => whatif::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Prune(args) => prune::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::History(args) => history::run(args),
        Command::Serve(args) => serve::run(*args),
        Command::Schedule(args) => schedule::run(args),
        Command::Lambda(args) => lambda::run(&args),
        Command::Notify(args) => notify::run(&args),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// What a flag is listed under in help is what it is about, whichever flags stand before it.
    #[test]
    fn help_lists_what_every_scan_has_under_no_heading() {
        let program = Cli::command();
        let heading = |command: &str, flag: &str| {
            let command = program.find_subcommand(command).unwrap();
            let flag = command.get_arguments().find(|own| own.get_long() == Some(flag)).unwrap();
            flag.get_help_heading()
        };
        for command in ["scan", "plan", "preflight"] {
            for flag in ["profile", "region", "metrics", "config", "format"] {
                assert_eq!(heading(command, flag), None, "{command} --{flag}");
            }
            assert_eq!(heading(command, "org"), Some(accounts::HEADING));
        }
        assert_eq!(heading("scan", "accounts-at-once"), Some(accounts::HEADING));
        for command in ["scan", "merge"] {
            assert_eq!(heading(command, "quiet"), None);
            assert_eq!(heading(command, "fail-below"), Some(demands::HEADING));
            assert_eq!(heading(command, "require-complete"), Some(demands::HEADING));
        }
        assert_eq!(heading("assess", "format"), None);
    }
}
