//! Lambda: concurrency set aside for a function, and provisioned for its versions and aliases.

use std::sync::Arc;

use aws_sdk_lambda::{
    operation::get_function_concurrency::GetFunctionConcurrencyOutput, types::ProvisionedConcurrencyConfigListItem,
};

use super::{Call, call, lambda::qualifier};
use crate::aws::{Listing, Place, Read, drain, once};

call!(
    GET_FUNCTION_CONCURRENCY,
    "lambda",
    "Lambda",
    "GetFunctionConcurrency",
    "reserved concurrency: 0 is switched off"
);
call!(
    LIST_PROVISIONED_CONCURRENCY,
    "lambda",
    "Lambda",
    "ListProvisionedConcurrencyConfigs",
    "provisioned concurrency of versions and aliases"
);

pub(crate) static CALLS: &[&Call] = &[&GET_FUNCTION_CONCURRENCY, &LIST_PROVISIONED_CONCURRENCY];

/// Provisioned concurrency of a version or alias.
#[derive(Clone, Debug)]
pub struct Provisioned {
    /// The version or alias, from `FunctionArn`.
    pub qualifier: String,
    /// `RequestedProvisionedConcurrentExecutions`.
    pub requested: i32,
    /// `Status`.
    pub status: String,
}

/// The concurrency reserved for a function; `None` is no reservation (AWS leaves the field out), 0 switches it off.
pub async fn reserved(place: &Place, function: &str) -> Arc<Read<Option<i32>>> {
    let answer = place.clients.lambda().get_function_concurrency().function_name(function).send();
    // Boxed: the SDK's future is large, and every caller up to the scan would carry it.
    let answer = Box::pin(answer);
    let take = |answer: GetFunctionConcurrencyOutput| answer.reserved_concurrent_executions;
    let read = once(place, &GET_FUNCTION_CONCURRENCY, function, answer, take, &[], || None);
    place.memo(&GET_FUNCTION_CONCURRENCY, function, read).await
}

/// The provisioned concurrency of a function's versions and aliases.
pub async fn provisioned(place: &Place, function: &str) -> Arc<Listing<Provisioned>> {
    let request = place.clients.lambda().list_provisioned_concurrency_configs().function_name(function);
    let stream = request.into_paginator().page_size(50).send();
    let read = drain(place, &LIST_PROVISIONED_CONCURRENCY, function, stream, |page, items| {
        items.extend(page.provisioned_concurrency_configs.unwrap_or_default().into_iter().map(configuration));
    });
    place.memo(&LIST_PROVISIONED_CONCURRENCY, function, read).await
}

fn configuration(item: ProvisionedConcurrencyConfigListItem) -> Provisioned {
    Provisioned {
        qualifier: item.function_arn.as_deref().and_then(qualifier).unwrap_or_default().to_owned(),
        requested: item.requested_provisioned_concurrent_executions.unwrap_or_default(),
        status: item.status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
    }
}
