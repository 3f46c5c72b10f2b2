//! A scan of the caller's account: all of its evidence in memory, its parts written side by side.

use std::time::{Duration, Instant};

use rung_rules::{
    compose::{Parts, compose},
    model::{Assessment, Scan, Settings, assess},
};
use tokio::sync::watch;

use super::{
    super::output::{Output, note},
    Args, begin,
    exit::exit,
    job::Job,
};
use crate::{
    bundle::Draft,
    failure::{Exit, Failure},
    plain::plain,
    report::{self, Format, Rendering},
    scan::Scanned,
    unfinished::Unfinished,
};

/// Runs it.
pub(super) fn run(args: &Args, job: Job) -> Result<Exit, Failure> {
    let Job { settings, request, output, draft, unfinished, .. } = job;
    let (began, stop) = (Instant::now(), watch::channel(false));
    let journal = request.journal.clone();
    let mut kept = true;
    let scanned = begin::runtime()?.block_on(async {
        begin::too_large_is_an_error();
        tokio::spawn(begin::listen(stop.0));
        let scanned = crate::scan::run(request, stop.1).await;
        if let Some(journal) = journal
            && let Err(error) = journal.finish().await
        {
            kept = false;
            note(&format!("the scan could not be resumed: {}", plain(&error.to_string())));
        }
        scanned
    });
    let scanned = match scanned {
        Ok(scanned) => scanned,
        Err(failure) => {
            // Nothing was read that could be gone on with.
            unfinished.into_iter().for_each(Unfinished::remove);
            return Err(failure);
        }
    };
    let interrupted = scanned.interrupted;
    let done = finish(args, &settings, scanned, draft, output, began.elapsed());
    leave(unfinished, interrupted, kept, done)
}

/// A scan that ended leaves nothing to go on with; one that was interrupted, or whose bundle could not be written, does.
pub(super) fn leave(
    unfinished: Option<Unfinished>,
    interrupted: bool,
    kept: bool,
    done: Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    let Some(unfinished) = unfinished.filter(|_| kept) else {
        let words = "Nothing of this scan is kept: make room, or name another folder with --bundle, and scan again.";
        return done.map_err(|failure| if failure.exit == Exit::Usage { failure.and(words) } else { failure });
    };
    let hint = format!("rung scan --resume {}", plain(unfinished.name()));
    match done {
        Ok(exit) if interrupted => {
            note(&format!("go on with it within a day: {hint}"));
            Ok(exit)
        }
        Ok(exit) => {
            unfinished.remove();
            Ok(exit)
        }
        Err(failure) => Err(Failure {
            message: format!(
                "{}\nWhat was read is kept: when the cause is mended, go on with `{hint}`.",
                failure.message
            ),
            ..failure
        }),
    }
}

fn finish(
    args: &Args,
    settings: &Settings,
    scanned: Scanned,
    draft: Draft,
    output: Output,
    took: Duration,
) -> Result<Exit, Failure> {
    let assessed = assess(&scanned.set, settings);
    let parts = Parts { set: &scanned.set, settings, assessed: &assessed, version: env!("CARGO_PKG_VERSION") };
    let assessment = compose(parts, scanned.scan.clone());
    let (head, findings) = draft.write_all(&scanned.set, settings, assessment)?;
    // The assessment has its coverage instead; the bundle keeps what that is made of.
    let stored = Scan { ledger: scanned.scan.ledger.clone(), ..head.scan.clone() };
    let bundle = draft.finish(&stored)?;
    let rendering = Rendering { bundle: Some(&bundle), took: Some(took) };
    let to_stdout = matches!(output, Output::Stdout);
    match args.format {
        Format::Text if args.quiet => {}
        Format::Text => output.write(|out| report::text::write(&head, &rendering, out))?,
        format => {
            output.write(|out| report::write(format, &head, findings.iter(), &rendering, out))?;
            if !args.quiet && !to_stdout {
                summary(&head, &rendering);
            }
        }
    }
    match scanned.unrecorded {
        Some(failure) => Err(failure.and(&format!("The scan itself is whole: {}", bundle.display()))),
        None => Ok(exit(args, scanned.interrupted, &head)),
    }
}

/// The summary for people, beside the output for machines.
#[expect(clippy::print_stderr, reason = "the one place where it is told beside")]
pub(super) fn summary(head: &Assessment<()>, rendering: &Rendering<'_>) {
    let mut text = Vec::new();
    if report::text::write(head, rendering, &mut text).is_ok() {
        eprint!("{}", String::from_utf8_lossy(&text));
    }
}
