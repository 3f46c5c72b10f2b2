//! A scan of the caller's account: all of its evidence in memory, its parts written side by side.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use rung_rules::{
    changes::Changes,
    compose::{LazyFindings, Parts, compose},
    model::{Assessed, Assessment, Scan, Settings, assess},
};
use tokio::sync::watch;

use super::{
    super::output::{Output, note},
    Args, begin,
    exit::exit,
    job::Job,
    keeping::Keeping,
    since::{self, since},
    stored,
};
use crate::{
    bundle::Draft,
    changes,
    failure::{Exit, Failure},
    plain::plain,
    report::{self, Format, Rendering},
    scan::Scanned,
    unfinished::Unfinished,
};

/// Runs it.
pub(super) fn run(args: &Args, job: Job) -> Result<Exit, Failure> {
    let Job { settings, request, output, draft, depot, unfinished, .. } = job;
    let (began, stop) = (Instant::now(), watch::channel(false));
    let journal = request.journal.clone();
    let mut kept = true;
    let scanned = begin::runtime()?.block_on(async {
        begin::too_large_is_an_error();
        tokio::spawn(begin::listen(stop.0, begin::who_stops(args)));
        let scanned = crate::scan::run(request, stop.1).await;
        if let Some(journal) = journal
            && let Err(error) = journal.finish().await
        {
            kept = false;
            note(&format!("the scan could not be resumed: {}", plain(&error.to_string())));
        }
        scanned
    });
    let mut scanned = match scanned {
        Ok(scanned) => scanned,
        Err(failure) => {
            unfinished.into_iter().for_each(Unfinished::not_begun);
            return Err(failure);
        }
    };
    let mut keeping = Keeping::new(unfinished, kept);
    let unrecorded = scanned.unrecorded.take();
    let assessed = assess(&scanned.set, &settings);
    since::fetch(&depot, &scanned.scan);
    let written = write(&assessed, &settings, &scanned, draft, &mut keeping);
    let written = written.map_err(|failure| keeping.lost(failure))?;
    keeping.end(scanned.interrupted);
    stored::take_in(args, &written.bundle);
    let put = stored::put(&depot, &written.bundle);
    let exit = finish(args, &scanned, &written, output, began.elapsed())?;
    put?;
    match unrecorded {
        Some(failure) => Err(failure.and(&format!("The scan itself is whole: {}", written.bundle.display()))),
        None => Ok(exit),
    }
}

struct Written<'s> {
    head: Assessment<()>,
    findings: LazyFindings<'s>,
    changes: Option<Changes>,
    bundle: PathBuf,
}

/// Writes the bundle.
fn write<'s>(
    assessed: &'s Assessed<'s>,
    settings: &'s Settings,
    scanned: &'s Scanned,
    draft: Draft,
    keeping: &mut Keeping,
) -> Result<Written<'s>, Failure> {
    let parts = Parts { set: &scanned.set, settings, assessed, version: env!("CARGO_PKG_VERSION") };
    let assessment = compose(parts, scanned.scan.clone());
    let changes =
        since(&draft, &scanned.scan, |previous| changes::since_one(previous, &assessment, settings, &scanned.set));
    let (head, findings) = draft.write_all(&scanned.set, settings, assessment, changes.as_ref())?;
    // The assessment has its coverage instead; the bundle keeps what that is made of.
    let stored = Scan { ledger: scanned.scan.ledger.clone(), ..head.scan.clone() };
    keeping.closing(scanned.interrupted)?;
    Ok(Written { head, findings, changes, bundle: draft.finish(&stored)? })
}

/// Prints what the user asked for.
fn finish(
    args: &Args,
    scanned: &Scanned,
    written: &Written<'_>,
    output: Output,
    took: Duration,
) -> Result<Exit, Failure> {
    let Written { head, findings, changes, bundle } = written;
    let rendering = Rendering { bundle: Some(bundle), took: Some(took), changes: changes.as_ref() };
    let to_stdout = matches!(output, Output::Stdout);
    match args.format {
        Format::Text if args.quiet => {}
        Format::Text => output.write(|out| report::text::write(head, &rendering, out))?,
        format => {
            output.assessment(format, head, findings.iter(), &rendering)?;
            if !args.quiet && !to_stdout {
                summary(head, &rendering);
            }
        }
    }
    Ok(exit(args, scanned.interrupted, head))
}

/// The summary for people, beside the output for machines.
#[expect(clippy::print_stderr, reason = "the one place where it is told beside")]
pub(super) fn summary(head: &Assessment<()>, rendering: &Rendering<'_>) {
    let mut text = Vec::new();
    if report::text::write(head, rendering, &mut text).is_ok() {
        eprint!("{}", String::from_utf8_lossy(&text));
    }
}
