//! CloudWatch: composite alarms, which act for the alarms in their rules.

use std::{collections::HashSet, sync::Arc};

use aws_sdk_cloudwatch::types::CompositeAlarm;

use super::cloudwatch::{DESCRIBE_ALARMS, creates_ops_items};
use crate::aws::{Listing, Place, drain};

/// A composite alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composite {
    /// `AlarmName`.
    pub name: Arc<str>,
    /// `ActionsEnabled`, with at least one alarm action.
    pub acts: bool,
    /// `ActionsEnabled`, with an alarm action that creates an OpsItem of the category Performance or of none.
    pub creates_ops_items: bool,
    /// The alarms that raise it: those in `ALARM(...)` of its `AlarmRule`, but not after `NOT`.
    pub raised_by: Vec<Arc<str>>,
}

/// Every composite alarm of the place.
pub async fn composites(place: &Place) -> Arc<Listing<Composite>> {
    let request = place.clients.cloudwatch().describe_alarms();
    let stream = request.alarm_types("CompositeAlarm".into()).into_paginator().page_size(100).send();
    let read = drain(place, &DESCRIBE_ALARMS, "composite", stream, |page, items| {
        items.extend(page.composite_alarms.unwrap_or_default().into_iter().filter_map(composite));
    });
    place.memo(&DESCRIBE_ALARMS, "composite", read).await
}

fn composite(alarm: CompositeAlarm) -> Option<Composite> {
    let creates_ops_items = alarm.actions_enabled == Some(true) && creates_ops_items(alarm.alarm_actions());
    Some(Composite {
        name: alarm.alarm_name?.into(),
        creates_ops_items,
        acts: alarm.actions_enabled == Some(true) && alarm.alarm_actions.is_some_and(|actions| !actions.is_empty()),
        raised_by: raised_by(&alarm.alarm_rule.unwrap_or_default()),
    })
}

/// Names of alarms for which a composite alarm acts, directly or through other composite alarms.
pub fn acted_for(composites: &[Composite]) -> HashSet<Arc<str>> {
    let mut heard: HashSet<Arc<str>> = HashSet::new();
    loop {
        let before = heard.len();
        for composite in composites.iter().filter(|one| one.acts || heard.contains(&one.name)).collect::<Vec<_>>() {
            heard.extend(composite.raised_by.iter().cloned());
        }
        if heard.len() == before {
            return heard;
        }
    }
}

/// `ALARM("name")`, `ALARM(name)` or `ALARM(arn)`; names with quotes, parentheses or spaces stand in quotes.
fn raised_by(rule: &str) -> Vec<Arc<str>> {
    let mut names = Vec::new();
    for (at, word) in rule.match_indices("ALARM") {
        let (before, after) = (rule.get(..at).unwrap_or_default(), rule.get(at + word.len()..).unwrap_or_default());
        let whole_word = !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '"'));
        let Some(inside) = after.trim_start().strip_prefix('(') else { continue };
        if whole_word && !before.trim_end().to_ascii_uppercase().ends_with("NOT") {
            names.extend(first_argument(inside.trim_start()).map(name_of));
        }
    }
    names
}

fn first_argument(inside: &str) -> Option<String> {
    let Some(quoted) = inside.strip_prefix('"') else {
        return inside.split(')').next().map(|name| name.trim().to_owned());
    };
    let (mut name, mut escaped) = (String::new(), false);
    for c in quoted.chars() {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return Some(name),
            c => {
                escaped = false;
                name.push(c);
            }
        }
    }
    None
}

/// `arn:aws:cloudwatch:us-east-1:123456789012:alarm:name` is the alarm `name`.
fn name_of(reference: String) -> Arc<str> {
    match reference.split_once(":alarm:") {
        Some((arn, name)) if arn.starts_with("arn:") => name.into(),
        _ => reference.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(rule: &str) -> Vec<String> {
        raised_by(rule).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn names_of_every_form() {
        assert_eq!(names(r#"ALARM("shop slow") OR ALARM(payments-slow)"#), ["shop slow", "payments-slow"]);
        assert_eq!(names("(ALARM( a ) AND OK(b)) OR INSUFFICIENT_DATA(c)"), ["a"]);
        assert_eq!(names("ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:shop slow)"), ["shop slow"]);
        assert_eq!(names(r#"ALARM("a \"b\" (c)")"#), [r#"a "b" (c)"#]);
    }

    #[test]
    fn what_must_not_be_in_alarm_raises_nothing() {
        assert!(names("NOT ALARM(maintenance)").is_empty());
        assert_eq!(names("ALARM(slow) AND NOT ALARM(maintenance)"), ["slow"]);
        assert!(names(r#"OK("ALARM(x)")"#).is_empty());
    }

    #[test]
    fn composite_alarms_act_through_each_other() {
        let one = |name: &str, acts, raised_by: &[&str]| Composite {
            name: name.into(),
            acts,
            creates_ops_items: false,
            raised_by: raised_by.iter().map(|name| Arc::from(*name)).collect(),
        };
        let heard =
            acted_for(&[one("inner", false, &["slow"]), one("outer", true, &["inner"]), one("mute", false, &["x"])]);
        assert_eq!(heard, HashSet::from(["inner".into(), "slow".into()]));
    }
}
