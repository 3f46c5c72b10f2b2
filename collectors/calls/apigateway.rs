//! API Gateway: REST APIs.

use std::sync::Arc;

use super::{Call, Price, call};
use crate::aws::{Listing, Place, drain};

call!(
    GET_REST_APIS,
    "apigateway",
    "APIGateway",
    "GetRestApis",
    "GET",
    Price::Free,
    "REST APIs and their endpoint types"
);

pub(crate) static CALLS: &[&Call] = &[&GET_REST_APIS];

/// A REST API.
#[derive(Clone, Debug)]
pub struct RestApi {
    /// `id`.
    pub id: Arc<str>,
    /// `name`.
    pub name: Option<Arc<str>>,
    /// `endpointConfiguration.types`: `EDGE`, `REGIONAL` or `PRIVATE`.
    pub endpoint_type: Option<Arc<str>>,
    /// `tags`.
    pub tags: rung_rules::model::Tags,
}

/// Every REST API of the place.
pub async fn rest_apis(place: &Place) -> Arc<Listing<RestApi>> {
    let stream = place.clients.apigateway().get_rest_apis().into_paginator().page_size(500).send();
    let read = drain(place, &GET_REST_APIS, "", stream, |page, items| {
        items.extend(page.items.unwrap_or_default().into_iter().filter_map(rest_api));
    });
    place.memo(&GET_REST_APIS, "", read).await
}

fn rest_api(api: aws_sdk_apigateway::types::RestApi) -> Option<RestApi> {
    let types = api.endpoint_configuration.and_then(|configuration| configuration.types).unwrap_or_default();
    Some(RestApi {
        id: api.id?.into(),
        name: api.name.map(Arc::from),
        endpoint_type: types.first().map(|kind| kind.as_str().into()),
        tags: super::tags::tags(api.tags.unwrap_or_default().into_iter().map(|(key, value)| (Some(key), Some(value)))),
    })
}
