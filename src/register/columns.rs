//! The register's columns and the names people give them.

use super::{Entry, Wrong, date, dates};

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// Unique id.
    Id,
    /// What is wrong.
    Description,
    /// What it costs the business.
    Impact,
    /// What it affects.
    Services,
    /// Who owns it.
    Owner,
    /// How urgent it is.
    Priority,
    /// When it is to be gone.
    Target,
    /// Open, closed or the team's own word.
    Status,
    /// When it was written.
    Opened,
    /// When it was last changed.
    Updated,
    /// When it was closed.
    Closed,
    /// When it was reviewed.
    Reviewed,
}

use Column::*;

impl Column {
    /// All, in the order of a new register.
    pub const ALL: [Column; 12] =
        [Id, Description, Impact, Services, Owner, Priority, Target, Status, Opened, Updated, Closed, Reviewed];

    /// Without these it is no register.
    pub const REQUIRED: [Column; 7] = [Id, Description, Impact, Services, Owner, Priority, Target];

    /// Its names, the first one ours. Upper and lower case, spaces, `_` and `-` make no difference.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Id => &["id", "key", "debt id"],
            Description => &["description", "title", "summary", "problem"],
            Impact => &["impact", "business impact"],
            Services => &["affected services", "services", "affected service", "service", "components"],
            Owner => &["owner", "responsible", "assignee"],
            Priority => &["priority", "prio"],
            Target => &["target date", "target", "due", "due date"],
            Status => &["status", "state"],
            Opened => &["opened", "opened on", "created", "created on", "added"],
            Updated => &["updated", "updated on", "changed", "last change", "last updated"],
            Closed => &["closed", "closed on", "resolved on", "completed on"],
            Reviewed => &["reviewed", "reviews", "reviewed on", "last review", "review history"],
        }
    }

    /// Its name in a register that we begin.
    pub fn name(self) -> &'static str {
        self.names().first().copied().unwrap_or_default()
    }

    /// The column of a header cell.
    pub fn of(header: &str) -> Option<Column> {
        let plain =
            |text: &str| text.to_lowercase().replace(['_', '-'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
        let wanted = plain(header);
        Column::ALL.into_iter().find(|column| column.names().iter().any(|name| plain(name) == wanted))
    }

    pub(super) fn put(self, entry: &mut Entry, text: &str, line: usize, name: &str) -> Result<(), Wrong> {
        let own = || text.to_owned();
        match self {
            Id => entry.id = own(),
            Description => entry.description = own(),
            Impact => entry.impact = own(),
            Services => entry.services = own(),
            Owner => entry.owner = own(),
            Priority => entry.priority = own(),
            Status => entry.status = own(),
            Target => entry.target = date(text, line, name)?,
            Opened => entry.opened = date(text, line, name)?,
            Updated => entry.updated = date(text, line, name)?,
            Closed => entry.closed = date(text, line, name)?,
            Reviewed => entry.reviewed = dates(text, line, name)?,
        }
        Ok(())
    }

    pub(super) fn get(self, entry: &Entry) -> String {
        let day = |date: Option<jiff::civil::Date>| date.map(|date| date.to_string()).unwrap_or_default();
        match self {
            Id => entry.id.clone(),
            Description => entry.description.clone(),
            Impact => entry.impact.clone(),
            Services => entry.services.clone(),
            Owner => entry.owner.clone(),
            Priority => entry.priority.clone(),
            Status => entry.status.clone(),
            Target => day(entry.target),
            Opened => day(entry.opened),
            Updated => day(entry.updated),
            Closed => day(entry.closed),
            Reviewed => entry.reviewed.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        }
    }
}

/// The columns of a header; fails when a required one is missing or one stands twice.
pub(super) fn header(cells: Vec<String>, line: usize) -> Result<Vec<(Option<Column>, String)>, Wrong> {
    let header: Vec<_> = cells.into_iter().map(|cell| (Column::of(&cell), cell.trim().to_owned())).collect();
    for (at, (column, name)) in header.iter().enumerate() {
        if column.is_some() && header.iter().take(at).any(|(other, _)| other == column) {
            return Err(Wrong::at(line, Some(name), "this column stands twice"));
        }
    }
    let has = |column: &Column| header.iter().any(|(own, _)| own.as_ref() == Some(column));
    let missing: Vec<_> = Column::REQUIRED.iter().filter(|column| !has(column)).map(|column| column.name()).collect();
    if missing.is_empty() {
        return Ok(header);
    }
    let found: Vec<_> = header.iter().map(|(_, name)| name.as_str()).collect();
    let words = format!("columns are missing: {}. Found: {}", missing.join(", "), found.join(", "));
    Err(Wrong::at(line, None, words))
}
