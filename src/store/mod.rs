//! A stand-in until the store is here.

use std::path::Path;

use crate::failure::Failure;

/// Where the store lies.
#[derive(Clone, Debug)]
pub struct StoreUrl(String);

impl std::str::FromStr for StoreUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(StoreUrl(text.to_owned()))
    }
}

impl StoreUrl {
    /// The usual file beside the folder of bundles.
    pub fn in_folder(_: &Path) -> Result<Self, Failure> {
        Ok(StoreUrl(String::new()))
    }
}

/// The stored scans.
#[derive(Clone, Debug)]
pub struct Store;

impl Store {
    /// Opens it.
    pub async fn open(_: &StoreUrl) -> Result<Self, Failure> {
        Ok(Store)
    }

    /// Takes in the bundles of a folder that it has not yet.
    pub async fn sync(&self, _: &Path) -> Result<Synced, StoreError> {
        Ok(Synced::default())
    }
}

/// What a look at a folder of bundles brought.
#[derive(Clone, Debug, Default)]
pub struct Synced {
    /// Bundles that were not taken, each with its reason.
    pub refused: Vec<(std::path::PathBuf, String)>,
}

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[error("away")]
pub struct StoreError;
