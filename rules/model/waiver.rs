//! Accepted exceptions: dated, expiring, for a subject, a criterion or a control.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Control, Criterion, Pattern, Subject};

/// An accepted exception. It changes no finding; levels are shown with and without it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waiver {
    /// Where it is written: file and line.
    pub place: String,
    /// The control it excepts; none with a criterion, or for a subject under every control.
    #[serde(default)]
    pub control: Option<Control>,
    /// The criterion it excepts, by full id.
    #[serde(default)]
    pub criterion: Option<String>,
    /// ARN or name of the subjects it excepts, with `*` for any characters; none: the criterion as a whole.
    #[serde(default)]
    pub subject: Option<Pattern>,
    /// Why it is accepted.
    pub reason: String,
    /// Who accepted it; files of other tools may name nobody.
    #[serde(default)]
    pub owner: Option<String>,
    /// The last day on which it counts; files of other tools may have none.
    #[serde(default)]
    pub expires: Option<Date>,
}

impl Waiver {
    /// Whether it has ended.
    pub fn is_expired(&self, today: Date) -> bool {
        self.expires.is_some_and(|last| last < today)
    }

    /// Whether it speaks of a criterion.
    pub(crate) fn speaks_of(&self, control: Control, criterion: &Criterion) -> bool {
        match (&self.control, &self.criterion) {
            (_, Some(id)) => *id == criterion.full_id(control),
            (Some(own), None) => *own == control,
            (None, None) => self.subject.is_some(),
        }
    }

    /// Whether it excepts a subject; one without a subject excepts the criterion, which is more.
    pub(crate) fn excepts(&self, subject: &Subject) -> bool {
        let Some(pattern) = &self.subject else { return true };
        pattern.matches(&subject.arn) || subject.name.as_deref().is_some_and(|name| pattern.matches(name))
    }
}
