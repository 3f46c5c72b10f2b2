//! `rung report`.

use std::path::{Path, PathBuf};

use super::{
    latest,
    output::{Output, ReportFlags},
};
use crate::{
    bundle::{self, Bundle},
    failure::{Exit, Failure},
    plain::plain,
    push::{ApiKey, Server},
    report::{self, Format, Head, Project, Rendering},
};

const EXAMPLES: &str = "\
Examples:
  rung report BUNDLE                                     the summary again
  rung report latest                                     of the newest stored scan
  rung report BUNDLE --format html -o report.html        one self-contained file; beside it the facts
                                                         of what is more than one file should hold
  rung report BUNDLE --format csv -o findings.csv        every finding, for a spreadsheet
  rung report BUNDLE --format md -o comment.md           a summary for a pull request
  rung report BUNDLE --format junit -o rung.xml          a gate for a pipeline
  rung report BUNDLE --format sarif -o rung.sarif        what fails or is unknown, with rules
  rung report BUNDLE --format asff -o batches.jsonl      for Security Hub; nothing is sent
  rung report BUNDLE --format wafpass --push https://wafpass.example --project shop
docs/exports.md tells what each format holds.";

/// Render a stored scan again, as it was assessed then
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The bundle: a folder that `rung scan` left, the id of a stored scan, or `latest`
    bundle: PathBuf,
    #[command(flatten)]
    report: ReportFlags,
    #[command(flatten)]
    wafpass: Wafpass,
}

/// What `--format wafpass` needs to know.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "With --format wafpass")]
struct Wafpass {
    /// Send the result to this server of WAF++, and to nothing else; of a base address to /api/v1/runs. The key is taken from
    /// RUNG_WAFPASS_API_KEY
    #[arg(long, value_name = "URL")]
    push: Option<String>,
    /// A file with the server's API key, instead of RUNG_WAFPASS_API_KEY
    #[arg(long, value_name = "FILE", requires = "push")]
    api_key_file: Option<PathBuf>,
    /// The project that the result belongs to (default: aws- and the account)
    #[arg(long, value_name = "NAME")]
    project: Option<String>,
    /// The branch that it belongs to
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
    /// The stage that it belongs to, for example prod
    #[arg(long, value_name = "NAME")]
    stage: Option<String>,
}

/// Renders it.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    let server = args.wafpass.server(args.report.format)?;
    let folder = latest::folder_of(&args.bundle)?;
    let bundle = Bundle::open(&folder)?;
    let output = args.report.output()?;
    let (head, findings) = bundle.assessment()?.with_findings(());
    let changes = bundle.changes()?;
    let history = bundle.history()?;
    let (changes, history) = (changes.as_ref(), history.as_ref());
    let rendering = Rendering { bundle: Some(&folder), took: None, changes, history };
    match (args.report.format, server) {
        (Format::Wafpass, Some(server)) => {
            let mut result = Vec::new();
            report::rows(args.report.format, &head, findings, &args.wafpass.project(), &mut result)
                .map_err(|error| broken(&error))?;
            push(&server, &head, result, output)?;
        }
        (Format::Wafpass, None) => {
            output.write(|out| report::rows(args.report.format, &head, findings, &args.wafpass.project(), out))?;
        }
        (format, _) => output.assessment(format, &head, findings, &rendering)?,
    }
    Ok(Exit::Done)
}

fn broken(error: &std::io::Error) -> Failure {
    Failure::usage(format!("cannot write the result: {error}"))
}

/// Sends the result, writes it where a file was named, and says what the server called it.
fn push(server: &Server, head: &Head, result: Vec<u8>, output: Output) -> Result<(), Failure> {
    let to_stdout = matches!(output, Output::Stdout);
    if !to_stdout {
        output.write(|out| out.write_all(&result))?;
    }
    let id = super::scan::runtime()?.block_on(server.send(result))?;
    Output::Stdout.write(|out| writeln!(out, "scan {} is filed as run {id}", plain(&head.scan.id)))
}

impl Wafpass {
    /// The server, checked before any work is done.
    fn server(&self, format: Format) -> Result<Option<Server>, Failure> {
        let given = self.push.is_some() || self.project.is_some() || self.branch.is_some() || self.stage.is_some();
        if given && format != Format::Wafpass {
            return Err(Failure::usage("--push, --project, --branch and --stage belong to --format wafpass"));
        }
        let Some(address) = &self.push else { return Ok(None) };
        let key = ApiKey::find(self.api_key_file.as_deref())?;
        if let Some(warning) = self.api_key_file.as_deref().and_then(|path: &Path| bundle::exposed(path, "the API key"))
        {
            super::output::note(&warning);
        }
        Server::new(address, key).map(Some)
    }

    fn project(&self) -> Project {
        Project {
            name: self.project.clone(),
            branch: self.branch.clone().unwrap_or_default(),
            stage: self.stage.clone().unwrap_or_default(),
        }
    }
}
