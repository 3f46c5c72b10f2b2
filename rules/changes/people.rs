//! What people attest and accept otherwise: added, withdrawn, changed, or ended because its day passed.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{ChangeCause, Setting, SettingChange, Side};
use crate::model::{Attestation, Control, Standing, Waiver};

/// An attestation or a waiver that is not what it was.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) what: Setting,
    /// Whether only its day passed; nobody changed it.
    pub(super) by_date: bool,
    control: Option<Control>,
    criterion: Option<String>,
    name: String,
    before: Option<Value>,
    after: Option<Value>,
    /// What happened, as a clause.
    pub(super) words: String,
}

impl Said {
    /// Everything that is said otherwise.
    pub(super) fn all(before: &Side, after: &Side) -> Vec<Said> {
        let days = (before.today(), after.today());
        let attested = pairs(&before.settings.attestations, &after.settings.attestations, same_attestation);
        let waived = pairs(&before.settings.waivers, &after.settings.waivers, same_waiver);
        let attested = attested.into_iter().filter_map(|(old, new)| Said::of_attestation(old, new, days));
        let waived = waived.into_iter().filter_map(|(old, new)| Said::of_waiver(old, new, days));
        attested.chain(waived).collect()
    }

    /// Whether it speaks of a criterion.
    pub(super) fn speaks_of(&self, control: Control, criterion: &str) -> bool {
        match (&self.criterion, self.control) {
            (Some(own), _) => own == criterion,
            (None, Some(own)) => own == control,
            (None, None) => true,
        }
    }

    /// Which step brings it.
    pub(super) fn is_of(&self, cause: ChangeCause) -> bool {
        match cause {
            ChangeCause::Time => self.by_date,
            ChangeCause::Attestation => !self.by_date && self.what == Setting::Attestation,
            ChangeCause::Waiver => !self.by_date && self.what == Setting::Waiver,
            _ => false,
        }
    }

    /// Among the settings that changed.
    pub(super) fn setting(&self) -> SettingChange {
        SettingChange {
            what: self.what,
            name: self.name.clone(),
            before: self.before.clone(),
            after: self.after.clone(),
            why: super::phrases::sentence(&self.words),
        }
    }

    fn of_attestation(old: Option<&Attestation>, new: Option<&Attestation>, days: (Date, Date)) -> Option<Said> {
        let one = new.or(old)?;
        let counted = old.is_some_and(|old| old.standing(days.0).counts());
        let counts = new.is_some_and(|new| new.standing(days.1).counts());
        let unchanged = old.zip(new).is_some_and(|(old, new)| told(old) == told(new));
        if unchanged && counted == counts {
            return None;
        }
        let until = format!("until {}", one.expires);
        let who = format!("attestation of {}", one.owner);
        let words = match (old, new) {
            (None, _) if counts => format!("{} attests it ({until})", one.owner),
            (_, None) => format!("the {who} ({until}) was withdrawn"),
            (_, Some(new)) if !counts => match new.standing(days.1) {
                Standing::Expired => format!("the {who} ended on {}", new.expires),
                standing => format!("the {who} {}", standing.words()),
            },
            _ if unchanged => format!("the {who} had not ended yet ({until})"),
            _ if !counted => format!("the {who} was renewed {until}"),
            _ => format!("the {who} was changed ({until})"),
        };
        let value = |one: &Attestation| json!(format!("{}, until {}", one.owner, one.expires));
        Some(Said {
            what: Setting::Attestation,
            by_date: unchanged,
            control: None,
            criterion: Some(one.criterion.clone()),
            name: one.criterion.clone(),
            before: old.map(value),
            after: new.map(value),
            words,
        })
    }

    fn of_waiver(old: Option<&Waiver>, new: Option<&Waiver>, days: (Date, Date)) -> Option<Said> {
        let one = new.or(old)?;
        let counted = old.is_some_and(|old| !old.is_expired(days.0));
        let counts = new.is_some_and(|new| !new.is_expired(days.1));
        let unchanged = old.zip(new).is_some_and(|(old, new)| accepted(old) == accepted(new));
        if unchanged && counted == counts {
            return None;
        }
        let until = one.expires.map_or("without end".to_owned(), |day| format!("until {day}"));
        let owner = one.owner.as_deref().map(|owner| format!(" of {owner}")).unwrap_or_default();
        let subject = one.subject.as_ref().map(|subject| format!(" for {}", subject.0)).unwrap_or_default();
        let who = format!("the waiver{owner}{subject}");
        let words = match (old, new) {
            (None, _) if counts => format!("{who} was added ({until})"),
            (_, None) => format!("{who} ({until}) was withdrawn"),
            (_, Some(new)) if !counts => {
                format!("{who} ended on {}", new.expires.map(|day| day.to_string()).unwrap_or_default())
            }
            _ if unchanged => format!("{who} had not ended yet ({until})"),
            _ if !counted => format!("{who} was renewed {until}"),
            _ => format!("{who} was changed ({until})"),
        };
        let value = |one: &Waiver| {
            let end = one.expires.map_or("without end".to_owned(), |day| format!("until {day}"));
            json!(format!("{}, {end}: {}", one.owner.as_deref().unwrap_or("nobody named"), one.reason))
        };
        let rule = one.criterion.clone().or(one.control.map(Control::id));
        let name = rule.or_else(|| one.subject.as_ref().map(|subject| subject.0.clone())).unwrap_or_default();
        Some(Said {
            what: Setting::Waiver,
            by_date: unchanged,
            control: one.control,
            criterion: one.criterion.clone(),
            name,
            before: old.map(value),
            after: new.map(value),
            words,
        })
    }
}

/// What is said, wherever in the file it stands.
fn told(one: &Attestation) -> Attestation {
    Attestation { place: String::new(), ..one.clone() }
}

fn accepted(one: &Waiver) -> Waiver {
    Waiver { place: String::new(), ..one.clone() }
}

fn same_attestation(old: &Attestation, new: &Attestation) -> bool {
    (&old.criterion, &old.accounts, &old.tags) == (&new.criterion, &new.accounts, &new.tags)
}

fn same_waiver(old: &Waiver, new: &Waiver) -> bool {
    (old.control, &old.criterion, &old.subject) == (new.control, &new.criterion, &new.subject)
}

/// What belongs together, each once; the rest alone.
fn pairs<'a, T>(old: &'a [T], new: &'a [T], same: fn(&T, &T) -> bool) -> Vec<(Option<&'a T>, Option<&'a T>)> {
    let mut left: Vec<&T> = new.iter().collect();
    let mut pairs = Vec::new();
    for one in old {
        let other = left.iter().position(|other| same(one, other)).map(|at| left.remove(at));
        pairs.push((Some(one), other));
    }
    pairs.extend(left.into_iter().map(|other| (None, Some(other))));
    pairs
}
