//! Step Functions: state machines and when they ran. Inputs and outputs of executions are never read.

use std::sync::Arc;

use aws_sdk_sfn::types::{ExecutionStatus, StateMachineType};
use jiff::Timestamp;

use super::{Call, call, time::timestamp};
use crate::aws::{Listing, Place, drain};

call!(LIST_STATE_MACHINES, "states", "SFN", "ListStateMachines", "state machines: Lambda Power Tuning, load tests");
call!(LIST_EXECUTIONS, "states", "SFN", "ListExecutions", "when Lambda Power Tuning and load tests ran");

pub(crate) static CALLS: &[&Call] = &[&LIST_STATE_MACHINES, &LIST_EXECUTIONS];

/// A state machine.
#[derive(Clone, Debug)]
pub struct StateMachine {
    /// `stateMachineArn`.
    pub arn: Arc<str>,
    /// `name`.
    pub name: Arc<str>,
    /// Whether its `type` is `STANDARD`: express ones do not list their executions.
    pub standard: bool,
}

/// Every state machine of the place.
pub async fn state_machines(place: &Place) -> Arc<Listing<StateMachine>> {
    let stream = place.clients.sfn().list_state_machines().into_paginator().page_size(1000).send();
    let read = drain(place, &LIST_STATE_MACHINES, "", stream, |page, items| {
        items.extend(page.state_machines.into_iter().map(|machine| StateMachine {
            arn: machine.state_machine_arn.into(),
            name: machine.name.into(),
            standard: machine.r#type == StateMachineType::Standard,
        }));
    });
    place.memo(&LIST_STATE_MACHINES, "", read).await
}

/// A successful execution of a state machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Success {
    /// `startDate`.
    pub start: Option<Timestamp>,
    /// `stopDate`.
    pub stop: Option<Timestamp>,
}

/// The successful executions of a state machine, newest first. AWS forgets them 90 days after their end.
pub async fn executions(place: &Place, state_machine: &str) -> Arc<Listing<Success>> {
    let request = place.clients.sfn().list_executions().state_machine_arn(state_machine);
    let stream = request.status_filter(ExecutionStatus::Succeeded).into_paginator().page_size(1000).send();
    let read = drain(place, &LIST_EXECUTIONS, state_machine, stream, |page, items| {
        items.extend(page.executions.into_iter().map(|execution| Success {
            start: timestamp(execution.start_date),
            stop: execution.stop_date.and_then(timestamp),
        }));
    });
    place.memo(&LIST_EXECUTIONS, state_machine, read).await
}
