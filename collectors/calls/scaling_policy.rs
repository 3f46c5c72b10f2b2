//! Scaling policies of either service in one form.

use std::sync::Arc;

use rung_rules::facts::{PredictiveMode, ScalingMetric};

/// The type of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    /// Holds a metric at a value.
    TargetTracking,
    /// Steps by how far an alarm's bar is passed.
    Step,
    /// One adjustment an alarm.
    Simple,
    /// Forecasts; nothing as mode where AWS does not tell it.
    Predictive(Option<PredictiveMode>),
}

/// A scaling policy that is not disabled.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// What it scales: the group's name, or resource id and scalable dimension.
    pub of: Arc<str>,
    /// Its type.
    pub kind: PolicyKind,
    /// What target tracking holds at its value.
    pub metrics: Vec<ScalingMetric>,
    /// `Alarms`: names of the alarms that trigger it.
    pub alarms: Vec<Arc<str>>,
    /// Cooldown of the policy itself, in seconds: of scale-out, where in and out differ.
    pub cooldown_s: Option<i32>,
}
