//! API Gateway v2: HTTP and WebSocket APIs. IAM knows one service, `apigateway`, and one action, `GET`, for both versions.

use std::sync::Arc;

use super::{Call, Price, call};
use crate::aws::{Listing, PageEnd, Place, pages};

call!(GET_APIS, "apigateway", "ApiGatewayV2", "GetApis", "GET", Price::Free, "HTTP and WebSocket APIs");

pub(crate) static CALLS: &[&Call] = &[&GET_APIS];

/// An HTTP or WebSocket API.
#[derive(Clone, Debug)]
pub struct Api {
    /// `ApiId`.
    pub id: Arc<str>,
    /// `Name`.
    pub name: Option<Arc<str>>,
    /// `ProtocolType`: `HTTP` or `WEBSOCKET`.
    pub protocol: Option<Arc<str>>,
    /// `Tags`.
    pub tags: rung_rules::model::Tags,
}

/// Every HTTP and WebSocket API of the place.
pub async fn apis(place: &Place) -> Arc<Listing<Api>> {
    let client = place.clients.apigatewayv2();
    let read = pages(
        place,
        &GET_APIS,
        "",
        |token| Box::pin(client.get_apis().max_results("500").set_next_token(token).send()),
        |page, items| {
            items.extend(page.items.unwrap_or_default().into_iter().filter_map(api));
            page.next_token.filter(|token| !token.is_empty()).map_or(PageEnd::Last, PageEnd::More)
        },
    );
    place.memo(&GET_APIS, "", read).await
}

fn api(api: aws_sdk_apigatewayv2::types::Api) -> Option<Api> {
    Some(Api {
        id: api.api_id?.into(),
        name: api.name.map(Arc::from),
        protocol: api.protocol_type.map(|protocol| protocol.as_str().into()),
        tags: super::tags::tags(api.tags.unwrap_or_default().into_iter().map(|(key, value)| (Some(key), Some(value)))),
    })
}
