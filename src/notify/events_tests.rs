//! Tests of what is new in a night, each with its counter-case.

use jiff::Timestamp;
use rung_rules::changes::Changes;
use serde_json::{Value, json};

use super::*;

const SCAN: &str = "20261124T020000Z-123456789012";
const CRITERION: &str = "waf-perf-090.api.aws.gp3-for-new-volumes";

fn changes(extra: &Value) -> Changes {
    let mut changes = json!({
        "schema": "rung/changes/v1",
        "before": {"id": "before", "started_at": "2026-11-23T02:00:00Z", "rung": "0.1.0"},
        "after": {"id": SCAN, "started_at": "2026-11-24T02:00:00Z", "rung": "0.1.0"},
        "pillar": {"before": 2, "after": 2}, "controls": [], "criteria": [], "settings": [],
        "findings": {"appeared": 0, "gone": 0, "better": 0, "worse": 0, "same": 1},
        "gaps": {"opened": [], "opened_total": 0, "closed": [], "closed_total": 0},
    });
    for (key, value) in extra.as_object().unwrap() {
        changes[key] = value.clone();
    }
    serde_json::from_value(changes).unwrap()
}

fn gap(cause: &str, operation: &str) -> Value {
    json!({"id": "g-0000000000000001", "operation": operation, "account": "123456789012", "region": "eu-central-1",
           "cause": cause, "opens_with": "a permission", "hides": []})
}

/// Storage at a level with a target, and its one criterion.
fn seen(level: u8, target: Option<u8>, changes: Option<Changes>) -> Seen {
    let criterion = json!({
        "id": CRITERION, "level": 3, "clause": "c", "statement": "New volumes are gp3.", "basis": "observed", "outcome": "unmet",
        "decided_by": "observed", "bar": {"kind": "all", "threshold": null},
        "counts": {"pass": 1, "fail": 7, "unknown": 0, "not_applicable": 0, "unseen": false}, "why": "w", "remedy": "r",
        "effort": "setting", "needs_attestation": false, "gaps": [], "thresholds": [], "calls": [],
    });
    let head = json!({
        "scan": Scan { id: SCAN.to_owned(), complete: true, accounts: vec!["123456789012".to_owned()], ..Scan::default() },
        "pillar": {"level": 2, "possible": 3, "by_minimum": null, "api_ceiling": null},
        "controls": [{"id": "WAF-PERF-090", "title": "Storage I/O", "severity": "high", "cells": [], "applicable": true,
            "confirmed": level, "possible": 4, "observed": level, "target": target, "why": "Volumes.", "criteria": [criterion],
            "next": null}],
        "gaps": [gap("denied", "ec2:DescribeVolumes")],
    });
    Seen { head: serde_json::from_value(head).unwrap(), changes }
}

/// A Tuesday.
fn night(exit: Option<i32>, lines: &[String]) -> Night<'_> {
    let planned: Timestamp = "2026-11-24T02:00:00Z".parse().unwrap();
    Night { schedule: "nightly", exit, bundle: None, planned, ended: planned, lines }
}

fn events(night: &Night<'_>, seen: Option<&Seen>, settings: &Settings) -> Events {
    of(night, seen, &NotifyTable::default(), settings, "2026-11-24".parse().unwrap())
}

fn told(extra: &Value) -> Vec<Event> {
    events(&night(Some(0), &[]), Some(&seen(2, None, Some(changes(extra)))), &Settings::default()).list
}

fn control(direction: &str, before: u8, after: u8) -> Value {
    let at = |level: u8| json!({"confirmed": level, "possible": 4});
    json!({"controls": [{"control": "WAF-PERF-090", "title": "Storage I/O", "before": at(before), "after": at(after),
        "direction": direction, "causes": ["resource"], "why": "Level 2, was 3: the volume data turned to gp2."}]})
}

#[test]
fn nothing_changed_is_nothing_to_tell() {
    assert_eq!(told(&json!({})), []);
    assert_eq!(told(&control("same", 2, 2)), []);
    assert_eq!(told(&control("wider", 2, 2)), []);
}

#[test]
fn a_level_that_moved_is_told_with_its_cause() {
    let fell = told(&control("fell", 3, 2));
    assert_eq!(fell.len(), 1);
    assert_eq!(fell[0].kind, EventKind::LevelFell);
    assert_eq!(fell[0].title, "WAF-PERF-090 Storage I/O fell from level 3 to 2");
    assert_eq!(fell[0].text, "Level 2, was 3: the volume data turned to gp2.");
    assert_eq!(fell[0].key, format!("fell/{SCAN}/WAF-PERF-090"));
    assert_eq!(told(&control("rose", 1, 2))[0].kind, EventKind::LevelRose);
    // The same night twice has the same keys.
    assert_eq!(told(&control("fell", 3, 2)), fell);
}

fn criterion(before: &str, after: &str) -> Value {
    let subject = |name: &str, before: &str, after: &str| {
        json!({"arn": format!("arn:aws:ec2:eu-central-1:123456789012:volume/{name}"), "name": name, "kind": "volume",
            "account": "123456789012", "region": "eu-central-1", "before": before, "after": after, "cause": "resource", "facts": []})
    };
    json!({"criteria": [{"criterion": CRITERION, "control": "WAF-PERF-090", "level": 3, "before": before, "after": after,
        "causes": ["resource"], "why": "Unmet, was met.", "subjects_total": 3,
        "subjects": [subject("data", "pass", "fail"), subject("log", "unknown", "fail"), subject("old", "fail", "pass")]}]})
}

#[test]
fn a_criterion_that_became_unmet_names_its_resources_and_counts_them_all() {
    for before in ["met", "unknown", "not_applicable"] {
        let events = told(&criterion(before, "unmet"));
        assert_eq!(events.len(), 1, "{before}");
        assert_eq!(events[0].key, format!("unmet/{SCAN}/{CRITERION}"));
        assert_eq!((events[0].lines.len(), events[0].more), (2, 5));
        assert!(events[0].lines[0].starts_with("data (arn:aws:ec2"), "{:?}", events[0].lines);
        assert!(events[0].text.contains("Unmet, was met. Wanted: New volumes are gp3."), "{}", events[0].text);
        assert!(events[0].text.contains("count against it: 7"), "{}", events[0].text);
    }
    for (before, after) in [("unmet", "unmet"), ("unmet", "met"), ("met", "unknown")] {
        assert_eq!(told(&criterion(before, after)), [], "{before} {after}");
    }
}

#[test]
fn below_its_target_is_told_under_a_key_that_stays_until_it_is_over() {
    let of = |level, target| events(&night(Some(0), &[]), Some(&seen(level, target, None)), &Settings::default());
    let below = of(2, Some(3));
    assert_eq!(below.list.len(), 1);
    assert_eq!(below.list[0].kind, EventKind::BelowTarget);
    assert!(below.list[0].title.contains("is confirmed at level 2, below its target 3"), "{}", below.list[0].title);
    let key = &below.list[0].key;
    assert!(!key.contains(SCAN) && !below.over.contains(key));
    assert_eq!(of(1, Some(3)).list[0].key, *key, "it is the same state");
    assert_ne!(of(2, Some(4)).list[0].key, *key, "another target is another state");
    for over in [of(3, Some(3)), of(2, None)] {
        assert!(over.list.is_empty() && over.over.contains(key));
    }
    assert!(of(2, Some(4)).over.contains(key));
}

#[test]
fn what_waivers_except_is_not_below() {
    let mut seen = seen(2, Some(3), None);
    let with = json!({"levels": {"confirmed": 3, "possible": 4, "observed": 3}});
    seen.head.controls[0].with_waivers = Some(serde_json::from_value(with).unwrap());
    assert!(events(&night(Some(0), &[]), Some(&seen), &Settings::default()).list.is_empty());
}

#[test]
fn a_scan_that_failed_is_told_with_its_last_lines() {
    let lines: Vec<String> = (1..=12).map(|n| format!("line {n}")).collect();
    for (exit, words) in
        [(Some(2), "exit code 2"), (Some(4), "no usable credentials"), (None, "killed"), (Some(101), "code 101")]
    {
        let events = events(&night(exit, &lines), None, &Settings::default()).list;
        assert_eq!((events.len(), events[0].kind), (1, EventKind::ScanFailed), "{exit:?}");
        assert!(events[0].text.contains(words), "{}", events[0].text);
        assert_eq!((events[0].lines.len(), events[0].more, events[0].lines[9].as_str()), (10, 2, "line 12"));
        assert_eq!(events[0].key, "failed/nightly/2026-11-24T02:00:00Z");
    }
    for exit in [0, 1, 3] {
        assert_eq!(events(&night(Some(exit), &lines), None, &Settings::default()).list, [], "{exit}");
    }
}

#[test]
fn gaps_that_opened_are_told_by_cause() {
    let opened = |gaps: Vec<Value>| {
        told(&json!({"gaps": {"opened_total": gaps.len(), "opened": gaps, "closed": [], "closed_total": 0}}))
    };
    let events = opened(vec![
        gap("denied", "ec2:DescribeVolumes"),
        gap("denied", "rds:DescribeDBInstances"),
        gap("timed_out", "x:Y"),
        gap("no_data", "z"),
    ]);
    assert_eq!((events.len(), events[0].kind), (1, EventKind::Incomplete));
    assert_eq!(events[0].title, "Things that were seen before could not be seen: 3");
    assert_eq!(events[0].lines, ["2 denied: ec2:DescribeVolumes, rds:DescribeDBInstances", "1 timed out: x:Y"]);
    // Gaps that were there before are no news, nor that a new volume has no metrics yet.
    assert_eq!(opened(Vec::new()), []);
    assert_eq!(opened(vec![gap("no_data", "cloudwatch:GetMetricData")]), []);
}

#[test]
fn a_scan_that_was_cut_short_is_told_and_so_is_a_first_one_that_had_to_be_whole() {
    let mut cut = seen(2, None, Some(changes(&json!({}))));
    cut.head.scan.complete = false;
    let of = |seen: &Seen, exit| events(&night(Some(exit), &[]), Some(seen), &Settings::default()).list;
    assert!(of(&cut, 0)[0].title.starts_with("The scan was cut short"));
    assert_eq!(of(&seen(2, None, None), 3)[0].title, "Things could not be seen: 1");
    assert!(of(&seen(2, None, None), 0).is_empty());
    // On every later night it is the same: no news.
    assert!(of(&seen(2, None, Some(changes(&json!({})))), 3).is_empty());
}

#[test]
fn the_digest_comes_on_its_day_and_says_whether_anything_is_new() {
    let digest = |day: &str, digest, extra: &Value| {
        let planned: Timestamp = format!("{day}T02:00:00Z").parse().unwrap();
        let night = Night { planned, ..night(Some(0), &[]) };
        let table = NotifyTable { digest, ..NotifyTable::default() };
        let seen = seen(2, Some(3), Some(changes(extra)));
        let events = of(&night, Some(&seen), &table, &Settings::default(), day.parse().unwrap());
        events.list.into_iter().find(|event| event.kind == EventKind::Digest)
    };
    let monday = Some(jiff::civil::Weekday::Monday);
    let quiet = digest("2026-11-23", monday, &json!({})).unwrap();
    assert_eq!(quiet.text, "Nothing new. Things that could not be seen: 1.");
    assert_eq!(quiet.lines, ["WAF-PERF-090 Storage I/O: level 2, possible 4, target 3"]);
    let news = digest("2026-11-23", monday, &control("fell", 3, 2)).unwrap();
    assert_eq!(news.text, "Things that could not be seen: 1.");
    assert_ne!(digest("2026-11-30", monday, &json!({})).unwrap().key, quiet.key);
    assert_eq!(digest("2026-11-24", monday, &json!({})), None);
    assert_eq!(digest("2026-11-23", None, &json!({})), None);
}

fn attestation(expires: &str) -> Value {
    json!({"criterion": "waf-perf-030.api.aws.caching-strategy", "place": "attestations.toml:1", "owner": "Ada",
        "date": "2026-09-01", "expires": expires, "statement": "written"})
}

fn deadlines(attestations: &[&str], waivers: &[Option<&str>]) -> Vec<Event> {
    let waiver = |expires: &Option<&str>| json!({"place": "waivers.toml:1", "criterion": CRITERION, "subject": "vol-*", "reason": "old", "owner": "Bo", "expires": expires});
    let settings = Settings {
        attestations: serde_json::from_value(attestations.iter().map(|one| attestation(one)).collect()).unwrap(),
        waivers: serde_json::from_value(waivers.iter().map(waiver).collect()).unwrap(),
        ..Settings::default()
    };
    events(&night(Some(0), &[]), None, &settings).list
}

#[test]
fn what_ends_soon_or_has_ended_is_told_once_each() {
    let one = |expires: &str| deadlines(&[expires], &[]);
    let title = |events: &[Event]| events[0].title.clone();
    assert_eq!(one("2026-12-09"), []);
    assert!(title(&one("2026-12-08")).ends_with("caching-strategy ends in 14 days, on 2026-12-08"));
    assert!(title(&one("2026-11-24")).ends_with("ends today"));
    assert!(title(&one("2026-11-23")).ends_with("ended on 2026-11-23"));
    assert_ne!(one("2026-11-24")[0].key, one("2026-11-23")[0].key);
    assert!(one("2026-11-24")[0].text.contains("Ada said on 2026-09-01: written. Then what it says is unknown again."));
    assert!(title(&deadlines(&[], &[Some("2026-11-25")])).ends_with("for vol-* ends tomorrow"));
    assert_eq!(deadlines(&[], &[None, Some("2027-01-01")]), []);
}

#[test]
fn what_was_renewed_is_not_told() {
    assert_eq!(deadlines(&["2026-11-20", "2027-02-01"], &[]), []);
    assert_eq!(deadlines(&[], &[Some("2026-11-20"), None]), []);
    assert_eq!(deadlines(&["2026-11-20", "2026-11-24"], &[]).len(), 1);
}
