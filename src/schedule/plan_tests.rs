//! Nights on which clocks change, jitter, and what is due after a while away.

use jiff::ToSpan;
use proptest::prelude::*;

use super::*;

fn table(cron: &str, zone: &str) -> Timetable {
    Timetable::new(cron, zone, TimeZone::get(zone).unwrap()).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The instants of a day and a bit, as their own clocks show them.
fn instants(cron: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
    let table = table(cron, zone);
    let shown = |instant: Timestamp| instant.to_zoned(table.zone().clone()).strftime("%m-%dT%H:%M%:z").to_string();
    table.coming(at(from)).take(count).map(shown).collect()
}

#[test]
fn a_time_that_does_not_exist_runs_once_right_after_the_gap() {
    // Berlin: 02:00 to 03:00 is left out on 29 March 2026.
    assert_eq!(
        instants("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00:00Z", 3),
        ["03-28T02:30+01:00", "03-29T03:00+02:00", "03-30T02:30+02:00"]
    );
    // New York: 02:00 to 03:00 on 8 March 2026.
    assert_eq!(
        instants("15 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", 2),
        ["03-08T03:00-04:00", "03-09T02:15-04:00"]
    );
    // Lord Howe: half an hour, 02:00 to 02:30 on 4 October 2026.
    assert_eq!(
        instants("10 2 * * *", "Australia/Lord_Howe", "2026-10-03T06:00:00Z", 2),
        ["10-04T02:30+11:00", "10-05T02:10+11:00"]
    );
    // A list is several fixed times: those in the gap come together, the others stay.
    assert_eq!(
        instants("0,30 2,14 * * *", "Europe/Berlin", "2026-03-28T14:00:00Z", 5),
        ["03-29T03:00+02:00", "03-29T14:00+02:00", "03-29T14:30+02:00", "03-30T02:00+02:00", "03-30T02:30+02:00"]
    );
    // What would run at three anyway runs once.
    assert_eq!(
        instants("30 2-3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 3),
        ["03-29T03:00+02:00", "03-29T03:30+02:00", "03-30T02:30+02:00"]
    );
}

#[test]
fn a_time_that_comes_twice_runs_once_at_its_first() {
    assert_eq!(
        instants("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
        ["10-25T02:30+02:00", "10-26T02:30+01:00"]
    );
    assert_eq!(
        instants("30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", 2),
        ["11-01T01:30-04:00", "11-02T01:30-05:00"]
    );
    assert_eq!(
        instants("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T06:00:00Z", 2),
        ["04-05T01:45+11:00", "04-06T01:45+10:30"]
    );
    assert_eq!(
        instants("0 1-3 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 4),
        ["10-25T01:00+02:00", "10-25T02:00+02:00", "10-25T03:00+01:00", "10-26T01:00+01:00"]
    );
    // Asked in the middle of the second pass, the first is over.
    assert_eq!(instants("30 2 * * *", "Europe/Berlin", "2026-10-25T01:15:00Z", 1), ["10-26T02:30+01:00"]);
}

/// What has a star or a step in minutes or hours goes by time that passes, as croner documents it.
#[test]
fn an_interval_goes_by_time_that_passes() {
    assert_eq!(
        instants("*/30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", 4),
        ["03-29T01:30+01:00", "03-29T03:00+02:00", "03-29T03:30+02:00", "03-29T04:00+02:00"]
    );
    assert_eq!(
        instants("*/30 * * * *", "Europe/Berlin", "2026-10-24T23:45:00Z", 6),
        [
            "10-25T02:00+02:00",
            "10-25T02:30+02:00",
            "10-25T02:00+01:00",
            "10-25T02:30+01:00",
            "10-25T03:00+01:00",
            "10-25T03:30+01:00"
        ]
    );
    // So a star in the minutes of an hour that is left out does not run at all on that day.
    assert_eq!(instants("*/20 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 1), ["03-30T02:00+02:00"]);
}

#[test]
fn days_weeks_names_and_last_days() {
    assert_eq!(instants("0 3 * * SUN", "UTC", "2026-11-25T00:00:00Z", 2), ["11-29T03:00+00:00", "12-06T03:00+00:00"]);
    assert_eq!(instants("0 3 L * *", "UTC", "2026-11-25T00:00:00Z", 2), ["11-30T03:00+00:00", "12-31T03:00+00:00"]);
    assert_eq!(instants("0 3 * * 1#1", "UTC", "2026-11-25T00:00:00Z", 1), ["12-07T03:00+00:00"]);
    // Day of month and day of week: either, as cron does; with + both.
    assert_eq!(instants("0 3 1 * MON", "UTC", "2026-11-25T00:00:00Z", 2), ["11-30T03:00+00:00", "12-01T03:00+00:00"]);
    assert_eq!(instants("0 3 1 * +MON", "UTC", "2026-11-25T00:00:00Z", 1), ["02-01T03:00+00:00"]);
    let long = (0..=23).map(|hour| hour.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(table(&format!("0,15,30,45 {long} * * *"), "UTC").crons.len(), 96);
    assert_eq!(table(&format!("0-59 {long} * * *"), "UTC").crons.len(), 1, "an interval");
}

#[test]
fn what_is_no_expression_is_told_with_what_was_expected() {
    for (cron, why) in [
        ("", "it has one field"),
        ("@daily", "it has one field"),
        ("0 0 2 * * *", "it has 6 fields"),
        ("60 2 * * *", "60"),
        ("0 25 * * *", "25"),
        ("0 2 * * MONDAY", "illegal character"),
        ("x 2 * * *", "illegal character"),
        ("0 5-2 * * *", "range"),
    ] {
        let error = Timetable::new(cron, "UTC", TimeZone::UTC).unwrap_err();
        assert!(error.contains(EXPECTED) && error.to_lowercase().contains(why), "{cron}: {error}");
    }
    // Well formed, but a day that no month has.
    assert_eq!(table("0 2 30 2 *", "UTC").next(at("2026-11-25T00:00:00Z")), None);
}

#[test]
fn jitter_is_the_same_each_time_and_ends_before_the_next_instant() {
    let mut hourly = table("0 * * * *", "UTC");
    let instant = at("2026-11-25T02:00:00Z");
    assert_eq!(hourly.begins("a", instant), instant, "none unless asked for");
    hourly.jitter = SignedDuration::from_hours(5);
    let drawn: BTreeSet<_> = (0..100)
        .map(|n| hourly.begins("a", instant + n.hours()) - (instant + n.hours()))
        .map(|s| s.get_seconds())
        .collect();
    assert!(drawn.len() > 80 && drawn.iter().all(|seconds| (0..3600).contains(seconds)), "{drawn:?}");
    assert!(drawn.iter().any(|s| *s < 600) && drawn.iter().any(|s| *s > 3000), "spread over all of it");
    assert_eq!(hourly.begins("a", instant), hourly.begins("a", instant));
    assert_ne!(hourly.begins("a", instant), hourly.begins("b", instant));
}

#[test]
fn however_many_were_missed_the_newest_is_caught_up_once() {
    let nightly = table("0 2 * * *", "UTC");
    let due = |since: &str, now: &str| nightly.due("a", at(since), at(now));
    let now = |instant: &str, missed, late| Due::Now { instant: at(instant), missed, late };
    assert_eq!(due("2026-11-20T02:00:00Z", "2026-11-20T12:00:00Z"), Due::Later(Some(at("2026-11-21T02:00:00Z"))));
    assert_eq!(due("2026-11-20T02:00:00Z", "2026-11-21T02:00:00Z"), now("2026-11-21T02:00:00Z", 0, false));
    assert_eq!(due("2026-11-20T02:00:00Z", "2026-11-21T02:01:00Z"), now("2026-11-21T02:00:00Z", 0, false));
    assert_eq!(due("2026-11-20T02:00:00Z", "2026-11-21T09:00:00Z"), now("2026-11-21T02:00:00Z", 0, true));
    assert_eq!(due("2026-11-20T02:00:00Z", "2026-11-24T09:00:00Z"), now("2026-11-24T02:00:00Z", 3, true));
    let mut strict = nightly.clone();
    strict.catch_up = SignedDuration::ZERO;
    let too_late = Due::TooLate { instant: at("2026-11-24T02:00:00Z"), missed: 3 };
    assert_eq!(strict.due("a", at("2026-11-20T02:00:00Z"), at("2026-11-24T02:02:01Z")), too_late);
    assert!(matches!(
        strict.due("a", at("2026-11-20T02:00:00Z"), at("2026-11-24T02:02:00Z")),
        Due::Now { late: false, .. }
    ));
    // A clock that was set back: what is done is not done again.
    assert_eq!(due("2026-11-21T02:00:00Z", "2026-11-21T01:30:00Z"), Due::Later(Some(at("2026-11-22T02:00:00Z"))));
    // Jitter counts from its own begin.
    let mut spread = strict;
    spread.jitter = SignedDuration::from_hours(3);
    let begins = spread.begins("a", at("2026-11-24T02:00:00Z"));
    let since = at("2026-11-23T02:00:00Z");
    assert_eq!(spread.due("a", since, at("2026-11-24T02:00:00Z")), Due::Later(Some(begins)));
    assert!(matches!(spread.due("a", since, begins), Due::Now { missed: 0, late: false, .. }));
    // A year of minutes takes no time.
    let minutes = table("* * * * *", "Europe/Berlin");
    let all = minutes.due("a", at("2025-11-24T00:00:00Z"), at("2026-11-24T00:00:30Z"));
    assert_eq!(all, Due::Now { instant: at("2026-11-24T00:00:00Z"), missed: MOST_COUNTED, late: false });
}

proptest! {
    /// Whatever the steps in which time passes, each instant is due once, and never before its time.
    #[test]
    fn no_instant_is_due_twice_or_early(
        zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
        cron in prop::sample::select(vec!["30 2 * * *", "0 2,14 * * *", "*/45 1-3 * * *", "15 * * * *", "59 1 * * MON"]),
        start in 1_770_000_000_i64..1_800_000_000,
        steps in prop::collection::vec(30_i64..200_000, 1..40),
        jitter in 0_i64..7200,
    ) {
        let mut table = table(cron, zone);
        table.jitter = SignedDuration::from_secs(jitter);
        let mut now = Timestamp::from_second(start).unwrap();
        let (mut since, mut seen) = (now, BTreeSet::new());
        for step in steps {
            now += step.seconds();
            match table.due("a", since, now) {
                Due::Now { instant, .. } | Due::TooLate { instant, .. } => {
                    prop_assert!(seen.insert(instant) && instant > since && table.begins("a", instant) <= now);
                    prop_assert_eq!(table.newest(since, now), Some(instant));
                    since = instant;
                }
                Due::Later(next) => prop_assert!(next.unwrap() > now),
            }
        }
    }
}
