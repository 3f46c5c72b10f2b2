//! A form as it was filled in, with what is wrong at each field. Nothing of it is written while anything is.

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};
use serde::Serialize;

use super::{Visitor, guard::Fields};

/// The longest period, in days: five years, as `rung attest --days`.
pub(super) const LONGEST_DAYS: i64 = 1827;
/// The longest name, in characters.
const NAME: usize = 200;
/// The longest text, in characters.
const TEXT: usize = 4_000;

/// What was filled in, and what is wrong with it.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Form {
    /// By field.
    pub(super) values: BTreeMap<&'static str, String>,
    /// By field; under `all` what concerns no single one.
    pub(super) wrong: BTreeMap<&'static str, String>,
}

impl Form {
    /// The named fields of a form; who is known by name is the owner, whatever the form says.
    pub(super) fn of(fields: &Fields, names: &[&'static str], visitor: &Visitor) -> Self {
        // Browsers send line breaks as two characters.
        let value = |name: &'static str| (name, fields.get(name).replace("\r\n", "\n").trim().to_owned());
        let mut form = Form { values: names.iter().copied().map(value).collect(), wrong: BTreeMap::new() };
        if let Some(who) = &visitor.who {
            form.values.insert("owner", who.clone());
        }
        form
    }

    /// What a field says.
    pub(super) fn get(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// Notes what is wrong with a field.
    pub(super) fn fault(&mut self, name: &'static str, words: impl Into<String>) {
        self.wrong.entry(name).or_insert_with(|| words.into());
    }

    /// Whether anything is wrong.
    pub(super) fn is_wrong(&self) -> bool {
        !self.wrong.is_empty()
    }

    /// A person's name: one line.
    pub(super) fn name(&mut self, field: &'static str) -> String {
        let text = self.get(field).to_owned();
        if text.is_empty() {
            self.fault(field, "Say who.");
        } else if text.chars().count() > NAME || text.chars().any(char::is_control) {
            self.fault(field, format!("A name is one line of at most {NAME} characters."));
        }
        text
    }

    /// Text that says something.
    pub(super) fn text(&mut self, field: &'static str, empty: &str) -> String {
        let text = self.get(field).to_owned();
        if text.is_empty() {
            self.fault(field, empty);
        } else if text.chars().count() > TEXT {
            self.fault(field, format!("At most {TEXT} characters; put the rest where the proof points at."));
        }
        text
    }

    /// A last day, from today on and within five years.
    pub(super) fn last_day(&mut self, field: &'static str, today: Date) -> Date {
        let latest = today.checked_add(LONGEST_DAYS.days()).unwrap_or(Date::MAX);
        let text = self.get(field).to_owned();
        match text.parse::<Date>() {
            Err(_) => self.fault(field, "Expected a day like 2027-02-24."),
            Ok(last) if last < today => self.fault(field, format!("{last} has passed; today is {today}.")),
            Ok(last) if last > latest => {
                self.fault(field, format!("That is more than five years: at the latest {latest}."));
            }
            Ok(last) => return last,
        }
        today
    }

    /// The lines of a field that say something.
    pub(super) fn lines(&self, field: &str) -> Vec<String> {
        self.get(field).lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(values: &[(&'static str, &str)]) -> Form {
        let values = values.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Form { values, wrong: BTreeMap::new() }
    }

    #[test]
    fn a_last_day_lies_ahead_and_within_five_years() {
        let today: Date = "2026-11-25".parse().unwrap();
        let fault = |text: &str| {
            let mut form = filled(&[("expires", text)]);
            form.last_day("expires", today);
            form.wrong.remove("expires")
        };
        for good in ["2026-11-25", "2027-02-25", "2031-11-26"] {
            assert_eq!(fault(good), None, "{good}");
        }
        for (bad, words) in [
            ("2026-11-24", "has passed"),
            ("2031-11-27", "more than five years"),
            ("9999-12-31", "more than five years"),
            ("soon", "like 2027-02-24"),
            ("", "like 2027-02-24"),
            ("2027-02-30", "like 2027-02-24"),
        ] {
            assert!(fault(bad).unwrap().contains(words), "{bad}");
        }
    }

    #[test]
    fn names_are_one_line_and_texts_not_endless() {
        let mut form = filled(&[("owner", "Ada\nEve"), ("reason", ""), ("statement", &"x".repeat(4_001))]);
        form.name("owner");
        form.text("reason", "Say why.");
        form.text("statement", "Say what.");
        assert_eq!(form.wrong.len(), 3, "{:?}", form.wrong);
        assert_eq!(form.wrong["reason"], "Say why.");
    }

    #[test]
    fn whom_the_proxy_names_is_the_owner() {
        let visitor = Visitor { who: Some("ada".to_owned()), csrf: None };
        let fields =
            Fields(vec![("owner".to_owned(), "eve".to_owned()), ("statement".to_owned(), " a\r\nb ".to_owned())]);
        let form = Form::of(&fields, &["owner", "statement"], &visitor);
        assert_eq!((form.get("owner"), form.get("statement")), ("ada", "a\nb"));
    }
}
