//! `[[schedule]]` of `rung.toml`: when which accounts are scanned by `rung schedule run`.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rung_collectors::aws;

use super::reading::{Placed, Table, did_you_mean};
use crate::{failure::Failure, schedule::plan::Timetable};

/// The longest that a run may be spread over.
const MOST_JITTER: SignedDuration = SignedDuration::from_hours(24);
/// The longest after which a run is caught up.
const MOST_CATCH_UP: SignedDuration = SignedDuration::from_hours(24 * 30);

/// A schedule.
#[derive(Clone, Debug)]
pub struct ScheduleTable {
    /// Its name: letters, digits, `-`, `_` and `.`; unique.
    pub name: String,
    /// When.
    pub timetable: Timetable,
    /// What, as `rung scan` takes it.
    pub what: ScanFlags,
}

/// What a schedule scans: the flags of `rung scan`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScanFlags {
    /// Whether the recorded demo account is scanned in place of AWS.
    pub demo: bool,
    /// Regions; none: the one of the environment.
    pub regions: Vec<String>,
    /// A named profile of the AWS configuration.
    pub profile: Option<String>,
    /// Whether the active accounts of the organisation are scanned.
    pub org: bool,
    /// Units of the organisation.
    pub org_units: Vec<String>,
    /// Accounts and units that are left out.
    pub exclude: Vec<String>,
    /// A file with accounts.
    pub accounts: Option<PathBuf>,
    /// The role to assume in each account.
    pub role_name: Option<String>,
    /// The external id of that role.
    pub external_id: Option<String>,
    /// The name of its sessions.
    pub session_name: Option<String>,
    /// Roles to assume before it.
    pub via: Vec<String>,
    /// Whether CloudWatch metrics are left out.
    pub no_metrics: bool,
    /// Whether Performance Insights is asked for digests of queries.
    pub sql_digests: bool,
    /// Requests at most.
    pub max_calls: Option<i64>,
    /// List price at most, in US dollars.
    pub max_cost: Option<f64>,
    /// Whether a scan that could not see something counts as incomplete.
    pub require_complete: bool,
}

impl ScanFlags {
    /// As arguments of `rung scan`.
    pub fn arguments(&self) -> Vec<OsString> {
        let mut all = Vec::<OsString>::new();
        let flags = [
            ("--demo", self.demo),
            ("--org", self.org),
            ("--sql-digests", self.sql_digests),
            ("--require-complete", self.require_complete),
        ];
        all.extend(flags.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag.into()));
        let mut pair = |flag: &str, value: OsString| all.extend([flag.into(), value]);
        self.regions.iter().for_each(|region| pair("--region", region.into()));
        self.profile.iter().for_each(|name| pair("--profile", name.into()));
        self.org_units.iter().for_each(|unit| pair("--org-unit", unit.into()));
        self.exclude.iter().for_each(|one| pair("--exclude", one.into()));
        self.accounts.iter().for_each(|file| pair("--accounts", file.into()));
        self.role_name.iter().for_each(|name| pair("--role-name", name.into()));
        self.external_id.iter().for_each(|id| pair("--external-id", id.into()));
        self.session_name.iter().for_each(|name| pair("--session-name", name.into()));
        self.via.iter().for_each(|role| pair("--via", role.into()));
        self.max_calls.iter().for_each(|most| pair("--max-calls", most.to_string().into()));
        self.max_cost.iter().for_each(|most| pair("--max-cost", most.to_string().into()));
        if self.no_metrics {
            pair("--metrics", "off".into());
        }
        all
    }
}

/// Reads all schedules; paths are seen from `folder`.
pub(super) fn schedules(root: &Table<'_>, folder: &Path) -> Result<Vec<ScheduleTable>, Failure> {
    let mut all = Vec::<ScheduleTable>::new();
    let mut places = Vec::new();
    for table in root.tables("schedule")? {
        let (schedule, span) = schedule(&table, folder)?;
        if let Some(at) = all.iter().position(|other| other.name == schedule.name) {
            let first = places.get(at).map(|span| table.document.place(span)).unwrap_or_default();
            let words = format!("name: {:?} stands at {first} already; each schedule has its own", schedule.name);
            return Err(table.document.error(&span, &words));
        }
        places.push(span);
        all.push(schedule);
    }
    Ok(all)
}

fn schedule(table: &Table<'_>, folder: &Path) -> Result<(ScheduleTable, std::ops::Range<usize>), Failure> {
    let name = table.needed("name")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !name.value.chars().all(plain) || name.value.len() > 64 || name.value.starts_with('-') {
        let words = format!(
            "name: {:?}: expected at most 64 letters, digits, \"-\", \"_\" and \".\", like \"nightly\"",
            name.value
        );
        return Err(table.document.error(&name.span, &words));
    }
    let timetable = timetable(table)?;
    let what = what(table, folder)?;
    table.done()?;
    Ok((ScheduleTable { name: name.value, timetable, what }, name.span))
}

fn timetable(table: &Table<'_>) -> Result<Timetable, Failure> {
    let cron = table.needed("cron")?;
    let (zone_name, zone) = zone(table)?;
    let at_cron = |words: &str| table.document.error(&cron.span, &format!("cron: {words}"));
    let mut timetable = Timetable::new(&cron.value, &zone_name, zone).map_err(|words| at_cron(&words))?;
    if timetable.next(Timestamp::now()).is_none() {
        return Err(at_cron(&format!("{:?} never comes: expected a day that some month has", cron.value)));
    }
    if let Some(jitter) = duration(table, "jitter", MOST_JITTER)? {
        timetable.jitter = jitter;
    }
    if let Some(catch_up) = duration(table, "catch_up", MOST_CATCH_UP)? {
        timetable.catch_up = catch_up;
    }
    Ok(timetable)
}

fn zone(table: &Table<'_>) -> Result<(String, TimeZone), Failure> {
    let Some(named) = table.text("time_zone")? else { return Ok(("UTC".to_owned(), TimeZone::UTC)) };
    match TimeZone::get(&named.value) {
        Ok(zone) => Ok((zone.iana_name().unwrap_or(&named.value).to_owned(), zone)),
        Err(_) => {
            let known: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
            let hint = match known.len() {
                0 | 1 => " This system has no time zone database: install tzdata, or take UTC.".to_owned(),
                _ => did_you_mean(&named.value, known.iter().map(String::as_str)),
            };
            let words = format!(
                "time_zone: no time zone is called {:?}.{hint} Expected a name like \"Europe/Berlin\"",
                named.value
            );
            Err(table.document.error(&named.span, &words))
        }
    }
}

/// A length of time like `10m`, `1h 30m`, `24h`.
fn duration(table: &Table<'_>, key: &'static str, most: SignedDuration) -> Result<Option<SignedDuration>, Failure> {
    let Some(text) = table.text(key)? else { return Ok(None) };
    let read = text.value.parse().ok().filter(|long: &SignedDuration| (SignedDuration::ZERO..=most).contains(long));
    let words = || {
        format!(
            "{key}: {:?}: expected a length of time from \"0s\" to \"{}h\", like \"10m\" or \"1h 30m\"",
            text.value,
            most.as_hours()
        )
    };
    read.map(Some).ok_or_else(|| table.document.error(&text.span, &words()))
}

fn what(table: &Table<'_>, folder: &Path) -> Result<ScanFlags, Failure> {
    let texts = |key| Ok::<_, Failure>(table.texts(key)?.into_iter().map(|text| text.value).collect::<Vec<_>>());
    let flags = ScanFlags {
        demo: table.flag("demo")?,
        regions: table.texts("regions")?.into_iter().map(|text| region(table, text)).collect::<Result<_, _>>()?,
        profile: table.text("profile")?.map(|text| word(table, "profile", text)).transpose()?,
        org: table.flag("org")?,
        org_units: texts("org_units")?,
        exclude: texts("exclude")?,
        accounts: table.text("accounts")?.map(|text| folder.join(text.value)),
        role_name: checked(table, "role_name", aws::role_name)?,
        external_id: checked(table, "external_id", aws::external_id)?,
        session_name: checked(table, "session_name", aws::session_name)?,
        via: table
            .texts("via")?
            .into_iter()
            .map(|text| of(table, "via", text, aws::role_arn))
            .collect::<Result<_, _>>()?,
        no_metrics: table.flag("no_metrics")?,
        sql_digests: table.flag("sql_digests")?,
        max_calls: table.integer("max_calls", 1..1_000_000_000)?,
        max_cost: dollars(table)?,
        require_complete: table.flag("require_complete")?,
    };
    match contradiction(&flags) {
        Some(words) => Err(table.document.error(&table.span, words)),
        None => Ok(flags),
    }
}

/// What `rung scan` would refuse, night after night.
fn contradiction(flags: &ScanFlags) -> Option<&'static str> {
    let several = flags.org || flags.accounts.is_some();
    let role = flags.role_name.is_some()
        || flags.external_id.is_some()
        || flags.session_name.is_some()
        || !flags.via.is_empty();
    let of_org = !flags.org_units.is_empty() || !flags.exclude.is_empty();
    if flags.demo && (several || flags.profile.is_some() || !flags.regions.is_empty()) {
        Some("demo = true stands alone: the recording has its own accounts and regions")
    } else if flags.org && flags.accounts.is_some() {
        Some("org and accounts exclude each other: the organisation's accounts, or those of a file")
    } else if of_org && !flags.org {
        Some("org_units and exclude choose among the accounts of the organisation: they need org = true")
    } else if role && !several {
        Some("role_name, external_id, session_name and via are for several accounts: they need org = true or accounts")
    } else {
        None
    }
}

fn checked(
    table: &Table<'_>,
    key: &'static str,
    read: fn(&str) -> Result<String, String>,
) -> Result<Option<String>, Failure> {
    table.text(key)?.map(|text| of(table, key, text, read)).transpose()
}

fn of(
    table: &Table<'_>,
    key: &str,
    text: Placed<String>,
    read: fn(&str) -> Result<String, String>,
) -> Result<String, Failure> {
    read(&text.value).map_err(|words| table.document.error(&text.span, &format!("{key}: {:?}: {words}", text.value)))
}

/// What may stand behind a flag without being taken for one.
fn word(table: &Table<'_>, key: &str, text: Placed<String>) -> Result<String, Failure> {
    match text.value.starts_with('-') {
        false => Ok(text.value),
        true => Err(table.document.error(&text.span, &format!("{key}: {:?} looks like a flag", text.value))),
    }
}

/// A region as `--region` takes it.
pub(super) fn region(table: &Table<'_>, text: Placed<String>) -> Result<String, Failure> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    match text.value.bytes().all(plain) && !text.value.starts_with('-') {
        true => Ok(text.value),
        false => {
            let words = format!("regions: {:?} is no region like eu-central-1, and not all", text.value);
            Err(table.document.error(&text.span, &words))
        }
    }
}

fn dollars(table: &Table<'_>) -> Result<Option<f64>, Failure> {
    let Some(most) = table.number("max_cost")? else { return Ok(None) };
    match most.value.is_finite() && most.value >= 0.0 {
        true => Ok(Some(most.value)),
        false => Err(table.document.error(&most.span, "max_cost: expected US dollars, like 0.50")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::reading::Document;
    use super::*;

    fn read(text: &str) -> Result<Vec<ScheduleTable>, String> {
        let document = Document::of("rung.toml", text);
        let root = document.root().map_err(|failure| failure.message)?;
        schedules(&root, Path::new("conf")).map_err(|failure| failure.message)
    }

    #[test]
    fn a_schedule_with_all_it_may_say() {
        let all = read(
            "[[schedule]]\nname = \"nightly\"\ncron = \"30 2 * * *\"\n\n[[schedule]]\nname = \"org.weekly\"\ncron = \"0  4 * * SUN\"\n\
             time_zone = \"europe/berlin\"\njitter = \"1h 30m\"\ncatch_up = \"0s\"\nregions = [\"eu-central-1\", \"all\"]\naccounts = \"a.txt\"\n\
             role_name = \"audit\"\nexternal_id = \"team-4711\"\nsession_name = \"rung\"\nvia = \"arn:aws:iam::123456789012:role/hub\"\n\
             profile = \"audit\"\nno_metrics = true\nsql_digests = true\nmax_calls = 5000\nmax_cost = 0.5\nrequire_complete = true\n",
        )
        .unwrap();
        let [nightly, weekly] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!((nightly.name.as_str(), nightly.timetable.zone_name()), ("nightly", "UTC"));
        assert_eq!(nightly.timetable.catch_up, SignedDuration::from_hours(24));
        assert_eq!(nightly.what.arguments(), Vec::<OsString>::new());
        assert_eq!((weekly.timetable.cron(), weekly.timetable.zone_name()), ("0 4 * * SUN", "Europe/Berlin"));
        assert_eq!((weekly.timetable.jitter.as_secs(), weekly.timetable.catch_up.as_secs()), (5400, 0));
        let wanted = "--sql-digests --require-complete --region eu-central-1 --region all --profile audit --accounts conf/a.txt \
                      --role-name audit --external-id team-4711 --session-name rung --via arn:aws:iam::123456789012:role/hub \
                      --max-calls 5000 --max-cost 0.5 --metrics off";
        let said: Vec<_> = weekly.what.arguments().into_iter().map(|word| word.into_string().unwrap()).collect();
        assert_eq!(said.join(" "), wanted);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_what_was_expected() {
        let head = "[[schedule]]\nname = \"a\"\ncron = \"0 2 * * *\"\n";
        for (text, expected) in [
            ("[[schedule]]\ncron = \"0 2 * * *\"\n".to_owned(), "line 1, column 1: name is missing"),
            (
                "[[schedule]]\nname = \"a b\"\n".to_owned(),
                "line 2, column 8: name: \"a b\": expected at most 64 letters",
            ),
            ("[[schedule]]\nname = \"a\"\n".to_owned(), "cron is missing"),
            (
                "[[schedule]]\nname = \"a\"\ncron = \"0 2 * *\"\n".to_owned(),
                "line 3, column 8: cron: \"0 2 * *\": expected five fields",
            ),
            ("[[schedule]]\nname = \"a\"\ncron = \"0 2 31 2 *\"\n".to_owned(), "never comes"),
            (
                format!("{head}time_zone = \"Europe/Berln\"\n"),
                "line 4, column 13: time_zone: no time zone is called \"Europe/Berln\". Did you mean Europe/Berlin?",
            ),
            (
                format!("{head}jitter = \"10 parsecs\"\n"),
                "line 4, column 10: jitter: \"10 parsecs\": expected a length of time",
            ),
            (format!("{head}jitter = \"25h\"\n"), "from \"0s\" to \"24h\""),
            (format!("{head}catch_up = \"-1h\"\n"), "catch_up: \"-1h\": expected"),
            (format!("{head}region = \"eu-west-1\"\n"), "unknown key \"region\". Did you mean regions?"),
            (format!("{head}regions = [\"--org\"]\n"), "is no region like"),
            (format!("{head}profile = \"--org\"\n"), "looks like a flag"),
            (format!("{head}demo = true\norg = true\n"), "demo = true stands alone"),
            (format!("{head}org = true\naccounts = \"x\"\n"), "exclude each other"),
            (format!("{head}exclude = [\"123456789012\"]\n"), "they need org = true"),
            (format!("{head}external_id = \"x1\"\n"), "are for several accounts"),
            (
                format!("{head}org = true\nrole_name = \"a*b\"\n"),
                "line 5, column 13: role_name: \"a*b\": expected the name of a role",
            ),
            (format!("{head}max_cost = -1\n"), "line 4, column 12: max_cost: expected US dollars"),
            (format!("{head}max_calls = 0\n"), "max_calls: 0 is not a whole number from 1"),
            (format!("{head}\n{head}"), "line 6, column 8: name: \"a\" stands at rung.toml:2 already"),
        ] {
            let message = read(&text).map(|_| String::new()).unwrap_or_else(|message| message);
            assert!(message.starts_with("rung.toml, line ") && message.contains(expected), "{text}: {message}");
        }
    }
}
