//! API Gateway: REST APIs and their stages.

use std::sync::Arc;

use super::{Call, Price, call};
use crate::aws::{Listing, Place, Read, drain, once};

call!(
    GET_REST_APIS,
    "apigateway",
    "APIGateway",
    "GetRestApis",
    "GET",
    Price::Free,
    "REST APIs and their endpoint types"
);

call!(
    GET_STAGES,
    "apigateway",
    "APIGateway",
    "GetStages",
    "GET",
    Price::Free,
    "stages of REST APIs: their caches (values of stage variables are dropped)"
);

pub(crate) static CALLS: &[&Call] = &[&GET_REST_APIS, &GET_STAGES];

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

/// A stage of a REST API.
#[derive(Clone, Debug)]
pub struct Stage {
    /// `stageName`.
    pub name: Arc<str>,
    /// Its cache cluster; nothing where `cacheClusterEnabled` is not set.
    pub cache: Option<StageCache>,
    /// `tags`.
    pub tags: rung_rules::model::Tags,
}

/// The cache cluster of a stage.
#[derive(Clone, Debug)]
pub struct StageCache {
    /// `cacheClusterSize`, in GB.
    pub size_gb: Option<f64>,
    /// `cacheClusterStatus`: `AVAILABLE`, `CREATE_IN_PROGRESS` ...
    pub status: Option<Arc<str>>,
    /// `cacheTtlInSeconds` of each entry of `methodSettings` with `cachingEnabled`.
    pub ttls_s: Vec<i32>,
}

/// Every stage of a REST API; none of one that is gone by now.
pub async fn stages(place: &Place, api: &str) -> Arc<Read<Vec<Stage>>> {
    let answer = place.clients.apigateway().get_stages().rest_api_id(api).send();
    let take = |answer: aws_sdk_apigateway::operation::get_stages::GetStagesOutput| {
        answer.item.unwrap_or_default().into_iter().filter_map(stage).collect()
    };
    let read = once(place, &GET_STAGES, api, answer, take, &["NotFoundException"], || Some(Vec::new()));
    place.memo(&GET_STAGES, api, read).await
}

fn stage(stage: aws_sdk_apigateway::types::Stage) -> Option<Stage> {
    let settings = stage.method_settings.unwrap_or_default();
    let cache = stage.cache_cluster_enabled.then(|| StageCache {
        size_gb: stage.cache_cluster_size.and_then(|size| size.as_str().parse().ok()),
        status: stage.cache_cluster_status.map(|status| status.as_str().into()),
        ttls_s: settings.values().filter(|one| one.caching_enabled).map(|one| one.cache_ttl_in_seconds).collect(),
    });
    let tags = stage.tags.unwrap_or_default().into_iter();
    Some(Stage {
        name: stage.stage_name?.into(),
        cache,
        tags: super::tags::tags(tags.map(|(key, value)| (Some(key), Some(value)))),
    })
}
