//! The scheduler by a clock that the tests move, and scans that they hold in their hands: on SQLite and on PostgreSQL.

use std::fs;

use jiff::{SignedDuration, Timestamp};
use rung::store::RunState;

use crate::{
    both::{Place, on_both, runtime},
    history::Postgres,
    scheduler::{PATIENCE, Time, leaves, schedule, shown},
};

on_both!(
    nights_on_which_clocks_change,
    missed_nights_are_caught_up_once,
    what_is_too_old_is_written_down_as_missed,
    a_schedule_that_is_new_or_changed_has_missed_nothing,
    a_run_that_is_not_over_is_not_begun_again,
    two_schedules_take_turns,
    two_schedulers_on_one_store_run_each_night_once,
    the_other_takes_over,
    a_scheduler_that_vanishes_is_noticed_and_its_run_tried_once_more,
    a_run_that_was_given_up_too_early_comes_back,
    told_to_stop_it_waits_for_the_bundle,
    what_cannot_be_started_or_stored_is_written_down,
    a_bundle_is_taken_in_with_its_run,
    a_clock_that_is_set_back_runs_nothing_twice,
);

async fn nights_on_which_clocks_change(place: Place) {
    for (name, from, wanted) in [
        ("spring", "2026-03-28T12:00:00Z", ["03-29T01:00", "03-30T00:30", "03-31T00:30"]),
        ("autumn", "2026-10-24T12:00:00Z", ["10-25T00:30", "10-26T01:30", "10-27T01:30"]),
    ] {
        let time = Time::at(from);
        let berlin = schedule(name, "30 2 * * *", "time_zone = \"Europe/Berlin\"");
        let mut service = place.service(&time, &berlin).await;
        for _ in 0..66 {
            let next = time.now() + SignedDuration::from_hours(1);
            service.until_time(next).await;
            if let Ok(asked) = service.scans.try_recv() {
                service.end(asked, 0).await;
            }
        }
        let mut runs = service.runs().await;
        runs.retain(|run| run.schedule == name);
        let planned: Vec<_> = runs.iter().map(|run| run.planned.strftime("%m-%dT%H:%M").to_string()).collect();
        assert_eq!(planned, wanted);
        assert!(runs.iter().all(|run| run.state == RunState::Ended && run.exit == Some(0) && run.missed == 0));
        service.stopped().await;
    }
}

async fn missed_nights_are_caught_up_once(place: Place) {
    let (time, nightly) = (Time::at("2026-11-20T12:00:00Z"), schedule("nightly", "30 2 * * *", ""));
    let mut service = place.service(&time, &nightly).await;
    service.nothing_begun();
    service.stopped().await;
    // Down for five nights.
    time.0.send_replace("2026-11-25T09:00:00Z".parse().unwrap());
    let mut service = place.service(&time, &nightly).await;
    let asked = service.begun().await;
    service.end(asked, 0).await;
    service.nothing_begun();
    service.to("2026-11-25T21:00:00Z").await;
    service.nothing_begun();
    // A machine that slept is as one that was down.
    service.to("2026-11-27T05:00:00Z").await;
    let asked = service.begun().await;
    service.end(asked, 3).await;
    service.nothing_begun();
    assert_eq!(
        shown(&service.runs().await),
        ["nightly 11-25T02:30 ended 0 after 4", "nightly 11-27T02:30 ended 3 after 1"]
    );
}

async fn what_is_too_old_is_written_down_as_missed(place: Place) {
    let (time, nightly) = (Time::at("2026-11-20T12:00:00Z"), schedule("nightly", "30 2 * * *", "catch_up = \"2h\""));
    place.service(&time, &nightly).await.stopped().await;
    time.0.send_replace("2026-11-23T09:00:00Z".parse().unwrap());
    let mut service = place.service(&time, &nightly).await;
    service.nothing_begun();
    let runs = service.runs().await;
    assert_eq!(shown(&runs), ["nightly 11-23T02:30 missed after 2"]);
    assert!(runs[0].why.as_ref().unwrap().contains("too late") && runs[0].started_at.is_none());
    service.to("2026-11-23T09:01:01Z").await;
    assert_eq!(service.runs().await.len(), 1, "told once");
    service.to("2026-11-24T04:30:00Z").await;
    let _held = service.begun().await;
}

async fn a_schedule_that_is_new_or_changed_has_missed_nothing(place: Place) {
    let time = Time::at("2026-11-20T03:00:00Z");
    let mut service = place.service(&time, &schedule("nightly", "30 2 * * *", "")).await;
    service.nothing_begun();
    service.to("2026-11-21T02:30:00Z").await;
    let asked = service.begun().await;
    service.end(asked, 0).await;
    service.stopped().await;
    time.0.send_replace("2026-11-21T15:00:00Z".parse().unwrap());
    // 14:00 has come since the last run, but nobody had planned it.
    let mut service = place.service(&time, &schedule("nightly", "0 14 * * *", "")).await;
    service.nothing_begun();
    service.to("2026-11-22T14:00:00Z").await;
    let _held = service.begun().await;
    assert_eq!(shown(&service.runs().await)[1], "nightly 11-22T14:00 underway");
}

async fn a_run_that_is_not_over_is_not_begun_again(place: Place) {
    let time = Time::at("2026-11-25T00:30:00Z");
    let mut service = place.service(&time, &schedule("hourly", "0 * * * *", "")).await;
    service.to("2026-11-25T01:00:00Z").await;
    let asked = service.begun().await;
    for hour in 2..5 {
        service.to(&format!("2026-11-25T0{hour}:00:00Z")).await;
        service.nothing_begun();
    }
    assert_eq!(service.status.running().unwrap().schedule, "hourly");
    service.end(asked, 0).await;
    service.nothing_begun();
    assert!(service.status.running().is_none());
    service.to("2026-11-25T05:00:00Z").await;
    let _held = service.begun().await;
    let runs = service.runs().await;
    let wanted = ["01:00 ended 0", "02:00 skipped", "03:00 skipped", "04:00 skipped", "05:00 underway"];
    assert_eq!(shown(&runs), wanted.map(|one| format!("hourly 11-25T{one}")));
    assert!(runs[1].why.as_ref().unwrap().contains("still under way"));
}

async fn two_schedules_take_turns(place: Place) {
    let time = Time::at("2026-11-25T00:30:00Z");
    let both = schedule("a", "0 1 * * *", "") + &schedule("b", "10 1 * * *", "");
    let mut service = place.service(&time, &both).await;
    service.to("2026-11-25T01:00:00Z").await;
    let a = service.begun().await;
    assert_eq!(a.schedule, "a");
    service.to("2026-11-25T01:40:00Z").await;
    service.nothing_begun();
    service.end(a, 0).await;
    let b = service.begun().await;
    assert_eq!(b.schedule, "b");
    service.end(b, 0).await;
    assert_eq!(shown(&service.runs().await), ["a 11-25T01:00 ended 0", "b 11-25T01:10 ended 0"]);
}

async fn two_schedulers_on_one_store_run_each_night_once(place: Place) {
    let (time, hourly) = (Time::at("2026-11-25T00:30:00Z"), schedule("hourly", "0 * * * *", ""));
    let mut services = [place.service(&time, &hourly).await, place.service(&time, &hourly).await];
    let mut of = [0, 0];
    for hour in 1..6 {
        time.0.send_replace(format!("2026-11-25T0{hour}:00:00Z").parse().unwrap());
        for service in &mut services {
            service.settled().await;
        }
        let mut begun = Vec::new();
        for (at, service) in services.iter_mut().enumerate() {
            begun.extend(service.scans.try_recv().ok().map(|asked| (at, asked)));
        }
        assert_eq!(begun.len(), 1, "once");
        let (at, asked) = begun.remove(0);
        of[at] += 1;
        // The third is still under way when the fourth hour comes.
        if hour == 3 {
            for minute in 1..=60 {
                let at = "2026-11-25T03:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute);
                time.0.send_replace(at);
                for service in &mut services {
                    service.settled().await;
                    service.nothing_begun();
                }
            }
            services[at].end(asked, 0).await;
            break;
        }
        services[at].end(asked, 0).await;
    }
    let runs = services[0].runs().await;
    let wanted = ["01:00 ended 0", "02:00 ended 0", "03:00 ended 0", "04:00 skipped"];
    assert_eq!(shown(&runs), wanted.map(|one| format!("hourly 11-25T{one}")), "{of:?}");
}

async fn a_scheduler_that_vanishes_is_noticed_and_its_run_tried_once_more(place: Place) {
    let (time, nightly) = (Time::at("2026-11-25T00:30:00Z"), schedule("nightly", "0 1 * * *", ""));
    let mut service = place.service(&time, &nightly).await;
    service.to("2026-11-25T01:00:00Z").await;
    let first = service.begun().await;
    service.to("2026-11-25T01:10:00Z").await;
    service.killed().await;
    // Its scan ends by itself and leaves what it saw.
    let left = leaves(&first.bundle);
    time.0.send_replace("2026-11-25T01:11:00Z".parse().unwrap());
    let mut service = place.service(&time, &nightly).await;
    service.nothing_begun();
    service.to("2026-11-25T01:12:01Z").await;
    let second = service.begun().await;
    assert_ne!(second.bundle, first.bundle);
    let runs = service.runs().await;
    assert_eq!(shown(&runs), ["nightly 11-25T01:00 lost", "nightly 11-25T01:00 underway attempt 2"]);
    assert_eq!(runs[0].ended_at.unwrap().to_string(), "2026-11-25T01:10:00Z", "the last that was heard of it");
    assert_eq!(runs[0].scan.as_deref(), Some(left.id()));
    assert!(service.store.scan(left.id()).await.unwrap().is_some(), "what it left is taken in");
    service.killed().await;
    // A scan that takes its scheduler with it each time is not begun for ever.
    time.0.send_replace("2026-11-25T02:00:00Z".parse().unwrap());
    let mut service = place.service(&time, &nightly).await;
    service.nothing_begun();
    assert_eq!(shown(&service.runs().await)[1], "nightly 11-25T01:00 lost attempt 2");
    service.to("2026-11-26T01:00:00Z").await;
    let _held = service.begun().await;
}

/// A second scheduler stands by: it takes over what the first left.
async fn the_other_takes_over(place: Place) {
    let (time, nightly) = (Time::at("2026-11-25T00:30:00Z"), schedule("nightly", "0 1 * * *", ""));
    let mut first = place.service(&time, &nightly).await;
    let mut other = place.service(&time, &nightly).await;
    time.0.send_replace("2026-11-25T01:00:00Z".parse().unwrap());
    first.settled().await;
    other.settled().await;
    let (begun, mut rest) = match first.scans.try_recv() {
        Ok(asked) => ((asked, first), other),
        Err(_) => ((other.begun().await, other), first),
    };
    rest.nothing_begun();
    begun.1.killed().await;
    for second in [60, 119] {
        rest.until_time("2026-11-25T01:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(second)).await;
        rest.nothing_begun();
    }
    rest.to("2026-11-25T01:03:00Z").await;
    let _held = rest.begun().await;
    assert_eq!(shown(&rest.runs().await), ["nightly 11-25T01:00 lost", "nightly 11-25T01:00 underway attempt 2"]);
}

/// A scheduler that was cut off from the store for a while is taken for dead; when it is back, its run is what it is.
async fn a_run_that_was_given_up_too_early_comes_back(place: Place) {
    let (time, nightly) = (Time::at("2026-11-25T00:30:00Z"), schedule("nightly", "0 1 * * *", ""));
    let mut service = place.service(&time, &nightly).await;
    service.to("2026-11-25T01:00:00Z").await;
    let asked = service.begun().await;
    let other = rung::store::Runner { host: "elsewhere".to_owned(), pid: 1, id: "another".to_owned() };
    let late = "2026-11-25T01:30:00Z".parse().unwrap();
    assert_eq!(service.store.lost_runs(late, &other).await.unwrap().len(), 1);
    assert_eq!(shown(&service.runs().await), ["nightly 11-25T01:00 lost"]);
    service.to("2026-11-25T01:01:00Z").await;
    assert_eq!(shown(&service.runs().await), ["nightly 11-25T01:00 underway"]);
    service.nothing_begun();
    service.end(asked, 0).await;
    assert_eq!(shown(&service.runs().await), ["nightly 11-25T01:00 ended 0"]);
}

async fn told_to_stop_it_waits_for_the_bundle(place: Place) {
    let time = Time::at("2026-11-25T00:30:00Z");
    let both = schedule("a", "0 1 * * *", "") + &schedule("b", "0 1 * * *", "");
    let mut service = place.service(&time, &both).await;
    service.to("2026-11-25T01:00:00Z").await;
    let asked = service.begun().await;
    service.stop.send_replace(true);
    service.settled().await;
    assert!(asked.hand.is_stopping() && !service.task.is_finished());
    asked.hand.end(Some(130));
    tokio::time::timeout(PATIENCE, service.task).await.expect("it ends").unwrap();
    assert!(service.scans.try_recv().is_err(), "the other schedule does not begin");
    let runs = service.store.last_runs(10, false).await.unwrap();
    assert_eq!(shown(&runs), ["a 11-25T01:00 ended 130"]);
}

async fn what_cannot_be_started_or_stored_is_written_down(place: Place) {
    let (time, hourly) = (Time::at("2026-11-25T00:30:00Z"), schedule("hourly", "0 * * * *", ""));
    let mut service = place.service_that(&time, &hourly, Some("no such program\u{1b}[2J")).await;
    service.to("2026-11-25T01:00:00Z").await;
    let store = service.stopped().await;
    let runs = store.last_runs(10, false).await.unwrap();
    assert_eq!(shown(&runs), ["hourly 11-25T01:00 ended 2"]);
    assert_eq!(runs[0].lines, ["no such program\u{1b}[2J"]);
    let mut service = place.service(&time, &hourly).await;
    service.to("2026-11-25T02:00:00Z").await;
    let asked = service.begun().await;
    fs::create_dir_all(&asked.bundle).unwrap();
    fs::write(asked.bundle.join("manifest.json"), "{}").unwrap();
    service.end(asked, 0).await;
    let runs = service.runs().await;
    assert_eq!(shown(&runs[1..]), ["hourly 11-25T02:00 ended 0"]);
    assert!(runs[1].why.as_ref().unwrap().contains("the store did not take"), "{:?}", runs[1].why);
    assert_eq!(runs[1].scan, None);
    service.to("2026-11-25T03:00:00Z").await;
    let _held = service.begun().await;
}

async fn a_bundle_is_taken_in_with_its_run(place: Place) {
    let time = Time::at("2026-11-25T00:30:00Z");
    let mut service = place.service(&time, &schedule("nightly", "0 1 * * *", "")).await;
    service.to("2026-11-25T01:00:00Z").await;
    let asked = service.begun().await;
    let left = leaves(&asked.bundle);
    asked.hand.say("reading");
    service.end(asked, 1).await;
    let run = service.runs().await.remove(0);
    assert_eq!((run.exit, run.scan.as_deref(), run.lines), (Some(1), Some(left.id()), vec!["reading".to_owned()]));
    assert!(service.store.scan(left.id()).await.unwrap().is_some());
}

async fn a_clock_that_is_set_back_runs_nothing_twice(place: Place) {
    let time = Time::at("2026-11-25T00:30:00Z");
    let mut service = place.service(&time, &schedule("nightly", "0 1 * * *", "")).await;
    service.to("2026-11-25T01:00:00Z").await;
    let asked = service.begun().await;
    service.end(asked, 0).await;
    // The loop looks again when the time for which it waits comes, by then from before.
    time.0.send_replace("2026-11-25T00:50:00Z".parse().unwrap());
    service.stopped().await;
    let mut service = place.service(&time, &schedule("nightly", "0 1 * * *", "")).await;
    for minute in 0..5 {
        service.to(&format!("2026-11-25T01:0{minute}:00Z")).await;
        service.nothing_begun();
    }
    assert_eq!(shown(&service.runs().await), ["nightly 11-25T01:00 ended 0"]);
}

/// Without the store nothing begins; a scan under way goes on and is closed when the store is back.
#[test]
fn postgresql_gone_and_back() {
    let (mut server, folder) = (Postgres::start(), tempfile::tempdir().unwrap());
    let place = Place { folder, url: server.database("away") };
    let (time, hourly) = (Time::at("2026-11-25T00:30:00Z"), schedule("hourly", "0 * * * *", ""));
    let runtime = runtime();
    let mut service = runtime.block_on(place.service(&time, &hourly));
    let asked = runtime.block_on(async {
        service.to("2026-11-25T01:00:00Z").await;
        service.begun().await
    });
    server.stop();
    runtime.block_on(async {
        service.to("2026-11-25T01:05:00Z").await;
        assert!(service.status.wrong_at(time.now())[0].contains("the store cannot be reached"));
        service.end(asked, 0).await;
        assert!(service.status.running().is_some(), "it is not closed yet");
        service.to("2026-11-25T02:00:00Z").await;
        service.nothing_begun();
    });
    server.begin();
    runtime.block_on(async {
        service.to("2026-11-25T02:00:30Z").await;
        assert_eq!(service.status.wrong_at(time.now()), Vec::<String>::new());
        let _held = service.begun().await;
        assert_eq!(shown(&service.runs().await), ["hourly 11-25T01:00 ended 0", "hourly 11-25T02:00 underway"]);
    });
    drop(service);
}
