//! The levels of an account, or of an organisation, scan by scan: read from the store, kept in each bundle (`history.json`), so that a
//! report shows the same offline. Only levels: what lies behind them is in the bundles, as long as those are kept.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rung_rules::model::{Assessment, Control, Level, Scan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store::{Store, StoreError, TrendPoint, series};

/// The version of this format.
pub const SCHEMA: &str = "rung/history/v1";

/// The most scans that a bundle's history has, its own included: more than a year of nights.
pub const MOST_NIGHTS: usize = 400;

/// Levels over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct History {
    /// Always `rung/history/v1`.
    pub schema: String,
    /// Of what: an account's id, or an organisation by the account that scans it.
    pub series: String,
    /// The controls, in the order of each night's levels.
    pub controls: Vec<Control>,
    /// The scans, oldest first.
    pub nights: Vec<Night>,
    /// Older scans that are stored and not listed.
    #[serde(default)]
    pub left_out: u64,
}

/// A scan and its levels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Night {
    /// The scan's id.
    pub scan: String,
    /// When it began.
    pub started_at: Timestamp,
    /// False when it was interrupted: what it did not read is unknown.
    pub complete: bool,
    /// The pillar's confirmed level; absent where nothing applies.
    pub pillar: Option<Level>,
    /// The same with unknown counted as met.
    pub pillar_possible: Option<Level>,
    /// Confirmed level of each control; absent where it does not apply.
    pub confirmed: Vec<Option<Level>>,
    /// Possible level of each control: unknown counted as met.
    pub possible: Vec<Option<Level>>,
    /// What could not be seen.
    pub gaps: u64,
}

impl Night {
    /// A scan that was assessed just now.
    pub fn of<F>(assessment: &Assessment<F>) -> Self {
        let report = |control: Control| assessment.controls.iter().find(|report| report.id == control);
        Night {
            scan: assessment.scan.id.clone(),
            started_at: assessment.scan.started_at,
            complete: assessment.scan.complete,
            pillar: assessment.pillar.level,
            pillar_possible: assessment.pillar.possible,
            confirmed: Control::all().map(|control| report(control).and_then(|report| report.confirmed)).collect(),
            possible: Control::all().map(|control| report(control).and_then(|report| report.possible)).collect(),
            gaps: assessment.summary.gaps,
        }
    }

    /// The day on which it began, in UTC as everywhere.
    pub fn day(&self) -> Date {
        self.started_at.to_zoned(TimeZone::UTC).date()
    }

    /// Confirmed and possible level of a control, or of the pillar.
    pub fn levels(&self, line: Line) -> Option<(Level, Level)> {
        let at = |levels: &[Option<Level>], at: usize| levels.get(at).copied().flatten();
        let (confirmed, possible) = match line {
            Line::Pillar => (self.pillar, self.pillar_possible),
            Line::Control(control) => {
                let index = Control::all().position(|own| own == control)?;
                (at(&self.confirmed, index), at(&self.possible, index))
            }
        };
        confirmed.map(|confirmed| (confirmed, possible.unwrap_or(confirmed)))
    }
}

/// Whose level is followed over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// The pillar's.
    Pillar,
    /// A control's.
    Control(Control),
}

impl From<TrendPoint> for Night {
    fn from(point: TrendPoint) -> Self {
        let level = |number: Option<u8>| number.and_then(|number| Level::try_from(number).ok());
        Night {
            scan: point.scan,
            started_at: point.started_at,
            complete: point.complete,
            pillar: level(point.pillar),
            pillar_possible: level(point.pillar_possible),
            confirmed: point.confirmed.into_iter().map(level).collect(),
            possible: point.possible.into_iter().map(level).collect(),
            gaps: u64::try_from(point.gaps).unwrap_or_default(),
        }
    }
}

impl History {
    /// The newest scans of a series that the store has, with or without their bundles; at most `limit`, none before `since`.
    pub async fn of(store: &Store, of: &str, limit: usize, since: Option<Date>) -> Result<Self, StoreError> {
        let nights = store.trend(of, i64::MAX).await?.points.into_iter().map(Night::from);
        let nights: Vec<_> = nights.filter(|night| since.is_none_or(|since| night.day() >= since)).collect();
        Ok(History::new(of.to_owned(), nights, limit))
    }

    /// The scans of the same series before one that was assessed just now, and that one.
    pub async fn ending_with(store: &Store, scan: &Scan, now: Night) -> Result<Self, StoreError> {
        let of = series(scan);
        let nights = store.trend(&of, i64::MAX).await?.points.into_iter().map(Night::from);
        let before = nights.filter(|night| night.started_at < now.started_at && night.scan != now.scan);
        let mut nights: Vec<_> = before.collect();
        nights.push(now);
        Ok(History::new(of, nights, MOST_NIGHTS))
    }

    fn new(series: String, mut nights: Vec<Night>, limit: usize) -> Self {
        let left_out = nights.len().saturating_sub(limit);
        nights.drain(..left_out);
        let controls = Control::all().collect();
        History { schema: SCHEMA.to_owned(), series, controls, nights, left_out: left_out as u64 }
    }

    /// Each change of a confirmed level, oldest first.
    pub fn moves(&self, line: Line) -> Vec<Move<'_>> {
        let pairs = self.nights.windows(2).filter_map(|pair| <&[Night; 2]>::try_from(pair).ok());
        let confirmed = |night: &Night| night.levels(line).map(|(confirmed, _)| confirmed);
        pairs
            .map(|[before, night]| Move { line, night, from: confirmed(before), to: confirmed(night) })
            .filter(|one| one.from != one.to)
            .collect()
    }
}

/// A confirmed level that is not what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move<'h> {
    /// Whose.
    pub line: Line,
    /// The scan that found it.
    pub night: &'h Night,
    /// From which level; none where it did not apply.
    pub from: Option<Level>,
    /// To which.
    pub to: Option<Level>,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A night of a day of November 2026 on which every control and the pillar stand at a level; none at 0.
    pub(crate) fn night(day: i8, level: u8) -> Night {
        let level = Level::try_from(level).ok();
        let started_at = jiff::civil::date(2026, 11, 1).at(2, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap();
        let started_at = started_at.checked_add(jiff::ToSpan::days(i64::from(day) - 1)).unwrap().timestamp();
        Night {
            scan: format!("s{day}"),
            started_at,
            complete: true,
            pillar: level,
            pillar_possible: level,
            confirmed: vec![level; 10],
            possible: vec![level; 10],
            gaps: 0,
        }
    }

    pub(crate) fn history(nights: Vec<Night>) -> History {
        History::new("123456789012".to_owned(), nights, MOST_NIGHTS)
    }

    #[test]
    fn a_move_is_a_level_that_differs_from_the_scan_before() {
        let history = history(vec![night(1, 2), night(2, 2), night(4, 3), night(5, 0), night(6, 1)]);
        let moves = history.moves(Line::Control(Control::Caching));
        let told: Vec<_> = moves.iter().map(|one| (one.night.scan.as_str(), one.from, one.to)).collect();
        let (l1, l2, l3) = (Some(Level::L1), Some(Level::L2), Some(Level::L3));
        assert_eq!(told, [("s4", l2, l3), ("s5", l3, None), ("s6", None, l1)]);
        assert_eq!(history.moves(Line::Pillar).len(), 3);
    }

    #[test]
    fn the_oldest_are_left_out_and_counted() {
        let history = History::new("a".to_owned(), (1..=9).map(|day| night(day, 1)).collect(), 4);
        let kept: Vec<_> = history.nights.iter().map(|night| night.scan.as_str()).collect();
        assert_eq!((kept.as_slice(), history.left_out), (["s6", "s7", "s8", "s9"].as_slice(), 5));
    }
}
