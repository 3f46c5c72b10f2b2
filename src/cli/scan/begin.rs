//! What is settled before a scan begins: where answers come from, the register, the key, the bundle's folder, the user's Ctrl-C.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rung_collectors::aws::{Recording, Replay};
use tokio::sync::watch;

use super::{
    super::{debt, latest, output::note, serve::signal},
    Args,
};
use crate::{
    bundle::{self, SignKey},
    demo,
    depot::Depot,
    failure::{Exit, Failure},
    plain::plain,
    register,
    scan::{Content, Handed, Input},
    store::StoreUrl,
    unfinished,
};

/// The key that signs the bundle, read before any call to AWS.
pub(in crate::cli) fn sign_key(path: &Path) -> Result<SignKey, Failure> {
    let key = SignKey::read(path)?;
    if let Some(warning) = bundle::exposed(path, "the signing key") {
        note(&warning);
    }
    Ok(key)
}

pub(super) fn input(args: &Args) -> Result<Input, Failure> {
    let recording = match &args.replay {
        Some(folder) => Recording::open(folder).map_err(|error| {
            Failure::usage(format!(
                "the recording cannot be replayed: {error}\nUse a folder as `rung scan --record` left it."
            ))
        })?,
        None if args.demo => demo::recording()?,
        None => return Ok(Input::Aws),
    };
    Ok(Input::Replay(Arc::new(Replay::new(recording))))
}

pub(in crate::cli) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::usage(format!("cannot start: {error}")))
}

/// More than the days on which scans are counted.
const LOOKED_AT: jiff::SignedDuration = jiff::SignedDuration::from_hours(24 * 9);

/// The register that the configuration names. A file is read and checked now, before any call to AWS.
pub(in crate::cli) fn handed(location: &str) -> Result<Handed, Failure> {
    let content = match location.strip_prefix("s3://") {
        None => Content::Local(debt::read(Path::new(location))?),
        Some(rest) => {
            let (bucket, key) = object(rest)?;
            Content::S3 { bucket, key }
        }
    };
    let store = latest::scans().ok().map(|scans| StoreUrl::find(&scans)).transpose()?;
    let (scans, unseen) = latest::began(jiff::Timestamp::now() - LOOKED_AT);
    Ok(Handed { location: location.to_owned(), content, scans, unseen, store })
}

/// Bucket and key of a register in S3, from what follows `s3://`.
pub(in crate::cli) fn object(rest: &str) -> Result<(String, String), Failure> {
    let location = format!("s3://{rest}");
    let parts = rest.split_once('/').filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty());
    let (bucket, key) =
        parts.ok_or_else(|| Failure::usage(format!("register {location:?}: expected s3://bucket/key")))?;
    if register::Format::of(key).is_none() {
        let words = "its name ends neither in .csv, .md nor .toml, so its format is not known";
        return Err(Failure::usage(format!("register {location}: {words}")));
    }
    Ok((bucket.to_owned(), key.to_owned()))
}

/// Who may stop a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Stop {
    /// A person, by Ctrl-C.
    Person,
    /// A person, or the program that started the scan, by closing its standard input.
    Starter,
}

pub(super) fn who_stops(args: &Args) -> Stop {
    if args.served { Stop::Starter } else { Stop::Person }
}

/// The first Ctrl-C or SIGTERM ends the reading and keeps what was seen; the second ends the program.
#[expect(clippy::exit, clippy::print_stderr, reason = "the user asked twice")]
pub(in crate::cli) async fn listen(stop: watch::Sender<bool>, who: Stop) {
    if who == Stop::Starter {
        let stop = stop.clone();
        // A thread of its own: the program may end while this one still reads.
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            eprintln!("stopped: writing what was seen so far");
            stop.send_replace(true);
        });
    }
    signal().await;
    eprintln!("\ninterrupted: writing what was seen so far (again to give it up)");
    stop.send_replace(true);
    signal().await;
    std::process::exit(Exit::Interrupted as i32);
}

/// Past the limit of `ulimit -f` a write fails with "File too large", like any other, instead of ending the program. Needs a runtime.
pub(super) fn too_large_is_an_error() {
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        /// SIGXFSZ on both systems. A signal that is listened to does not end the program, whether or not anybody looks.
        const FILE_TOO_LARGE: i32 = 25;
        let _ = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(FILE_TOO_LARGE));
    }
}

/// The depot of stored scans; of a bundle that goes elsewhere nobody but its folder is to know. A bundle that an earlier scan could not put is put now; that it cannot be does not keep a scan from going on.
pub(in crate::cli) fn depot(is_own: bool) -> Result<Depot, Failure> {
    let depot = latest::depot()?;
    if let (true, Some(bucket)) = (is_own, depot.bucket()) {
        match latest::wait(&depot, Depot::put_waiting) {
            Ok(put) => put
                .iter()
                .for_each(|folder| note(&format!("{} is now in {bucket}", plain(&folder.display().to_string())))),
            Err(failure) => {
                note(&format!("{}\nThe scan goes on.", plain(failure.message.lines().next().unwrap_or_default())))
            }
        }
    }
    Ok(if is_own { depot } else { Depot::in_folder(depot.folder()) })
}

/// The bundle's folder: as given, or in the user's data folder under the time of the scan.
pub(super) fn target(args: &Args) -> Result<(PathBuf, bool), Failure> {
    if let Some(folder) = &args.bundle {
        return Ok((folder.clone(), false));
    }
    let scans = latest::scans()?;
    if args.demo {
        return Ok((scans.join("demo"), true));
    }
    let stamp = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let free = (1..)
        .map(|n| scans.join(if n == 1 { stamp.clone() } else { format!("{stamp}-{n}") }))
        .find(|path| !path.exists() && !unfinished::is_begun(path));
    free.map(|path| (path, false)).ok_or_else(|| Failure::usage("no free name for the bundle: name one with --bundle"))
}

/// The bundle that an unfinished scan would have left: an id stands for a folder of the user's data, a path for itself.
pub(super) fn of_id(id: &Path) -> Result<PathBuf, Failure> {
    let is_id = id.components().count() == 1 && !unfinished::is_begun(id);
    if is_id { Ok(latest::scans()?.join(id)) } else { Ok(id.to_owned()) }
}
