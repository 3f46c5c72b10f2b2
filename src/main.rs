//! `rung`: on which rung of the performance-efficiency maturity model an AWS account stands, and why.

use std::process::ExitCode;

use clap::Parser;

#[expect(clippy::print_stderr, reason = "the one place where errors are told")]
fn main() -> ExitCode {
    let exit = match rung::cli::run(rung::cli::Cli::parse()) {
        Ok(exit) => exit,
        Err(failure) => {
            eprintln!("error: {}", failure.message);
            failure.exit
        }
    };
    ExitCode::from(exit as u8)
}
