//! EventBridge: rules and what they start.

use std::sync::Arc;

use super::{Call, call};
use crate::aws::{Listing, PageEnd, Place, pages};

call!(LIST_RULES, "events", "EventBridge", "ListRules", "rules: automation of storage, schedules of load tests");
call!(LIST_TARGETS_BY_RULE, "events", "EventBridge", "ListTargetsByRule", "what those rules start");

pub(crate) static CALLS: &[&Call] = &[&LIST_RULES, &LIST_TARGETS_BY_RULE];

/// A rule of the default event bus.
#[derive(Clone, Debug)]
pub struct Rule {
    /// `Name`.
    pub name: Arc<str>,
    /// `State` is `ENABLED`, or enabled with CloudTrail management events.
    pub enabled: bool,
    /// `EventPattern`, as JSON text; empty for a schedule.
    pub pattern: Arc<str>,
    /// `ScheduleExpression`; empty for a rule that only reacts to events.
    pub schedule: Arc<str>,
}

/// Every rule of the place's default event bus.
pub async fn rules(place: &Place) -> Arc<Listing<Rule>> {
    let client = place.clients.eventbridge();
    let read = pages(
        place,
        &LIST_RULES,
        "",
        |token| client.list_rules().set_next_token(token).limit(100).send(),
        |page, items| {
            items.extend(page.rules.unwrap_or_default().into_iter().filter_map(|rule| {
                Some(Rule {
                    name: rule.name?.into(),
                    enabled: rule.state.is_some_and(|state| state.as_str().starts_with("ENABLED")),
                    pattern: rule.event_pattern.unwrap_or_default().into(),
                    schedule: rule.schedule_expression.unwrap_or_default().into(),
                })
            }));
            page.next_token.map_or(PageEnd::Last, PageEnd::More)
        },
    );
    place.memo(&LIST_RULES, "", read).await
}

/// ARNs of what a rule starts.
pub async fn targets(place: &Place, rule: &str) -> Arc<Listing<Arc<str>>> {
    let client = place.clients.eventbridge();
    let read = pages(
        place,
        &LIST_TARGETS_BY_RULE,
        rule,
        |token| client.list_targets_by_rule().rule(rule).set_next_token(token).limit(100).send(),
        |page, items| {
            items.extend(page.targets.unwrap_or_default().into_iter().map(|target| Arc::from(target.arn)));
            page.next_token.map_or(PageEnd::Last, PageEnd::More)
        },
    );
    place.memo(&LIST_TARGETS_BY_RULE, rule, read).await
}
