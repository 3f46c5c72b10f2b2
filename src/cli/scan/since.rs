//! What changed since the scan before, at the end of a scan. The scan never fails for it; whether it was told decides `--no-regression`.

use std::path::Path;

use rung_rules::{changes::Changes, model::Scan};

use super::super::{
    demands::{Demands, Since},
    latest,
    output::note,
};
use crate::{
    bundle::{Bundle, Draft, SameId},
    depot::Depot,
    failure::Failure,
    plain::plain,
};

/// Fetches the scan before where it lies in a bucket alone, so that the bundle is chained to it. That it cannot be is told, and why is
/// given back: what is found on this machine may then be an older one.
pub(in crate::cli) fn fetch(depot: &Depot, scan: &Scan, same_id: SameId) -> Option<String> {
    let bucket = depot.bucket()?;
    let failure = latest::wait(depot, async |depot| depot.fetch_previous(scan, same_id).await).err()?;
    let why = failure.message.lines().next().unwrap_or_default();
    note(&plain(&format!("the scan before is looked for on this machine alone: {why}")));
    Some(format!("{bucket} could not be looked into for the scan before: {why}"))
}

/// Compares with the bundle that is demanded, or with the scan that the bundle will be chained to.
pub(super) fn since(
    draft: &Draft,
    scan: &Scan,
    demands: &Demands,
    compare: impl FnOnce(&Bundle) -> Result<Changes, Failure>,
) -> Since {
    if let Some(bundle) = demands.against() {
        return told(&bundle.manifest.scan.id, compare(bundle));
    }
    let since = match draft.previous(scan) {
        Some((previous, folder)) => told(&previous.scan, Bundle::open(folder).and_then(|bundle| compare(&bundle))),
        None => first(draft),
    };
    // A bundle that cannot be read may be the scan before: what an older one says is then no answer.
    let doubt = draft.unread(scan).map(|folder| not_read(&folder)).or_else(|| demands.doubt().map(str::to_owned));
    match (doubt, since) {
        (None, since) => since,
        (Some(why), Since::Told(changes)) => Since::Doubtful(changes, why),
        (Some(why), _) => Since::NotTold(why),
    }
}

fn not_read(folder: &Path) -> String {
    let words = "may be the scan before, and its manifest cannot be read: mend it, or move it away";
    format!("{} {words}", folder.display())
}

fn first(draft: &Draft) -> Since {
    let place = draft.beside().display();
    Since::First(match draft.replaces() {
        true => "nothing to compare with: this bundle takes the place of the one before (name a folder with --bundle)"
            .to_owned(),
        false => format!("no scan of this before it in {place} (name one with --against)"),
    })
}

fn told(before: &str, compared: Result<Changes, Failure>) -> Since {
    match compared {
        Ok(changes) => Since::Told(Box::new(changes)),
        Err(failure) => {
            let why = failure.message.lines().next().unwrap_or_default();
            let words = format!("what changed since the scan {before} is not told: {why}");
            note(&plain(&words));
            Since::NotTold(words)
        }
    }
}
