//! `[retention]`: how long bundles are kept.

use super::reading::Table;
use crate::{failure::Failure, retention::Retention};

/// A hundred years.
const MOST_DAYS: i64 = 36_525;
const MOST_MONTHS: i64 = 1200;
const MOST: i64 = 1_000_000;

/// Reads it; what is not there is the default.
pub(super) fn read(table: &Table<'_>) -> Result<Retention, Failure> {
    let usual = Retention::default();
    let days = table.integer("all_days", 0..MOST_DAYS + 1)?;
    let months = table.integer("months", 0..MOST_MONTHS + 1)?;
    let at_most = table.integer("at_most", 1..MOST + 1)?;
    table.done()?;
    Ok(Retention {
        all_days: days.unwrap_or(usual.all_days),
        months: months.unwrap_or(usual.months),
        at_most: at_most.and_then(|most| usize::try_from(most).ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::reading::Document;

    fn of(text: &str) -> Result<Retention, String> {
        let document = Document::of("rung.toml", text);
        let root = document.root().unwrap();
        let table = root.table("retention").unwrap().unwrap();
        read(&table).map_err(|failure| failure.message)
    }

    #[test]
    fn what_is_not_said_is_the_default_and_what_is_wrong_is_told_with_its_place() {
        assert_eq!(of("[retention]\n"), Ok(Retention { all_days: 90, months: 36, at_most: None }));
        let all = Ok(Retention { all_days: 7, months: 0, at_most: Some(30) });
        assert_eq!(of("[retention]\nall_days = 7\nmonths = 0\nat_most = 30\n"), all);
        let wrong = of("[retention]\nat_most = 0\n").unwrap_err();
        assert!(wrong.starts_with("rung.toml, line 2, column 11: at_most: 0 is not a whole number from 1"), "{wrong}");
        let wrong = of("[retention]\ndays = 7\n").unwrap_err();
        assert!(wrong.contains("line 2") && wrong.contains("all_days"), "{wrong}");
    }
}
