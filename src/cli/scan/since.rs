//! What changed since the scan before, at the end of a scan. The scan never fails for it.

use rung_rules::{changes::Changes, model::Scan};

use super::super::{latest, output::note};
use crate::{
    bundle::{Bundle, Draft},
    depot::Depot,
    failure::Failure,
    plain::plain,
};

/// Fetches the scan before where it lies in a bucket alone, so that the bundle is chained to it. That it cannot be is told.
pub(super) fn fetch(depot: &Depot, scan: &Scan) {
    if depot.bucket().is_none() {
        return;
    }
    if let Err(failure) = latest::wait(depot, async |depot| depot.fetch_previous(scan).await) {
        let why = failure.message.lines().next().unwrap_or_default();
        note(&plain(&format!("the scan before is looked for on this machine alone: {why}")));
    }
}

/// Compares with the scan that the bundle will be chained to; nothing for the first, or where that cannot be read.
pub(super) fn since(
    draft: &Draft,
    scan: &Scan,
    compare: impl FnOnce(&Bundle) -> Result<Changes, Failure>,
) -> Option<Changes> {
    let (previous, folder) = draft.previous(scan)?;
    match Bundle::open(folder).and_then(|bundle| compare(&bundle)) {
        Ok(changes) => Some(changes),
        Err(failure) => {
            let why = failure.message.lines().next().unwrap_or_default();
            let words = format!("what changed since the scan {} is not told: {why}", previous.scan);
            note(&plain(&words));
            None
        }
    }
}
