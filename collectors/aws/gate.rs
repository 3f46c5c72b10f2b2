//! The gate: the interceptor that refuses every operation that is not declared under `calls/`.
//!
//! It also stamps the request, so that the transport, which refuses unstamped requests, knows the operation without
//! guessing it from the wire.

use std::sync::Arc;

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextMut},
        },
        orchestrator::Metadata,
        retries::RequestAttempts,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;

use super::{Counters, counters::At};
use crate::calls::{self, Call};

/// An operation that is not on the allow-list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{service}.{operation} is not one of the read operations that rung may send; nothing was sent")]
pub struct Refused {
    /// The SDK's name of the service.
    pub service: String,
    /// The operation.
    pub operation: String,
}

/// The stamp of the gate on a request.
#[derive(Clone, Debug)]
pub(crate) struct Stamp {
    pub(crate) call: &'static Call,
    pub(crate) account: Arc<str>,
    pub(crate) region: Arc<str>,
}

/// The interceptor of one account's clients in one region.
#[derive(Clone, Debug)]
pub struct Gate {
    account: Arc<str>,
    region: Arc<str>,
    counters: Arc<Counters>,
}

impl Gate {
    /// The gate of one account and region.
    pub fn new(account: Arc<str>, region: Arc<str>, counters: Arc<Counters>) -> Self {
        Gate { account, region, counters }
    }

    /// The name of a service in the account and region.
    pub(crate) fn place_of(&self, service: &str) -> String {
        format!("{}-{}-{service}", self.account, self.region)
    }
}

fn allowed(cfg: &ConfigBag) -> Result<&'static Call, Refused> {
    let (service, operation) = cfg.load::<Metadata>().map_or(("", ""), |m| (m.service(), m.name()));
    calls::find(service, operation)
        .ok_or_else(|| Refused { service: service.to_owned(), operation: operation.to_owned() })
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Gate {
    fn name(&self) -> &'static str {
        "read-only gate"
    }

    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        allowed(cfg)?;
        Ok(())
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let call = allowed(cfg)?;
        if cfg.load::<RequestAttempts>().is_some_and(|attempts| attempts.attempts() > 1) {
            self.counters.retry(At { call, account: &self.account, region: &self.region });
        }
        let stamp = Stamp { call, account: self.account.clone(), region: self.region.clone() };
        context.request_mut().add_extension(stamp);
        Ok(())
    }
}
