//! `rung.toml` and the files beside it: scope, targets, thresholds, attestations, waivers, the register's place.
//!
//! Everything is read and checked before any call to AWS.

pub mod accounts;
pub mod attest;
pub mod attestations;
pub mod editing;
pub mod notify;
pub(crate) mod reading;
mod retention;
pub mod schedule;
mod settings;
pub mod template;
pub mod waive;
pub mod waivers;

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use rung_rules::model::Settings;

use crate::{depot::Location, failure::Failure, retention::Retention};
pub use notify::NotifyTable;
use reading::{Document, Table};
pub use settings::ServeTable;

/// The configuration's usual name.
pub const CONFIG: &str = "rung.toml";
/// The usual name of the file of attestations, beside the configuration.
pub const ATTESTATIONS: &str = "attestations.toml";
const WAIVERS: [&str; 2] = ["waivers.toml", ".wafpass-skip.yml"];

/// Flags that name configuration; each may also come from the environment.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Flags {
    /// Configuration: scope, targets, thresholds (default: rung.toml in this folder, if it is there)
    #[arg(long, value_name = "FILE", env = "RUNG_CONFIG")]
    pub config: Option<PathBuf>,
    /// The configuration itself, where there is no place for a file: in a task of ECS, in Lambda
    #[arg(long, hide = true, value_name = "TOML", env = "RUNG_CONFIG_TEXT", hide_env_values = true)]
    pub config_text: Option<String>,
    /// Attestations (default: attestations.toml beside the configuration, if it is there)
    #[arg(long, value_name = "FILE", env = "RUNG_ATTESTATIONS")]
    pub attestations: Option<PathBuf>,
    /// Waivers, TOML or .wafpass-skip.yml; repeat for several (default: waivers.toml and .wafpass-skip.yml beside the configuration)
    #[arg(long, value_name = "FILE", env = "RUNG_WAIVERS", value_delimiter = ',')]
    pub waivers: Vec<PathBuf>,
    /// Performance debt register: CSV, Markdown or TOML, a path or s3://bucket/key
    #[arg(long, value_name = "PATH", env = "RUNG_REGISTER")]
    pub register: Option<String>,
}

impl Flags {
    /// Whether anything is named.
    pub fn is_given(&self) -> bool {
        self.config.is_some()
            || self.config_text.is_some()
            || self.attestations.is_some()
            || !self.waivers.is_empty()
            || self.register.is_some()
    }
}

/// All that people set.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// What assessments depend on.
    pub settings: Settings,
    /// Where the performance debt register lies; a path is as seen from here.
    pub register: Option<String>,
    /// The file of attestations, whether or not it is there yet.
    pub attestations: PathBuf,
    /// Days that an attestation counts unless it says otherwise.
    pub attestation_days: i64,
    /// The TOML file that new waivers go into, whether or not it is there yet; none where only files of another form are named.
    pub waivers: Option<PathBuf>,
    /// How scans are started from the web view.
    pub serve: ServeTable,
    /// What is scanned when, by `rung schedule run`.
    pub schedules: Vec<schedule::ScheduleTable>,
    /// Where bundles lie, where the file says so; a folder is as seen from here.
    pub scans: Option<Location>,
    /// How long bundles are kept.
    pub retention: Retention,
    /// Who is told what after a scan.
    pub notify: NotifyTable,
}

/// Today's date of the user's clock, in UTC.
pub fn today() -> Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

impl Config {
    /// Reads the configuration that the flags name, or what lies in this folder; nothing there is every default.
    pub fn load(flags: &Flags) -> Result<Config, Failure> {
        let text = flags.config_text.as_ref().filter(|text| flags.config.is_none() && !text.is_empty());
        let usual = || (text.is_none() && Path::new(CONFIG).is_file()).then(|| CONFIG.into());
        let found = flags.config.clone().or_else(usual);
        let document = match (&found, text) {
            (Some(path), _) => Some(Document::open(path)?),
            (None, Some(text)) => Some(Document::of("RUNG_CONFIG_TEXT", text)),
            (None, None) => None,
        };
        let folder = found.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
        let mut config = document.map(|document| of(&document.root()?, &folder)).transpose()?.unwrap_or_default();
        let in_folder = |path: PathBuf| folder.join(path);
        let attestations = flags.attestations.clone().or_else(|| config.attestations.take().map(in_folder));
        let usual = folder.join(ATTESTATIONS);
        let days = config.days.unwrap_or(attestations::DEFAULT_DAYS);
        let named = attestations.clone().or_else(|| usual.is_file().then(|| usual.clone()));
        if let Some(path) = &named {
            config.settings.attestations = attestations::read(path, days, today())?;
        }
        let (files, new) = waiver_files(flags, config.waivers, &folder);
        for file in files {
            config.settings.waivers.extend(waivers::read(&file)?);
        }
        let register = flags.register.clone().or_else(|| {
            let named = config.register.take()?;
            Some(if named.starts_with("s3://") { named } else { folder.join(named).display().to_string() })
        });
        Ok(Config {
            settings: config.settings,
            register,
            attestations: attestations.unwrap_or(usual),
            attestation_days: days,
            waivers: new,
            serve: config.serve,
            schedules: config.schedules,
            scans: config.scans.map(|scans| scans.seen_from(&folder)),
            retention: config.retention,
            notify: config.notify,
        })
    }
}

/// Where bundles lie, as the configuration says that is named or lies here; nothing else of it is read.
pub(crate) fn scans() -> Result<Option<Location>, Failure> {
    let named = std::env::var_os("RUNG_CONFIG").filter(|name| !name.is_empty()).map(PathBuf::from);
    let Some(path) = named.or_else(|| Path::new(CONFIG).is_file().then(|| CONFIG.into())) else { return Ok(None) };
    let document = Document::open(&path)?;
    let scans = location(&document.root()?)?;
    Ok(scans.map(|scans| scans.seen_from(path.parent().unwrap_or(Path::new("")))))
}

/// `scans`.
fn location(root: &Table<'_>) -> Result<Option<Location>, Failure> {
    let Some(text) = root.text("scans")? else { return Ok(None) };
    let location =
        text.value.parse().map_err(|why: String| root.document.error(&text.span, &format!("scans: {why}")))?;
    Ok(Some(location))
}

/// The files of waivers, and the one that new waivers go into.
fn waiver_files(flags: &Flags, named: Vec<PathBuf>, folder: &Path) -> (Vec<PathBuf>, Option<PathBuf>) {
    let usual = || WAIVERS.iter().map(|name| folder.join(name));
    let named = match (flags.waivers.is_empty(), named.is_empty()) {
        (false, _) => flags.waivers.clone(),
        (true, false) => named.into_iter().map(|path| folder.join(path)).collect(),
        (true, true) => return (usual().filter(|path| path.is_file()).collect(), usual().next()),
    };
    let new = named.iter().find(|path| !waivers::is_yaml(path)).cloned();
    (named, new)
}

/// What `rung.toml` itself says.
#[derive(Debug, Default)]
struct Named {
    settings: Settings,
    attestations: Option<PathBuf>,
    waivers: Vec<PathBuf>,
    register: Option<String>,
    days: Option<i64>,
    serve: ServeTable,
    schedules: Vec<schedule::ScheduleTable>,
    scans: Option<Location>,
    retention: Retention,
    notify: NotifyTable,
}

fn of(root: &Table<'_>, folder: &Path) -> Result<Named, Failure> {
    let mut named = Named {
        attestations: root.text("attestations")?.map(|text| text.value.into()),
        waivers: root.texts("waivers")?.into_iter().map(|text| text.value.into()).collect(),
        register: root.text("register")?.map(|text| text.value),
        days: root.integer("attestation_days", 1..1828)?,
        scans: location(root)?,
        ..Named::default()
    };
    if let Some(table) = root.table("scope")? {
        named.settings.scope = settings::scope(&table)?;
    }
    if let Some(table) = root.table("targets")? {
        named.settings.targets = settings::targets(&table)?;
    }
    if let Some(table) = root.table("thresholds")? {
        named.settings.thresholds = settings::thresholds(&table)?;
    }
    if let Some(table) = root.table("serve")? {
        named.serve = settings::serve(&table)?;
    }
    named.schedules = schedule::schedules(root, folder)?;
    if let Some(table) = root.table("retention")? {
        named.retention = retention::read(&table)?;
    }
    if let Some(table) = root.table("notify")? {
        named.notify = notify::read(&table)?;
    }
    root.done()?;
    Ok(named)
}

#[cfg(test)]
mod tests;
