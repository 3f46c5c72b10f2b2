//! Secrets, read when they are needed and shown nowhere.

use std::fmt;

use super::retry::Trouble;
use crate::config::notify::SecretAt;

/// A secret.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// From its place. Not there, or empty, is told with the place and never with what lies there.
    pub(super) fn read(at: &SecretAt) -> Result<Self, Trouble> {
        let text = match at {
            SecretAt::Env(name) => std::env::var(name).map_err(|error| match error {
                std::env::VarError::NotPresent => format!("{at} is not set"),
                std::env::VarError::NotUnicode(_) => format!("{at} is not UTF-8 text"),
            }),
            SecretAt::File(path) => std::fs::read_to_string(path).map_err(|error| format!("cannot read {at}: {error}")),
        };
        match text.map(|text| text.trim().to_owned()) {
            Ok(text) if text.is_empty() => Err(Trouble::Final(format!("{at} is empty"))),
            Ok(text) => Ok(Secret(text)),
            Err(words) => Err(Trouble::Final(words)),
        }
    }

    /// The secret itself.
    pub(super) fn open(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_from_its_place_and_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "hunter2\n").unwrap();
        let secret = Secret::read(&SecretAt::File(path.clone())).unwrap();
        assert_eq!((secret.open(), format!("{secret:?}").as_str()), ("hunter2", "Secret"));
        std::fs::write(&path, " \n").unwrap();
        assert!(Secret::read(&SecretAt::File(path)).unwrap_err().words().ends_with("is empty"));
        let away = Secret::read(&SecretAt::Env("RUNG_NO_SUCH_VARIABLE".to_owned())).unwrap_err();
        assert_eq!(away, Trouble::Final("the variable RUNG_NO_SUCH_VARIABLE is not set".to_owned()));
    }
}
