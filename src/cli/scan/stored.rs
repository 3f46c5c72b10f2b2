//! A bundle in the user's own folder is taken into the store, so that it can be looked at over time. Never the end of a scan: the
//! bundle is whole without it, and `rung serve` takes it in when it starts.

use std::path::Path;

use rung_rules::model::Scan;

use super::{
    super::{latest, output::note},
    begin,
};
use crate::{
    depot::Depot,
    failure::Failure,
    history::{History, Night},
    plain::plain,
    store::{Store, StoreUrl},
};

/// The levels of the scans before, with this one at their end; nothing for the first. Only what the store has: the scan goes on without.
pub(super) fn history(scan: &Scan, now: Night) -> Option<History> {
    let scans = latest::scans().ok()?;
    match read(&scans, scan, now) {
        Ok(history) => history.filter(|history| history.nights.len() > 1),
        Err(failure) => {
            let why = plain(failure.message.lines().next().unwrap_or_default());
            note(&format!("the levels of the scans before are not shown: {why}"));
            None
        }
    }
}

fn read(scans: &Path, scan: &Scan, now: Night) -> Result<Option<History>, Failure> {
    let url = StoreUrl::find(scans)?;
    begin::runtime()?.block_on(async {
        let Some(store) = Store::open_if_there(&url).await? else { return Ok(None) };
        let history = History::ending_with(&store, scan, now).await;
        store.close().await;
        Ok(Some(history?))
    })
}

/// Puts it into the depot's bucket, where it lies in its cache. What cannot be put is whole here, and is put by the next command.
pub(in crate::cli) fn put(depot: &Depot, bundle: &Path) -> Result<(), Failure> {
    if depot.bucket().is_none() || bundle.parent() != Some(depot.folder()) {
        return Ok(());
    }
    latest::wait(depot, async |depot| depot.put(bundle).await).map_err(|failure| {
        failure.and(&format!(
            "The scan itself is whole: {}\nThe next command that looks there puts it: `rung report latest`, or the next scan.",
            plain(&bundle.display().to_string())
        ))
    })
}

/// Takes it in where it lies among the user's scans; elsewhere it is the user's own matter, and `rung serve` does it itself.
pub(in crate::cli) fn take_in(bundle: &Path) {
    let Ok(scans) = latest::scans() else { return };
    if bundle.parent() != Some(&scans) {
        return;
    }
    if let Err(failure) = add(&scans, bundle) {
        let why = plain(failure.message.lines().next().unwrap_or_default());
        note(&format!("the bundle is whole, but the store did not take it in: {why}"));
    }
}

fn add(scans: &Path, bundle: &Path) -> Result<(), Failure> {
    let url = StoreUrl::find(scans)?;
    begin::runtime()?.block_on(async {
        let store = Store::open(&url).await?;
        let added = store.add(bundle).await;
        store.close().await;
        added.map(drop).map_err(Failure::from)
    })
}
