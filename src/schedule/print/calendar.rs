//! A cron expression in the words of what starts scans: systemd's `OnCalendar`, the five fields of cron and Kubernetes, and
//! `cron(...)` of EventBridge Scheduler.
//!
//! The expression is read by the crate that the scheduler reads it with; what a language cannot say is refused, never approximated.

use croner::{
    Cron, CronComponent,
    parser::{CronParser, Seconds, Year},
};

use crate::{failure::Failure, plain::plain};

const NAMES: [&str; 8] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// When scans begin. A field without restriction is empty.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    text: String,
    minutes: Vec<u16>,
    hours: Vec<u16>,
    days: Vec<u16>,
    months: Vec<u16>,
    /// 0 is Sunday.
    weekdays: Vec<u16>,
    /// Whether both days must fit; by cron's rule one is enough where both are restricted.
    both: bool,
}

/// Reads an expression of five fields, as the scheduler does.
pub(crate) fn read(text: &str) -> Result<Cron, Failure> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    let expected = "expected five fields: minute hour day-of-month month day-of-week, like \"0 2 * * *\"";
    parser.parse(text).map_err(|error| {
        Failure::usage(format!("cron expression \"{}\": {}; {expected}", plain(text), plain(&error.to_string())))
    })
}

impl Calendar {
    /// Takes an expression apart.
    pub(crate) fn of(text: &str) -> Result<Self, Failure> {
        let cron = read(text)?;
        let pattern = &cron.pattern;
        if [&pattern.days, &pattern.days_of_week].iter().any(|field| field.has_modifiers()) {
            return Err(only_by_rung(text, "uses L, W or #"));
        }
        let both = pattern.matches_dom_and_dow();
        let (days, weekdays) = (restricted(&pattern.days, 31), restricted(&pattern.days_of_week, 7));
        // "Every day, or on Mondays" is every day.
        let one_is_all = !both
            && ((days.is_empty() && !pattern.is_dom_wildcard()) || (weekdays.is_empty() && !pattern.is_dow_wildcard()));
        let (days, weekdays) = if one_is_all { (Vec::new(), Vec::new()) } else { (days, weekdays) };
        Ok(Calendar {
            text: text.to_owned(),
            minutes: restricted(&pattern.minutes, 60),
            hours: restricted(&pattern.hours, 24),
            days,
            months: restricted(&pattern.months, 12),
            weekdays,
            both,
        })
    }

    /// Values of `OnCalendar=`: a time that fits one of them is one.
    pub(crate) fn systemd(&self, time_zone: &str) -> Result<Vec<String>, Failure> {
        let range = "..";
        let two = |n: u16| format!("{n:02}");
        let (hours, minutes) = (written(&self.hours, range, two), written(&self.minutes, range, two));
        let months = written(&self.months, range, two);
        let days = written(&self.days, range, two);
        // systemd's week begins on Monday.
        let mut week: Vec<_> = self.weekdays.iter().map(|day| if *day == 0 { 7 } else { *day }).collect();
        week.sort_unstable();
        let week = written(&week, range, name);
        let dates = match (self.days.is_empty(), self.weekdays.is_empty()) {
            (_, true) => vec![format!("*-{months}-{days}")],
            (true, false) => vec![format!("{week} *-{months}-*")],
            (false, false) if self.both => vec![format!("{week} *-{months}-{days}")],
            (false, false) => vec![format!("*-{months}-{days}"), format!("{week} *-{months}-*")],
        };
        Ok(dates.into_iter().map(|date| format!("{date} {hours}:{minutes}:00 {time_zone}")).collect())
    }

    /// The five fields that every cron understands.
    pub(crate) fn unix(&self) -> Result<String, Failure> {
        if self.both && !self.days.is_empty() && !self.weekdays.is_empty() {
            return Err(only_by_rung(
                &self.text,
                "wants day of month and day of week together, where cron takes either",
            ));
        }
        let number = |n: u16| n.to_string();
        let fields = [&self.minutes, &self.hours, &self.days, &self.months, &self.weekdays];
        Ok(fields.map(|field| written(field, "-", number)).join(" "))
    }

    /// The expression of EventBridge Scheduler.
    pub(crate) fn aws(&self) -> Result<String, Failure> {
        let number = |n: u16| n.to_string();
        let (days, week) = match (self.days.is_empty(), self.weekdays.is_empty()) {
            (false, false) => {
                return Err(only_by_rung(
                    &self.text,
                    "restricts day of month and day of week, of which EventBridge Scheduler takes one",
                )
                .and("Or print two schedules, one for each."));
            }
            (_, true) => (written(&self.days, "-", number), "?".to_owned()),
            (true, false) => ("?".to_owned(), written(&self.weekdays, "-", |day| name(day).to_uppercase())),
        };
        let [minutes, hours, months] =
            [&self.minutes, &self.hours, &self.months].map(|field| written(field, "-", number));
        Ok(format!("cron({minutes} {hours} {days} {months} {week} *)"))
    }
}

fn only_by_rung(text: &str, why: &str) -> Failure {
    Failure::usage(format!(
        "cron expression \"{}\" {why}: it cannot be said here\n\
         `rung schedule run` itself understands it: `rung schedule print systemd --service` keeps it running.",
        plain(text)
    ))
}

/// The values of a field; none where it has them all.
fn restricted(field: &CronComponent, all: usize) -> Vec<u16> {
    let values = field.values();
    if values.len() == all { Vec::new() } else { values }
}

fn name(day: u16) -> String {
    NAMES.get(usize::from(day)).map_or_else(|| day.to_string(), |name| (*name).to_owned())
}

/// Values in order as a list of ranges; `*` for no restriction.
fn written(values: &[u16], range: &str, one: impl Fn(u16) -> String) -> String {
    if values.is_empty() {
        return "*".to_owned();
    }
    let runs = values.chunk_by(|a, b| a + 1 == *b);
    let run = |run: &[u16]| match run {
        [first, _, .., last] => format!("{}{range}{}", one(*first), one(*last)),
        _ => run.iter().map(|value| one(*value)).collect::<Vec<_>>().join(","),
    };
    runs.map(run).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> (Vec<String>, String, String) {
        let calendar = Calendar::of(text).unwrap();
        (calendar.systemd("UTC").unwrap(), calendar.unix().unwrap(), calendar.aws().unwrap())
    }

    #[test]
    fn an_expression_is_said_in_each_language() {
        for (text, systemd, unix, aws) in [
            ("0 2 * * *", "*-*-* 02:00:00 UTC", "0 2 * * *", "cron(0 2 * * ? *)"),
            ("@daily", "*-*-* 00:00:00 UTC", "0 0 * * *", "cron(0 0 * * ? *)"),
            ("30 1 * * MON-FRI", "Mon..Fri *-*-* 01:30:00 UTC", "30 1 * * 1-5", "cron(30 1 ? * MON-FRI *)"),
            ("5 0 * * 7", "Sun *-*-* 00:05:00 UTC", "5 0 * * 0", "cron(5 0 ? * SUN *)"),
            ("0 3 * * FRI-SUN", "Fri..Sun *-*-* 03:00:00 UTC", "0 3 * * 0,5,6", "cron(0 3 ? * SUN,FRI,SAT *)"),
            (
                "*/20 4,6 1,15 JAN-MAR,7 *",
                "*-01..03,07-01,15 04,06:00,20,40:00 UTC",
                "0,20,40 4,6 1,15 1-3,7 *",
                "cron(0,20,40 4,6 1,15 1-3,7 ? *)",
            ),
            // A field that holds everything restricts nothing, however it is written.
            ("0 2 */1 * 1", "*-*-* 02:00:00 UTC", "0 2 * * *", "cron(0 2 * * ? *)"),
        ] {
            assert_eq!(said(text), (vec![systemd.to_owned()], unix.to_owned(), aws.to_owned()), "{text}");
        }
    }

    #[test]
    fn either_day_is_two_lines_for_systemd_and_refused_where_one_is_taken() {
        let either = Calendar::of("0 2 1 * 1").unwrap();
        assert_eq!(either.systemd("UTC").unwrap(), ["*-*-01 02:00:00 UTC", "Mon *-*-* 02:00:00 UTC"]);
        assert_eq!(either.unix().unwrap(), "0 2 1 * 1");
        assert!(either.aws().unwrap_err().message.contains("of which EventBridge Scheduler takes one"));
        let both = Calendar::of("0 2 1-7 * +1").unwrap();
        assert_eq!(both.systemd("UTC").unwrap(), ["Mon *-*-01..07 02:00:00 UTC"]);
        assert!(both.unix().unwrap_err().message.contains("together"));
        assert!(both.aws().is_err());
    }

    #[test]
    fn what_cannot_be_said_or_read_is_refused() {
        for text in ["0 2 L * *", "0 2 15W * *", "0 2 * * 1#2", "0 2 * * 5L"] {
            let message = Calendar::of(text).unwrap_err().message;
            assert!(message.contains("uses L, W or #") && message.contains("--service"), "{text}: {message}");
        }
        for text in ["", "0 2 * *", "0 0 2 * * *", "61 2 * * *", "0 2 * * *\nroot rm", "0 2 * * %"] {
            let message = Calendar::of(text).unwrap_err().message;
            assert!(message.contains("expected five fields"), "{text}: {message}");
        }
    }
}
