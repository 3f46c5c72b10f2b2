//! What a scan's exit code says.

use rung_rules::model::{Assessment, Cause, Level};

use super::Args;
use crate::failure::Exit;

/// What `--fail-below` asks of each control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bar {
    Level(Level),
    Target,
}

pub(super) fn bar(text: &str) -> Result<Bar, String> {
    let level = text.parse().ok().filter(|n| (2..=5).contains(n)).and_then(|n: u8| Level::try_from(n).ok());
    match (text, level) {
        ("target", _) => Ok(Bar::Target),
        (_, Some(level)) => Ok(Bar::Level(level)),
        _ => Err("expected a level from 2 to 5, or `target`".to_owned()),
    }
}

pub(super) fn dollars(text: &str) -> Result<f64, String> {
    let usd = text.parse().ok().filter(|usd: &f64| usd.is_finite() && *usd >= 0.0);
    usd.ok_or_else(|| "expected US dollars, like 0.50".to_owned())
}

/// The exit code of a scan that left a bundle.
pub(super) fn exit(args: &Args, interrupted: bool, head: &Assessment<()>) -> Exit {
    if interrupted {
        Exit::Interrupted
    } else if head.summary.gap_groups.iter().any(|group| group.cause == Cause::CredentialsEnded) {
        Exit::Credentials
    } else if args.require_complete && head.summary.gaps > 0 {
        Exit::Incomplete
    } else if args.fail_below.is_some_and(|bar| stands_below(bar, head)) {
        Exit::BelowTarget
    } else {
        Exit::Done
    }
}

/// Whether an applicable control stands below the bar; what waivers except does not count.
fn stands_below(bar: Bar, head: &Assessment<()>) -> bool {
    head.controls.iter().any(|control| {
        let confirmed = match control.with_waivers {
            Some(with_waivers) => with_waivers.levels.map(|levels| levels.confirmed),
            None => control.confirmed,
        };
        let wanted = match bar {
            Bar::Level(level) => Some(level),
            Bar::Target => control.target,
        };
        matches!((confirmed, wanted), (Some(confirmed), Some(wanted)) if confirmed < wanted)
    })
}
