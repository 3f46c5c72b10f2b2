//! Where a store is: a file, or a PostgreSQL server.

use std::{
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use url::Url;

use crate::failure::Failure;

/// Where a store is.
#[derive(Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// A file of SQLite's.
    Sqlite(PathBuf),
    /// A PostgreSQL server, with its database, user and password.
    Postgres(Url),
}

/// The variable of the environment that names another store than the user's own.
pub(crate) const VARIABLE: &str = "RUNG_STORE";

impl StoreUrl {
    /// The usual file, beside the folder of bundles.
    pub fn in_folder(scans: &Path) -> Result<Self, Failure> {
        let scans = std::path::absolute(scans).map_err(|error| Failure::file("find", scans, &error))?;
        Ok(StoreUrl::Sqlite(scans.with_file_name("store.db")))
    }

    /// The one that `RUNG_STORE` names, or the usual file.
    pub fn find(scans: &Path) -> Result<Self, Failure> {
        match std::env::var(VARIABLE).ok().filter(|text| !text.is_empty()) {
            Some(text) => text.parse().map_err(|error| Failure::usage(format!("{VARIABLE}: {error}"))),
            None => StoreUrl::in_folder(scans),
        }
    }

    /// Whether a store may be there: a file that nobody made yet holds nothing.
    pub fn may_be_there(&self) -> bool {
        match self {
            StoreUrl::Sqlite(path) => path.is_file(),
            StoreUrl::Postgres(_) => true,
        }
    }

    /// The whole address, password included: for a process of our own, never to be shown.
    pub(crate) fn written(&self) -> OsString {
        match self {
            StoreUrl::Sqlite(path) => std::path::absolute(path).unwrap_or_else(|_| path.clone()).into_os_string(),
            StoreUrl::Postgres(url) => url.as_str().into(),
        }
    }

    /// The address as the driver takes it.
    pub(super) fn driver(&self) -> Result<String, Failure> {
        match self {
            StoreUrl::Postgres(url) => Ok(url.to_string()),
            StoreUrl::Sqlite(path) => {
                let path = std::path::absolute(path).map_err(|error| Failure::file("find", path, &error))?;
                let url = Url::from_file_path(&path)
                    .map_err(|()| Failure::usage(format!("{} is no path of a file", path.display())))?;
                Ok(format!("sqlite://{}?mode=rwc", url.path()))
            }
        }
    }
}

impl FromStr for StoreUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = "expected a file, sqlite:FILE or postgres://USER@HOST/DATABASE";
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            // The text is not repeated: it may hold a password.
            let url = Url::parse(text).map_err(|error| format!("the store's address: {error}; {expected}"))?;
            return Ok(StoreUrl::Postgres(url));
        }
        let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")).unwrap_or(text);
        if path.is_empty() || path.contains("://") {
            return Err(format!("no store is behind this address: {expected}"));
        }
        Ok(StoreUrl::Sqlite(Path::new(path).to_owned()))
    }
}

impl fmt::Display for StoreUrl {
    /// Without the password, and without what follows a question mark: it may hold another.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreUrl::Sqlite(path) => write!(f, "{}", path.display()),
            StoreUrl::Postgres(url) => {
                let host = url.host_str().unwrap_or_default();
                let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                write!(f, "postgres://{host}{port}{}", url.path())
            }
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_servers_are_told_apart_and_passwords_are_never_shown() {
        let file = |path: &str| StoreUrl::Sqlite(path.into());
        assert_eq!("a/store.db".parse(), Ok(file("a/store.db")));
        assert_eq!("sqlite:a.db".parse(), Ok(file("a.db")));
        assert_eq!("sqlite:///tmp/a.db".parse(), Ok(file("/tmp/a.db")));
        let server: StoreUrl = "postgres://rung:secret@db.example:5433/rung?password=secret".parse().unwrap();
        assert_eq!(server.to_string(), "postgres://db.example:5433/rung");
        assert!(!format!("{server:?}").contains("secret"));
        for wrong in ["", "mysql://x/y", "postgres://[", "sqlite:"] {
            let error = wrong.parse::<StoreUrl>().unwrap_err();
            assert!(error.contains("expected"), "{wrong}: {error}");
        }
    }

    #[test]
    fn a_file_with_a_strange_name_is_that_file() {
        let url = StoreUrl::Sqlite("/tmp/a b?mode=ro#x%.db".into()).driver().unwrap();
        assert_eq!(url, "sqlite:///tmp/a%20b%3Fmode=ro%23x%25.db?mode=rwc");
    }
}
