//! Where bundles lie: a folder, or a bucket with a folder as its cache. A bundle in a bucket is named by its scan and the digest of its
//! manifest, so two machines never write into each other's; its manifest is put last, so a half-put one is no bundle.
//!
//! This is not the scanner's door to AWS: nothing here is called by a collector, and it asks S3 alone to put, get, list and delete
//! objects below the one prefix that the user named.

mod fetch;
mod kept;
mod keys;
mod location;
mod put;
mod remote;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

pub use kept::Kept;
pub(crate) use keys::client;
pub use location::Location;
use remote::Remote;
pub(crate) use remote::failed;

use crate::failure::Failure;

/// Marks of bundles that are known to be, or to have been, in the bucket: what was removed there is not put again.
const PUT: &str = ".rung-put";

/// Where bundles lie. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Depot {
    folder: PathBuf,
    remote: Option<Arc<Remote>>,
}

impl Depot {
    /// A depot at a place; nothing is asked yet.
    pub fn open(location: &Location) -> Result<Self, Failure> {
        match location {
            Location::Folder(folder) => Ok(Depot::in_folder(folder)),
            Location::Bucket { bucket, prefix } => {
                let remote = Remote::new(bucket, prefix);
                let caches = directories::ProjectDirs::from("", "", "rung")
                    .ok_or_else(|| Failure::usage("no cache folder is known for this user: set HOME"))?;
                let folder = caches.cache_dir().join(remote.cache_name()).join("scans");
                Ok(Depot { folder, remote: Some(Arc::new(remote)) })
            }
        }
    }

    /// A folder, and nothing else.
    pub fn in_folder(folder: &Path) -> Self {
        Depot { folder: folder.to_owned(), remote: None }
    }

    /// The folder on this machine: the depot itself, or the cache of its bucket.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// `s3://bucket/prefix`, where it is a bucket.
    pub fn bucket(&self) -> Option<&str> {
        self.remote.as_deref().map(|remote| remote.uri.as_str())
    }

    /// The same for another runtime: connections belong to the one that opened them.
    #[must_use]
    pub fn anew(&self) -> Self {
        let remote = self.remote.as_deref().map(|remote| Arc::new(remote.anew()));
        Depot { folder: self.folder.clone(), remote }
    }

    fn mark(&self, name: &str) -> PathBuf {
        self.folder.join(PUT).join(name)
    }

    fn is_marked(&self, name: &str) -> bool {
        self.mark(name).is_file()
    }

    fn write_mark(&self, name: &str) -> Result<(), Failure> {
        let path = self.mark(name);
        let made = std::fs::create_dir_all(self.folder.join(PUT)).and_then(|()| std::fs::write(&path, ""));
        made.map_err(|error| Failure::file("write", &path, &error))
    }
}

/// Work that waits for the disk, aside.
async fn aside<R: Send + 'static>(work: impl FnOnce() -> Result<R, Failure> + Send + 'static) -> Result<R, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Failure::usage(format!("a task on the bundles ended early: {error}"))))
}
