//! A scan of the caller's account: all of its evidence in memory, its parts written side by side.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use rung_rules::{
    compose::{LazyFindings, Parts, compose},
    model::{Assessed, Assessment, Scan, Settings, assess},
};
use tokio::sync::watch;

use super::{
    super::{
        demands::{Demands, Since},
        output::{Output, note},
    },
    Args, begin,
    exit::exit,
    job::Job,
    keeping::Keeping,
    since::{self, since},
    stored,
};
use crate::{
    bundle::{Bundle, Draft, SameId},
    changes,
    failure::{Exit, Failure},
    history::{History, Night},
    plain::plain,
    report::{self, Earlier, Format, Rendering},
    scan::Scanned,
    unfinished::Unfinished,
};

/// Runs it.
pub(super) fn run(args: &Args, job: Job) -> Result<Exit, Failure> {
    let Job { settings, request, output, draft, depot, unfinished, demands, .. } = job;
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
    let demands = demands.doubting(since::fetch(&depot, &scanned.scan, SameId::Before));
    let written = write(&assessed, &settings, &scanned, draft, &demands, &mut keeping);
    let written = written.map_err(|failure| keeping.lost(failure))?;
    keeping.end(scanned.interrupted);
    if !args.served {
        stored::take_in(&written.bundle);
    }
    let put = stored::put(&depot, &written.bundle);
    let exit = finish(args, &scanned, &written, output, &demands, began.elapsed())?;
    put?;
    match unrecorded {
        Some(failure) => Err(failure.and(&format!("The scan itself is whole: {}", written.bundle.display()))),
        None => Ok(exit),
    }
}

struct Written<'s> {
    head: Assessment<()>,
    findings: LazyFindings<'s>,
    since: Since,
    history: Option<History>,
    bundle: PathBuf,
}

/// Writes the bundle.
fn write<'s>(
    assessed: &'s Assessed<'s>,
    settings: &'s Settings,
    scanned: &'s Scanned,
    draft: Draft,
    demands: &Demands,
    keeping: &mut Keeping,
) -> Result<Written<'s>, Failure> {
    let parts = Parts { set: &scanned.set, settings, assessed, version: env!("CARGO_PKG_VERSION") };
    let assessment = compose(parts, scanned.scan.clone());
    let compare = |previous: &Bundle| changes::since_one(previous, &assessment, settings, &scanned.set);
    let since = since(&draft, &scanned.scan, demands, compare);
    let history = stored::history(&scanned.scan, Night::of(&assessment));
    let earlier = Earlier { changes: since.changes(), history: history.as_ref() };
    let (head, findings) = draft.write_all(&scanned.set, settings, assessment, earlier)?;
    // The assessment has its coverage instead; the bundle keeps what that is made of.
    let stored = Scan { ledger: scanned.scan.ledger.clone(), ..head.scan.clone() };
    keeping.closing(scanned.interrupted)?;
    Ok(Written { head, findings, since, history, bundle: draft.finish(&stored)? })
}

/// Prints what the user asked for.
fn finish(
    args: &Args,
    scanned: &Scanned,
    written: &Written<'_>,
    output: Output,
    demands: &Demands,
    took: Duration,
) -> Result<Exit, Failure> {
    let Written { head, findings, since, history, bundle } = written;
    let (changes, history) = (since.changes(), history.as_ref());
    let rendering = Rendering { bundle: Some(bundle), took: Some(took), changes, history };
    let to_stdout = matches!(output, Output::Stdout);
    match args.report.format {
        Format::Text if args.quiet => {}
        Format::Text => output.write(|out| report::text::write(head, &rendering, out))?,
        format => {
            output.assessment(format, head, findings.iter(), &rendering)?;
            if !args.quiet && !to_stdout {
                summary(head, &rendering);
            }
        }
    }
    let judged = demands.judge(head, since);
    judged.tell(!args.quiet);
    Ok(exit(args, scanned.interrupted, head, &judged))
}

/// The summary for people, beside the output for machines.
#[expect(clippy::print_stderr, reason = "the one place where it is told beside")]
pub(super) fn summary(head: &Assessment<()>, rendering: &Rendering<'_>) {
    let mut text = Vec::new();
    if report::text::write(head, rendering, &mut text).is_ok() {
        eprint!("{}", String::from_utf8_lossy(&text));
    }
}
