//! How a place for bundles is written: a folder, or `s3://bucket/prefix`.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    str::FromStr,
};

/// Where bundles lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A folder on this machine.
    Folder(PathBuf),
    /// Objects of a bucket below a prefix; an empty one is the whole bucket.
    Bucket {
        /// The bucket's name.
        bucket: String,
        /// The prefix, without slashes at its ends.
        prefix: String,
    },
}

const EXPECTED: &str = "expected a folder or s3://BUCKET/PREFIX";

impl FromStr for Location {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some(rest) = text.strip_prefix("s3://") else {
            return match text.trim().is_empty() || text.contains("://") {
                true => Err(format!("{text:?}: {EXPECTED}")),
                false => Ok(Location::Folder(text.into())),
            };
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.trim_matches('/');
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
        if !(3..=63).contains(&bucket.len()) || !bucket.chars().all(allowed) {
            let words = "a bucket has 3 to 63 lower-case letters, digits, dots and hyphens";
            return Err(format!("{text:?}: {words}; {EXPECTED}"));
        }
        // What S3 allows everywhere without escaping.
        let plain = |c: char| c.is_ascii_alphanumeric() || "!-_.*'()/=+@".contains(c);
        let parts = || prefix.split('/').filter(|_| !prefix.is_empty());
        if !prefix.chars().all(plain) || parts().any(|part| matches!(part, "" | "." | "..")) {
            let words = "a prefix has letters, digits and ! - _ . * ' ( ) = + @, in parts between single slashes";
            return Err(format!("{text:?}: {words}; {EXPECTED}"));
        }
        Ok(Location::Bucket { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }
}

impl Location {
    /// As it is written on a command line.
    pub fn written(&self) -> OsString {
        match self {
            Location::Folder(folder) => folder.clone().into(),
            Location::Bucket { bucket, prefix } => format!("s3://{bucket}/{prefix}").into(),
        }
    }

    /// A folder as it is seen from another; a bucket is the same from everywhere.
    #[must_use]
    pub fn seen_from(self, folder: &Path) -> Self {
        match self {
            Location::Folder(path) => Location::Folder(folder.join(path)),
            bucket => bucket,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_buckets_are_told_apart() {
        let bucket =
            |bucket: &str, prefix: &str| Ok(Location::Bucket { bucket: bucket.to_owned(), prefix: prefix.to_owned() });
        assert_eq!("s3://our-scans/rung/prod/".parse(), bucket("our-scans", "rung/prod"));
        assert_eq!("s3://our-scans".parse(), bucket("our-scans", ""));
        assert_eq!("a/b".parse(), Ok(Location::Folder("a/b".into())));
        assert_eq!("b".parse::<Location>().unwrap().seen_from(Path::new("a")), Location::Folder("a/b".into()));
        for wrong in
            ["", " ", "gs://x/y", "s3://", "s3:///x", "s3://Ab/x", "s3://abc/a//b", "s3://abc/../x", "s3://abc/a b"]
        {
            let error = wrong.parse::<Location>().unwrap_err();
            assert!(error.contains(EXPECTED), "{wrong}: {error}");
        }
    }
}
