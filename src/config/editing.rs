//! Changing a TOML file that people write too: comments and neighbours keep their places, nobody's change is lost.
//!
//! Whoever saw the file names its version; if it is another one by now, nothing is written. One writer at a time, in this
//! program by a mutex and between programs by a lock on the file's folder, which leaves no lock file behind.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use sha2::{Digest, Sha256};
use toml_edit::DocumentMut;

use crate::failure::Failure;

/// Why nothing was written.
#[derive(Debug)]
pub enum Unwritten {
    /// The file is not the one that was seen.
    Changed,
    /// Something is wrong with what was to be written, or with the file.
    Failed(Failure),
}

impl From<Failure> for Unwritten {
    fn from(failure: Failure) -> Self {
        Unwritten::Failed(failure)
    }
}

impl From<Unwritten> for Failure {
    fn from(unwritten: Unwritten) -> Self {
        match unwritten {
            Unwritten::Changed => Failure::usage("nothing was written: the file was changed in the meantime"),
            Unwritten::Failed(failure) => failure,
        }
    }
}

/// The version of a file that is not there.
const ABSENT: &str = "absent";

/// What tells one version of a file from another: its SHA-256 in hexadecimal, or `absent`.
pub fn version(path: &Path) -> Result<String, Failure> {
    Ok(version_of(old(path)?.as_deref()))
}

fn version_of(text: Option<&str>) -> String {
    text.map_or_else(|| ABSENT.to_owned(), |text| hex::encode(Sha256::digest(text)))
}

/// The text of a file; none where there is no file.
fn old(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::file("read", path, &error)),
    }
}

static WRITING: Mutex<()> = Mutex::new(());

/// Changes a file. `seen` is the version that the change was made for, if one was; `head` begins a new file; `check` reads a
/// file as a scan would: the old one before and the new one before it takes the old one's place.
pub(super) fn edit<T>(
    path: &Path,
    seen: Option<&str>,
    head: &str,
    change: impl FnOnce(&mut DocumentMut) -> Result<T, Failure>,
    check: impl Fn(&Path) -> Result<(), Failure>,
) -> Result<T, Unwritten> {
    let _alone = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let _between_programs = lock(folder(path));
    let old = old(path)?;
    if seen.is_some_and(|seen| seen != version_of(old.as_deref())) {
        return Err(Unwritten::Changed);
    }
    if old.is_some() {
        check(path)?;
    }
    let mut document: DocumentMut = old
        .as_deref()
        .unwrap_or_default()
        .parse()
        .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
    let done = change(&mut document)?;
    let head = if old.is_some() { "" } else { head };
    replace(path, &format!("{head}{document}"), check)?;
    Ok(done)
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The folder, locked until it is dropped. A file system without locks does not keep anybody from writing.
fn lock(folder: &Path) -> Option<File> {
    let folder = File::open(folder).ok()?;
    folder.lock().ok()?;
    Some(folder)
}

/// Written aside, read as a scan would, and only then put in the old one's place, with its mode.
fn replace(path: &Path, text: &str, check: impl Fn(&Path) -> Result<(), Failure>) -> Result<(), Failure> {
    // A link stays one: what it points at is replaced.
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let parent = folder(&real);
    let failed = |error: io::Error| Failure::file("write into", parent, &error);
    let mut aside = tempfile::Builder::new().prefix(".rung-partial-").tempfile_in(parent).map_err(failed)?;
    aside.write_all(text.as_bytes()).map_err(failed)?;
    // What a file names is seen from its folder; a link's is another one than that of what it points at.
    check(aside.path()).map_err(|failure| {
        let here = failure.message.replace(&aside.path().display().to_string(), &path.display().to_string());
        Failure::usage(format!("nothing was written: {here}"))
    })?;
    keep_mode(&real, aside.path()).map_err(failed)?;
    aside.as_file().sync_all().map_err(failed)?;
    aside.persist(&real).map_err(|error| Failure::file("write", path, &error.error))?;
    Ok(())
}

fn keep_mode(old: &PathBuf, new: &Path) -> io::Result<()> {
    match fs::metadata(old) {
        Ok(old) => fs::set_permissions(new, old.permissions()),
        Err(_) => crate::cli::make_readable(new),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(path: &Path, seen: Option<&str>, key: &str) -> Result<(), Unwritten> {
        let change = |document: &mut DocumentMut| {
            document[key] = toml_edit::value(true);
            Ok(())
        };
        edit(path, seen, "# new\n", change, |_| Ok(()))
    }

    #[test]
    fn a_change_for_another_version_is_refused_and_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        let absent = version(&path).unwrap();
        assert_eq!(absent, ABSENT);
        add(&path, Some(&absent), "one").unwrap();
        let first = version(&path).unwrap();
        assert!(matches!(add(&path, Some(&absent), "two"), Err(Unwritten::Changed)));
        assert_eq!(fs::read_to_string(&path).unwrap(), "# new\none = true\n");
        add(&path, Some(&first), "two").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "# new\none = true\ntwo = true\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no other file is left");
    }

    #[test]
    fn what_a_scan_would_not_read_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        fs::write(&path, "# mine\n").unwrap();
        let check = |file: &Path| match fs::read_to_string(file).unwrap().contains("bad") {
            true => Err(Failure::usage(format!("{}, line 2: bad", file.display()))),
            false => Ok(()),
        };
        let change = |document: &mut DocumentMut| {
            document["bad"] = toml_edit::value(1);
            Ok(())
        };
        let Err(Unwritten::Failed(failure)) = edit(&path, None, "", change, check) else { panic!("it is bad") };
        assert_eq!(failure.message, format!("nothing was written: {}, line 2: bad", path.display()));
        assert_eq!(fs::read_to_string(&path).unwrap(), "# mine\n");
    }

    /// Many writers at once, each from the version that it sees: what was told to be written is there, all of it.
    #[test]
    fn nobody_s_change_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        std::thread::scope(|scope| {
            for n in 0..8 {
                let path = &path;
                scope.spawn(move || {
                    let key = format!("k{n}");
                    while let Err(Unwritten::Changed) = add(path, Some(&version(path).unwrap()), &key) {}
                });
            }
        });
        let text = fs::read_to_string(&path).unwrap();
        assert!((0..8).all(|n| text.contains(&format!("k{n} = true"))), "{text}");
    }

    #[cfg(unix)]
    #[test]
    fn mode_and_link_are_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.toml"), folder.path().join("link.toml"));
        fs::write(&real, "").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &link).unwrap();
        add(&link, None, "one").unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "one = true\n");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
