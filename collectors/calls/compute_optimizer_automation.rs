//! Compute Optimizer Automation: rules that apply recommendations without a person.

use std::sync::Arc;

use super::{Call, call};
use crate::aws::{Listing, Place, drain};

call!(
    LIST_AUTOMATION_RULES,
    "aco-automation",
    "ComputeOptimizerAutomation",
    "ListAutomationRules",
    "rules that apply Compute Optimizer's recommendations"
);

pub(crate) static CALLS: &[&Call] = &[&LIST_AUTOMATION_RULES];

/// An automation rule.
#[derive(Clone, Debug)]
pub struct AutomationRule {
    /// `status` is `Active`.
    pub active: bool,
    /// `recommendedActionTypes`.
    pub actions: Vec<Arc<str>>,
}

/// Every automation rule of the place.
pub async fn rules(place: &Place) -> Arc<Listing<AutomationRule>> {
    let stream = place.clients.compute_optimizer_automation().list_automation_rules().into_paginator().send();
    let read = drain(place, &LIST_AUTOMATION_RULES, "", stream, |page, items| {
        items.extend(page.automation_rules.into_iter().flatten().map(|rule| AutomationRule {
            active: rule.status.as_ref().is_some_and(|status| status.as_str() == "Active"),
            actions: rule.recommended_action_types.into_iter().flatten().map(|kind| kind.as_str().into()).collect(),
        }));
    });
    place.memo(&LIST_AUTOMATION_RULES, "", read).await
}
