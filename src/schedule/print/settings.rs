//! `rung.toml` of a schedule: the one that is given with the schedule in it, or a new one.

use std::{
    fs,
    path::{Path, PathBuf},
};

use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};

use super::{calendar, check};
use crate::{
    config::{Config, Flags, accounts},
    failure::Failure,
    plain::plain,
};

const TABLE: &str = "schedule";
/// Every night at two, where nothing else is asked for.
const NIGHTLY: &str = "0 2 * * *";
/// The name of the file of accounts, beside `rung.toml`.
const ACCOUNTS: &str = "accounts.txt";

/// What is asked of a schedule.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// Its name.
    pub(crate) name: String,
    /// The cron expression.
    pub(crate) cron: Option<String>,
    /// The time zone.
    pub(crate) time_zone: Option<String>,
    /// Regions to scan; none is the one that it runs in.
    pub(crate) regions: Vec<String>,
    /// The whole organisation.
    pub(crate) org: bool,
    /// The accounts of a file.
    pub(crate) accounts: Option<PathBuf>,
    /// The role in each account.
    pub(crate) role_name: Option<String>,
    /// The external id of that role.
    pub(crate) external_id: Option<String>,
    /// The configuration to put the schedule into.
    pub(crate) config: Option<PathBuf>,
    /// Minutes of jitter that the scheduler itself adds; none where what starts it does.
    pub(crate) jitter: Option<u16>,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settled {
    /// The schedule's name.
    pub(crate) name: String,
    /// Its cron expression, fields with one space between them.
    pub(crate) cron: String,
    /// Its time zone.
    pub(crate) time_zone: String,
    /// Whether the organisation is asked.
    pub(crate) org: bool,
    /// Whether Performance Insights is asked for digests of queries.
    pub(crate) sql_digests: bool,
    /// The role that is entered, where members' accounts are scanned.
    pub(crate) enters: Option<Enters>,
    /// The register in S3, where there is one.
    pub(crate) register: Option<String>,
    /// `rung.toml`.
    pub(crate) text: String,
    /// The file of accounts: its name and what stands in it.
    pub(crate) accounts: Option<(String, String)>,
}

/// A role that is entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Enters {
    /// That of each member, by its name; none is the usual one.
    Members(Option<String>),
    /// One before it, by its ARN.
    First(String),
}

impl Settled {
    /// The name as CloudFormation's logical ids take it.
    pub(crate) fn title(&self) -> String {
        let part = |part: &str| {
            let mut letters = part.chars();
            letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
        };
        self.name.split('-').map(part).collect()
    }
}

/// Reads what is given, and puts the schedule into it.
pub(crate) fn settle(asked: &Asked) -> Result<Settled, Failure> {
    let (document, register) = match &asked.config {
        None => (DocumentMut::new(), None),
        Some(path) => given(path)?,
    };
    of(asked, document, register)
}

fn of(asked: &Asked, mut document: DocumentMut, register: Option<String>) -> Result<Settled, Failure> {
    let there = find(&document, &asked.name);
    if there.is_some() && asked.is_more_than_a_name() {
        return Err(Failure::usage(format!(
            "{} has a schedule \"{}\" already, which is what is printed: leave out the flags that say what and when, or choose \
             another --name",
            shown(asked),
            asked.name
        )));
    }
    let table = there.unwrap_or_else(|| table(asked));
    let text_at = |key: &str| table.get(key).and_then(Item::as_str).map(str::to_owned);
    let is = |key: &str| table.get(key).and_then(Item::as_bool).unwrap_or(false);
    let cron = text_at("cron").unwrap_or_else(|| NIGHTLY.to_owned());
    calendar::read(&cron)?;
    let time_zone = text_at("time_zone").unwrap_or_else(|| "UTC".to_owned());
    let time_zone = check::time_zone(&time_zone).map_err(|words| Failure::usage(format!("time_zone: {words}")))?;
    let settled = Settled {
        name: asked.name.clone(),
        cron: cron.split_whitespace().collect::<Vec<_>>().join(" "),
        time_zone,
        org: is("org"),
        sql_digests: is("sql_digests"),
        enters: (is("org") || table.contains_key("accounts")).then(|| enters(&table)),
        register,
        text: String::new(),
        accounts: accounts_of(asked, text_at("accounts"))?,
    };
    if find(&document, &asked.name).is_none() {
        add(&mut document, table)?;
    }
    let head = format!("# Configuration of rung, with the schedule \"{}\".\n", asked.name);
    let text = format!("{head}{}\n", document.to_string().trim_end()).replace("\r\n", "\n");
    Ok(Settled { text, ..settled })
}

fn enters(table: &Table) -> Enters {
    let first = table.get("via").and_then(Item::as_array).and_then(|roles| roles.get(0)?.as_str());
    let name = table.get("role_name").and_then(Item::as_str);
    first.map_or_else(|| Enters::Members(name.map(str::to_owned)), |role| Enters::First(role.to_owned()))
}

/// The file of accounts, from the flag or as the configuration names it: beside itself.
fn accounts_of(asked: &Asked, named: Option<String>) -> Result<Option<(String, String)>, Failure> {
    let Some(name) = named else { return Ok(None) };
    let beside = asked.config.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).join(&name);
    let path = asked.accounts.clone().unwrap_or(beside);
    let name = check::file_name(&name)
        .map_err(|words| Failure::usage(format!("accounts = {name:?} of {}: {words}", shown(asked))))?;
    accounts::read(&path)?;
    Ok(Some((name, text_of(&path)?)))
}

impl Asked {
    fn is_more_than_a_name(&self) -> bool {
        let several = self.org || self.accounts.is_some() || self.role_name.is_some() || self.external_id.is_some();
        several || self.cron.is_some() || self.time_zone.is_some() || !self.regions.is_empty()
    }
}

fn shown(asked: &Asked) -> String {
    asked.config.as_ref().map(|path| plain(&path.display().to_string())).unwrap_or_default()
}

/// A text that every language can hold.
fn text_of(path: &Path) -> Result<String, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?.replace("\r\n", "\n");
    let odd = |c: char| (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    match text.trim_start_matches('\u{feff}').chars().position(odd) {
        None => Ok(text.trim_start_matches('\u{feff}').to_owned()),
        Some(at) => {
            let line = 1 + text.chars().take(at).filter(|c| *c == '\n').count();
            let words = "a control character or line separator, which cannot stand in what is printed: take it away";
            Err(Failure::usage(format!("{}, line {line}: {words}", path.display())))
        }
    }
}

/// The configuration that is named, checked as a scan would; and its register, where that is in S3.
fn given(path: &Path) -> Result<(DocumentMut, Option<String>), Failure> {
    let config = Config::load(&Flags { config: Some(path.to_owned()), ..Flags::default() })?;
    let document = text_of(path)?
        .parse()
        .map_err(|error| Failure::usage(format!("{}: {}", path.display(), plain(&format!("{error}")))))?;
    Ok((document, config.register.filter(|place| place.starts_with("s3://"))))
}

fn find(document: &DocumentMut, name: &str) -> Option<Table> {
    let tables = document.get(TABLE).and_then(Item::as_array_of_tables)?;
    tables.iter().find(|table| table.get("name").and_then(Item::as_str) == Some(name)).cloned()
}

fn add(document: &mut DocumentMut, table: Table) -> Result<(), Failure> {
    let item = document.entry(TABLE).or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let tables = item.as_array_of_tables_mut();
    tables.ok_or_else(|| Failure::usage("schedule is no list of tables: write [[schedule]] for each"))?.push(table);
    Ok(())
}

fn table(asked: &Asked) -> Table {
    let mut table = Table::new();
    table.insert("name", value(&asked.name));
    let cron = asked.cron.as_deref().unwrap_or(NIGHTLY).split_whitespace().collect::<Vec<_>>().join(" ");
    table.insert("cron", value(cron));
    table.insert("time_zone", value(asked.time_zone.as_deref().unwrap_or("UTC")));
    if let Some(minutes) = asked.jitter {
        table.insert("jitter", value(format!("{minutes}m")));
    }
    if !asked.regions.is_empty() {
        table.insert("regions", value(asked.regions.iter().collect::<Array>()));
    }
    if asked.org {
        table.insert("org", value(true));
    }
    if asked.accounts.is_some() {
        table.insert("accounts", value(ACCOUNTS));
    }
    for (key, text) in [("role_name", &asked.role_name), ("external_id", &asked.external_id)] {
        if let Some(text) = text {
            table.insert(key, value(text));
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Asked {
        Asked { name: "nightly".to_owned(), config: Some("team/rung.toml".into()), ..Asked::default() }
    }

    fn settled(text: &str, asked: &Asked) -> Result<Settled, Failure> {
        of(asked, text.parse().unwrap(), None)
    }

    #[test]
    fn a_schedule_is_added_to_what_is_there() {
        let text = "# ours\r\n[targets]\n\"090\" = 4 # high\n\n[[schedule]]\nname = \"weekly\"\ncron = \"0 3 * * 1\"\n";
        let asked = Asked {
            cron: Some("30  1 * * *".to_owned()),
            regions: vec!["all".to_owned()],
            external_id: Some("a\"b".to_owned()),
            org: true,
            jitter: Some(7),
            ..asked()
        };
        let settled = settled(text, &asked).unwrap();
        assert_eq!(settled.enters, Some(Enters::Members(None)));
        assert!(settled.text.contains("\"090\" = 4 # high\n") && !settled.text.contains('\r'), "{}", settled.text);
        let read: toml::Table = settled.text.parse().unwrap();
        let schedules = read["schedule"].as_array().unwrap();
        assert_eq!(schedules[0]["name"].as_str(), Some("weekly"));
        assert_eq!(schedules[1]["cron"].as_str(), Some("30 1 * * *"));
        assert_eq!(schedules[1]["jitter"].as_str(), Some("7m"));
        assert_eq!(schedules[1]["external_id"].as_str(), Some("a\"b"));
        assert_eq!(schedules[1]["org"].as_bool(), Some(true));
    }

    #[test]
    fn a_schedule_of_that_name_is_taken_as_it_stands() {
        let text = "[[schedule]]\nname = \"nightly\"\ncron = \"0 4 * * 1\"\ntime_zone = \"Asia/Tokyo\"\norg = true\n\
                    via = [\"arn:aws:iam::123456789012:role/hub\"]\nsql_digests = true\n";
        let there = settled(text, &asked()).unwrap();
        assert_eq!((there.cron.as_str(), there.time_zone.as_str()), ("0 4 * * 1", "Asia/Tokyo"));
        assert_eq!(there.enters, Some(Enters::First("arn:aws:iam::123456789012:role/hub".to_owned())));
        assert!(there.org && there.sql_digests && there.text.matches("[[schedule]]").count() == 1);
        let twice = settled(text, &Asked { cron: Some("0 2 * * *".to_owned()), ..asked() }).unwrap_err();
        assert!(twice.message.contains("has a schedule \"nightly\" already"), "{}", twice.message);
        let zone = settled("[[schedule]]\nname = \"nightly\"\ntime_zone = \"a\\nb\"", &asked()).unwrap_err();
        assert!(zone.message.contains("time_zone: expected a time zone"), "{}", zone.message);
        let file = "[[schedule]]\nname = \"nightly\"\naccounts = \"../x\"";
        assert!(settled(file, &asked()).unwrap_err().message.contains("without folders"));
    }

    #[test]
    fn what_no_language_can_hold_is_refused_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rung.toml");
        fs::write(&path, "# ours\n# odd \u{2028}\n").unwrap();
        assert!(text_of(&path).unwrap_err().message.contains("rung.toml, line 2: a control character"));
    }

    #[test]
    fn a_title_is_letters_and_digits() {
        assert_eq!(Settled { name: "nightly-2-eu".to_owned(), ..Settled::default() }.title(), "Nightly2Eu");
    }
}
