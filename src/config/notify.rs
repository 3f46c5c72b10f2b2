//! `[notify]` and `[[notify.to]]`: who is told what after a scan. Secrets are named here and lie elsewhere: in the environment or a file.

use std::{
    collections::BTreeSet,
    fmt,
    path::{Path, PathBuf},
};

use jiff::civil::Weekday;

use super::reading::{Placed, Table, did_you_mean};
use crate::failure::Failure;

/// Days before its end that an attestation or a waiver is told of, unless the file says otherwise.
const DEADLINE_DAYS: i64 = 14;

/// Who is told what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotifyTable {
    /// Days before the end of an attestation or a waiver that it is told.
    pub deadline_days: i32,
    /// The day of the weekly digest; none where nobody wants one.
    pub digest: Option<Weekday>,
    /// Who is told.
    pub to: Vec<Receiver>,
}

impl Default for NotifyTable {
    fn default() -> Self {
        NotifyTable { deadline_days: DEADLINE_DAYS as i32, digest: Some(Weekday::Monday), to: Vec::new() }
    }
}

impl NotifyTable {
    /// The variables of the environment that hold secrets of receivers: a scan need not know them.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let secrets = self.to.iter().flat_map(|receiver| match &receiver.by {
            By::Slack { url, .. } => vec![url],
            By::Webhook { url, secret, .. } => vec![url, secret],
            By::Email(table) => table.sign_in.iter().map(|(_, password)| password).collect(),
            By::Sns { .. } => Vec::new(),
        });
        secrets.filter_map(|secret| match secret {
            SecretAt::Env(name) => Some(name.as_str()),
            SecretAt::File(_) => None,
        })
    }
}

/// One who is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// Its name: what was told is kept under it.
    pub name: String,
    /// What it wants to hear of.
    pub events: BTreeSet<EventKind>,
    /// How it is reached.
    pub by: By,
}

/// A sort of event, by the word that `events = [...]` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A scan failed.
    ScanFailed,
    /// A control's confirmed level fell.
    LevelFell,
    /// A control stands below its target.
    BelowTarget,
    /// A criterion is unmet that was not.
    NewUnmet,
    /// What was seen is not seen any more, or the scan was cut short.
    Incomplete,
    /// An attestation or a waiver ends soon, or has ended.
    Deadline,
    /// A control's confirmed level rose.
    LevelRose,
    /// Once a week: where everything stands.
    Digest,
}

/// How a receiver is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// A webhook that takes Slack's messages.
    Slack {
        /// Its address.
        url: SecretAt,
        /// Whether it may be reached unencrypted.
        insecure: bool,
    },
    /// A webhook that takes our JSON, signed.
    Webhook {
        /// Its address.
        url: SecretAt,
        /// What the signature is made with.
        secret: SecretAt,
        /// Whether it may be reached unencrypted.
        insecure: bool,
    },
    /// E-mail.
    Email(EmailTable),
    /// A topic of SNS.
    Sns {
        /// Its ARN.
        topic: String,
        /// The region in it.
        region: String,
        /// The named profile whose credentials publish; the default chain otherwise.
        profile: Option<String>,
    },
}

/// How e-mail is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailTable {
    /// The server that takes it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: Tls,
    /// The sender.
    pub from: String,
    /// Who gets it.
    pub to: Vec<String>,
    /// Who signs in at the server, and with what; nobody where it asks for nobody.
    pub sign_in: Option<(String, SecretAt)>,
}

/// How a connection to a mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// From the second word on; a server that cannot is not used.
    Starttls,
    /// From the first byte.
    Tls,
    /// Not at all.
    None,
}

/// Where a secret lies. It is read when it is needed, and never shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretAt {
    /// In a variable of the environment.
    Env(String),
    /// In a file; a line break at its end is no part of it.
    File(PathBuf),
}

impl fmt::Display for SecretAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretAt::Env(name) => write!(f, "the variable {name}"),
            SecretAt::File(path) => write!(f, "the file {}", path.display()),
        }
    }
}

impl EventKind {
    /// All of them, in the order in which a message tells them.
    pub const ALL: [EventKind; 8] = [
        EventKind::ScanFailed,
        EventKind::LevelFell,
        EventKind::BelowTarget,
        EventKind::NewUnmet,
        EventKind::Incomplete,
        EventKind::Deadline,
        EventKind::LevelRose,
        EventKind::Digest,
    ];

    /// The word for it in `rung.toml` and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            EventKind::ScanFailed => "scan_failed",
            EventKind::LevelFell => "level_fell",
            EventKind::BelowTarget => "below_target",
            EventKind::NewUnmet => "new_unmet",
            EventKind::Incomplete => "incomplete",
            EventKind::Deadline => "deadline",
            EventKind::LevelRose => "level_rose",
            EventKind::Digest => "digest",
        }
    }
}

/// `[notify]`.
pub(super) fn read(table: &Table<'_>) -> Result<NotifyTable, Failure> {
    let deadline_days = table.integer("deadline_days", 0..366)?.unwrap_or(DEADLINE_DAYS) as i32;
    let digest = table.text("digest")?.map_or(Ok(Some(Weekday::Monday)), |text| weekday(table, &text))?;
    let to = table.tables("to")?.iter().map(receiver).collect::<Result<Vec<_>, _>>()?;
    table.done()?;
    for (at, one) in to.iter().enumerate() {
        if to.iter().take(at).any(|other| other.name == one.name) {
            let words = format!("two receivers are called {:?}: each needs a name of its own", one.name);
            return Err(table.document.error(&table.span, &words));
        }
    }
    Ok(NotifyTable { deadline_days, digest, to })
}

fn weekday(table: &Table<'_>, text: &Placed<String>) -> Result<Option<Weekday>, Failure> {
    use Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
    let days = [
        ("monday", Monday),
        ("tuesday", Tuesday),
        ("wednesday", Wednesday),
        ("thursday", Thursday),
        ("friday", Friday),
        ("saturday", Saturday),
        ("sunday", Sunday),
    ];
    let wanted = text.value.to_lowercase();
    let found = days.iter().find(|(name, _)| *name == wanted);
    match (wanted.as_str(), found) {
        ("never", _) => Ok(None),
        (_, Some((_, day))) => Ok(Some(*day)),
        _ => {
            let words =
                format!("digest: {:?} is neither a day of the week, like \"monday\", nor \"never\"", text.value);
            Err(table.document.error(&text.span, &words))
        }
    }
}

fn receiver(table: &Table<'_>) -> Result<Receiver, Failure> {
    let name = table.needed("name")?;
    if name.value.len() > 64 || name.value.chars().any(char::is_control) {
        return Err(table.document.error(&name.span, "name: expected one line of at most 64 characters"));
    }
    let kind = table.needed("kind")?;
    let by = match kind.value.as_str() {
        "slack" => By::Slack { url: secret(table, "url", "url_env", "url_file")?, insecure: table.flag("insecure")? },
        "webhook" => By::Webhook {
            url: secret(table, "url", "url_env", "url_file")?,
            secret: secret(table, "secret", "secret_env", "secret_file")?,
            insecure: table.flag("insecure")?,
        },
        "email" => By::Email(email(table)?),
        "sns" => sns(table)?,
        other => {
            let words = format!("kind: {other:?} is none of slack, webhook, email, sns");
            return Err(table.document.error(&kind.span, &words));
        }
    };
    let events = events(table)?;
    table.done()?;
    Ok(Receiver { name: name.value, events, by })
}

fn events(table: &Table<'_>) -> Result<BTreeSet<EventKind>, Failure> {
    let named = table.texts("events")?;
    let one = |text: Placed<String>| {
        EventKind::ALL.into_iter().find(|kind| kind.word() == text.value).ok_or_else(|| {
            let words = EventKind::ALL.map(EventKind::word);
            let hint = did_you_mean(&text.value, words.iter().copied());
            let told = format!("events: no event is called {:?}.{hint} Events are {}", text.value, words.join(", "));
            table.document.error(&text.span, &told)
        })
    };
    match named.is_empty() {
        true => Ok(EventKind::ALL.into()),
        false => named.into_iter().map(one).collect(),
    }
}

/// The place of a secret: one of two keys. The secret itself under its own key is refused: the file is in somebody's repository.
fn secret(table: &Table<'_>, plain: &'static str, env: &'static str, file: &'static str) -> Result<SecretAt, Failure> {
    if let Some(text) = table.text(plain)? {
        let words =
            format!("{plain}: it is a secret and does not belong into this file; name its place with {env} or {file}");
        return Err(table.document.error(&text.span, &words));
    }
    match (table.text(env)?, table.text(file)?) {
        (Some(name), None) => Ok(SecretAt::Env(name.value)),
        (None, Some(path)) => Ok(SecretAt::File(beside(&table.document.path, &path.value))),
        (None, None) => Err(table.lacks(&format!("{env} or {file}"))),
        (Some(_), Some(path)) => Err(table.document.error(&path.span, &format!("{env} and {file}: name one of them"))),
    }
}

/// Paths are as seen from the file that names them.
fn beside(document: &Path, path: &str) -> PathBuf {
    document.parent().unwrap_or(Path::new("")).join(path)
}

fn email(table: &Table<'_>) -> Result<EmailTable, Failure> {
    let host = table.needed("host")?;
    let tls = table.text("tls")?;
    let insecure = table.flag("insecure")?;
    let tls = match tls.as_ref().map(|text| text.value.as_str()) {
        None | Some("starttls") => Tls::Starttls,
        Some("tls") => Tls::Tls,
        Some("none") if insecure || is_here(&host.value) => Tls::None,
        Some("none") => {
            let words = "tls = \"none\": findings would go unencrypted over the network; use \"starttls\" or \"tls\", \
                         or say insecure = true";
            return Err(table.document.error(&host.span, words));
        }
        Some(other) => {
            let span = tls.as_ref().map_or(table.span.clone(), |text| text.span.clone());
            return Err(table.document.error(&span, &format!("tls: {other:?} is none of starttls, tls, none")));
        }
    };
    let usual = if tls == Tls::Tls { 465 } else { 587 };
    let port = table.integer("port", 1..65536)?.and_then(|port| u16::try_from(port).ok()).unwrap_or(usual);
    let (from, to) = (address(table, table.needed("from")?)?, table.texts("to")?);
    if to.is_empty() {
        return Err(table.lacks("to"));
    }
    let to = to.into_iter().map(|text| address(table, text)).collect::<Result<_, _>>()?;
    let sign_in = match table.text("user")? {
        Some(user) => Some((user.value, secret(table, "password", "password_env", "password_file")?)),
        None => None,
    };
    Ok(EmailTable { host: host.value, port, tls, from, to, sign_in })
}

fn address(table: &Table<'_>, text: Placed<String>) -> Result<String, Failure> {
    match text.value.parse::<lettre::message::Mailbox>() {
        Ok(_) => Ok(text.value),
        Err(error) => {
            let words = format!("{:?} is no address like \"Ada <ada@example.org>\": {error}", text.value);
            Err(table.document.error(&text.span, &words))
        }
    }
}

/// Whether a host is this machine.
pub(crate) fn is_here(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn sns(table: &Table<'_>) -> Result<By, Failure> {
    let topic = table.needed("topic")?;
    let parts: Vec<&str> = topic.value.split(':').collect();
    match parts.as_slice() {
        ["arn", partition, "sns", region, account, name]
            if partition.starts_with("aws") && !region.is_empty() && account.len() == 12 && !name.is_empty() =>
        {
            let region = (*region).to_owned();
            let profile = table.text("profile")?.map(|text| text.value);
            Ok(By::Sns { topic: topic.value, region, profile })
        }
        _ => {
            let words = format!("topic: {:?} is no ARN like arn:aws:sns:eu-central-1:123456789012:rung", topic.value);
            Err(table.document.error(&topic.span, &words))
        }
    }
}

#[cfg(test)]
#[path = "notify_tests.rs"]
mod tests;
