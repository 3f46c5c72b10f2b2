//! When a schedule's scans are due: a pure question of its timetable, what is done already, and the time.
//!
//! Cron expressions are croner's, with one addition. croner calls an expression of a single minute and a single hour a fixed time and
//! anything else an interval; when clocks change a fixed time runs exactly once, an interval neither in the hour that is left out nor
//! only once in the one that comes twice. A scan at `0 2,14 * * *` is meant as two fixed times, so minutes and hours that are written as numbers,
//! lists or ranges are taken apart into fixed times here; what has `*` or `/` there stays an interval.

use std::{collections::BTreeSet, fmt};

use croner::{
    Cron,
    parser::{CronParser, Seconds, Year},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use sha2::{Digest, Sha256};

/// What a cron expression looks like.
pub const EXPECTED: &str = "expected five fields: minute, hour, day of month, month, day of week, like \"30 2 * * *\" for half past two each night";
/// Fixed times of a day that an expression is taken apart into at most.
const MOST_TIMES: usize = 96;
/// How much later than planned a run may begin and still counts as in time.
pub const GRACE: SignedDuration = SignedDuration::from_mins(2);
/// Missed instants that are counted.
const MOST_COUNTED: u32 = 1_000;

/// A cron expression in a time zone, and how runs may differ from it.
#[derive(Clone, Debug)]
pub struct Timetable {
    text: String,
    crons: Vec<Cron>,
    zone: TimeZone,
    zone_name: String,
    /// Runs begin up to so much later, each by as much as its name and instant say.
    pub jitter: SignedDuration,
    /// A run that was missed is caught up if it is not older than this.
    pub catch_up: SignedDuration,
}

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing until then; none where nothing comes any more.
    Later(Option<Timestamp>),
    /// A run, for this instant.
    Now {
        /// The newest instant that has come.
        instant: Timestamp,
        /// Instants before it that nothing was run for, at most a thousand.
        missed: u32,
        /// Whether it was missed too, and is caught up.
        late: bool,
    },
    /// Nothing: it is too late for what was missed.
    TooLate {
        /// The newest instant that has come.
        instant: Timestamp,
        /// Instants before it that nothing was run for either, at most a thousand.
        missed: u32,
    },
}

impl Timetable {
    /// Reads an expression; the error says what was expected.
    pub fn new(cron: &str, zone_name: &str, zone: TimeZone) -> Result<Self, String> {
        let text = cron.split_whitespace().collect::<Vec<_>>().join(" ");
        let fields: Vec<&str> = text.split(' ').collect();
        let [minutes, hours, rest @ ..] = fields.as_slice() else { return Err(wrong(&text, "it has one field")) };
        if fields.len() != 5 {
            return Err(wrong(&text, &format!("it has {} fields", fields.len())));
        }
        let read = |text: &str| {
            let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
            parser.parse(text).map_err(|error| wrong(text, &error.to_string()))
        };
        let whole = read(&text)?;
        let crons = match (numbers(minutes), numbers(hours)) {
            (Some(minutes), Some(hours)) if minutes.len() * hours.len() <= MOST_TIMES => {
                let rest = rest.join(" ");
                let times = hours.iter().flat_map(|hour| minutes.iter().map(move |minute| (minute, hour)));
                times.map(|(minute, hour)| read(&format!("{minute} {hour} {rest}"))).collect::<Result<_, _>>()?
            }
            _ => vec![whole],
        };
        let (jitter, catch_up) = (SignedDuration::ZERO, SignedDuration::from_hours(24));
        Ok(Timetable { text, crons, zone, zone_name: zone_name.to_owned(), jitter, catch_up })
    }

    /// The expression.
    pub fn cron(&self) -> &str {
        &self.text
    }

    /// The name of the time zone.
    pub fn zone_name(&self) -> &str {
        &self.zone_name
    }

    /// The time zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The first instant after a time; none where nothing comes any more.
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        self.crons.iter().filter_map(|cron| self.next_of(cron, after)).min()
    }

    fn next_of(&self, cron: &Cron, after: Timestamp) -> Option<Timestamp> {
        let after = after.to_zoned(self.zone.clone());
        let next = cron.find_next_occurrence(&after, false).ok()?.timestamp();
        (next > after.timestamp()).then_some(next)
    }

    /// The instants after a time.
    pub fn coming(&self, after: Timestamp) -> impl Iterator<Item = Timestamp> + use<'_> {
        std::iter::successors(self.next(after), |last| self.next(*last))
    }

    /// When the run of an instant begins: later by a part of the jitter that name and instant choose, always before the next instant.
    pub fn begins(&self, name: &str, instant: Timestamp) -> Timestamp {
        let room = self.next(instant).map_or(self.jitter, |next| next.duration_since(instant));
        let spread = self.jitter.min(room).as_secs();
        let digest = Sha256::digest(format!("{name}\n{}", instant.as_second()));
        let drawn = digest.iter().take(8).fold(0_u64, |drawn, byte| (drawn << 8) | u64::from(*byte));
        // Below `spread`, so below the next instant.
        let later = i64::try_from((u128::from(drawn) * u128::from(spread.max(0).unsigned_abs())) >> 64).unwrap_or(0);
        instant.checked_add(SignedDuration::from_secs(later)).unwrap_or(instant)
    }

    /// What is to be done now, if everything up to `since` is done or given up.
    pub fn due(&self, name: &str, since: Timestamp, now: Timestamp) -> Due {
        let Some(instant) = self.newest(since, now) else {
            return Due::Later(self.next(since.max(now)).map(|next| self.begins(name, next)));
        };
        let begins = self.begins(name, instant);
        if begins > now {
            return Due::Later(Some(begins));
        }
        let missed = self.between(since, instant);
        let late = now.duration_since(begins);
        match late <= self.catch_up.max(GRACE) {
            true => Due::Now { instant, missed, late: late > GRACE },
            false => Due::TooLate { instant, missed },
        }
    }

    /// The newest instant after `since` that has come. Looked for in windows that grow backwards, so that neither a timetable of minutes
    /// nor one of years takes long.
    fn newest(&self, since: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let mut window = SignedDuration::from_hours(1);
        loop {
            let from = now.checked_sub(window).unwrap_or(Timestamp::MIN).max(since);
            if let Some(newest) = self.coming(from).take_while(|instant| *instant <= now).last() {
                return Some(newest);
            }
            if from == since {
                return None;
            }
            window = window.saturating_mul(2);
        }
    }

    fn between(&self, since: Timestamp, instant: Timestamp) -> u32 {
        let before = self.coming(since).take_while(|one| *one < instant);
        before.take(MOST_COUNTED as usize).fold(0, |count, _| count + 1)
    }
}

impl fmt::Display for Timetable {
    /// As the store keeps it, to see whether it was changed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.text, self.zone_name)
    }
}

fn wrong(text: &str, why: &str) -> String {
    format!("{text:?}: {EXPECTED}; {why}")
}

/// The numbers of a field that has only numbers, lists and ranges.
fn numbers(field: &str) -> Option<BTreeSet<u8>> {
    let mut all = BTreeSet::new();
    for part in field.split(',') {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let (from, to): (u8, u8) = (from.parse().ok()?, to.parse().ok()?);
        if from > to {
            return None;
        }
        all.extend(from..=to);
    }
    Some(all)
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
