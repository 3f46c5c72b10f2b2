//! Where output goes: standard output, or a file that is complete or not there. What is no file (a device, a pipe, a link to
//! one of them) is written to as it stands, never replaced.

use std::{
    fs::File,
    io::{self, BufWriter, Write, stdout},
    path::{Path, PathBuf},
};

use rung_rules::model::Judged;

use crate::{
    failure::Failure,
    report::{self, Format, Head, Rendering, html},
};

/// Which report is printed, and where.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ReportFlags {
    /// What to print
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    /// Where to print it: a file, or - for standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl ReportFlags {
    /// Where it goes.
    pub(super) fn output(&self) -> Result<Output, Failure> {
        Output::prepare(self.output.as_deref())
    }
}

/// A destination, checked before any work is done.
#[derive(Debug)]
pub(super) enum Output {
    /// Standard output.
    Stdout,
    /// A file, written aside and renamed.
    File {
        /// Its name in the end.
        path: PathBuf,
        /// Where it is written.
        aside: tempfile::NamedTempFile,
    },
    /// A device, a pipe, a link: written through.
    Through(PathBuf),
}

impl Output {
    /// `-` or nothing is standard output; anything else a file that can be written.
    pub(super) fn prepare(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else { return Ok(Output::Stdout) };
        if path.is_dir() {
            return Err(Failure::usage(format!("cannot write {}: it is a folder; name a file", path.display())));
        }
        // Renaming a file onto /dev/null or /dev/stdout would put the file in its place.
        if path.symlink_metadata().is_ok_and(|what| !what.is_file()) {
            return Ok(Output::Through(path.to_owned()));
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let aside = tempfile::Builder::new()
            .prefix(".rung-partial-")
            .tempfile_in(parent)
            .map_err(|error| Failure::file("write into", parent, &error))?;
        Ok(Output::File { path: path.to_owned(), aside })
    }

    /// Prints an assessment.
    pub(super) fn assessment(
        self,
        format: Format,
        head: &Head,
        findings: impl IntoIterator<Item: Judged>,
        rendering: &Rendering<'_>,
    ) -> Result<(), Failure> {
        if format != Format::Html {
            return self.write(|out| report::write(format, head, findings, rendering, out));
        }
        let mut page = html::Page::of(head, findings).map_err(|error| failed_aside(&error))?;
        let name = self.file_name();
        self.report(page.report(head, rendering.earlier(), name.as_deref()))
    }

    /// The file's name, where it is a file: others may lie beside it.
    pub(super) fn file_name(&self) -> Option<String> {
        match self {
            Output::File { path, .. } => path.file_name().map(|name| name.to_string_lossy().into_owned()),
            Output::Stdout | Output::Through(_) => None,
        }
    }

    /// Writes an HTML report; its detail pages go beside its file, and are told.
    pub(super) fn report(self, report: io::Result<html::Report<'_>>) -> Result<(), Failure> {
        let mut report = report.map_err(|error| failed_aside(&error))?;
        let names = report.detail_names();
        if let Output::File { path, .. } = &self {
            for (number, name) in names.iter().enumerate() {
                Output::prepare(Some(&path.with_file_name(name)))?.write(|out| report.write_detail(number, out))?;
            }
        }
        self.write(|out| report.write(out))?;
        if let [first, .., last] = names.as_slice() {
            let count = report.in_details();
            note(&format!("the facts of {count} findings are in {first} to {last}, beside it: keep them together"));
        }
        Ok(())
    }

    /// Fills the destination. A reader that went away (`| head`) is no error.
    pub(super) fn write(self, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        match self {
            Output::Stdout => {
                let mut out = BufWriter::new(stdout().lock());
                match fill(&mut out).and_then(|()| out.flush()) {
                    Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                        Err(Failure::usage(format!("cannot write to standard output: {error}")))
                    }
                    _ => Ok(()),
                }
            }
            Output::Through(path) => {
                let failed = |error: io::Error| Failure::file("write", &path, &error);
                let mut out = BufWriter::new(File::options().write(true).truncate(true).open(&path).map_err(failed)?);
                match fill(&mut out).and_then(|()| out.flush()) {
                    Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(failed(error)),
                    _ => Ok(()),
                }
            }
            Output::File { path, aside } => {
                let mut out = BufWriter::new(&aside);
                let written = fill(&mut out).and_then(|()| out.flush());
                drop(out);
                written.map_err(|error| Failure::file("write", &path, &error))?;
                make_readable(aside.path()).map_err(|error| Failure::file("write", &path, &error))?;
                aside.persist(&path).map_err(|error| Failure::file("write", &path, &error.error))?;
                Ok(())
            }
        }
    }
}

/// What is put aside while a report is put together lies in the folder for temporary files.
pub(super) fn failed_aside(error: &io::Error) -> Failure {
    Failure::file("use", &std::env::temp_dir(), error)
}

/// Temporary files are private; what the user asked for gets the usual permissions.
#[cfg(unix)]
pub(crate) fn make_readable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
pub(crate) fn make_readable(_: &Path) -> io::Result<()> {
    Ok(())
}

/// A word to the user beside the output: on standard error.
#[expect(clippy::print_stderr, reason = "the one place where notes are told")]
pub(super) fn note(text: &str) {
    eprintln!("{text}");
}
