//! EventBridge Scheduler: what schedules start. What they hand over is never read.

use std::sync::Arc;

use aws_sdk_scheduler::types::ScheduleState;

use super::{Call, call};
use crate::aws::{Listing, Place, drain};

call!(LIST_SCHEDULES, "scheduler", "Scheduler", "ListSchedules", "what schedules start: load tests");

pub(crate) static CALLS: &[&Call] = &[&LIST_SCHEDULES];

/// ARNs of what the place's enabled schedules start. A universal target (`arn:aws:scheduler:::aws-sdk:...`) names its
/// resource only in its input.
pub async fn targets(place: &Place) -> Arc<Listing<Arc<str>>> {
    let request = place.clients.scheduler().list_schedules().state(ScheduleState::Enabled);
    let read = drain(place, &LIST_SCHEDULES, "", request.into_paginator().page_size(100).send(), |page, items| {
        items.extend(page.schedules.into_iter().filter_map(|schedule| schedule.target).map(|target| target.arn.into()));
    });
    place.memo(&LIST_SCHEDULES, "", read).await
}
