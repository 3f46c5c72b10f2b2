//! The bucket: objects below one prefix, a bundle in a folder of its own. Listing tells which bundles are whole: those with a manifest.

use std::{collections::BTreeMap, path::Path as File, sync::Arc};

use futures::TryStreamExt;
use object_store::{
    Error, ObjectMeta, ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart, buffered::BufReader, path::Path,
};
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::OnceCell,
};

use super::keys;
use crate::{failure::Failure, plain::plain};

/// The name that makes a folder of objects a bundle.
pub(super) const MANIFEST: &str = "manifest.json";
/// What is larger goes in pieces of this size.
const PIECE: usize = 8 << 20;
/// Pieces under way at once.
const AT_ONCE: usize = 4;
/// A manifest that is larger is none.
const MOST_OF_MANIFEST: u64 = 64 << 20;

/// A bucket's prefix.
pub(super) struct Remote {
    /// `s3://bucket/prefix`.
    pub(super) uri: String,
    bucket: String,
    prefix: Path,
    /// Made when it is first asked.
    store: OnceCell<Arc<dyn ObjectStore>>,
    /// Tests bring their own.
    given: Option<Arc<dyn ObjectStore>>,
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Remote({})", self.uri)
    }
}

/// The objects of a folder in the bucket.
pub(super) type Objects = Vec<ObjectMeta>;

impl Remote {
    pub(super) fn new(bucket: &str, prefix: &str) -> Self {
        let uri = format!("s3://{bucket}/{prefix}").trim_end_matches('/').to_owned();
        let (bucket, prefix) = (bucket.to_owned(), Path::from(prefix));
        Remote { uri, bucket, prefix, store: OnceCell::new(), given: None }
    }

    #[cfg(test)]
    pub(super) fn of(store: Arc<dyn ObjectStore>) -> Self {
        Remote { given: Some(store), ..Remote::new("bucket", "some/prefix") }
    }

    pub(super) fn anew(&self) -> Self {
        Remote {
            uri: self.uri.clone(),
            bucket: self.bucket.clone(),
            prefix: self.prefix.clone(),
            store: OnceCell::new(),
            given: self.given.clone(),
        }
    }

    /// A name for the cache's folder: readable, and another for another place.
    pub(super) fn cache_name(&self) -> String {
        let endpoints = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"].map(|name| std::env::var(name).unwrap_or_default());
        let digest = Sha256::digest(format!("{}\n{}", self.uri, endpoints.join("\n")));
        format!("{}-{}", self.bucket, hex::encode(digest).get(..8).unwrap_or_default())
    }

    async fn store(&self) -> Result<&Arc<dyn ObjectStore>, Failure> {
        let made = self.store.get_or_try_init(async || match &self.given {
            Some(given) => Ok(given.clone()),
            None => Ok(Arc::new(keys::client(&self.bucket).await?) as Arc<dyn ObjectStore>),
        });
        made.await
    }

    fn path(&self, name: &str, part: &str) -> Path {
        self.prefix.clone().join(name).join(part)
    }

    /// Everything below the prefix, by bundle.
    pub(super) async fn list(&self) -> Result<BTreeMap<String, Objects>, Failure> {
        let prefix = (!self.prefix.is_root()).then_some(&self.prefix);
        let all = self.store().await?.list(prefix).try_collect::<Vec<_>>();
        let all = all.await.map_err(|error| self.failed("read", &error))?;
        let mut bundles: BTreeMap<String, Objects> = BTreeMap::new();
        for object in all {
            let inside = object
                .location
                .prefix_match(&self.prefix)
                .map(|parts| parts.map(|part| part.as_ref().to_owned()).collect::<Vec<_>>());
            // What lies deeper or higher is somebody else's.
            if let Some([name, _]) = inside.as_deref() {
                bundles.entry(name.clone()).or_default().push(object);
            }
        }
        Ok(bundles)
    }

    /// A bundle's manifest; nothing where there is none.
    pub(super) async fn manifest(&self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        let found = match self.store().await?.get(&self.path(name, MANIFEST)).await {
            Err(Error::NotFound { .. }) => return Ok(None),
            found => found.map_err(|error| self.failed("read", &error))?,
        };
        if found.meta.size > MOST_OF_MANIFEST {
            return Err(Failure::usage(format!("{}/{name}/{MANIFEST} is too large to be one", self.uri)));
        }
        let bytes = found.bytes().await.map_err(|error| self.failed("read", &error))?;
        Ok(Some(bytes.to_vec()))
    }

    /// Gets an object into a new file.
    pub(super) async fn get(&self, object: &ObjectMeta, file: &File) -> Result<(), Failure> {
        let wrote = |error: std::io::Error| Failure::file("write", file, &error);
        let store = self.store().await?;
        let mut out = tokio::fs::File::create_new(file).await.map_err(wrote)?;
        let mut pieces = BufReader::with_capacity(store.clone(), object, PIECE);
        let mut buffer = vec![0; 256 << 10];
        loop {
            let read = pieces.read(&mut buffer).await.map_err(|error| self.failed("read", &error))?;
            let Some(some) = buffer.get(..read).filter(|some| !some.is_empty()) else { break };
            out.write_all(some).await.map_err(wrote)?;
        }
        out.sync_all().await.map_err(wrote)
    }

    /// Puts a file; what is there already under the name is the same.
    pub(super) async fn put(&self, name: &str, part: &str, file: &File) -> Result<(), Failure> {
        let read = |error: std::io::Error| Failure::file("read", file, &error);
        let (store, path) = (self.store().await?, self.path(name, part));
        let mut from = tokio::fs::File::open(file).await.map_err(read)?;
        if from.metadata().await.map_err(read)?.len() <= PIECE as u64 {
            let mut bytes = Vec::new();
            from.read_to_end(&mut bytes).await.map_err(read)?;
            let put = store.put(&path, PutPayload::from(bytes)).await;
            return put.map(drop).map_err(|error| self.failed("write to", &error));
        }
        let failed = |error: Error| self.failed("write to", &error);
        let mut out = WriteMultipart::new_with_chunk_size(store.put_multipart(&path).await.map_err(failed)?, PIECE);
        let mut buffer = vec![0; PIECE];
        loop {
            let some = from.read(&mut buffer).await.map_err(read)?;
            let Some(some) = buffer.get(..some).filter(|some| !some.is_empty()) else { break };
            out.wait_for_capacity(AT_ONCE).await.map_err(failed)?;
            out.write(some);
        }
        out.finish().await.map(drop).map_err(failed)
    }

    /// Deletes the objects of a bundle, its manifest first: from then on it is none.
    pub(super) async fn delete(&self, objects: &[ObjectMeta]) -> Result<(), Failure> {
        let is_manifest = |object: &&ObjectMeta| object.location.filename() == Some(MANIFEST);
        let (first, rest): (Vec<_>, Vec<_>) = objects.iter().partition(is_manifest);
        let store = self.store().await?;
        for object in first.into_iter().chain(rest) {
            match store.delete(&object.location).await {
                // Somebody else was quicker.
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(self.failed("delete from", &error)),
            }
        }
        Ok(())
    }

    fn failed(&self, what: &str, error: &dyn std::error::Error) -> Failure {
        failed(what, &self.uri, error)
    }
}

/// What the bucket said, in a line, with the way out.
pub(crate) fn failed(what: &str, uri: &str, error: &dyn std::error::Error) -> Failure {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        cause = inner.source();
    }
    let words: String = plain(&in_short(&words)).chars().take(600).collect();
    let way_out = match uri.starts_with("s3://") {
        true => {
            "\nLook at its name, its region (AWS_REGION must be that of the bucket) and the rights of these credentials: docs/store.md \
             has the policy."
        }
        false => "",
    };
    Failure::usage(format!("cannot {what} {}: {words}{way_out}", plain(uri)))
}

/// S3 answers in XML: what counts of it are code and message.
fn in_short(words: &str) -> String {
    let of = |tag: &str| {
        let (_, rest) = words.split_once(&format!("<{tag}>"))?;
        Some(rest.split_once("</")?.0)
    };
    let before = words.split("<?xml").next().unwrap_or_default().trim_end_matches([':', ' ']);
    match (of("Code"), of("Message")) {
        (Some(code), Some(message)) => format!("{code}: {message} ({before})"),
        _ => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::in_short;

    #[test]
    fn of_an_answer_in_xml_code_and_message_are_told() {
        let answer =
            "PUT failed: 403: <?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>no</Message></Error>";
        assert_eq!(in_short(answer), "AccessDenied: no (PUT failed: 403)");
        assert_eq!(in_short("refused"), "refused");
    }
}
