//! `rung init`.

use std::path::{Path, PathBuf};

use super::output::Output;
use crate::{
    config::{CONFIG, template},
    failure::{Exit, Failure},
};

const EXAMPLES: &str = "\
Examples:
  rung init                        write rung.toml into this folder
  rung init -o team/rung.toml      elsewhere
  rung init -o -                   print it";

/// Write a commented configuration: scope, targets, every threshold with its default and the reason for it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Where to write it: a file that is not there yet, or - for standard output
    #[arg(short, long, value_name = "FILE", default_value = CONFIG)]
    output: PathBuf,
}

/// Writes the configuration; never over one that is there.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let path = args.output.as_path();
    let to_stdout = path == Path::new("-");
    if !to_stdout && path.exists() {
        let words = "already exists and is left as it is; name another file with --output";
        return Err(Failure::usage(format!("{} {words}", path.display())));
    }
    Output::prepare(Some(path))?.write(|out| out.write_all(template::text().as_bytes()))?;
    if !to_stdout {
        super::output::note(&format!(
            "wrote {}: every line in it is a comment until you take the # away",
            path.display()
        ));
    }
    Ok(Exit::Done)
}
