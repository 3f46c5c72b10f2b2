//! Reads an AWS account and turns what it says into evidence. It may use AWS and may not judge: the rules do.
//!
//! `aws/` is the door, `calls/` declares each read operation once, and each control has one file that says which metrics
//! it needs and how its evidence is put together.

pub mod aws;
pub mod calls;
pub mod metrics;

pub mod local_file;

mod auto_scaling;
mod caching;
mod closed;
mod compute_sizing;
mod database_performance;
#[cfg(test)]
mod hostile;
mod load_tests;
mod network_performance;
mod performance_debt;
mod prices;
mod prices_lambda;
pub mod probe;
mod scope_tags;
mod serverless_managed;
mod slos_monitoring;
mod storage_io;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use futures::{
    future::{join, join_all},
    stream::{self, Buffered, Collect, StreamExt},
};
use rung_rules::model::{Control, Evidence, EvidenceSet, Unseen};

use aws::Place;
use metrics::{Ask, Metrics};

pub use closed::closed;
pub use prices::AS_OF as PRICES_AS_OF;
pub use scope_tags::not_asked as tags_not_asked;

/// What a collector saw in one place.
#[derive(Debug, Default)]
pub struct Collected {
    /// Evidence.
    pub evidence: Vec<Evidence>,
    /// Kinds of subjects that could not be listed.
    pub unseen: Vec<Unseen>,
}

async fn ask_metrics(control: Control, place: &Place, ask: &Ask) {
    match control {
        Control::ComputeSizing => compute_sizing::ask_metrics(place, ask).await,
        Control::Caching => caching::ask_metrics(place, ask).await,
        Control::SlosMonitoring => slos_monitoring::ask_metrics(place, ask).await,
        Control::LoadTests => load_tests::ask_metrics(place, ask).await,
        Control::PerformanceDebt => performance_debt::ask_metrics(place, ask).await,
        Control::NetworkPerformance => network_performance::ask_metrics(place, ask).await,
        Control::ServerlessManaged => serverless_managed::ask_metrics(place, ask).await,
        Control::StorageIo => storage_io::ask_metrics(place, ask).await,
        Control::AutoScaling | Control::DatabasePerformance => {}
    }
}

async fn collect(control: Control, place: &Place, metrics: &Metrics) -> Collected {
    match control {
        Control::AutoScaling => auto_scaling::collect(place).await,
        Control::DatabasePerformance => database_performance::collect(place).await,
        Control::NetworkPerformance => network_performance::collect(place, metrics).await,
        Control::ServerlessManaged => serverless_managed::collect(place, metrics).await,
        Control::StorageIo => storage_io::collect(place, metrics).await,
        Control::ComputeSizing => compute_sizing::collect(place, metrics).await,
        Control::Caching => caching::collect(place, metrics).await,
        Control::SlosMonitoring => slos_monitoring::collect(place, metrics).await,
        Control::LoadTests => load_tests::collect(place, metrics).await,
        Control::PerformanceDebt => performance_debt::collect(place, metrics).await,
    }
}

async fn collect_place(place: Arc<Place>) -> Collected {
    let (ask, asked) = Ask::channel();
    let asking = join_all(Control::all().map(|control| {
        let (place, ask) = (place.clone(), ask.clone());
        apart(async move { ask_metrics(control, &place, &ask).await })
    }));
    drop(ask);
    let (_, metrics) = join(asking, metrics::fetch(&place, asked)).await;
    let metrics = Arc::new(metrics);
    let of_controls = join_all(Control::all().map(|control| {
        let (place, metrics) = (place.clone(), metrics.clone());
        apart(async move { collect(control, &place, &metrics).await })
    }));
    let mut all = Collected::default();
    for mut collected in of_controls.await {
        all.evidence.append(&mut collected.evidence);
        all.unseen.append(&mut collected.unseen);
    }
    if place.span.tags {
        scope_tags::fill(&place, &mut all).await;
    }
    all
}

/// The results in their order; so many under way at once.
///
/// The futures are made before the first one runs: a stream that makes them from borrowed items cannot be spawned, its
/// closure is "not general enough" for the compiler.
pub(crate) fn at_once<F: Future>(limit: usize, futures: impl Iterator<Item = F>) -> InOrder<F> {
    stream::iter(futures.collect::<Vec<_>>()).buffered(limit).collect()
}

type InOrder<F> = Collect<Buffered<stream::Iter<std::vec::IntoIter<F>>>, Vec<<F as Future>::Output>>;

/// Runs on any thread of the runtime, because taking an answer apart is work. A panic goes on in whoever waits.
pub(crate) async fn apart<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    match tokio::spawn(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// Collects the evidence of all places at once; `done` is told of each place that is finished.
pub async fn collect_all(places: &[Arc<Place>], done: impl Fn(&Place)) -> EvidenceSet {
    let collected = join_all(places.iter().map(|place| async {
        let collected = collect_place(place.clone()).await;
        done(place);
        collected
    }))
    .await;
    let mut set = EvidenceSet::default();
    for mut one in collected {
        set.evidence.append(&mut one.evidence);
        set.unseen.append(&mut one.unseen);
    }
    slos_monitoring::whole_accounts(&mut set.evidence);
    if let Some(place) = places.first() {
        set.now = place.span.now;
        set.accounts = places.iter().map(|place| place.account.clone()).collect();
        set.accounts.sort();
        set.accounts.dedup();
        (set.sources, set.gaps) = place.span.registry.snapshot();
    }
    set.sort();
    set
}
