//! `rung schedule`.

mod print;

use clap::Subcommand;

use crate::failure::{Exit, Failure};

/// Scan every night
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print ready-made set-up of nightly scans
    Print(print::Args),
}

/// Runs it.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    match args.command {
        Command::Print(args) => print::run(&args),
    }
}
