//! A folder that many processes write into and read from, under names of their own: on this machine or a share, or in a bucket. The plan
//! of a scan by many processes lies in one, and so do findings and evidence for query engines.
//!
//! As with the depot, what is asked of S3 is to put, get and look at objects below the one prefix that the user named.

use std::{fmt, path::Path as File, sync::Arc};

use futures::TryStreamExt;
use object_store::{
    Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, buffered::BufWriter, local::LocalFileSystem,
    path::Path,
};
use serde::Serialize;
use tokio::io::AsyncWriteExt;

use crate::{
    depot::{self, Location},
    failure::Failure,
    plain::plain,
};

/// Such a folder. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Place {
    store: Arc<dyn ObjectStore>,
    base: Path,
    /// As people name it, with a slash at its end.
    shown: String,
}

impl Place {
    /// The folder that is named, which is made where it is not there.
    pub async fn create(location: &Location) -> Result<Self, Failure> {
        if let Location::Folder(folder) = location {
            std::fs::create_dir_all(folder).map_err(|error| Failure::file("create", folder, &error))?;
        }
        Place::open(location).await
    }

    /// The folder that is named.
    pub async fn open(location: &Location) -> Result<Self, Failure> {
        let shown = format!("{}/", location.written().to_string_lossy().trim_end_matches('/'));
        let (store, base): (Arc<dyn ObjectStore>, Path) = match location {
            Location::Bucket { bucket, prefix } => {
                (Arc::new(depot::client(bucket).await?), Path::from(prefix.as_str()))
            }
            Location::Folder(folder) if !folder.is_dir() => {
                return Err(Failure::usage(format!("{} is no folder", plain(&shown))));
            }
            Location::Folder(folder) => {
                let store = LocalFileSystem::new_with_prefix(folder)
                    .map_err(|error| Failure::usage(format!("cannot use {}: {error}", folder.display())))?;
                (Arc::new(store), Path::default())
            }
        };
        Ok(Place { store, base, shown })
    }

    /// Where a name in it is, as people and other programs name it.
    pub fn uri(&self, name: &str) -> String {
        format!("{}{name}", self.shown)
    }

    fn path(&self, name: &str) -> Path {
        name.split('/').fold(self.base.clone(), |path, part| path.join(part))
    }

    fn failed(&self, what: &str, name: &str) -> impl Fn(Error) -> Failure {
        let shown = self.uri(name);
        let what = what.to_owned();
        move |error| depot::failed(&what, &shown, &error)
    }

    /// The bytes of a file; none where there is no such file.
    pub async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        let failed = self.failed("read", name);
        match self.store.get(&self.path(name)).await {
            Ok(found) => Ok(Some(found.bytes().await.map_err(failed)?.to_vec())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Whether a file is there.
    pub async fn has(&self, name: &str) -> Result<bool, Failure> {
        match self.store.head(&self.path(name)).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(self.failed("look at", name)(error)),
        }
    }

    /// Puts a file, whole or not at all.
    pub async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        let put = self.store.put(&self.path(name), PutPayload::from(bytes)).await;
        put.map(drop).map_err(self.failed("write", name))
    }

    /// Puts a file unless one of that name is there; tells whether it did.
    pub async fn put_new(&self, name: &str, bytes: Vec<u8>) -> Result<bool, Failure> {
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match self.store.put_opts(&self.path(name), PutPayload::from(bytes), options).await {
            Ok(_) => Ok(true),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(false),
            Err(error) => Err(self.failed("write", name)(error)),
        }
    }

    /// Puts a value as JSON.
    pub async fn put_json(&self, name: &str, value: &impl Serialize) -> Result<(), Failure> {
        self.put(name, self.json(name, value)?).await
    }

    /// Puts a value as JSON unless a file of that name is there; tells whether it did.
    pub async fn put_new_json(&self, name: &str, value: &impl Serialize) -> Result<bool, Failure> {
        self.put_new(name, self.json(name, value)?).await
    }

    fn json(&self, name: &str, value: &impl Serialize) -> Result<Vec<u8>, Failure> {
        let failed = |error: serde_json::Error| Failure::usage(format!("cannot write {}: {error}", self.uri(name)));
        let mut bytes = serde_json::to_vec(value).map_err(failed)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Puts a file of this machine, a piece at a time.
    pub async fn upload(&self, name: &str, file: &File) -> Result<(), Failure> {
        let failed = |error: std::io::Error| depot::failed("write", &self.uri(name), &error);
        let mut from = tokio::fs::File::open(file).await.map_err(|error| Failure::file("read", file, &error))?;
        let mut to = BufWriter::new(self.store.clone(), self.path(name));
        if let Err(error) = tokio::io::copy(&mut from, &mut to).await {
            // What was sent is given up; that this too may fail changes nothing.
            let _ = to.abort().await;
            return Err(failed(error));
        }
        to.shutdown().await.map_err(failed)
    }

    /// Takes a file to this machine, a piece at a time; false where there is none of that name.
    pub async fn download(&self, name: &str, file: &File) -> Result<bool, Failure> {
        let failed = self.failed("read", name);
        let mut pieces = match self.store.get(&self.path(name)).await {
            Ok(found) => found.into_stream(),
            Err(Error::NotFound { .. }) => return Ok(false),
            Err(error) => return Err(failed(error)),
        };
        let unwritten = |error: std::io::Error| Failure::file("write", file, &error);
        let mut to = tokio::fs::File::create(file).await.map_err(unwritten)?;
        while let Some(piece) = pieces.try_next().await.map_err(&failed)? {
            to.write_all(&piece).await.map_err(unwritten)?;
        }
        to.flush().await.map_err(unwritten)?;
        Ok(true)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}
