//! What a scan's exit code says.

use rung_rules::model::{Assessment, Cause};

use super::{super::demands::Judged, Args};
use crate::failure::Exit;

pub(super) fn dollars(text: &str) -> Result<f64, String> {
    let usd = text.parse().ok().filter(|usd: &f64| usd.is_finite() && *usd >= 0.0);
    usd.ok_or_else(|| "expected US dollars, like 0.50".to_owned())
}

/// The exit code of a scan that left a bundle.
pub(super) fn exit(args: &Args, interrupted: bool, head: &Assessment<()>, judged: &Judged) -> Exit {
    if interrupted {
        Exit::Interrupted
    } else if head.summary.gap_groups.iter().any(|group| group.cause == Cause::CredentialsEnded) {
        Exit::Credentials
    } else if args.require_complete && head.summary.gaps > 0 {
        Exit::Incomplete
    } else {
        judged.exit()
    }
}
