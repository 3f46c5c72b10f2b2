//! Before a scan: may each declared operation be called? Each is tried by the smallest request that shows it.
//!
//! EC2 has dry runs; a list is asked for its smallest page; what is about one resource is tried on one that a list just
//! showed, or else on a made-up one, where "there is no such thing" means that permission was no obstacle. All requests pass
//! the same gate, pacer and budget as a scan's, so that only declared reads are sent.

mod compute;
mod data;
mod delivery;
mod edge;
mod judge;
mod run;
mod tries;
mod watch;

use std::{sync::Arc, time::Duration};

use futures::future::join_all;

use crate::{
    aws::{Account, Connection, Place, what_opens},
    calls::{self, Call, ec2_account, organizations, sts},
};

pub use judge::{Answer, State};
pub use tries::{Found, Try};

use run::Trying;

/// What the scan to come would ask beside what every scan asks.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Bucket and key of a debt register in S3.
    pub register: Option<(String, String)>,
    /// Most time for one operation in one place, retries included.
    pub limit: Duration,
}

/// How one operation answered in one place.
#[derive(Clone, Debug)]
pub struct Probed {
    /// The operation.
    pub call: &'static Call,
    /// Region, or `global`.
    pub region: Arc<str>,
    /// What that means.
    pub answer: Answer,
    /// What would open it; empty where nothing is closed.
    pub opens_with: String,
    /// Requests that a scan of a place without resources makes of this operation.
    pub least: u32,
}

/// Every way to try an operation. What is asked before a place is known is not among them: [`ASKED_BEFORE`].
pub fn tries() -> impl Iterator<Item = &'static Try> {
    [compute::TRIES, data::TRIES, delivery::TRIES, edge::TRIES, watch::TRIES].into_iter().flatten()
}

/// Asked when the account was found: who is calling, and in which regions. They are not asked again.
pub static ASKED_BEFORE: &[&Call] = &[&sts::GET_CALLER_IDENTITY, &ec2_account::DESCRIBE_REGIONS];

/// Asked of the organisation and of no account: a preflight with `--org` asks them for the accounts themselves, and ends with the
/// cause when it may not.
pub static OF_ORGANIZATION: &[&Call] = organizations::CALLS;

/// Tries every declared operation in every place of the account, all at once; `done` is told of each place that is finished.
pub async fn probe(
    connection: &Connection,
    account: &Account,
    places: &[Arc<Place>],
    wanted: &Wanted,
    done: impl Fn(&Place),
) -> Vec<Probed> {
    let global = places.iter().find(|place| place.is_global()).map(|place| Trying::new(place.clone(), None, wanted));
    let global = global.map(Arc::new);
    let of_place = |place: &Arc<Place>| match &global {
        Some(global) if place.is_global() => global.clone(),
        global => Arc::new(Trying::new(place.clone(), global.clone(), wanted)),
    };
    let tried = join_all(places.iter().map(of_place).map(async |trying: Arc<Trying>| {
        let tried = trying.everything().await;
        done(trying.place());
        tried
    }));
    let mut all = asked_before(connection, account);
    all.extend(tried.await.into_iter().flatten());
    all.sort_by(|a, b| (a.call.name(), &a.region).cmp(&(b.call.name(), &b.region)));
    all
}

/// The two answers that are known already. Without the caller's identity there would be no account.
fn asked_before(connection: &Connection, account: &Account) -> Vec<Probed> {
    let region: Arc<str> = connection.home_region.as_str().into();
    let (_, gaps) = connection.span.registry.snapshot();
    let of = |call: &'static Call| {
        let gap = gaps.iter().find(|gap| gap.operation == call.name() && *gap.account == *account.id);
        let answer = gap.map_or_else(Answer::allowed, |gap| Answer::closed(gap.cause, gap.detail.clone()));
        probed(call, &account.id, &region, answer, 1)
    };
    ASKED_BEFORE.iter().map(|call| of(call)).collect()
}

fn probed(call: &'static Call, account: &str, region: &Arc<str>, answer: Answer, least: u32) -> Probed {
    let opens_with = answer.cause.map(|cause| what_opens(cause, call, account, region)).unwrap_or_default();
    Probed { call, region: region.clone(), answer, opens_with, least }
}

/// Declared operations that nothing here tries: a scan would ask what no preflight told of.
pub fn untried() -> Vec<String> {
    let is_tried = |call: &&Call| {
        let asked = ASKED_BEFORE.iter().chain(OF_ORGANIZATION).any(|asked| std::ptr::eq(*asked, *call));
        asked || tries().any(|one| std::ptr::eq(one.call, *call))
    };
    calls::all().filter(|call| !is_tried(call)).map(Call::name).collect()
}

#[cfg(test)]
mod tests;
