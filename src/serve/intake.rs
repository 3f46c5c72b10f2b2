//! New bundles come into the store by themselves: those that a scan started here has left at once, all others soon.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::sync::Mutex;

use crate::{
    plain::plain,
    store::{Store, StoreError},
};

/// How often the folder of bundles is looked at.
const EVERY: Duration = Duration::from_secs(15);

/// Takes bundles of a folder into the store, one look at a time. Cloning is cheap.
#[derive(Clone, Debug)]
pub(super) struct Intake {
    store: Store,
    scans: PathBuf,
    /// What was told already: a bundle that cannot be taken is told once.
    told: Arc<Mutex<BTreeSet<String>>>,
}

impl Intake {
    pub(super) fn new(store: Store, scans: &Path) -> Self {
        Intake { store, scans: scans.to_owned(), told: Arc::default() }
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
        let refused = self.store.sync(&self.scans).await?.refused;
        for (folder, why) in &refused {
            let words = format!("{} is not shown: {why}", folder.display());
            if told.insert(words.clone()) {
                tell(&words);
            }
        }
        Ok(refused)
    }
}

#[expect(clippy::print_stderr, reason = "the server's own log")]
fn tell(words: &str) {
    eprintln!("{}", plain(words));
}
