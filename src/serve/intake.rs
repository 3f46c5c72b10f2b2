//! New bundles come into the store by themselves: those that a scan started here has left at once, all others soon.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::sync::Mutex;

use crate::{
    depot::Depot,
    failure::Failure,
    plain::plain,
    store::{Store, StoreError},
};

/// How often the folder of bundles is looked at.
const EVERY: Duration = Duration::from_secs(15);

/// Takes bundles of a folder into the store, one look at a time. Cloning is cheap.
#[derive(Clone, Debug)]
pub(super) struct Intake {
    store: Store,
    depot: Depot,
    /// What was told already: a bundle that cannot be taken is told once.
    told: Arc<Mutex<BTreeSet<String>>>,
}

impl Intake {
    pub(super) fn new(store: Store, scans: &Path) -> Self {
        Intake::of(store, Depot::in_folder(scans))
    }

    /// Takes in what lies in a depot.
    pub(super) fn of(store: Store, depot: Depot) -> Self {
        Intake { store, depot, told: Arc::default() }
    }

    /// Looks now. What this bundle was refused for is the error.
    pub(super) async fn take(&self, bundle: &Path) -> Result<(), String> {
        let synced = self.look().await.map_err(|error| error.to_string())?;
        let refused = synced.into_iter().find(|(folder, _)| folder == bundle);
        refused.map_or(Ok(()), |(_, why)| Err(why))
    }

    /// Looks again and again.
    pub(super) async fn keep_up(self) {
        let mut last = None;
        loop {
            // What keeps it from working is told once, until it works again.
            let wrong = self.look().await.err().map(|error| error.to_string());
            if let Some(words) = wrong.as_ref().filter(|_| wrong != last) {
                tell(words);
            }
            last = wrong;
            tokio::time::sleep(EVERY).await;
        }
    }

    async fn look(&self) -> Result<Vec<(PathBuf, String)>, StoreError> {
        let mut told = self.told.lock().await;
        // A bucket that is away keeps nothing of what is here from being shown.
        if let Err(failure) = self.exchange().await {
            let words = failure.message;
            if told.insert(words.clone()) {
                tell(&words);
            }
        }
        let refused = self.store.sync(self.depot.folder()).await?.refused;
        for (folder, why) in &refused {
            let words = format!("{} is not shown: {why}", folder.display());
            if told.insert(words.clone()) {
                tell(&words);
            }
        }
        Ok(refused)
    }
}

impl Intake {
    /// Puts what waits and fetches what is missing, where there is a bucket.
    async fn exchange(&self) -> Result<(), Failure> {
        self.depot.put_waiting().await?;
        self.depot.fetch_all().await
    }
}

#[expect(clippy::print_stderr, reason = "the server's own log")]
fn tell(words: &str) {
    eprintln!("{}", plain(words));
}
