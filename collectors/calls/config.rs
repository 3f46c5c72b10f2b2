//! AWS Config: its rules.

use std::sync::Arc;

use super::{Call, call};
use crate::aws::{Listing, Place, drain};

call!(DESCRIBE_CONFIG_RULES, "config", "ConfigService", "DescribeConfigRules", "AWS Config rules: what they check");

pub(crate) static CALLS: &[&Call] = &[&DESCRIBE_CONFIG_RULES];

/// An AWS Config rule.
#[derive(Clone, Debug)]
pub struct ConfigRule {
    /// `ConfigRuleName`.
    pub name: Arc<str>,
    /// `Source.SourceIdentifier`: of a managed rule its name in capitals, such as `DESIRED_INSTANCE_TYPE`; of one's own the
    /// ARN of a function.
    pub source: Option<Arc<str>>,
}

/// Every AWS Config rule of the place, but those being deleted.
pub async fn rules(place: &Place) -> Arc<Listing<ConfigRule>> {
    let stream = place.clients.config_rules().describe_config_rules().into_paginator().send();
    let read = drain(place, &DESCRIBE_CONFIG_RULES, "", stream, |page, items| {
        items.extend(page.config_rules.unwrap_or_default().into_iter().filter_map(rule));
    });
    place.memo(&DESCRIBE_CONFIG_RULES, "", read).await
}

fn rule(rule: aws_sdk_config::types::ConfigRule) -> Option<ConfigRule> {
    if rule.config_rule_state.is_some_and(|state| state.as_str().starts_with("DELETING")) {
        return None;
    }
    Some(ConfigRule {
        name: rule.config_rule_name?.into(),
        source: rule.source.and_then(|source| source.source_identifier).map(Arc::from),
    })
}
