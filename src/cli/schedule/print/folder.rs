//! Several files into a folder: all are written aside before the first takes its name, and none is replaced unasked.

use std::{fs, io::Write, path::Path};

use super::super::super::output::{make_readable, note};
use crate::{failure::Failure, schedule::print::File};

/// Writes them.
pub(super) fn write(folder: &Path, files: &[File], force: bool) -> Result<(), Failure> {
    if let Some(there) = files.iter().map(|file| folder.join(&file.name)).find(|path| path.exists() && !force) {
        let words = "already exists and is left as it is: name another folder, or replace it with --force";
        return Err(Failure::usage(format!("{} {words}", there.display())));
    }
    fs::create_dir_all(folder).map_err(|error| Failure::file("make", folder, &error))?;
    let aside = files.iter().map(|file| aside(folder, file)).collect::<Result<Vec<_>, _>>()?;
    for (file, aside) in files.iter().zip(aside) {
        let path = folder.join(&file.name);
        let renamed = if force { aside.persist(&path) } else { aside.persist_noclobber(&path) };
        renamed.map_err(|error| Failure::file("write", &path, &error.error))?;
    }
    let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
    note(&format!(
        "wrote {} into {}: what to fill in and how to apply it stands on top",
        names.join(", "),
        folder.display()
    ));
    Ok(())
}

fn aside(folder: &Path, file: &File) -> Result<tempfile::NamedTempFile, Failure> {
    let failed = |error: std::io::Error| Failure::file("write into", folder, &error);
    let mut aside = tempfile::Builder::new().prefix(".rung-partial-").tempfile_in(folder).map_err(failed)?;
    aside.write_all(file.text.as_bytes()).and_then(|()| make_readable(aside.path())).map_err(failed)?;
    Ok(aside)
}
