//! A scan under way, on disk: what it set out to do, the accounts that it finished, the journals of those it did not. A scan that was
//! killed, interrupted or left without credentials goes on from here; one that ends removes it.

use std::{
    fs::{self, File, TryLockError},
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use rung_collectors::aws::{Member, RoleOptions};
use rung_rules::model::Settings;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

const SCHEMA: &str = "rung/unfinished/v1";
/// How its folder begins; the rest is the name of the bundle that it will leave.
const PREFIX: &str = ".rung-unfinished-";
const PLAN: &str = "scan.json";
/// Evidence of one assessment should be of one day.
const RESUMABLE: SignedDuration = SignedDuration::from_hours(24);
/// Older ones that nobody holds are removed.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);

/// What a scan set out to do: all that decides what it asks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    schema: String,
    rung: String,
    /// When it began; windows and ages of a scan that goes on stay those of its beginning.
    pub started_at: Timestamp,
    /// Named profile.
    pub profile: Option<String>,
    /// Regions as given.
    pub regions: Vec<String>,
    /// Whether metrics are asked for.
    pub metrics: bool,
    /// Whether SQL digests are asked for.
    pub sql_digests: bool,
    /// The debt register's path or URI.
    pub register: Option<String>,
    /// Scope, thresholds, attestations, waivers.
    pub settings: Settings,
    /// The account that asked: another one's credentials must not go on.
    pub caller: Option<String>,
    /// The accounts of a scan of many; none for the caller's own.
    pub many: Option<Many>,
    /// Whether the bundle that is being written leaves nothing to go on with.
    #[serde(default)]
    closing: bool,
}

/// The accounts of a scan of many, and how they are entered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Many {
    role: Role,
    /// Id, name, unit; absent while the organisation was not read yet.
    members: Option<Vec<IdNameUnit>>,
}

type IdNameUnit = (String, Option<String>, Option<String>);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Role {
    name: String,
    external_id: Option<String>,
    session_name: String,
    session_tags: Vec<(String, String)>,
    chain: Vec<String>,
}

impl Many {
    /// Accounts that are entered by this role.
    pub fn new(role: &RoleOptions, members: Option<&[Member]>) -> Self {
        let RoleOptions { name, external_id, session_name, session_tags, chain } = role.clone();
        let text = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
        let one = |member: &Member| (member.id.to_string(), text(&member.name), text(&member.unit));
        Many {
            role: Role { name, external_id, session_name, session_tags, chain },
            members: members.map(|all| all.iter().map(one).collect()),
        }
    }

    /// The role.
    pub fn role(&self) -> RoleOptions {
        let Role { name, external_id, session_name, session_tags, chain } = self.role.clone();
        RoleOptions { name, external_id, session_name, session_tags, chain }
    }

    /// The accounts, once they are known.
    pub fn members(&self) -> Option<Vec<Member>> {
        let arc = |text: &Option<String>| text.as_deref().map(Arc::from);
        let member =
            |(id, name, unit): &IdNameUnit| Member { id: id.as_str().into(), name: arc(name), unit: arc(unit) };
        Some(self.members.as_ref()?.iter().map(member).collect())
    }
}

impl Plan {
    /// The version that made it.
    pub fn version(&self) -> &str {
        &self.rung
    }

    /// A plan of today with every default.
    pub fn new(settings: Settings, now: Timestamp) -> Self {
        Plan {
            schema: SCHEMA.to_owned(),
            rung: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: now,
            profile: None,
            regions: Vec::new(),
            metrics: true,
            sql_digests: false,
            register: None,
            settings,
            caller: None,
            many: None,
            closing: false,
        }
    }
}

/// A scan under way, held by this process alone.
#[derive(Debug)]
pub struct Unfinished {
    folder: PathBuf,
    name: String,
    /// What it set out to do.
    pub plan: Plan,
    /// Whether it was begun just now, and not gone on with.
    fresh: bool,
    /// The lock ends with the process, however that ends.
    _lock: File,
}

impl Unfinished {
    /// Begins one, for a bundle of this name.
    pub fn begin(bundle: &Path, plan: Plan) -> Result<Self, Failure> {
        let (folder, name) = place(bundle)?;
        let failed = |error: std::io::Error| Failure::file("write into", &folder, &error);
        if is_begun(bundle) {
            let (bundle, folder) = (bundle.display(), folder.display());
            return Err(Failure::usage(format!(
                "a scan into {bundle} was begun and not finished: go on with `rung scan --resume {bundle}`, or remove {folder}"
            )));
        }
        // One that was killed before it had written its plan had not begun.
        fs::create_dir_all(&folder).map_err(failed)?;
        let lock = locked(&folder)?;
        let unfinished = Unfinished { folder, name, plan, fresh: true, _lock: lock };
        unfinished.save()?;
        Ok(unfinished)
    }

    /// Opens one to go on with it.
    pub fn resume(bundle: &Path) -> Result<Self, Failure> {
        let (folder, name) = place(bundle)?;
        let path = folder.join(PLAN);
        let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Failure::usage(format!("no unfinished scan {name}{}", others(&folder))),
            _ => Failure::file("read", &path, &error),
        })?;
        let lock = locked(&folder)?;
        let plan: Plan = serde_json::from_str(&text)
            .map_err(|error| Failure::usage(format!("{}, line {}: {error}", path.display(), error.line())))?;
        if plan.schema != SCHEMA || plan.rung != env!("CARGO_PKG_VERSION") {
            let words = format!("{} was begun by rung {}: go on with that version, or scan again", name, plan.rung);
            return Err(Failure::usage(words));
        }
        if Timestamp::now().duration_since(plan.started_at) > RESUMABLE {
            let words = "more than a day ago: what it saw is too old to be one picture with what would be read now";
            return Err(Failure::usage(format!("{name} was begun at {}, {words}. Scan again.", plan.started_at)));
        }
        Ok(Unfinished { folder, name, plan, fresh: false, _lock: lock })
    }

    /// The name of its bundle.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What `--resume` takes for it: the name for a scan in `scans`, the user's folder, the path for any other.
    pub fn id(&self, scans: Option<&Path>) -> String {
        let bundle = self.folder.with_file_name(&self.name);
        match bundle.parent() == scans {
            true => self.name.clone(),
            false => bundle.display().to_string(),
        }
    }

    /// Whether it is still on disk.
    pub fn is_there(&self) -> bool {
        self.folder.join(PLAN).is_file()
    }

    /// Where the journals lie.
    pub fn journal(&self) -> PathBuf {
        self.folder.join("journal")
    }

    /// Where finished accounts lie.
    pub fn accounts(&self) -> PathBuf {
        self.folder.join("accounts")
    }

    /// Writes the plan, whole or not at all.
    pub fn save(&self) -> Result<(), Failure> {
        let path = self.folder.join(PLAN);
        let failed = |error: std::io::Error| Failure::file("write", &path, &error);
        let mut aside = tempfile::NamedTempFile::new_in(&self.folder).map_err(failed)?;
        serde_json::to_writer(&mut aside, &self.plan).map_err(|error| failed(error.into()))?;
        aside.flush().map_err(failed)?;
        aside.persist(&path).map_err(|error| failed(error.error))?;
        Ok(())
    }

    /// Says that the bundle about to appear is the end of it: killed after that, it is not gone on with.
    pub fn closing(&mut self) -> Result<(), Failure> {
        self.plan.closing = true;
        self.save()
    }

    /// Whether it ended, and only its traces were left when it was killed.
    pub fn ended(&self, bundle: &Path) -> bool {
        self.plan.closing && bundle.join("manifest.json").is_file()
    }

    /// The scan could not begin: of a new one nothing was read, what an earlier part read stays.
    pub fn not_begun(self) {
        if self.fresh {
            self.remove();
        }
    }

    /// The account whose answers the journal has, if it has those of one.
    pub fn account(&self) -> Option<String> {
        let mut files = fs::read_dir(self.journal()).into_iter().flatten().flatten();
        let first = files.next()?.file_name().to_string_lossy().split('.').next()?.to_owned();
        files.next().is_none().then_some(first)
    }

    /// The scan ended: nothing is left to go on with.
    pub fn remove(self) {
        // What stays behind is told of at the next scan, and removed after a week.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Whether a scan into this bundle was begun and not finished.
pub fn is_begun(bundle: &Path) -> bool {
    place(bundle).is_ok_and(|(folder, _)| folder.join(PLAN).is_file())
}

/// The names of scans in a folder that are not finished and that no process holds. Those nobody will go on with are removed.
pub fn left_behind(scans: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for (folder, name) in in_folder(scans) {
        let Ok(_held) = locked(&folder) else { continue };
        let begun = fs::metadata(&folder).and_then(|folder| folder.modified()).ok();
        let age = begun.and_then(|begun| begun.elapsed().ok()).unwrap_or_default();
        if age > KEPT.unsigned_abs() {
            let _ = fs::remove_dir_all(&folder);
        } else if age <= RESUMABLE.unsigned_abs() {
            names.push(name);
        }
    }
    names.sort();
    names
}

fn in_folder(scans: &Path) -> impl Iterator<Item = (PathBuf, String)> {
    let entries = fs::read_dir(scans).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter_map(|folder| {
        let name = folder.file_name()?.to_str()?.strip_prefix(PREFIX)?.to_owned();
        Some((folder, name))
    })
}

fn others(folder: &Path) -> String {
    let names: Vec<_> = in_folder(folder.parent().unwrap_or(Path::new("."))).map(|(_, name)| name).collect();
    match names.is_empty() {
        true => ": none was left here".to_owned(),
        false => format!("; there is: {}", names.join(", ")),
    }
}

fn place(bundle: &Path) -> Result<(PathBuf, String), Failure> {
    let name = bundle.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.ok_or_else(|| Failure::usage(format!("{}: name the folder of a bundle", bundle.display())))?;
    Ok((bundle.with_file_name(format!("{PREFIX}{name}")), name))
}

/// Locks the folder for this process; a file of its own, because the plan is replaced.
fn locked(folder: &Path) -> Result<File, Failure> {
    let path = folder.join("lock");
    let file = File::create(&path).map_err(|error| Failure::file("write", &path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Failure::usage(format!("{} is still being scanned by another process", folder.display())))
        }
        // Some network file systems have no locks: better a scan without one than none.
        Err(TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Unsupported => Ok(file),
        Err(TryLockError::Error(error)) => Err(Failure::file("lock", &path, &error)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn plan() -> Plan {
        Plan::new(Settings::default(), Timestamp::now())
    }

    #[test]
    fn what_was_begun_can_be_gone_on_with_by_one_process_and_is_gone_when_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let bundle = folder.path().join("b");
        let mut begun = Unfinished::begin(&bundle, plan()).unwrap();
        let member = Member { id: "111111111111".into(), name: Some("web".into()), unit: None };
        begun.plan.many = Some(Many::new(&RoleOptions::default(), Some(std::slice::from_ref(&member))));
        begun.save().unwrap();
        assert!(Unfinished::resume(&bundle).unwrap_err().message.contains("still being scanned"));
        assert!(left_behind(folder.path()).is_empty(), "it is held");
        drop(begun);
        assert_eq!(left_behind(folder.path()), ["b"]);
        assert!(Unfinished::begin(&bundle, plan()).unwrap_err().message.contains("--resume"));
        let resumed = Unfinished::resume(&bundle).unwrap();
        let many = resumed.plan.many.as_ref().unwrap();
        assert_eq!((many.members(), many.role()), (Some(vec![member]), RoleOptions::default()));
        resumed.remove();
        assert!(Unfinished::resume(&bundle).unwrap_err().message.contains("no unfinished scan b: none"));
    }

    #[test]
    fn old_ones_and_those_of_other_versions_are_not_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let mut old = plan();
        old.started_at = Timestamp::now() - SignedDuration::from_hours(25);
        drop(Unfinished::begin(&folder.path().join("old"), old).unwrap());
        assert!(Unfinished::resume(&folder.path().join("old")).unwrap_err().message.contains("more than a day ago"));
        let mut other = plan();
        other.rung = "0.0.1".to_owned();
        drop(Unfinished::begin(&folder.path().join("other"), other).unwrap());
        assert!(Unfinished::resume(&folder.path().join("other")).unwrap_err().message.contains("rung 0.0.1"));
        let missing = Unfinished::resume(&folder.path().join("none")).unwrap_err().message;
        assert!(missing.contains("no unfinished scan none; there is: "), "{missing}");
    }

    #[test]
    fn a_damaged_plan_is_told_with_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        drop(Unfinished::begin(&folder.path().join("b"), plan()).unwrap());
        fs::write(folder.path().join(".rung-unfinished-b/scan.json"), "{\n\"schema\": 1").unwrap();
        let told = Unfinished::resume(&folder.path().join("b")).unwrap_err().message;
        assert!(told.contains("scan.json, line 2"), "{told}");
    }
}
