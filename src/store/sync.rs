//! Brings the store up to the bundles of a folder: those that are not in yet are added, oldest first.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use super::{Added, Store, StoreError, add::blocking};
use crate::bundle::Sealed;

/// What a look at a folder of bundles brought.
#[derive(Clone, Debug, Default)]
pub struct Synced {
    /// Bundles that are in now and were not before.
    pub added: Vec<PathBuf>,
    /// Bundles that were not taken, each with its reason.
    pub refused: Vec<(PathBuf, String)>,
}

impl Store {
    /// Adds every bundle of the folder that is not in yet. One that cannot be taken is named, and keeps no other from it.
    pub async fn sync(&self, scans: &Path) -> Result<Synced, StoreError> {
        let scans = scans.to_owned();
        let (mut sealed, refused) = blocking(move || Sealed::all(&scans)).await?;
        let refused = refused.into_iter().map(|(folder, failure)| (folder, failure.message)).collect();
        let mut synced = Synced { refused, ..Synced::default() };
        sealed.sort_by_key(|one| one.manifest.scan.started_at);
        let known: Vec<(String, String)> = self.db.all("SELECT manifest_sha256, bundle FROM scans", Vec::new()).await?;
        let known: HashMap<String, String> = known.into_iter().collect();
        for Sealed { folder, sha256, .. } in sealed {
            if known.get(&sha256).is_some_and(|bundle| Path::new(bundle) == folder) {
                continue;
            }
            match self.add(&folder).await {
                Ok(Added::New | Added::Replaced) => synced.added.push(folder),
                Ok(Added::Known | Added::Superseded(_)) => {}
                Err(StoreError::Refused(why)) => synced.refused.push((folder, why)),
                Err(away) => return Err(away),
            }
        }
        Ok(synced)
    }
}
